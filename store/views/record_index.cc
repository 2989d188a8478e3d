#include "store/views/record_index.h"

#include <algorithm>
#include <string>
#include <utility>

#include "rules/base/bytes.h"
#include "rules/base/status_macros.h"
#include "store/views/record_kind.h"
#include "store/views/reply_lists.h"

namespace sluice::store {
namespace {

// Entries or facets in memory, 16 MiB of each.
constexpr size_t kFreshMax = 1u << 20;

constexpr absl::string_view kFlushedTo = "index.flushed_to";
constexpr absl::string_view kForm = "index.form";
// Change it when AddEntries() adds something new. 1: events by
// message, facets; 2: facets of opt-outs.
constexpr absl::string_view kThisForm = "2";
// Of programs from before there was a form.
constexpr absl::string_view kEarlierFlushedTo = "by_number.flushed_to";

}  // namespace

void AddEntries(const store::v1::Record& record, RecordRef ref,
                IndexEntries& entries) {
  const auto add = [&](uint64_t number) {
    entries.numbers.push_back(
        {number, ref.value(), static_cast<uint64_t>(KindOf(record))});
  };
  if (const uint64_t message = MessageOf(record); message != 0) {
    return add(NumberOfMessage(message));
  }
  if (record.recipient() != 0) add(record.recipient());
  if (record.has_reply()) {
    for (const ReplyList list : ListsOf(record.reply())) {
      add(NumberOf(list).e164);
    }
  }
  AddFacets(record, ref, entries.facets);
}

// What is flushed of the facets is then no older than what is of the numbers:
// see Flush().
void RecordIndex::Add(const IndexEntries& entries) {
  times_.Add(entries.facets);
  numbers_.Add(entries.numbers);
}

void RecordIndex::ReplaceFresh(IndexEntries entries) {
  MutexLock one_at_a_time(flushing_);
  times_.ReplaceFresh(std::move(entries.facets));
  numbers_.ReplaceFresh(std::move(entries.numbers));
}

absl::Status RecordIndex::Flush(bool all) {
  MutexLock one_at_a_time(flushing_);
  numbers_.Sort();
  const bool full =
      numbers_.fresh() >= kFreshMax || times_.fresh() >= kFreshMax;
  if (!all && !full) return absl::OkStatus();
  SLUICE_ASSIGN_OR_RETURN(const RecordRef newest, numbers_.Flush());
  SLUICE_RETURN_IF_ERROR(times_.Flush());
  return WriteFlushedTo(newest);
}

absl::Status RecordIndex::FlushReplayed(const IndexEntries& entries) {
  MutexLock one_at_a_time(flushing_);
  SLUICE_ASSIGN_OR_RETURN(const RecordRef newest,
                          numbers_.FlushReplayed(entries.numbers));
  SLUICE_RETURN_IF_ERROR(times_.FlushReplayed(entries.facets));
  return WriteFlushedTo(newest);
}

absl::Status RecordIndex::WriteFlushedTo(RecordRef newest) {
  // A replay may be behind what was flushed since it began.
  SLUICE_ASSIGN_OR_RETURN(const RecordRef before, flushed_to());
  if (newest <= before) return absl::OkStatus();
  std::string value;
  AppendBigEndian(newest.value(), value);
  return views_.Write(
      {{View::kMeta, std::string(kFlushedTo), std::move(value)},
       {View::kMeta, std::string(kForm), std::string(kThisForm)}});
}

absl::StatusOr<RecordRef> RecordIndex::flushed_to() const {
  SLUICE_ASSIGN_OR_RETURN(const auto value,
                          views_.Get(View::kMeta, kFlushedTo));
  if (!value.has_value()) return RecordRef();
  SLUICE_ASSIGN_OR_RETURN(const uint64_t newest,
                          ByteReader(*value).TakeBigEndian<uint64_t>());
  return RecordRef::FromValue(newest);
}

absl::Status RecordIndex::DropEarlierForm() {
  SLUICE_ASSIGN_OR_RETURN(const auto form, views_.Get(View::kMeta, kForm));
  SLUICE_ASSIGN_OR_RETURN(const auto earlier,
                          views_.Get(View::kMeta, kEarlierFlushedTo));
  // A new store has neither, and gets its form with the first flush.
  if (form.has_value() ? form == kThisForm : !earlier.has_value()) {
    return absl::OkStatus();
  }
  // The form is written last: a start that ends in between begins again.
  SLUICE_RETURN_IF_ERROR(
      views_.Write({{View::kMeta, std::string(kFlushedTo), std::nullopt}}));
  SLUICE_RETURN_IF_ERROR(views_.Empty(View::kByNumber));
  SLUICE_RETURN_IF_ERROR(views_.Empty(View::kByTime));
  return views_.Write(
      {{View::kMeta, std::string(kEarlierFlushedTo), std::nullopt},
       {View::kMeta, std::string(kForm), std::string(kThisForm)}});
}

}  // namespace sluice::store
