#include "rules/pack/yaml_slips.h"

#include <google/protobuf/descriptor.h>

#include <functional>
#include <iterator>
#include <string>
#include <utility>

#include "rules/pack/keyboard_slips.h"

namespace sluice::rules {
namespace {

using google::protobuf::Descriptor;

// The lines behind a slip in which the parser may stop because of it.
constexpr uint32_t kStopLines = 3;

// The names of all fields of a message and of those in it.
void AddKeys(const Descriptor& type, std::set<const Descriptor*>& seen,
             std::set<std::string, std::less<>>& keys) {
  if (!seen.insert(&type).second) return;
  for (int i = 0; i < type.field_count(); ++i) {
    keys.insert(type.field(i)->name());
    const Descriptor* part = type.field(i)->message_type();
    if (part != nullptr) AddKeys(*part, seen, keys);
  }
}

}  // namespace

bool YamlSlips::Explain(uint32_t line, Faults& faults) {
  if (!std::exchange(asked_, true)) {
    std::set<const Descriptor*> seen;
    std::set<std::string, std::less<>> keys;
    AddKeys(type_, seen, keys);
    for (const auto& [position, what] : FindYamlSlips(content_, keys)) {
      faults.Add(file_, position, what);
      lines_.insert(position.line);
    }
  }
  return lines_.contains(line);
}

bool YamlSlips::ExplainStop(uint32_t line, Faults& faults) {
  Explain(line, faults);
  const auto nearest = lines_.upper_bound(line);
  if (nearest == lines_.begin()) return false;
  const size_t end = content_.find_last_not_of("\r\n") + 1;
  const uint32_t last_line = PositionOf(content_, end).line;
  return line >= last_line || line - *std::prev(nearest) <= kStopLines;
}

}  // namespace sluice::rules
