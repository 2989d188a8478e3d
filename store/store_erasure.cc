// What goes: retention and erasures, as configuration, pack and control journal
// have it.

#include <algorithm>
#include <optional>
#include <utility>

#include "rules/base/milliseconds.h"
#include "rules/base/status_macros.h"
#include "store/partition/turned_back.h"
#include "store/store_state.h"

namespace sluice::store {
namespace {

// Five months (regulation, articles 10 and 11): of records since they were
// written, and since the relationship with a content provider has ended.
constexpr uint32_t kLegalDays = 153;

}  // namespace

// The stricter of the configuration and the pack in force.
absl::StatusOr<RetentionRules> Store::State::RetentionNow(
    int64_t now_ms) const {
  const SnapshotPtr now = snapshot.Load();
  uint32_t days_min = 0;
  if (now != nullptr && now->rules != nullptr) {
    days_min = now->rules->policy().retention().messages_days_min();
  }
  RetentionRules rules;
  rules.kept_ms = std::max(options.retention_days, days_min) * kDayMs;
  rules.legal_ms = std::max(kLegalDays, days_min) * kDayMs;
  SLUICE_RETURN_IF_ERROR(retention_facts->Read(now_ms, rules));
  return rules;
}

absl::Status Store::State::JournalRetention(store::v1::RetentionRan ran) {
  store::v1::Record record;
  record.set_at_ms(clock.NowMs());
  *record.mutable_retention_ran() = std::move(ran);
  return control->Append(std::move(record));
}

ErasedJournal Store::State::Erased(int index) const {
  const Partition& partition = partitions[index];
  const PartitionWriter* const writer = partition.writer.get();
  return {.retained = {*partition.files, partition.identity, *partition.views,
                       writer->records()},
          .numbers = writer->index().numbers(),
          .counted_ms = [writer](RecordRef ref, int64_t at_ms) {
            return store::CountedMs(*writer->turned_back(), ref.position(),
                                    at_ms);
          }};
}

void Store::State::StartJanitor(
    const std::function<void(const std::string&)>& note) {
  const auto rules = [this](int64_t now_ms) { return RetentionNow(now_ms); };
  const auto journal = [this](store::v1::RetentionRan ran) {
    return JournalRetention(std::move(ran));
  };
  const auto ran = [this] {
    if (notary != nullptr) notary->SignSoon(v1::HEAD_CAUSE_RETENTION);
  };
  eraser = std::make_unique<Eraser>(EraserParts{
      .rules = rules, .journal = journal, .ran = ran, .note = note});
  std::vector<RetainedJournal> journals;
  for (int i = 0; i < options.partitions; ++i) {
    journals.push_back(Erased(i).retained);
  }
  janitor = std::make_unique<Janitor>(
      JanitorParts{.journals = std::move(journals),
                   .retains = options.retention_days > 0,
                   .share_max = options.retention_share_max,
                   .rules = rules,
                   .now_ms = [this]() -> std::optional<int64_t> {
                     const PartitionClock::Reading reading = clock.Read();
                     if (reading.stepped) return std::nullopt;
                     return reading.now_ms;
                   },
                   .journal = journal,
                   .erase =
                       [this](int partition, int64_t now_ms) {
                         return eraser->RunOne(Erased(partition), now_ms);
                       },
                   .ran = ran,
                   .note = note,
                   .fault = options.alarm ? options.alarm : note});
}

absl::StatusOr<ErasureOutlook> Store::LookAtErasure(
    Phone recipient, int64_t requested_ms, const StopAsked& stop) const {
  const int64_t now_ms = NowMs();
  SLUICE_ASSIGN_OR_RETURN(const RetentionRules rules,
                          state_->RetentionNow(now_ms));
  SLUICE_ASSIGN_OR_RETURN(
      const ErasureLook look,
      store::LookAtErasure(
          state_->Erased(PartitionOf(recipient)),
          {.recipient = recipient, .requested_ms = requested_ms}, rules, now_ms,
          stop));
  return look.outlook;
}

void Store::EraseSoon() {
  state_->eraser->LookSoon();
  state_->janitor->Nudge();
}

}  // namespace sluice::store
