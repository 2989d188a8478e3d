#pragma once

// The demo's input: lines of label<TAB>text, and how each is to be submitted.
//
// A label says what the text is. Labels of our own sample that begin with
// case- ask for circumstances that a text alone does not bring about: a number
// that has opted out, a port of somebody else, a time that has passed.

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

// The name in 【】 at the head of `text`; empty when there is none.
std::string HeadSignature(absl::string_view text);

// What a text suggests that it is for: a code, something for the public, a
// promotion, else a notice.
v1::MessageClass SuggestClass(absl::string_view text);

// One content provider with its ports and signatures.
struct Provider {
  std::string id;
  std::string name;
  std::string service_port;  // Digits.
  std::string ads_port;
  bool suspended = false;
};

// Everything that is submitted, and the world it needs.
struct Plan {
  std::vector<Provider> providers;
  // Signature to index of its provider. Those not here stay unregistered.
  std::map<std::string, size_t> signatures;
  struct Refusal {
    std::string recipient;
    std::string provider_id;
  };
  std::vector<Refusal> refusals;
  std::vector<v1::OutgoingMessage> messages;  // One for each text, in order.
  size_t signatures_prepended = 0;
  size_t signatures_left_out = 0;  // Met, and not registered.
};

// The signature that is put before texts without one.
inline constexpr char kOwnSignature[] = "示例商户";

// `now` is the sandbox clock's start.
Plan MakePlan(const std::vector<InputText>& texts, absl::Time now);

}  // namespace sluice::demo
