#pragma once

// What spammers do to a text so that a person still reads it and a filter does
// not: each way alone, applied the same way to the same text every time.

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tools/evaluate_run/alike_file.h"

namespace sluice::evaluate {

class Evasions {
 public:
  // `share` of the characters that can be changed are, 0 to 1.
  explicit Evasions(double share);
  ~Evasions();

  struct Way {
    std::string name;     // homophones
    std::string example;  // For people, of the text 代开发票.
  };
  const std::vector<Way>& ways() const { return ways_; }

  // A further way: characters become one of what `alikes` has for them.
  void Add(std::string name, Alikes alikes);

  // `text` is UTF-8, so is what is returned.
  std::string Apply(size_t way, absl::string_view text) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::vector<Way> ways_;
};

}  // namespace sluice::evaluate
