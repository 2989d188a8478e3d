#pragma once

// The demo's input: lines of label<TAB>text, and how to submit each.
//
// A label names the class of the text. Labels of our own sample that begin with
// case- request circumstances that a text alone cannot cause: a number that has
// opted out, another provider's port, an expiry in the past.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sluice/v1/gateway.pb.h"

namespace sluice::demo {

struct InputText {
  size_t line = 0;  // From 1.
  std::string label;
  std::string text;
};

// Errors: kNotFound; kInvalidArgument (path:line:column: a line has no tab, or
// is not UTF-8).
absl::StatusOr<std::vector<InputText>> ReadInput(const std::string& path);

// The name in 【】 at the start of `text`; empty when there is none.
std::string HeadSignature(absl::string_view text);

// Guesses the class from the text: verification code, public service,
// promotion, else notice.
v1::MessageClass SuggestClass(absl::string_view text);

// One content provider with its ports and signatures.
struct Provider {
  std::string id;
  std::string name;
  std::string service_port;  // Digits.
  std::string ads_port;
  bool suspended = false;
};

// All messages to submit, and the parties that they need.
struct Plan {
  std::vector<Provider> providers;
  // From a signature to the index of its provider. Other signatures stay
  // unregistered.
  std::map<std::string, size_t> signatures;
  struct OptOut {
    std::string recipient;
    std::string provider_id;
  };
  std::vector<OptOut> opt_outs;
  std::vector<v1::OutgoingMessage> messages;  // One for each text, in order.
  size_t signatures_prepended = 0;
  size_t signatures_left_out = 0;  // Found, but not registered.
};

// The signature that is put before a text without a signature.
inline constexpr char kOwnSignature[] = "示例商户";

// `now` is the start of the sandbox clock.
Plan MakePlan(const std::vector<InputText>& texts, absl::Time now);

}  // namespace sluice::demo
