#pragma once

// What a Chinese keyboard did to a YAML file that has faults: explains those
// that YAML itself finds, in the same line or later ones.

#include <cstdint>
#include <set>

#include "absl/strings/string_view.h"
#include "rules/base/faults.h"

namespace google::protobuf {
class Descriptor;
}

namespace sluice::rules {

// The slips of one file, found when the first fault is. All arguments must
// outlive it.
class YamlSlips {
 public:
  // `type` is that of the message that the file should say.
  YamlSlips(absl::string_view file, absl::string_view content,
            const google::protobuf::Descriptor& type)
      : file_(file), content_(content), type_(type) {}

  // Adds them all to `faults`, once. Returns whether there is one in `line`,
  // which then explains what else is wrong there.
  bool Explain(uint32_t line, Faults& faults);

  // The same of what stops the parser, which may be in a later line: at the end
  // of the item, or at the file's for a quote that is not closed.
  bool ExplainStop(uint32_t line, Faults& faults);

 private:
  const absl::string_view file_;
  const absl::string_view content_;
  const google::protobuf::Descriptor& type_;
  bool asked_ = false;
  std::set<uint32_t> lines_;
};

}  // namespace sluice::rules
