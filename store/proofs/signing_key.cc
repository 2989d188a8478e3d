#include "store/proofs/signing_key.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>

#include "absl/strings/escaping.h"
#include "rules/base/check.h"
#include "store/journal/sha256.h"

namespace sluice::store {
namespace {

constexpr size_t kKeyIdOctets = 8;

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using Source = std::unique_ptr<BIO, decltype(&BIO_free)>;

const unsigned char* Octets(absl::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

std::string KeyIdOf(const PublicKey& key) {
  const Hash hash = Sha256(AsBytes(key));
  return absl::BytesToHexString(AsBytes(hash).substr(0, kKeyIdOctets));
}

bool IsSignedBy(const PublicKey& key, absl::string_view bytes,
                const Signature& signature) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pkey(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(),
                                  key.size()),
      EVP_PKEY_free);
  if (pkey == nullptr) return false;
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr,
                              pkey.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                          Octets(bytes), bytes.size()) == 1;
}

SigningKey::SigningKey(EVP_PKEY* key) : key_(key, EVP_PKEY_free) {
  size_t size = public_.size();
  SLUICE_CHECK(EVP_PKEY_get_raw_public_key(key, public_.data(), &size) == 1 &&
               size == public_.size());
  id_ = KeyIdOf(public_);
}

SigningKey SigningKey::Make() {
  EVP_PKEY* const key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  SLUICE_CHECK(key != nullptr);
  return SigningKey(key);
}

absl::StatusOr<SigningKey> SigningKey::FromPem(absl::string_view pem) {
  const Source source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                      BIO_free);
  // No password is asked for at a terminal.
  EVP_PKEY* const key = PEM_read_bio_PrivateKey(source.get(), nullptr, nullptr,
                                                const_cast<char*>(""));
  if (key != nullptr && EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519) {
    return SigningKey(key);
  }
  EVP_PKEY_free(key);
  return absl::InvalidArgumentError(
      "no private key of Ed25519 in PEM, as `openssl genpkey -algorithm "
      "ed25519` makes one");
}

std::string SigningKey::ToPem() const {
  const Source out(BIO_new(BIO_s_mem()), BIO_free);
  SLUICE_CHECK(PEM_write_bio_PrivateKey(out.get(), key_.get(), nullptr, nullptr,
                                        0, nullptr, nullptr) == 1);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out.get(), &bytes);
  return {bytes, static_cast<size_t>(size)};
}

Signature SigningKey::Sign(absl::string_view bytes) const {
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  Signature signature;
  size_t size = signature.size();
  SLUICE_CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr,
                                  key_.get()) == 1 &&
               EVP_DigestSign(context.get(), signature.data(), &size,
                              Octets(bytes), bytes.size()) == 1 &&
               size == signature.size());
  return signature;
}

}  // namespace sluice::store
