#pragma once

// Changes that spammers make to a text so that people can still read it and a
// filter cannot. Each way is applied alone, and always gives the same result
// for the same text.

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tools/evaluate_run/alike_file.h"

namespace sluice::evaluate {

class Evasions {
 public:
  // Changes `share` (0 to 1) of the characters that can be changed.
  explicit Evasions(double share);
  ~Evasions();

  struct Way {
    std::string name;     // homophones
    std::string example;  // Shows 代开发票 after the change.
  };
  const std::vector<Way>& ways() const { return ways_; }

  // Adds a way that replaces characters as `alikes` says.
  void Add(std::string name, Alikes alikes);

  // `text` and the result are UTF-8.
  std::string Apply(size_t way, absl::string_view text) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::vector<Way> ways_;
};

}  // namespace sluice::evaluate
