#include "gateway/wire/token.h"

#include <xxhash.h>

#include "absl/strings/escaping.h"
#include "rules/base/bytes.h"
#include "rules/base/error_reason.h"

namespace sluice::gateway {
namespace {

//   token := base64url(kind: u8 | value: u64 * n | checksum: u32)
constexpr size_t kChecksumSize = 4;

uint32_t Checksum(absl::string_view bytes) {
  return static_cast<uint32_t>(XXH3_64bits(bytes.data(), bytes.size()));
}

}  // namespace

std::string EncodeToken(TokenKind kind, const std::vector<uint64_t>& values) {
  std::string bytes;
  AppendBigEndian(static_cast<uint8_t>(kind), bytes);
  for (const uint64_t value : values) AppendBigEndian(value, bytes);
  AppendBigEndian(Checksum(bytes), bytes);
  return absl::WebSafeBase64Escape(bytes);
}

absl::StatusOr<std::vector<uint64_t>> DecodeToken(TokenKind kind,
                                                  absl::string_view token) {
  const absl::Status bad =
      absl::InvalidArgumentError("not a token of this call");
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(token, &bytes) ||
      bytes.size() < 1 + kChecksumSize ||
      (bytes.size() - 1 - kChecksumSize) % sizeof(uint64_t) != 0) {
    return bad;
  }
  const size_t body_size = bytes.size() - kChecksumSize;
  ByteReader tail(absl::string_view(bytes).substr(body_size));
  if (*tail.TakeBigEndian<uint32_t>() !=
      Checksum(absl::string_view(bytes).substr(0, body_size))) {
    return bad;
  }
  ByteReader in(absl::string_view(bytes).substr(0, body_size));
  if (*in.TakeBigEndian<uint8_t>() != static_cast<uint8_t>(kind)) return bad;
  std::vector<uint64_t> values;
  while (in.remaining() > 0) values.push_back(*in.TakeBigEndian<uint64_t>());
  return values;
}

absl::StatusOr<std::vector<uint64_t>> DecodePageToken(TokenKind kind,
                                                      absl::string_view token,
                                                      size_t count) {
  absl::StatusOr<std::vector<uint64_t>> values = DecodeToken(kind, token);
  if (values.ok() && values->size() == count) return values;
  return InvalidField("page_token",
                      "not a token of this call with these filters; leave it "
                      "out for the first page");
}

}  // namespace sluice::gateway
