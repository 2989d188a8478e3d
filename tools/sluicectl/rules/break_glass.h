#pragma once

// What the commands of exemptions and blocks share: durations, states, next
// steps. A decision is an admin::v1::Exemption or admin::v1::Block.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "rules/base/language.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/key_names.h"
#include "tools/sluicectl/rules/rules_commands.h"

namespace sluice::ctl {

// The server keeps no more decisions that are over: one page has all.
inline constexpr uint32_t kBreakGlassMax = 1'000;

// The value of --for. Errors: kInvalidArgument (not whole minutes, 0, above
// `max`).
absl::StatusOr<absl::Duration> ReadDuration(const std::string& text,
                                            absl::Duration max);

// A refused confirmation or end, with the person's next step; `list` says how
// to list the decisions.
absl::Status NextAfter(const absl::Status& status, const Both& list);

// Calls a method about decision `number`. Errors: as NextAfter().
template <typename Request, typename Response>
absl::StatusOr<Response> CallAbout(
    const Context& context, uint32_t number, const std::string& reason,
    grpc::Status (admin::v1::RulesService::Stub::*method)(grpc::ClientContext*,
                                                          const Request&,
                                                          Response*),
    const Both& list) {
  Request request;
  request.set_number(number);
  request.set_reason(reason);
  Response response;
  const absl::Status called = CallRules(context, method, request, response);
  if (!called.ok()) return NextAfter(called, list);
  return response;
}

// "unconfirmed", "confirmed", "lapsed" (nobody confirmed it), "ended" (by a
// person) or "over", by the server's clock `now`.
template <typename Decision>
std::string StateOf(const Context& context, const Decision& decision,
                    absl::Time now) {
  if (decision.has_end_time()) return context.Say("已提前结束", "ended");
  if (decision.has_confirm_time()) {
    return now < tools::FromTimestamp(decision.expire_time())
               ? context.Say("已确认", "confirmed")
               : context.Say("已到期", "over");
  }
  return now < tools::FromTimestamp(decision.confirm_expire_time())
             ? context.Say("待确认", "unconfirmed")
             : context.Say("未确认而失效", "lapsed");
}

// When it ends, or ended.
template <typename Decision>
const google::protobuf::Timestamp& UntilOf(const Decision& decision) {
  if (decision.has_end_time()) return decision.end_time();
  return decision.has_confirm_time() ? decision.expire_time()
                                     : decision.confirm_expire_time();
}

// Whether a person has ended one of them.
template <typename Decisions>
bool AnyEnded(const Decisions& decisions) {
  return absl::c_any_of(decisions,
                        [](const auto& one) { return one.has_end_time(); });
}

// Who ended it and why, columns and cells; the time is that of UntilOf().
void AddEndColumns(const Context& context, std::vector<tools::Column>& columns);
template <typename Decision>
void AddEnd(const Decision& decision, KeyNames& names,
            std::vector<std::string>& row) {
  const bool ended = decision.has_end_time();
  row.push_back(ended ? names.Of(decision.ended_by()) : "-");
  row.push_back(decision.end_reason().empty() ? "-" : decision.end_reason());
}

}  // namespace sluice::ctl
