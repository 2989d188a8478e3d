// The EVP interface costs 40 ns more for each hash here (a third of an inner
// node's hash), even with a reused context: it calls a provider three times.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "store/journal/sha256.h"

#include <openssl/sha.h>

namespace sluice::store {

Hash Sha256(absl::string_view bytes) {
  Hash hash;
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         hash.data());
  return hash;
}

Hash Sha256(uint8_t prefix, absl::string_view a, absl::string_view b) {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, &prefix, 1);
  SHA256_Update(&context, a.data(), a.size());
  if (!b.empty()) SHA256_Update(&context, b.data(), b.size());
  Hash hash;
  SHA256_Final(hash.data(), &context);
  return hash;
}

}  // namespace sluice::store
