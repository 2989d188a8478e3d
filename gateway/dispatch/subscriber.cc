#include "gateway/dispatch/subscriber.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace sluice::gateway {

Phone SubscriberOf(absl::string_view digits) {
  digits = absl::StripAsciiWhitespace(digits);
  if (const auto phone = ParsePhone(digits); phone.ok()) return *phone;
  absl::string_view national = digits;
  while (absl::ConsumePrefix(&national, "0")) {
  }
  if (const auto phone = ParsePhone(national);
      phone.ok() && IsMainlandMobile(*phone)) {
    return *phone;
  }
  if (absl::StartsWith(digits, "+")) return {};
  const auto foreign = ParsePhone(absl::StrCat("+", national));
  return foreign.ok() ? *foreign : Phone{};
}

}  // namespace sluice::gateway
