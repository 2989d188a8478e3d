#pragma once

// Which journal records an account sees in Watch, and as what. Records tell
// about a message by reference only, so the account of each is looked up, most
// of the time in a small table of those seen last.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "filter/policy/ids.h"
#include "filter/sentence.h"
#include "sluice/store/v1/record.pb.h"
#include "sluice/v1/gateway.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// One thread.
class WatchEvents {
 public:
  explicit WatchEvents(const store::Store& store) : store_(store) {}

  // Fills everything of `event` but its cursor from the record at `ref`, if
  // `account` is to see it. Errors: kDataLoss (not a record); kUnavailable.
  absl::StatusOr<bool> Read(int partition, store::RecordRef ref,
                            absl::string_view bytes, AccountId account,
                            filter::Language language,
                            v1::WatchResponse& event);

 private:
  struct Owner {
    int partition = -1;
    uint64_t message = 0;
    AccountId account;
    std::string client_ref;
  };

  // Null: the message is no longer kept.
  absl::StatusOr<const Owner*> OwnerOf(int partition, uint64_t message);
  Owner& Place(int partition, uint64_t message);
  void Remember(int partition, uint64_t message,
                const store::v1::Decided& decided);

  const store::Store& store_;
  store::v1::Record record_;
  std::vector<Owner> owners_;  // By a hash of the message; the newest stays.
};

}  // namespace sluice::gateway
