#pragma once

// What each rule and threshold adds: the texts that it alone stops.

#include <cstdint>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/struct.pb.h"
#include "tools/evaluate_run/families.h"

namespace sluice::evaluate {

class ByRule {
 public:
  // `rules` are all that stopped `text`. Only a single one is counted.
  void Add(const std::vector<absl::string_view>& rules, absl::string_view text,
           bool lawful);

  // The table, the rules that are right least often first.
  void Print(std::ostream& out, size_t width) const;
  // An object "alone": by rule, texts and families, bad and lawful, and how
  // large a share of the families is bad.
  void AddTo(google::protobuf::Struct& all) const;

 private:
  struct Count {
    uint64_t texts = 0;
    std::set<size_t> families;
  };
  struct Alone {
    Count bad;
    Count lawful;
    // The share of its families that is bad.
    double right() const;
  };

  Families families_;
  std::map<std::string, Alone> rules_;
};

}  // namespace sluice::evaluate
