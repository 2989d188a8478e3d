#pragma once

// The corrections of opt-outs that were recorded by mistake, and their states:
// one person proposes, another confirms, and a Corrector removes the opt-outs.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/control/actor.h"
#include "gateway/control/key_holders.h"
#include "gateway/corrections/correction_run.h"
#include "rules/base/mutex.h"
#include "rules/base/phone.h"
#include "sluice/admin/v1/opt_outs.pb.h"
#include "sluice/store/v1/record.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// Any thread. A change is checked, then journaled, and only then takes effect.
class CorrectionBook {
 public:
  using Correction = admin::v1::OptOutCorrection;

  // Corrections that wait for another person. One more is refused.
  static constexpr size_t kProposedMax = 1'000;
  // Corrections that are listed. The oldest that have ended are forgotten; the
  // journal keeps all.
  static constexpr size_t kListedMax = 10'000;

  // `one_person`: a person may confirm their own proposals. `store` and
  // `holders` must outlive it.
  CorrectionBook(store::Store& store, const KeyHolders& holders,
                 bool one_person)
      : store_(store), holders_(holders), one_person_(one_person) {}

  // Applies a record of the control journal; at start, in the journal's order.
  void Apply(const store::v1::Record& record);

  // Whether `target`, its opt-out or import, can be proposed now. Errors:
  // kFailedPrecondition (a correction of it waits or runs; too many wait).
  absl::Status CheckFree(const Correction& target) const;
  // Whether opt-outs may be recorded for import `id` now. Errors:
  // kFailedPrecondition (a correction of it waits or runs, which would remove
  // them, too).
  absl::Status CheckImport(absl::string_view id) const;
  // `target` has the opt-out or import, and what was found of it; `about` is
  // the number of the opt-out. Errors: kInvalidArgument (the reason); as
  // CheckFree(); kUnavailable.
  absl::StatusOr<Correction> Propose(const Correction& target, Phone about,
                                     const Actor& actor);
  // The correction runs. Errors: kNotFound; kFailedPrecondition (it is not
  // proposed; the same person: NEEDS_COLLEAGUE); kInvalidArgument (the remark);
  // kUnavailable.
  absl::StatusOr<Correction> Confirm(const std::string& id, const Actor& actor);
  // Errors: as Confirm(), but for the person.
  absl::StatusOr<Correction> Withdraw(const std::string& id,
                                      const Actor& actor);

  // A running correction has come so far. Not journaled: a Corrector that goes
  // on after a restart counts again what was removed.
  void Progress(const std::string& id, const CorrectionCounts& counts);
  // It has removed everything. Errors: kUnavailable.
  absl::Status End(const std::string& id, const CorrectionCounts& counts);

  // Errors: kNotFound.
  absl::StatusOr<Correction> Find(const std::string& id) const;
  // Those that run, the oldest first.
  std::vector<Correction> Running() const;
  // The newest first, before number `before` (0: from the newest), in `state`
  // (UNSPECIFIED: in any).
  std::vector<Correction> List(admin::v1::CorrectionState state,
                               uint64_t before, size_t limit) const;

 private:
  struct Entry {
    Correction correction;
    Phone about;
  };

  absl::StatusOr<Entry> FindProposed(const std::string& id) const;
  absl::Status CheckFreeLocked(const Correction& target) const
      SLUICE_REQUIRES(mutex_);
  absl::StatusOr<Correction> Put(const Entry& entry);
  void ForgetOld() SLUICE_REQUIRES(mutex_);

  store::Store& store_;
  const KeyHolders& holders_;
  const bool one_person_;
  // Serialises changes, which wait for the disk. Locked before mutex_.
  Mutex changing_;
  mutable Mutex mutex_;
  std::map<uint64_t, Entry> entries_ SLUICE_GUARDED_BY(mutex_);  // By number.
};

// "c12"; 0: not the id of a correction.
std::string CorrectionId(uint64_t number);
uint64_t CorrectionNumber(absl::string_view id);

}  // namespace sluice::gateway
