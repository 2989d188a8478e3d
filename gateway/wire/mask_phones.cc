#include "gateway/wire/mask_phones.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "rules/base/phone.h"

namespace sluice::gateway {

std::string MaskPhones(absl::string_view text) {
  std::string masked;
  while (!text.empty()) {
    const auto first = std::find_if(text.begin(), text.end(), [](char c) {
      return absl::ascii_isdigit(c);
    });
    const auto end = std::find_if_not(
        first, text.end(), [](char c) { return absl::ascii_isdigit(c); });
    const auto before = static_cast<size_t>(first - text.begin());
    const auto digits = static_cast<size_t>(end - first);
    const absl::string_view run = text.substr(before, digits);
    const absl::StatusOr<Phone> phone = ParsePhone(run);
    absl::StrAppend(&masked, text.substr(0, before),
                    phone.ok() ? Masked(*phone) : std::string(run));
    text.remove_prefix(before + digits);
  }
  return masked;
}

}  // namespace sluice::gateway
