#pragma once

// The key with which a store signs its heads: Ed25519 (RFC 8032).

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

extern "C" {
struct evp_pkey_st;
}

namespace sluice::store {

using PublicKey = std::array<uint8_t, 32>;
using Signature = std::array<uint8_t, 64>;

inline absl::string_view AsBytes(const Signature& signature) {
  return {reinterpret_cast<const char*>(signature.data()), signature.size()};
}

// The first 8 octets of the SHA-256 of the public key, in hex: 16 characters.
std::string KeyIdOf(const PublicKey& key);

// Whether `signature` is that of `bytes` by the owner of `key`. Any thread.
bool IsSignedBy(const PublicKey& key, absl::string_view bytes,
                const Signature& signature);

// Immutable; any thread.
class SigningKey {
 public:
  // A new one.
  static SigningKey Make();
  // Errors: kInvalidArgument (no private key of Ed25519 in PEM).
  static absl::StatusOr<SigningKey> FromPem(absl::string_view pem);

  // The private key, PKCS #8. It belongs in a file that only Sluice can read.
  std::string ToPem() const;
  const PublicKey& public_key() const { return public_; }
  const std::string& id() const { return id_; }

  Signature Sign(absl::string_view bytes) const;

 private:
  explicit SigningKey(evp_pkey_st* key);

  std::shared_ptr<evp_pkey_st> key_;
  PublicKey public_ = {};
  std::string id_;
};

}  // namespace sluice::store
