#pragma once

// The API keys in the control journal. Only the answer of CreateKey has a key's
// secret: the journal has its hash.

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/access/caller.h"
#include "gateway/control/actor.h"
#include "gateway/control/key_holders.h"
#include "gateway/control/party_book.h"
#include "sluice/admin/v1/registry.pb.h"
#include "sluice/store/v1/record.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// One thread at a time. A change is checked, then journaled, and only then
// takes effect.
class KeyBook {
 public:
  // `store` must outlive it, and `holders`, which is told of each key.
  KeyBook(store::Store& store, KeyHolders& holders)
      : store_(store), holders_(holders) {}

  // Applies a record of the control journal; at start, in the journal's order.
  void Apply(const store::v1::KeyChanged& changed);

  // Creates a key for an account of `parties`, or without an account.
  // Errors: those of RegistryService.CreateKey; kUnavailable (the journal).
  absl::StatusOr<admin::v1::CreateKeyResponse> Create(
      const admin::v1::CreateKeyRequest& request, const PartyBook& parties,
      const Actor& actor);
  // Errors: kNotFound; kFailedPrecondition (the last admin key).
  absl::StatusOr<admin::v1::ApiKey> Revoke(absl::string_view id,
                                           const Actor& actor);
  // Creates an admin key if there has never been a key, and writes its secret
  // to `path` with mode 0600. Returns whether a key was created.
  // Errors: kUnavailable (the file or the journal).
  absl::StatusOr<bool> MakeFirst(const std::string& path);
  // Creates an admin key with the note `note`, and writes its secret to `path`
  // with mode 0600, in place of a file that is there. Returns the key's id.
  // Errors: kUnavailable (the file or the journal).
  absl::StatusOr<std::string> MakeAdmin(const std::string& path,
                                        const std::string& note,
                                        const Actor& actor);

  // Keys by id, after `after`; of one account, or of all if `account_id` is
  // empty.
  std::vector<admin::v1::ApiKey> List(absl::string_view account_id,
                                      absl::string_view after,
                                      size_t limit) const;

  // The keys that callers may use, each with its account and the account's rate
  // limit in `parties`.
  std::shared_ptr<const KeyTable> Table(const PartyBook& parties);

 private:
  struct StoredKey {
    admin::v1::ApiKey key;
    KeyHash hash = {};
  };

  absl::Status Put(const StoredKey& key, const Actor& actor);
  bool IsLastAdmin(absl::string_view id) const;

  store::Store& store_;
  KeyHolders& holders_;
  std::map<std::string, StoredKey, std::less<>> keys_;
  // By account id; kept over changes, so that messages let in still count.
  std::map<std::string, std::shared_ptr<RateGate>> rates_;
};

}  // namespace sluice::gateway
