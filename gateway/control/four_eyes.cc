#include "gateway/control/four_eyes.h"

#include <string>

#include "absl/algorithm/container.h"
#include "gateway/wire/timestamp.h"

namespace sluice::gateway {
namespace {

bool Decides(const admin::v1::ApiKey& key, int64_t now_ms) {
  const bool valid =
      !key.has_revoke_time() &&
      (!key.has_expire_time() || MillisOf(key.expire_time()) > now_ms);
  return valid && absl::c_any_of(key.roles(), [](int role) {
           return role == admin::v1::ROLE_OFFICER ||
                  role == admin::v1::ROLE_ADMIN;
         });
}

bool AreTwoPersons(const std::vector<std::string>& ids,
                   const KeyHolders& holders) {
  for (size_t i = 0; i < ids.size(); ++i) {
    for (size_t k = i + 1; k < ids.size(); ++k) {
      if (!holders.MayBeOnePerson(ids[i], ids[k])) return true;
    }
  }
  return false;
}

}  // namespace

admin::v1::OnePersonCause WhyOnePerson(
    const std::vector<admin::v1::ApiKey>& keys, const KeyHolders& holders,
    bool one_person, int64_t now_ms) {
  if (one_person) return admin::v1::ONE_PERSON_CAUSE_CONFIGURED;
  std::vector<std::string> ids;
  for (const admin::v1::ApiKey& key : keys) {
    if (Decides(key, now_ms)) ids.push_back(key.id());
  }
  return AreTwoPersons(ids, holders) ? admin::v1::ONE_PERSON_CAUSE_UNSPECIFIED
                                     : admin::v1::ONE_PERSON_CAUSE_KEYS;
}

}  // namespace sluice::gateway
