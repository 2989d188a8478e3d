#include "gateway/admin/carrier_link.h"

#include <string>
#include <vector>

#include "gateway/wire/duration.h"
#include "gateway/wire/timestamp.h"

namespace sluice::gateway {
namespace {

admin::v1::LinkState StateOf(LinkCondition condition) {
  switch (condition) {
    case LinkCondition::kUp:
      return admin::v1::LINK_STATE_UP;
    case LinkCondition::kPaused:
      return admin::v1::LINK_STATE_PAUSED;
    default:
      return admin::v1::LINK_STATE_DOWN;
  }
}

void Fill(const std::vector<CodeCount>& counts,
          google::protobuf::RepeatedPtrField<admin::v1::CodeCount>& out) {
  for (const CodeCount& count : counts) {
    admin::v1::CodeCount& one = *out.Add();
    one.set_code(count.code);
    one.set_meaning(count.meaning);
    one.set_count(count.count);
  }
}

}  // namespace

void ToCarrierLink(const LinkStatus& link, admin::v1::CarrierLink& out) {
  out.set_name(link.name);
  out.set_state(StateOf(link.condition));
  SetTimestamp(absl::ToUnixMillis(link.since), *out.mutable_since_time());
  out.set_why(link.why);
  out.set_version(link.version);
  for (size_t i = 0; i < link.carriers.size(); ++i) {
    if (!link.carriers[i]) continue;
    out.add_carriers(NameInConfig(static_cast<Carrier>(i)));
  }
  out.set_window_used(link.window_used);
  out.set_window(link.window);
  out.set_segments_per_second(link.segments_per_second);
  for (size_t c = 0; c < link.waiting.size(); ++c) {
    if (link.waiting[c] == 0) continue;
    admin::v1::WaitingMessages& waiting = *out.add_waiting();
    waiting.set_message_class(static_cast<v1::MessageClass>(c));
    waiting.set_messages(link.waiting[c]);
  }
  SetDuration(link.answer_time_median, *out.mutable_answer_time_median());
  SetDuration(link.answer_time_p95, *out.mutable_answer_time_p95());
  Fill(link.results, *out.mutable_results());
  Fill(link.reports, *out.mutable_reports());
  out.set_connections_lost(link.connections_lost);
  out.set_logins_failed(link.logins_failed);
  out.set_unreadable_delivers(link.unreadable_delivers);
  out.set_unmatched_reports(link.unmatched_reports);
  out.set_unknown_messages(link.unknown_messages);
}

}  // namespace sluice::gateway
