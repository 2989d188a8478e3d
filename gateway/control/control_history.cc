#include "gateway/control/control_history.h"

#include <algorithm>
#include <chrono>

#include "filter/registry/registry.h"
#include "rules/base/status_macros.h"
#include "store/record_body.h"

namespace sluice::gateway {
namespace {

using store::RecordRef;
using store::v1::Record;

constexpr uint32_t kActionsABlock = 256;
// How often whoever waits for another reader asks whether to stop.
constexpr std::chrono::milliseconds kAskEvery{20};

}  // namespace

absl::StatusOr<RecordRef> ControlHistory::BeginReading(const StopAsked& stop) {
  MutexLock lock(mutex_);
  while (reading_) {
    SLUICE_RETURN_IF_ERROR(CheckStop(stop));
    read_.WaitFor(mutex_, kAskEvery);
  }
  reading_ = true;
  return next_;
}

// Keeps what it has read when it is stopped.
absl::Status ControlHistory::CatchUp(const StopAsked& stop) {
  SLUICE_ASSIGN_OR_RETURN(const RecordRef begin, BeginReading(stop));
  const absl::StatusOr<RecordRef> end = store_.ScanControl(
      begin,
      [this](RecordRef ref, absl::string_view bytes) {
        Add(ref, bytes);
        return true;
      },
      stop);
  MutexLock lock(mutex_);
  reading_ = false;
  if (end.ok()) next_ = *end;
  read_.NotifyAll();
  return end.status();
}

void ControlHistory::Add(RecordRef ref, absl::string_view bytes) {
  const int body = store::BodyOf(bytes);
  const bool is_change = body == Record::kPartyChangedFieldNumber;
  const bool is_action = body == Record::kOperatorActionFieldNumber;
  Record record;
  const bool parsed =
      (is_change || is_action) &&
      record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  MutexLock lock(mutex_);
  next_ = RecordRef::FromValue(ref.value() + 1);
  if (!parsed) return;
  if (is_change) AddChange(ref, record);
  if (is_action) AddAction(ref, record);
}

void ControlHistory::AddChange(RecordRef ref, const Record& record) {
  const store::v1::PartyChanged& changed = record.party_changed();
  const auto party = parties_.try_emplace(
      {filter::KindOf(changed.party()), changed.party().id()});
  std::vector<size_t>& places = party.first->second;
  Entry& entry = changes_.emplace_back();
  entry.record = ref;
  entry.at_ms = record.at_ms();
  entry.party = &party.first->first;
  entry.actor = &*actors_.insert(changed.actor()).first;
  entry.before = places.empty() ? -1 : static_cast<int64_t>(places.back());
  places.push_back(changes_.size() - 1);
}

void ControlHistory::AddAction(RecordRef ref, const Record& record) {
  const int64_t at_ms = record.at_ms();
  if (blocks_.empty() || in_last_block_ == kActionsABlock) {
    blocks_.push_back({ref, at_ms, at_ms});
    in_last_block_ = 0;
  }
  ++in_last_block_;
  Block& block = blocks_.back();
  block.min_ms = std::min(block.min_ms, at_ms);
  block.max_ms = std::max(block.max_ms, at_ms);
  if (record.recipient() != 0) {
    actions_about_.emplace_back(record.recipient(), ref);
  }
}

absl::StatusOr<std::vector<ControlHistory::Change>> ControlHistory::Changes(
    const ChangeFilter& filter, bool newest_first, size_t place, size_t limit,
    const StopAsked& stop) {
  SLUICE_RETURN_IF_ERROR(CatchUp(stop));
  std::vector<Change> found;
  MutexLock lock(mutex_);
  const auto add = [&](size_t at) SLUICE_REQUIRES(mutex_) {
    const Entry& entry = changes_[at];
    if (entry.at_ms < filter.from_ms) return;
    if (filter.until_ms != 0 && entry.at_ms >= filter.until_ms) return;
    if (!filter.actors.empty() && !filter.actors.contains(*entry.actor)) return;
    if (filter.party_id.empty() &&
        filter.kind != store::v1::PARTY_KIND_UNSPECIFIED &&
        entry.party->first != filter.kind) {
      return;
    }
    Change& change = found.emplace_back();
    change.place = at;
    change.record = entry.record;
    change.at_ms = entry.at_ms;
    if (entry.before >= 0) change.before = changes_[entry.before].record;
  };
  // One party's changes are found without the others.
  static const std::vector<size_t>& kNone = *new std::vector<size_t>();
  const std::vector<size_t>* places = nullptr;
  if (!filter.party_id.empty()) {
    const auto party = parties_.find({filter.kind, filter.party_id});
    places = party == parties_.end() ? &kNone : &party->second;
  }
  const size_t size = places != nullptr ? places->size() : changes_.size();
  const auto place_of = [&](size_t i) {
    return places != nullptr ? (*places)[i] : i;
  };
  for (size_t i = 0; i < size && found.size() < limit; ++i) {
    const size_t at = place_of(newest_first ? size - 1 - i : i);
    if (newest_first ? at < place : at >= place) add(at);
  }
  return found;
}

absl::StatusOr<std::vector<RecordRef>> ControlHistory::PartiesAt(
    store::v1::PartyKind kind, int64_t time_ms, absl::string_view after,
    size_t limit, const StopAsked& stop) {
  SLUICE_RETURN_IF_ERROR(CatchUp(stop));
  std::vector<RecordRef> found;
  MutexLock lock(mutex_);
  // The empty id sorts before all others and is no party's.
  for (auto it = parties_.upper_bound({kind, std::string(after)});
       it != parties_.end() && it->first.first == kind && found.size() < limit;
       ++it) {
    const auto last = std::find_if(it->second.rbegin(), it->second.rend(),
                                   [&](size_t place) SLUICE_REQUIRES(mutex_) {
                                     return changes_[place].at_ms <= time_ms;
                                   });
    if (last != it->second.rend()) found.push_back(changes_[*last].record);
  }
  return found;
}

absl::Status ControlHistory::VisitActions(
    int64_t from_ms, int64_t until_ms, RecordRef begin,
    const std::function<bool(RecordRef, const Record&)>& visit,
    const StopAsked& stop) {
  SLUICE_RETURN_IF_ERROR(CatchUp(stop));
  // [first, end), each of blocks that follow each other.
  std::vector<std::pair<RecordRef, RecordRef>> runs;
  {
    MutexLock lock(mutex_);
    for (size_t i = 0; i < blocks_.size(); ++i) {
      const Block& block = blocks_[i];
      const RecordRef end =
          i + 1 < blocks_.size() ? blocks_[i + 1].first : next_;
      if (block.max_ms < from_ms || block.min_ms >= until_ms) continue;
      if (end <= begin) continue;
      if (!runs.empty() && runs.back().second == block.first) {
        runs.back().second = end;
      } else {
        runs.emplace_back(block.first, end);
      }
    }
  }
  Record record;
  bool more = true;
  for (const auto& run : runs) {
    if (!more) break;
    const RecordRef end = run.second;
    const auto each = [&](RecordRef ref, absl::string_view bytes) {
      if (ref >= end) return false;
      if (ref < begin ||
          store::BodyOf(bytes) != Record::kOperatorActionFieldNumber ||
          !record.ParseFromArray(bytes.data(),
                                 static_cast<int>(bytes.size()))) {
        return true;
      }
      if (record.at_ms() < from_ms || record.at_ms() >= until_ms) return true;
      more = visit(ref, record);
      return more;
    };
    SLUICE_RETURN_IF_ERROR(store_.ScanControl(run.first, each, stop).status());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Record>> ControlHistory::ActionsAbout(
    Phone number, size_t limit, const StopAsked& stop) {
  SLUICE_RETURN_IF_ERROR(CatchUp(stop));
  std::vector<RecordRef> refs;
  {
    MutexLock lock(mutex_);
    const auto middle =
        actions_about_.begin() + static_cast<ptrdiff_t>(ordered_);
    std::sort(middle, actions_about_.end());
    std::inplace_merge(actions_about_.begin(), middle, actions_about_.end());
    ordered_ = actions_about_.size();
    auto it = std::lower_bound(actions_about_.begin(), actions_about_.end(),
                               ActionAbout(number.e164 + 1, RecordRef()));
    while (it != actions_about_.begin() && refs.size() < limit &&
           (--it)->first == number.e164) {
      refs.push_back(it->second);
    }
  }
  std::vector<Record> actions;
  for (const RecordRef ref : refs) {
    SLUICE_RETURN_IF_ERROR(CheckStop(stop));
    SLUICE_ASSIGN_OR_RETURN(actions.emplace_back(), store_.ReadControlAt(ref));
  }
  return actions;
}

}  // namespace sluice::gateway
