#include "tools/sluicectl/messages/held_messages.h"

#include "absl/strings/str_join.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/holds.grpc.pb.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/arguments.h"
#include "tools/sluicectl/time_flags.h"

namespace sluice::ctl {

absl::StatusOr<admin::v1::HoldFilter> FilterOf(const Context& context,
                                               const HoldFlags& flags) {
  admin::v1::HoldFilter filter;
  TimeFlags times(context);
  filter.set_rule(flags.rule);
  filter.set_content_provider_id(flags.content_provider);
  filter.set_account_id(flags.account);
  if (!flags.message_class.empty()) {
    SLUICE_ASSIGN_OR_RETURN(const v1::MessageClass message_class,
                            ReadClass(flags.message_class));
    filter.set_message_class(message_class);
  }
  if (!flags.since.empty()) {
    SLUICE_ASSIGN_OR_RETURN(*filter.mutable_start_time(),
                            times.Past("--since", flags.since));
  }
  if (!flags.until.empty()) {
    SLUICE_ASSIGN_OR_RETURN(*filter.mutable_end_time(),
                            times.Past("--until", flags.until));
  }
  return filter;
}

bool HasFilter(const HoldFlags& flags) {
  return flags.all || !flags.rule.empty() || !flags.content_provider.empty() ||
         !flags.account.empty() || !flags.message_class.empty() ||
         !flags.since.empty() || !flags.until.empty();
}

std::string NamesOf(const admin::v1::HeldMessage& message) {
  std::vector<std::string> names;
  for (const v1::Reason& reason : message.reasons()) {
    names.push_back(reason.rule().empty() ? reason.code() : reason.rule());
  }
  return absl::StrJoin(names, ", ");
}

std::string AllNamesOf(const Context& context,
                       const admin::v1::HeldMessage& message) {
  std::string names = NamesOf(message);
  for (const v1::Reason& reason : message.earlier_reasons()) {
    names += context.Say("；此前 $0", "; before: $0",
                         reason.rule().empty() ? reason.code() : reason.rule());
  }
  return names;
}

std::string Messages(const Context& context, uint64_t count) {
  return context.Say("$0 条短信", "$1", tools::Grouped(count),
                     tools::Counted(count, "message"));
}

absl::Status ForEachHeld(
    const Context& context, const admin::v1::HoldFilter& filter,
    const std::function<bool(const admin::v1::HeldMessage&)>& visit) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::HoldsService::NewStub(connection.channel());
  admin::v1::ListHoldsRequest request;
  *request.mutable_filter() = filter;
  request.set_page_size(1000);
  admin::v1::ListHoldsResponse page;
  for (;;) {
    SLUICE_RETURN_IF_ERROR(connection.Call(
        *stub, &admin::v1::HoldsService::Stub::ListHolds, request, page));
    for (const admin::v1::HeldMessage& message : page.messages()) {
      if (!visit(message)) return absl::OkStatus();
    }
    if (page.next_page_token().empty()) return absl::OkStatus();
    request.set_page_token(page.next_page_token());
  }
}

}  // namespace sluice::ctl
