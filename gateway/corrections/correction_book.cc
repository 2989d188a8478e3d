#include "gateway/corrections/correction_book.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

using Correction = admin::v1::OptOutCorrection;

constexpr size_t kRemarkSizeMax = 1000;

bool IsOpen(const Correction& correction) {
  return correction.state() == admin::v1::CORRECTION_STATE_PROPOSED ||
         correction.state() == admin::v1::CORRECTION_STATE_RUNNING;
}

bool SameTarget(const Correction& a, const Correction& b) {
  return a.opt_out_id() == b.opt_out_id() && a.import_id() == b.import_id();
}

absl::Status NotFound(absl::string_view id) {
  return WithField(
      ErrorOf(absl::StatusCode::kNotFound,
              SayBoth("没有更正 $0", "there is no correction $0", Quoted(id))),
      "id");
}

absl::Status NotProposed(const Correction& correction) {
  const bool withdrawn =
      correction.state() == admin::v1::CORRECTION_STATE_WITHDRAWN;
  return ErrorOf(absl::StatusCode::kFailedPrecondition,
                 withdrawn
                     ? SayBoth("更正 $0 已由 $1 撤回",
                               "correction $0 was withdrawn already, by $1",
                               correction.id(), correction.decider())
                     : SayBoth("更正 $0 已由 $1 确认",
                               "correction $0 was confirmed already, by $1",
                               correction.id(), correction.decider()));
}

absl::Status CheckRemark(const Actor& actor) {
  if (actor.reason.size() <= kRemarkSizeMax) return absl::OkStatus();
  return InvalidField(
      "remark", SayBoth("最多 $0 字节", "at most $0 bytes", kRemarkSizeMax));
}

}  // namespace

std::string CorrectionId(uint64_t number) { return absl::StrCat("c", number); }

uint64_t CorrectionNumber(absl::string_view id) {
  uint64_t number = 0;
  absl::string_view digits = id;
  if (!absl::ConsumePrefix(&digits, "c") ||
      !absl::SimpleAtoi(digits, &number) || CorrectionId(number) != id) {
    return 0;
  }
  return number;
}

void CorrectionBook::Apply(const store::v1::Record& record) {
  if (!record.has_opt_out_correction_changed()) return;
  MutexLock lock(mutex_);
  const Correction& correction =
      record.opt_out_correction_changed().correction();
  entries_[CorrectionNumber(correction.id())] = {correction,
                                                 Phone{record.recipient()}};
  ForgetOld();
}

void CorrectionBook::ForgetOld() {
  for (auto it = entries_.begin();
       it != entries_.end() && entries_.size() > kListedMax;) {
    it = IsOpen(it->second.correction) ? std::next(it) : entries_.erase(it);
  }
}

absl::Status CorrectionBook::CheckFree(const Correction& target) const {
  MutexLock lock(mutex_);
  return CheckFreeLocked(target);
}

absl::Status CorrectionBook::CheckFreeLocked(const Correction& target) const {
  size_t proposed = 0;
  for (const auto& [number, entry] : entries_) {
    const Correction& one = entry.correction;
    if (!IsOpen(one)) continue;
    const bool waits = one.state() == admin::v1::CORRECTION_STATE_PROPOSED;
    proposed += waits ? 1 : 0;
    if (!SameTarget(one, target)) continue;
    return ErrorOf(
        absl::StatusCode::kFailedPrecondition,
        waits ? SayBoth("对它的更正 $0 正待另一人处理：请确认或撤回它",
                        "correction $0 of it waits for another person: confirm "
                        "or withdraw it",
                        one.id())
              : SayBoth("对它的更正 $0 正在执行",
                        "correction $0 of it is running", one.id()));
  }
  if (proposed < kProposedMax) return absl::OkStatus();
  return ErrorOf(absl::StatusCode::kFailedPrecondition,
                 SayBoth("待另一人处理的更正已达上限 $0 项：请确认或撤回一些",
                         "$0 corrections wait for another person, the maximum: "
                         "confirm or withdraw some",
                         proposed));
}

absl::Status CorrectionBook::CheckImport(absl::string_view id) const {
  MutexLock lock(mutex_);
  for (const auto& [number, entry] : entries_) {
    const Correction& one = entry.correction;
    if (one.import_id() != id || !IsOpen(one)) continue;
    return WithField(
        ErrorOf(absl::StatusCode::kFailedPrecondition,
                SayBoth("对这次导入的更正 $0 会撤销所导入的退订：请撤回该更正、"
                        "等它结束，或换一个导入编号",
                        "correction $0 of this import would remove what it "
                        "adds: withdraw the correction, wait for its end, or "
                        "use another import id",
                        one.id())),
        "import_id");
  }
  return absl::OkStatus();
}

absl::StatusOr<Correction> CorrectionBook::Propose(const Correction& target,
                                                   Phone about,
                                                   const Actor& actor) {
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  MutexLock one_at_a_time(changing_);
  Entry entry = {target, about};
  {
    MutexLock lock(mutex_);
    SLUICE_RETURN_IF_ERROR(CheckFreeLocked(target));
    entry.correction.set_id(
        CorrectionId(entries_.empty() ? 1 : entries_.rbegin()->first + 1));
  }
  entry.correction.set_state(admin::v1::CORRECTION_STATE_PROPOSED);
  entry.correction.set_reason(actor.reason);
  entry.correction.set_proposer(actor.key_id);
  SetTimestamp(store_.NowMs(), *entry.correction.mutable_propose_time());
  return Put(entry);
}

