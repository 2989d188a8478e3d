#pragma once

// All versions of the rules, what was done with each, and which one is in
// force: what the control journal's records of them come to. Apart from
// rule_book.h, which checks and journals what is to be done.

#include <cstdint>
#include <map>
#include <vector>

#include "sluice/admin/v1/rule_version.pb.h"
#include "sluice/store/v1/record.pb.h"

namespace sluice::gateway {

// One thread at a time.
class RuleVersions {
 public:
  // The records in their order.
  void Apply(const store::v1::RuleVersionChanged& changed, int64_t at_ms);

  // As journaled, by number.
  const std::map<uint32_t, admin::v1::RuleVersion>& all() const {
    return versions_;
  }
  // 0: the one in force. Null: there is none.
  const admin::v1::RuleVersion* Find(uint32_t number) const;
  // As answers show it. There is such a version.
  admin::v1::RuleVersion Shown(uint32_t number) const;

  // 0: none.
  uint32_t in_force() const { return in_force_.empty() ? 0 : in_force_.back(); }
  // Where a rollback goes: the one that was in force when the one in force was
  // published, passing over what was taken back since. 0: none.
  uint32_t before() const {
    return in_force_.size() < 2 ? 0 : in_force_[in_force_.size() - 2];
  }
  uint32_t next_number() const {
    return versions_.empty() ? 1 : versions_.rbegin()->first + 1;
  }

 private:
  void PutInForce(uint32_t number, admin::v1::RuleVersionStep step);

  std::map<uint32_t, admin::v1::RuleVersion> versions_;
  std::map<uint32_t, std::vector<admin::v1::RuleVersionStep>> steps_;
  // The one in force is the last, each was published while the one before it
  // was in force. What a rollback took back is gone from it.
  std::vector<uint32_t> in_force_;
};

}  // namespace sluice::gateway
