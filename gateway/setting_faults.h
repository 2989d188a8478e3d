#pragma once

// Collects the faults of settings in sluice.yaml, each with the position of its
// setting, and has the checks that several settings share. A setting is named
// by its path, such as "links[0].window".

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/base/faults.h"
#include "rules/pack/yaml.h"

namespace sluice::gateway {

class SettingFaults {
 public:
  // All arguments must outlive it.
  SettingFaults(const std::string& file, const rules::YamlPositions& positions,
                rules::Faults& faults)
      : file_(file), positions_(positions), faults_(faults) {}

  // Does nothing for a setting that could not be read: that is reported
  // already.
  void Add(absl::string_view path, absl::string_view what);

  // As YamlPositions.
  bool Has(absl::string_view path) const { return positions_.Has(path); }
  bool IsReadable(absl::string_view path) const {
    return positions_.IsReadable(path);
  }

  void CheckOneOf(absl::string_view path, const std::string& written,
                  const std::vector<std::string>& allowed);
  void CheckRange(absl::string_view path, uint32_t value, uint32_t min,
                  uint32_t max);
  void CheckRange(absl::string_view path, double value, double min, double max);
  // Names stand in logs, metrics and tables: no control characters.
  void CheckPrintable(absl::string_view path, const std::string& text);
  // mobile, unicom, telecom, broadnet, unknown.
  void CheckCarrierName(absl::string_view path, const std::string& name);

 private:
  const std::string& file_;
  const rules::YamlPositions& positions_;
  rules::Faults& faults_;
};

}  // namespace sluice::gateway
