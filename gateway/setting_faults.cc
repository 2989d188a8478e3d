#include "gateway/setting_faults.h"

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace sluice::gateway {

void SettingFaults::Add(absl::string_view path, absl::string_view what) {
  if (!IsReadable(path)) return;
  faults_.Add(file_, positions_.At(path), absl::StrCat(path, ": ", what));
}

void SettingFaults::CheckOneOf(absl::string_view path,
                               const std::string& written,
                               const std::vector<std::string>& allowed) {
  if (absl::c_linear_search(allowed, written)) return;
  Add(path, absl::StrCat("'", written, "' is not known",
                         rules::Suggestion(written, allowed)));
}

void SettingFaults::CheckRange(absl::string_view path, uint32_t value,
                               uint32_t min, uint32_t max) {
  if (value >= min && value <= max) return;
  Add(path, absl::StrCat(value, ", allowed: ", min, " to ", max));
}

void SettingFaults::CheckRange(absl::string_view path, double value, double min,
                               double max) {
  if (value >= min && value <= max) return;
  Add(path, absl::StrCat(value, ", allowed: ", min, " to ", max));
}

void SettingFaults::CheckPrintable(absl::string_view path,
                                   const std::string& text) {
  const auto control = [](char c) {
    return absl::ascii_iscntrl(static_cast<unsigned char>(c));
  };
  if (absl::c_none_of(text, control)) return;
  Add(path, "has a control character, such as a line end or a tab");
}

void SettingFaults::CheckCarrierName(absl::string_view path,
                                     const std::string& name) {
  CheckOneOf(path, name,
             {"mobile", "unicom", "telecom", "broadnet", "unknown"});
}

}  // namespace sluice::gateway
