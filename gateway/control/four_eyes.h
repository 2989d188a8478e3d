#pragma once

// Whether two persons can decide together what needs two: a version of the
// rules, an exemption, a block, the correction of opt-outs.

#include <cstdint>
#include <vector>

#include "gateway/control/key_holders.h"
#include "sluice/admin/v1/api_key.pb.h"
#include "sluice/admin/v1/operations.pb.h"

namespace sluice::gateway {

// Why no second person looks at these decisions. `one_person`: the
// configuration asks for one. `keys` are all keys; those that are not valid at
// `now_ms` do not count.
admin::v1::OnePersonCause WhyOnePerson(
    const std::vector<admin::v1::ApiKey>& keys, const KeyHolders& holders,
    bool one_person, int64_t now_ms);

}  // namespace sluice::gateway
