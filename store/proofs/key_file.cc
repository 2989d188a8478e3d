#include "store/proofs/key_file.h"

#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/files.h"
#include "rules/base/status_macros.h"
#include "store/journal/sha256.h"

namespace sluice::store {
namespace {

absl::StatusOr<SigningKey> ReadKey(const std::string& path) {
  SLUICE_ASSIGN_OR_RETURN(const std::string pem, ReadFile(path));
  auto key = SigningKey::FromPem(pem);
  if (key.ok()) return key;
  return absl::FailedPreconditionError(absl::StrCat(
      path, ": ", key.status().message(), ". Restore the file from a copy"));
}

}  // namespace

KeyFile::KeyFile(std::string path)
    : path_(std::move(path)), next_(path_ + ".next") {}

absl::StatusOr<SigningKey> KeyFile::Settle(absl::string_view journaled) const {
  auto key = ReadKey(path_);
  if (key.ok() && journaled == AsBytes(key->public_key())) {
    std::remove(next_.c_str());
    return key;
  }
  auto next = ReadKey(next_);
  // It may be the only copy of the key that the journal names.
  if (!next.ok() && !absl::IsNotFound(next.status())) return next.status();
  if (next.ok() && journaled == AsBytes(next->public_key())) {
    SLUICE_RETURN_IF_ERROR(ReplaceFile(path_, next->ToPem()));
    std::remove(next_.c_str());
    return next;
  }
  // The journal does not name it: nothing was signed by it.
  if (next.ok()) std::remove(next_.c_str());
  if (!absl::IsNotFound(key.status())) return key;
  SigningKey made = SigningKey::Make();
  SLUICE_RETURN_IF_ERROR(ReplaceFile(path_, made.ToPem()));
  return made;
}

absl::Status KeyFile::KeepNext(const SigningKey& next) const {
  SLUICE_ASSIGN_OR_RETURN(const SigningKey key, ReadKey(path_));
  // Tries what will be done with the next one.
  absl::Status kept = ReplaceFile(path_, key.ToPem());
  if (kept.ok()) kept = ReplaceFile(next_, next.ToPem());
  if (kept.ok()) return kept;
  return absl::FailedPreconditionError(kept.message());
}

}  // namespace sluice::store
