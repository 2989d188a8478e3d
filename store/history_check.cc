#include "store/history_check.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "store/lasting.h"
#include "store/proofs/head.h"

namespace sluice::store {
namespace {

std::string NameOf(const SignedHistory::State& state) {
  return absl::StrCat("head ", state.head, " of ",
                      absl::FormatTime("%Y-%m-%d %H:%M:%S UTC",
                                       absl::FromUnixMillis(state.time_ms),
                                       absl::UTCTimeZone()));
}

}  // namespace

HistoryCheck::HistoryCheck(const SignedHistory& history, uint16_t partition)
    : history_(history), partition_(partition) {
  const auto states = history.states.find(TreeName(partition));
  if (states == history.states.end()) return;
  expected_ = states->second;
  signed_ = expected_.back().tree.size;
}

void HistoryCheck::Take(Position at, const GroupView& group,
                        absl::Span<const Hash> leaves) {
  if (at.segment() != segment_) {
    EndSegment();
    segment_ = at.segment();
  }
  for (uint32_t i = 0; i < leaves.size(); ++i) {
    const bool removed = group.Removed(i);
    if (removed) removed_.Add(RecordRef(at, i));
    tree_.Add(leaves[i]);
    if (!removed &&
        (partition_ == kControlPartition || Lasts(group.Record(i)))) {
      lasting_.Add(leaves[i]);
    }
    while (!expected_.empty() && expected_[0].tree.size <= tree_.count()) {
      CompareWithHead();
    }
  }
}

// The first difference tells all: the later heads differ for the same reason.
void HistoryCheck::CompareWithHead() {
  const SignedHistory::State& state = expected_[0];
  expected_.remove_prefix(1);
  if (state.tree.size != tree_.count()) return;  // Nothing was there yet.
  if (StateOf(tree_) != state.tree) {
    differs_ = absl::StrCat("the first ", state.tree.size,
                            " records are not those that ", NameOf(state),
                            " signed: one was changed, removed or added");
  } else if (StateOf(lasting_) != state.lasting) {
    differs_ = absl::StrCat(
        NameOf(state), " signed ", state.lasting.size,
        " records that retention must keep (opt-outs and their evidence), and ",
        lasting_.count(), " of them are here: somebody removed them");
  }
  if (differs_.empty()) return;
  differs_at_ = segment_;
  expected_ = {};
}

void HistoryCheck::EndSegment() {
  const RemovedRecords removed = std::exchange(removed_, {});
  if (removed.count() == 0) return;
  const Hash digest = removed.Digest();
  const auto found = history_.removed.find({partition_, segment_});
  if (found != history_.removed.end()) {
    const bool as_announced = std::any_of(
        found->second.begin(), found->second.end(),
        [&](const SignedHistory::Removed& one) {
          return one.count == removed.count() && one.digest == AsBytes(digest);
        });
    if (as_announced) return;
    return Fault(absl::StrCat(removed.count(),
                              " records are removed, which are others than "
                              "retention announced"));
  }
  const bool by_old_version = std::any_of(
      history_.old_runs.begin(), history_.old_runs.end(),
      [&](const SignedHistory::OldRun& run) {
        return run.partition == partition_ && run.first_segment <= segment_ &&
               segment_ <= run.last_segment;
      });
  if (by_old_version) {
    ++reduced_unnamed_;
    return;
  }
  Fault(absl::StrCat(removed.count(),
                     " records are removed, and no record of retention "
                     "says so: somebody removed them"));
}

void HistoryCheck::Fault(std::string what) {
  faults_.push_back({segment_, 0, std::move(what)});
}

void HistoryCheck::End(JournalCheckReport& report) {
  EndSegment();
  const auto add = [&report](JournalDamage fault) {
    if (++report.damage_count > kDamageMax) return;
    report.damage.push_back(std::move(fault));
  };
  // Without its damaged part a journal has other trees.
  if (report.unbroken) {
    if (!differs_.empty()) add({differs_at_, 0, differs_});
    if (!expected_.empty() && expected_.back().tree.size > tree_.count()) {
      const SignedHistory::State& state = expected_.back();
      add({report.end.segment(), report.end.offset(),
           absl::StrCat("the journal ends after ", tree_.count(),
                        " records, and ", NameOf(state), " signed ",
                        state.tree.size)});
    }
  }
  for (JournalDamage& fault : faults_) add(std::move(fault));
}

uint64_t HistoryCheck::records_unsigned() const {
  return tree_.count() > signed_ ? tree_.count() - signed_ : 0;
}

}  // namespace sluice::store
