#include "gateway/wire/token.h"

#include <xxhash.h>

#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "rules/base/both_error.h"
#include "rules/base/bytes.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

//   token := base64url(kind: u8 | body | checksum: u32)
//   body  := value: u64 * n, or an id
// The checksum is over kind, body and scope.
constexpr size_t kChecksumSize = 4;

uint32_t Checksum(absl::string_view bytes, absl::string_view scope) {
  const std::string all = absl::StrCat(bytes, scope);
  return static_cast<uint32_t>(XXH3_64bits(all.data(), all.size()));
}

std::string Seal(TokenKind kind, absl::string_view body,
                 absl::string_view scope) {
  std::string bytes;
  AppendBigEndian(static_cast<uint8_t>(kind), bytes);
  absl::StrAppend(&bytes, body);
  AppendBigEndian(Checksum(bytes, scope), bytes);
  return absl::WebSafeBase64Escape(bytes);
}

// The body; nullopt: Seal(kind, ..., scope) did not make the token.
std::optional<std::string> Open(TokenKind kind, absl::string_view token,
                                absl::string_view scope) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(token, &bytes) ||
      bytes.size() < 1 + kChecksumSize) {
    return std::nullopt;
  }
  const size_t end = bytes.size() - kChecksumSize;
  ByteReader tail(absl::string_view(bytes).substr(end));
  const uint32_t checksum = *tail.TakeBigEndian<uint32_t>();
  bytes.resize(end);
  if (checksum != Checksum(bytes, scope) ||
      static_cast<uint8_t>(bytes[0]) != static_cast<uint8_t>(kind)) {
    return std::nullopt;
  }
  return bytes.substr(1);
}

absl::Status BadPageToken() {
  return InvalidField(
      "page_token",
      SayBoth("不是这一调用在这些条件下的翻页标记；取第一页时不要给出",
              "not a token of this call with these filters; leave it out for "
              "the first page"));
}

}  // namespace

std::string EncodeToken(TokenKind kind, const std::vector<uint64_t>& values,
                        absl::string_view scope) {
  std::string body;
  for (const uint64_t value : values) AppendBigEndian(value, body);
  return Seal(kind, body, scope);
}

absl::StatusOr<std::vector<uint64_t>> DecodeToken(TokenKind kind,
                                                  absl::string_view token,
                                                  absl::string_view scope) {
  const std::optional<std::string> body = Open(kind, token, scope);
  if (!body || body->size() % sizeof(uint64_t) != 0) {
    return absl::InvalidArgumentError("not a token of this call");
  }
  ByteReader in(*body);
  std::vector<uint64_t> values;
  while (in.remaining() > 0) values.push_back(*in.TakeBigEndian<uint64_t>());
  return values;
}

absl::StatusOr<std::vector<uint64_t>> DecodePageToken(TokenKind kind,
                                                      absl::string_view token,
                                                      size_t count,
                                                      absl::string_view scope) {
  absl::StatusOr<std::vector<uint64_t>> values =
      DecodeToken(kind, token, scope);
  if (values.ok() && values->size() == count) return values;
  return BadPageToken();
}

absl::StatusOr<uint64_t> PageNumber(TokenKind kind, absl::string_view token) {
  if (token.empty()) return 0;
  SLUICE_ASSIGN_OR_RETURN(const std::vector<uint64_t> values,
                          DecodePageToken(kind, token, 1));
  return values.front();
}

std::string EncodeIdToken(TokenKind kind, absl::string_view id,
                          absl::string_view scope) {
  return Seal(kind, id, scope);
}

absl::StatusOr<std::string> DecodeIdPageToken(TokenKind kind,
                                              absl::string_view token,
                                              absl::string_view scope) {
  if (token.empty()) return std::string();
  std::optional<std::string> id = Open(kind, token, scope);
  if (id && !id->empty()) return *std::move(id);
  return BadPageToken();
}

}  // namespace sluice::gateway
