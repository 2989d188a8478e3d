#include "rules/pack/sha256.h"

#include <openssl/evp.h>

#include "rules/base/check.h"

namespace sluice::rules {

std::string Sha256(absl::string_view bytes) {
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  SLUICE_CHECK(EVP_Digest(bytes.data(), bytes.size(), hash, &size, EVP_sha256(),
                          nullptr) == 1);
  return std::string(reinterpret_cast<const char*>(hash), size);
}

}  // namespace sluice::rules
