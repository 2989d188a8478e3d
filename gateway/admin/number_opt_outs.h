#pragma once

// The opt-outs of one number, as its records tell them.

#include <cstdint>
#include <map>

#include "absl/status/statusor.h"
#include "filter/sentence.h"
#include "rules/base/phone.h"
#include "sluice/admin/v1/opt_outs.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// The opt-outs of one number, in force or reversed, by record, which is oldest
// first. Errors: those of ReadNumber.
absl::StatusOr<std::map<uint64_t, admin::v1::OptOut>> OptOutsOf(
    const store::Store& store, Phone recipient, filter::Language language);

}  // namespace sluice::gateway
