#pragma once

// The file of the key that signs heads, and the file beside it that has the
// next key while one replaces the other. The journal says which of the two
// signs: so a crash at any time loses no key.

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/proofs/signing_key.h"

namespace sluice::store {

// One thread.
class KeyFile {
 public:
  explicit KeyFile(std::string path);

  // The key that signs now: the next one if the journal names it, which then
  // takes the place of the other; else the one in the file, which is made if
  // there is none. `journaled` is the public key that the journal named last;
  // empty: none.
  // A next key that the journal does not name is deleted; one that cannot be
  // read only when the journal names the key in the file.
  // Errors: kFailedPrecondition (a file has no key), kUnavailable.
  absl::StatusOr<SigningKey> Settle(absl::string_view journaled) const;

  // Keeps a key beside the file until the journal names it. Errors:
  // kFailedPrecondition (the file could not be replaced later).
  absl::Status KeepNext(const SigningKey& next) const;

  const std::string& path() const { return path_; }

 private:
  const std::string path_;
  const std::string next_;
};

}  // namespace sluice::store