absl::StatusOr<CorrectionBook::Entry> CorrectionBook::FindProposed(
    const std::string& id) const {
  MutexLock lock(mutex_);
  const auto found = entries_.find(CorrectionNumber(id));
  if (found == entries_.end()) return NotFound(id);
  if (found->second.correction.state() !=
      admin::v1::CORRECTION_STATE_PROPOSED) {
    return NotProposed(found->second.correction);
  }
  return found->second;
}

absl::StatusOr<Correction> CorrectionBook::Confirm(const std::string& id,
                                                   const Actor& actor) {
  SLUICE_RETURN_IF_ERROR(CheckRemark(actor));
  MutexLock one_at_a_time(changing_);
  SLUICE_ASSIGN_OR_RETURN(Entry entry, FindProposed(id));
  Correction& correction = entry.correction;
  if (!one_person_) {
    SLUICE_RETURN_IF_ERROR(holders_.CheckColleague(
        correction.proposer(), actor,
        {.what = SayBoth("更正 $0", "correction $0", id),
         .done = "was proposed",
         .must = "confirm it",
         .again = "propose it again",
         .must_chinese = "确认",
         .command = absl::StrCat("sluicectl optout confirm ", id)}));
  }
  correction.set_state(admin::v1::CORRECTION_STATE_RUNNING);
  correction.set_decider(actor.key_id);
  correction.set_remark(actor.reason);
  SetTimestamp(store_.NowMs(), *correction.mutable_decide_time());
  return Put(entry);
}

absl::StatusOr<Correction> CorrectionBook::Withdraw(const std::string& id,
                                                    const Actor& actor) {
  if (actor.reason.empty()) {
    return InvalidField(
        "remark", SayBoth("请说明原因，以记入日志；不能为空",
                          "say why, for the journal; it must not be empty"));
  }
  SLUICE_RETURN_IF_ERROR(CheckRemark(actor));
  MutexLock one_at_a_time(changing_);
  SLUICE_ASSIGN_OR_RETURN(Entry entry, FindProposed(id));
  Correction& correction = entry.correction;
  correction.set_state(admin::v1::CORRECTION_STATE_WITHDRAWN);
  correction.set_decider(actor.key_id);
  correction.set_remark(actor.reason);
  SetTimestamp(store_.NowMs(), *correction.mutable_decide_time());
  *correction.mutable_end_time() = correction.decide_time();
  return Put(entry);
}

void CorrectionBook::Progress(const std::string& id,
                              const CorrectionCounts& counts) {
  MutexLock lock(mutex_);
  const auto found = entries_.find(CorrectionNumber(id));
  if (found == entries_.end()) return;
  found->second.correction.set_removed(counts.removed);
  found->second.correction.set_kept(counts.kept);
}

absl::Status CorrectionBook::End(const std::string& id,
                                 const CorrectionCounts& counts) {
  MutexLock one_at_a_time(changing_);
  Entry entry;
  {
    MutexLock lock(mutex_);
    const auto found = entries_.find(CorrectionNumber(id));
    if (found == entries_.end()) return NotFound(id);
    entry = found->second;
  }
  Correction& correction = entry.correction;
  correction.set_state(admin::v1::CORRECTION_STATE_DONE);
  correction.set_found(counts.found());
  correction.set_removed(counts.removed);
  correction.set_kept(counts.kept);
  SetTimestamp(store_.NowMs(), *correction.mutable_end_time());
  return Put(entry).status();
}

absl::StatusOr<Correction> CorrectionBook::Put(const Entry& entry) {
  store::v1::Record record;
  record.set_recipient(entry.about.e164);
  *record.mutable_opt_out_correction_changed()->mutable_correction() =
      entry.correction;
  SLUICE_RETURN_IF_ERROR(store_.AppendControl(record));
  Apply(record);
  return entry.correction;
}

absl::StatusOr<Correction> CorrectionBook::Find(const std::string& id) const {
  MutexLock lock(mutex_);
  const auto found = entries_.find(CorrectionNumber(id));
  if (found == entries_.end()) return NotFound(id);
  return found->second.correction;
}

std::vector<Correction> CorrectionBook::Running() const {
  MutexLock lock(mutex_);
  std::vector<Correction> running;
  for (const auto& [number, entry] : entries_) {
    if (entry.correction.state() == admin::v1::CORRECTION_STATE_RUNNING) {
      running.push_back(entry.correction);
    }
  }
  return running;
}

std::vector<Correction> CorrectionBook::List(admin::v1::CorrectionState state,
                                             uint64_t before,
                                             size_t limit) const {
  MutexLock lock(mutex_);
  std::vector<Correction> found;
  auto it = before == 0 ? entries_.end() : entries_.lower_bound(before);
  while (it != entries_.begin() && found.size() < limit) {
    --it;
    const Correction& one = it->second.correction;
    const bool any = state == admin::v1::CORRECTION_STATE_UNSPECIFIED;
    if (any || one.state() == state) found.push_back(one);
  }
  return found;
}

}  // namespace sluice::gateway
