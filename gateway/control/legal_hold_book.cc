#include "gateway/control/legal_hold_book.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/milliseconds.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

using admin::v1::LegalHold;

constexpr size_t kOwnerSizeMax = 200;
constexpr int64_t kReviewMaxMs = 5 * 366 * kDayMs;

absl::Status CheckReviewTime(const google::protobuf::Timestamp& time,
                             int64_t now_ms) {
  const auto ms = TryMillisOf(time);
  if (ms && *ms > now_ms && *ms <= now_ms + kReviewMaxMs) {
    return absl::OkStatus();
  }
  return InvalidField(
      "review_time",
      SayBoth("复核时间须在将来，最远 5 年",
              "the time of the review must be to come, at most 5 years ahead"));
}

absl::Status CheckPeriod(const LegalHold& hold) {
  for (const auto& [field, is_set, time] :
       {std::tuple("from_time", hold.has_from_time(), &hold.from_time()),
        std::tuple("until_time", hold.has_until_time(), &hold.until_time())}) {
    if (is_set && !TryMillisOf(*time)) {
      return InvalidField(field, SayBoth("不是时间", "not a time"));
    }
  }
  if (hold.has_from_time() && hold.has_until_time() &&
      MillisOf(hold.until_time()) <= MillisOf(hold.from_time())) {
    return InvalidField("until_time",
                        SayBoth("不晚于起始时间", "not after the start time"));
  }
  return absl::OkStatus();
}

absl::Status CheckOwner(const std::string& owner) {
  if (!absl::StripAsciiWhitespace(owner).empty() &&
      owner.size() <= kOwnerSizeMax) {
    return absl::OkStatus();
  }
  return InvalidField(
      "owner", SayBoth("请写明由谁或哪个部门提出，最多 $0 字节",
                       "say which person or office needs it, at most $0 bytes",
                       kOwnerSizeMax));
}

absl::Status CheckCovers(const LegalHoldBook::Covered& covered) {
  if (covered.recipient || covered.port != 0 || covered.content_provider != 0) {
    return absl::OkStatus();
  }
  return InvalidField(
      "recipient",
      SayBoth("请给出号码、端口号或内容提供者中的至少一项：保全哪些记录",
              "give a number, a port or a content provider, or several: which "
              "records to keep"));
}

}  // namespace

void LegalHoldBook::Apply(const store::v1::Record& record) {
  const store::v1::LegalHoldChanged& changed = record.legal_hold_changed();
  holds_[changed.hold().number()] = {
      changed.hold(),
      {Phone{record.recipient()}, changed.port(), changed.content_provider()}};
}

absl::StatusOr<LegalHold> LegalHoldBook::Put(const Kept& changed,
                                             const Actor& actor) {
  store::v1::Record record;
  record.set_recipient(changed.covered.recipient.e164);
  store::v1::LegalHoldChanged& body = *record.mutable_legal_hold_changed();
  *body.mutable_hold() = changed.hold;
  body.set_port(changed.covered.port);
  body.set_content_provider(changed.covered.content_provider);
  body.set_actor(actor.key_id);
  body.set_reason(actor.reason);
  SLUICE_RETURN_IF_ERROR(store_.AppendControl(record));
  Apply(record);
  return changed.hold;
}

absl::StatusOr<LegalHold> LegalHoldBook::Create(LegalHold hold,
                                                const Covered& covered,
                                                const Actor& actor) {
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  SLUICE_RETURN_IF_ERROR(CheckOwner(hold.owner()));
  SLUICE_RETURN_IF_ERROR(CheckCovers(covered));
  SLUICE_RETURN_IF_ERROR(CheckPeriod(hold));
  const int64_t now_ms = store_.NowMs();
  SLUICE_RETURN_IF_ERROR(CheckReviewTime(hold.review_time(), now_ms));
  if (List(/*all=*/false).size() >= kInForceMax) {
    return ErrorOf(absl::StatusCode::kFailedPrecondition,
                   SayBoth("生效的法律保全已达上限 $0 项：请先解除不再需要的",
                           "$0 legal holds are in force, the maximum: end "
                           "those that are no longer needed",
                           kInForceMax));
  }
  hold.set_number(holds_.empty() ? 1 : holds_.rbegin()->first + 1);
  hold.set_reason(actor.reason);
  hold.set_author(actor.key_id);
  SetTimestamp(now_ms, *hold.mutable_create_time());
  return Put({std::move(hold), covered}, actor);
}

absl::StatusOr<LegalHoldBook::Kept> LegalHoldBook::Find(uint32_t number) const {
  const auto found = holds_.find(number);
  if (found == holds_.end()) {
    return ErrorOf(
        absl::StatusCode::kNotFound, "number",
        SayBoth("没有法律保全 $0", "there is no legal hold $0", number));
  }
  if (found->second.hold.has_end_time()) {
    return ErrorOf(
        absl::StatusCode::kFailedPrecondition,
        SayBoth("法律保全 $0 已解除", "legal hold $0 is ended", number));
  }
  return found->second;
}

absl::StatusOr<LegalHold> LegalHoldBook::Review(
    const admin::v1::ReviewLegalHoldRequest& request, const Actor& actor) {
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  SLUICE_ASSIGN_OR_RETURN(Kept kept, Find(request.number()));
  const int64_t now_ms = store_.NowMs();
  SLUICE_RETURN_IF_ERROR(CheckReviewTime(request.review_time(), now_ms));
  *kept.hold.mutable_review_time() = request.review_time();
  kept.hold.set_reviewer(actor.key_id);
  kept.hold.set_review_reason(actor.reason);
  SetTimestamp(now_ms, *kept.hold.mutable_last_review_time());
  return Put(kept, actor);
}

absl::StatusOr<LegalHold> LegalHoldBook::End(uint32_t number,
                                             const Actor& actor) {
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  SLUICE_ASSIGN_OR_RETURN(Kept kept, Find(number));
  kept.hold.set_ended_by(actor.key_id);
  kept.hold.set_end_reason(actor.reason);
  SetTimestamp(store_.NowMs(), *kept.hold.mutable_end_time());
  return Put(kept, actor);
}

std::vector<LegalHold> LegalHoldBook::List(bool all) const {
  std::vector<LegalHold> found;
  for (auto it = holds_.rbegin(); it != holds_.rend(); ++it) {
    if (all || !it->second.hold.has_end_time()) {
      found.push_back(it->second.hold);
    }
  }
  return found;
}

}  // namespace sluice::gateway
