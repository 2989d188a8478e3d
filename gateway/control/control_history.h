#pragma once

// Where the control journal holds which records, for look-ups into the past:
// every change of a party, and every action of an operator by time. Apart from
// the books, which keep only what is now: a start does not need it.
//
// It is kept in memory and made by reading the journal: all of it at the first
// question, later what was appended since. The journal is never reduced, so it
// grows: 48 bytes a change, 16 bytes an action about a number, and 24 bytes for
// every 256 actions.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rules/base/mutex.h"
#include "rules/base/phone.h"
#include "rules/base/stop.h"
#include "sluice/store/v1/party.pb.h"
#include "sluice/store/v1/record.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// Any thread. A question waits for the disk, and for whoever reads already.
class ControlHistory {
 public:
  using PartyKey = std::pair<store::v1::PartyKind, std::string>;

  // A change of a party: a PartyChanged record and the one before it.
  struct Change {
    size_t place = 0;  // In the order of the journal, from 0.
    store::RecordRef record;
    std::optional<store::RecordRef> before;  // None: it was created.
    int64_t at_ms = 0;
  };

  // Which changes; of each field, its zero or empty value means all.
  struct ChangeFilter {
    store::v1::PartyKind kind = store::v1::PARTY_KIND_UNSPECIFIED;
    std::string party_id;  // With `kind`.
    std::set<std::string> actors;
    int64_t from_ms = 0;  // [from_ms, until_ms).
    int64_t until_ms = 0;
  };

  // Borrows `store`.
  explicit ControlHistory(const store::Store& store) : store_(store) {}

  // At most `limit` changes from `place` on, in the order of the journal; or
  // with `newest_first` those before `place`, in the opposite order.
  // Errors of all: kDataLoss, kUnavailable; kCancelled (`stop`).
  absl::StatusOr<std::vector<Change>> Changes(const ChangeFilter& filter,
                                              bool newest_first, size_t place,
                                              size_t limit,
                                              const StopAsked& stop);

  // At most `limit` parties of the kind with ids after `after`, in their order:
  // of each the last change until `time_ms`.
  absl::StatusOr<std::vector<store::RecordRef>> PartiesAt(
      store::v1::PartyKind kind, int64_t time_ms, absl::string_view after,
      size_t limit, const StopAsked& stop);

  // Visits the operator actions in [from_ms, until_ms) from the record `begin`
  // on, in the order of the journal, until `visit` returns false. Does not read
  // the rest of the journal.
  absl::Status VisitActions(
      int64_t from_ms, int64_t until_ms, store::RecordRef begin,
      const std::function<bool(store::RecordRef, const store::v1::Record&)>&
          visit,
      const StopAsked& stop);

  // The last operator actions about a number, at most `limit`, the newest
  // first.
  absl::StatusOr<std::vector<store::v1::Record>> ActionsAbout(
      Phone number, size_t limit, const StopAsked& stop);

 private:
  struct Entry {
    store::RecordRef record;
    int64_t at_ms = 0;
    const PartyKey* party = nullptr;     // Into parties_.
    const std::string* actor = nullptr;  // Into actors_.
    int64_t before = -1;  // The party's change before, in changes_; -1: none.
  };
  // Actions that follow each other. Clocks are set back: a block tells its
  // first and last time.
  struct Block {
    store::RecordRef first;
    int64_t min_ms = 0;
    int64_t max_ms = 0;
  };

  // An action about a number. They are ordered by both.
  using ActionAbout = std::pair<uint64_t, store::RecordRef>;

  absl::Status CatchUp(const StopAsked& stop);
  // Waits until nobody else reads. Returns where to begin.
  absl::StatusOr<store::RecordRef> BeginReading(const StopAsked& stop);
  void Add(store::RecordRef ref, absl::string_view bytes);
  void AddChange(store::RecordRef ref, const store::v1::Record& record)
      SLUICE_REQUIRES(mutex_);
  void AddAction(store::RecordRef ref, const store::v1::Record& record)
      SLUICE_REQUIRES(mutex_);

  const store::Store& store_;

  Mutex mutex_;
  CondVar read_;
  bool reading_ SLUICE_GUARDED_BY(mutex_) = false;
  store::RecordRef next_ SLUICE_GUARDED_BY(mutex_);  // What is not yet read.
  std::vector<Entry> changes_ SLUICE_GUARDED_BY(mutex_);
  // By party, its changes.
  std::map<PartyKey, std::vector<size_t>> parties_ SLUICE_GUARDED_BY(mutex_);
  std::set<std::string> actors_ SLUICE_GUARDED_BY(mutex_);
  std::vector<Block> blocks_ SLUICE_GUARDED_BY(mutex_);
  uint32_t in_last_block_ SLUICE_GUARDED_BY(mutex_) = 0;
  // The first `ordered_` are in order; the others are put among them by the
  // next question.
  std::vector<ActionAbout> actions_about_ SLUICE_GUARDED_BY(mutex_);
  size_t ordered_ SLUICE_GUARDED_BY(mutex_) = 0;
};

}  // namespace sluice::gateway
