#pragma once

// Turns journal records into the events that an account sees in Watch. A record
// only refers to its message, so the message's account is looked up, mostly in
// a small table of recent messages.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "filter/policy/ids.h"
#include "filter/sentence.h"
#include "rules/base/phone.h"
#include "sluice/store/v1/record.pb.h"
#include "sluice/v1/gateway.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// One thread.
class WatchEvents {
 public:
  explicit WatchEvents(const store::Store& store) : store_(store) {}

  // Replaces `events` by the events that `account` sees of the record at `ref`:
  // none, one, or for the report that settles a message of several parts two.
  // Without cursors. Errors: kDataLoss (not a record); kUnavailable.
  absl::Status Read(int partition, store::RecordRef ref,
                    absl::string_view bytes, AccountId account,
                    filter::Language language,
                    std::vector<v1::WatchResponse>& events);

 private:
  struct Owner {
    int partition = -1;
    uint64_t message = 0;
    AccountId account;
    ContentProviderId content_provider;
    Phone recipient;
    uint32_t parts = 0;
    std::string key;
    std::string client_ref;
  };

  absl::Status ReadReply(const store::MessageId& id, AccountId account,
                         filter::Language language,
                         std::vector<v1::WatchResponse>& events);
  void ReadOutcome(const store::MessageId& id, const Owner& owner,
                   filter::Language language,
                   std::vector<v1::WatchResponse>& events) const;

  // Null: the message is no longer kept.
  absl::StatusOr<const Owner*> OwnerOf(int partition, uint64_t message);
  Owner& Place(int partition, uint64_t message);
  void Remember(int partition, uint64_t message,
                const store::v1::Record& record);

  const store::Store& store_;
  store::v1::Record record_;
  std::vector<Owner> owners_;  // By a hash of the message.
};

}  // namespace sluice::gateway
