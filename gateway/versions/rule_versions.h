#pragma once

// All versions of the rules, their history, and the version in force, as the
// control journal's records state them. Apart from rule_book.h, which checks
// and journals changes.

#include <cstdint>
#include <map>
#include <vector>

#include "sluice/admin/v1/rule_version.pb.h"
#include "sluice/store/v1/record.pb.h"

namespace sluice::gateway {

// One thread at a time.
class RuleVersions {
 public:
  // Applies a record; call it in the journal's order.
  void Apply(const store::v1::RuleVersionChanged& changed, int64_t at_ms);

  // As journaled, by number.
  const std::map<uint32_t, admin::v1::RuleVersion>& all() const {
    return versions_;
  }
  // 0: the version in force. Null: no such version.
  const admin::v1::RuleVersion* Find(uint32_t number) const;
  // The version as answers show it. The version must exist.
  admin::v1::RuleVersion Shown(uint32_t number) const;

  // The version in force; 0: none.
  uint32_t in_force() const { return in_force_.empty() ? 0 : in_force_.back(); }
  // The version that a rollback puts in force: the one before the version in
  // force, without versions that a rollback has replaced. 0: none.
  uint32_t before() const {
    return in_force_.size() < 2 ? 0 : in_force_[in_force_.size() - 2];
  }
  // Whether `number` is `ancestor`, or was made from it, directly or by way of
  // other versions.
  bool StemsFrom(uint32_t number, uint32_t ancestor) const;
  // Of the versions between `number`, which stems from `ancestor`, and that
  // one: the newest that a rollback has replaced; 0: none.
  uint32_t TakenBackBetween(uint32_t number, uint32_t ancestor) const;
  // Whether a rollback has replaced the version, which was in force.
  bool IsTakenBack(uint32_t number) const;
  uint32_t next_number() const {
    return versions_.empty() ? 1 : versions_.rbegin()->first + 1;
  }

 private:
  void PutInForce(uint32_t number, admin::v1::RuleVersionStep step);

  std::map<uint32_t, admin::v1::RuleVersion> versions_;
  std::map<uint32_t, std::vector<admin::v1::RuleVersionStep>> steps_;
  // A stack: each version was published while the one before it was in force;
  // the last is in force. A rollback removes the versions that it replaces.
  std::vector<uint32_t> in_force_;
};

}  // namespace sluice::gateway
