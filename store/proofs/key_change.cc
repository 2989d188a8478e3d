#include "store/proofs/key_change.h"

#include <algorithm>
#include <string>

namespace sluice::store {

std::optional<KeyChange> ReadKeyChange(const v1::Record& record) {
  if (!record.has_signing_key_changed()) return std::nullopt;
  const std::string& key = record.signing_key_changed().public_key();
  const std::string& signature = record.signing_key_changed().signature();
  KeyChange read;
  if (key.size() != read.key.size()) return std::nullopt;
  std::copy(key.begin(), key.end(), read.key.begin());
  if (signature.size() == read.signature.size()) {
    std::copy(signature.begin(), signature.end(), read.signature.begin());
  }
  return read;
}

}  // namespace sluice::store
