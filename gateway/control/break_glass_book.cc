#include "gateway/control/break_glass_book.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "filter/policy/break_glass.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

// The journal keeps all decisions, a book this many that no longer hold.
constexpr size_t kKeptMax = 1'000;

void SetRecord(const admin::v1::Exemption& exemption, const Actor& actor,
               store::v1::Record& record) {
  store::v1::ExemptionChanged& changed = *record.mutable_exemption_changed();
  *changed.mutable_exemption() = exemption;
  changed.set_actor(actor.key_id);
  changed.set_reason(actor.reason);
}

void SetRecord(const admin::v1::Block& block, const Actor& actor,
               store::v1::Record& record) {
  store::v1::BlockChanged& changed = *record.mutable_block_changed();
  *changed.mutable_block() = block;
  changed.set_actor(actor.key_id);
  changed.set_reason(actor.reason);
}

}  // namespace

std::string ConfirmCommand(const admin::v1::Exemption& exemption) {
  return absl::StrCat("sluicectl rules exempt confirm ", exemption.number(),
                      " --reason WHY");
}

std::string ConfirmCommand(const admin::v1::Block& block) {
  return absl::StrCat("sluicectl rules block confirm ", block.number(),
                      " --reason WHY");
}

template <typename Decision>
void BreakGlassBook<Decision>::Begin(int64_t duration_ms, const Actor& actor,
                                     Decision& made) const {
  const int64_t from_ms = now_ms();
  const int64_t until_ms = from_ms + duration_ms;
  made.set_number(decisions_.empty() ? 1 : decisions_.rbegin()->first + 1);
  made.set_author(actor.key_id);
  made.set_reason(actor.reason);
  SetTimestamp(from_ms, *made.mutable_create_time());
  SetTimestamp(until_ms, *made.mutable_expire_time());
  SetTimestamp(std::min(until_ms, from_ms + kConfirmMs),
               *made.mutable_confirm_expire_time());
}

template <typename Decision>
absl::StatusOr<Decision> BreakGlassBook<Decision>::Put(const Decision& decision,
                                                       const Actor& actor) {
  store::v1::Record record;
  SetRecord(decision, actor, record);
  SLUICE_RETURN_IF_ERROR(store_.AppendControl(record));
  Take(decision);
  return decision;
}

template <typename Decision>
void BreakGlassBook<Decision>::Take(const Decision& decision) {
  decisions_[decision.number()] = decision;
  ForgetOld();
}

template <typename Decision>
void BreakGlassBook<Decision>::ForgetOld() {
  const int64_t now = now_ms();
  for (auto it = decisions_.begin();
       it != decisions_.end() && decisions_.size() > kKeptMax;) {
    const bool holds =
        filter::IsInForce(it->second, now) || StillMatters(it->second, now);
    it = holds ? std::next(it) : decisions_.erase(it);
  }
}

template <typename Decision>
absl::Status BreakGlassBook<Decision>::IsOver(const Decision& decision) const {
  const Words why =
      decision.has_end_time() ? Words{"已提前结束", "is over: it was ended"}
      : decision.has_confirm_time()
          ? Words{"已到期", "is over: it has expired"}
          : Words{"因没有同事及时确认而失效",
                  "is over: it lapsed because no colleague confirmed it in "
                  "time"};
  return ErrorOf(
      absl::StatusCode::kFailedPrecondition,
      {absl::StrCat(name_.chinese, " ", decision.number(), " ", why.chinese),
       absl::StrCat(name_.english, " ", decision.number(), " ", why.english)});
}

template <typename Decision>
absl::StatusOr<Decision> BreakGlassBook<Decision>::Find(uint32_t number) const {
  const auto found = decisions_.find(number);
  if (found == decisions_.end()) {
    return WithField(
        ErrorOf(absl::StatusCode::kNotFound,
                {absl::StrCat("没有", name_.chinese, " ", number),
                 absl::StrCat("there is no ", name_.english, " ", number)}),
        "number");
  }
  if (!filter::IsInForce(found->second, now_ms())) {
    return IsOver(found->second);
  }
  return found->second;
}

template <typename Decision>
absl::StatusOr<Decision> BreakGlassBook<Decision>::Confirm(uint32_t number,
                                                           const Actor& actor,
                                                           bool one_person) {
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  SLUICE_ASSIGN_OR_RETURN(Decision decision, Find(number));
  if (decision.has_confirm_time()) {
    return ErrorOf(
        absl::StatusCode::kFailedPrecondition,
        {absl::StrCat(name_.chinese, " ", number, " 已确认过"),
         absl::StrCat(name_.english, " ", number, " is already confirmed")});
  }
  if (!one_person) {
    SLUICE_RETURN_IF_ERROR(holders_.CheckColleague(
        decision.author(), actor,
        {.what = {absl::StrCat(name_.chinese, " ", number),
                  absl::StrCat(name_.english, " ", number)},
         .done = "was created",
         .must = "confirm it",
         .again = "create it again",
         .must_chinese = "确认",
         .command = ConfirmCommand(decision)}));
  }
  decision.set_confirmer(actor.key_id);
  SetTimestamp(now_ms(), *decision.mutable_confirm_time());
  return Put(decision, actor);
}

template <typename Decision>
absl::StatusOr<Decision> BreakGlassBook<Decision>::End(uint32_t number,
                                                       const Actor& actor) {
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  SLUICE_ASSIGN_OR_RETURN(Decision decision, Find(number));
  decision.set_ended_by(actor.key_id);
  decision.set_end_reason(actor.reason);
  SetTimestamp(now_ms(), *decision.mutable_end_time());
  return Put(decision, actor);
}

template <typename Decision>
std::vector<Decision> BreakGlassBook<Decision>::List(bool all) const {
  std::vector<Decision> found;
  for (auto it = decisions_.rbegin(); it != decisions_.rend(); ++it) {
    if (all || filter::IsInForce(it->second, now_ms())) {
      found.push_back(it->second);
    }
  }
  return found;
}

template <typename Decision>
std::vector<Decision> BreakGlassBook<Decision>::InForce() const {
  std::vector<Decision> found = List(/*all=*/false);
  std::reverse(found.begin(), found.end());
  return found;
}

template class BreakGlassBook<admin::v1::Exemption>;
template class BreakGlassBook<admin::v1::Block>;

}  // namespace sluice::gateway
