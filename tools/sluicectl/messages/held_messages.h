#pragma once

// Held messages, as `sluicectl hold` chooses, names and reads them.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sluice/admin/v1/holds.pb.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

struct HoldFlags {
  // The filter.
  std::string rule;
  std::string content_provider;
  std::string account;
  std::string message_class;
  std::string since;
  std::string until;
  std::vector<std::string> ids;
  bool all = false;
  // For list.
  bool texts = false;
  uint64_t limit = 100;
  std::string page_token;
  // For release and reject.
  std::optional<uint64_t> count;
  std::string reason;
};

// The filter of the flags. Errors: kInvalidArgument, with the flag.
absl::StatusOr<admin::v1::HoldFilter> FilterOf(const Context& context,
                                               const HoldFlags& flags);
// Whether the flags have one.
bool HasFilter(const HoldFlags& flags);

// The rule's id or, for a reason without a rule, its code.
std::string NamesOf(const admin::v1::HeldMessage& message);
// The same, with what held it before.
std::string AllNamesOf(const Context& context,
                       const admin::v1::HeldMessage& message);

// "12 messages".
std::string Messages(const Context& context, uint64_t count);

// Calls `visit` for each held message that matches, until it returns false.
absl::Status ForEachHeld(
    const Context& context, const admin::v1::HoldFilter& filter,
    const std::function<bool(const admin::v1::HeldMessage&)>& visit);

// The commands.
absl::StatusOr<int> ListHeld(const Context& context, const HoldFlags& flags);
absl::StatusOr<int> ShowHeld(const Context& context, const HoldFlags& flags);
// Releases or rejects.
absl::StatusOr<int> JudgeHeld(const Context& context, const HoldFlags& flags,
                              bool reject);

}  // namespace sluice::ctl
