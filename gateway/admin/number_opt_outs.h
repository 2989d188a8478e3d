#pragma once

// The opt-outs of one number, as its records tell them. Both calls read every
// opt-out and every reversal of the number and no other record, and keep only
// what they return.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>

#include "absl/status/statusor.h"
#include "filter/sentence.h"
#include "rules/base/phone.h"
#include "sluice/admin/v1/opt_outs.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// Up to `limit` opt-outs of one number that were recorded after `after` (0:
// from the first), in force or reversed, by record, which is oldest first.
// Errors: those of Store::VisitOldestFirst().
absl::StatusOr<std::map<uint64_t, admin::v1::OptOut>> OptOutsOf(
    const store::Store& store, Phone recipient, uint64_t after, size_t limit,
    filter::Language language, const StopAsked& stop = {});

// All that are in force; `over` takes each of the others, by the time of its
// removal. Errors: as OptOutsOf().
absl::StatusOr<std::map<uint64_t, admin::v1::OptOut>> OptOutsInForce(
    const store::Store& store, Phone recipient, filter::Language language,
    const StopAsked& stop = {},
    const std::function<void(admin::v1::OptOut)>& over = {});

}  // namespace sluice::gateway
