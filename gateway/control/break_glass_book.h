#pragma once

// What the books of break-glass decisions share: one officer makes an exemption
// (exemption_book.h) or a block (block_book.h), another confirms it, any ends
// it; otherwise it lapses. See filter/policy/break_glass.h.

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
#include "rules/base/language.h"
#include "rules/base/milliseconds.h"
#include "sluice/store/v1/record.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// What a colleague types to confirm it.
std::string ConfirmCommand(const admin::v1::Exemption& exemption);
std::string ConfirmCommand(const admin::v1::Block& block);

// One thread at a time. A change is checked, then journaled, and only then
// takes effect. `Decision`: admin::v1::Exemption or admin::v1::Block.
template <typename Decision>
class BreakGlassBook {
 public:
  // How long another officer has to confirm a decision.
  static constexpr int64_t kConfirmMs = 30 * kMinuteMs;
  // Decisions in force at once.
  static constexpr size_t kInForceMax = 100;

  // `one_person`: authors may confirm their own. Errors: as ConfirmExemption
  // and EndExemption in rules.proto; kUnavailable (the journal).
  absl::StatusOr<Decision> Confirm(uint32_t number, const Actor& actor,
                                   bool one_person);
  absl::StatusOr<Decision> End(uint32_t number, const Actor& actor);

  // The newest first; without `all` only those in force.
  std::vector<Decision> List(bool all) const;
  // The oldest first.
  std::vector<Decision> InForce() const;

 protected:
  // `store` and `holders` must outlive it. `name`: 豁免, exemption.
  BreakGlassBook(store::Store& store, const KeyHolders& holders,
                 const Words& name)
      : store_(store), holders_(holders), name_(name) {}
  ~BreakGlassBook() = default;

  // Numbers and dates a new decision that holds for `duration_ms`.
  void Begin(int64_t duration_ms, const Actor& actor, Decision& made) const;
  absl::StatusOr<Decision> Put(const Decision& decision, const Actor& actor);
  // Takes a decision as journaled.
  void Take(const Decision& decision);

  // Whether one that is over must be remembered.
  virtual bool StillMatters(const Decision&, int64_t) const { return false; }

  const std::map<uint32_t, Decision>& all() const { return decisions_; }
  const KeyHolders& holders() const { return holders_; }
  int64_t now_ms() const { return store_.NowMs(); }

 private:
  absl::StatusOr<Decision> Find(uint32_t number) const;
  absl::Status IsOver(const Decision& decision) const;
  void ForgetOld();

  store::Store& store_;
  const KeyHolders& holders_;
  const Words name_;
  std::map<uint32_t, Decision> decisions_;
};

}  // namespace sluice::gateway
