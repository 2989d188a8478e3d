#pragma once

// Finds and shows the messages of one account, by id or by key and recipient.
// Another account's message is not found.

#include "absl/status/statusor.h"
#include "filter/policy/ids.h"
#include "filter/sentence.h"
#include "sluice/v1/gateway.pb.h"
#include "store/journal/message_id.h"
#include "store/store.h"

namespace sluice::gateway {

// Finds a message. Waits for the disk. `field` is the path of `name` in the
// request.
// A key is looked for among the newest 100,000 decisions about its number.
// Errors: kInvalidArgument, with the field; kNotFound; those of Store::Read and
// Store::VisitNewestFirst; kCancelled (`stop`).
absl::StatusOr<store::MessageId> FindOwnMessage(const store::Store& store,
                                                AccountId account,
                                                const v1::MessageName& name,
                                                absl::string_view field,
                                                const StopAsked& stop = {});

// Errors: as FindOwnMessage().
absl::StatusOr<v1::GetMessageResponse> ShowOwnMessage(
    const store::Store& store, const store::MessageId& id,
    filter::Language language, const StopAsked& stop = {});

}  // namespace sluice::gateway
