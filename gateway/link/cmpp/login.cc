#include "gateway/link/cmpp/login.h"

#include <openssl/evp.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "rules/base/bytes.h"
#include "rules/base/check.h"

namespace sluice::cmpp {
namespace {

Digest Md5(absl::string_view bytes) {
  Digest digest;
  unsigned int size = 0;
  SLUICE_CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size,
                          EVP_md5(), nullptr) == 1);
  SLUICE_CHECK(size == digest.size());
  return digest;
}

absl::string_view Octets(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

uint32_t LoginTimestamp(absl::Time now) {
  const absl::CivilSecond s =
      absl::ToCivilSecond(now, absl::FixedTimeZone(8 * 3600));
  return static_cast<uint32_t>(
      (((s.month() * 100 + s.day()) * 100 + s.hour()) * 100 + s.minute()) *
          100 +
      s.second());
}

Digest AuthenticatorSource(absl::string_view source_addr,
                           absl::string_view secret, uint32_t timestamp) {
  return Md5(absl::StrCat(source_addr, std::string(9, '\0'), secret,
                          absl::StrFormat("%010d", timestamp)));
}

Digest AuthenticatorIsmg(uint32_t status, size_t status_width,
                         const Digest& authenticator_source,
                         absl::string_view secret) {
  std::string bytes;
  AppendBigEndian(status, bytes);
  bytes.erase(0, bytes.size() - status_width);
  absl::StrAppend(&bytes, Octets(authenticator_source), secret);
  return Md5(bytes);
}

bool IsmgKnowsSecret(const ConnectResp& resp,
                     const Digest& authenticator_source,
                     absl::string_view secret) {
  for (const size_t width : {1, 4}) {
    if (resp.authenticator ==
        AuthenticatorIsmg(resp.status, width, authenticator_source, secret)) {
      return true;
    }
  }
  return false;
}

absl::string_view ConnectStatusText(uint32_t status) {
  switch (status) {
    case 0:
      return "ok";
    case 1:
      return "message structure is wrong";
    case 2:
      return "source address is not allowed";
    case 3:
      return "authentication failed";
    case 4:
      return "version is too high";
    default:
      return "other error";
  }
}

}  // namespace sluice::cmpp
