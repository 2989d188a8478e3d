#include "gateway/http_framing.h"

#include <cstdint>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"

namespace sluice::gateway {
namespace {

constexpr HttpFrame kMalformed = {0, 400};

// Takes a line off `rest`, without its end; nullopt when it does not end with
// "\r\n".
std::optional<absl::string_view> TakeLine(absl::string_view& rest) {
  const size_t end = rest.find('\n');
  if (end == absl::string_view::npos || end == 0 || rest[end - 1] != '\r') {
    return std::nullopt;
  }
  const absl::string_view line = rest.substr(0, end - 1);
  rest.remove_prefix(end + 1);
  return line;
}

absl::string_view NameOf(absl::string_view line) {
  return absl::StripAsciiWhitespace(line.substr(0, line.find(':')));
}

bool IsNumber(absl::string_view text) {
  for (const char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
  }
  return !text.empty();
}

}  // namespace

HttpFrame FrameOf(absl::string_view head, size_t body_bytes_max) {
  if (!TakeLine(head)) return kMalformed;  // The request line.
  std::optional<uint64_t> length;
  while (!head.empty()) {
    const std::optional<absl::string_view> line = TakeLine(head);
    if (!line) return kMalformed;
    if (line->empty()) continue;
    // A line that continues the one before could hide a length.
    if (absl::ascii_isspace(static_cast<unsigned char>(line->front()))) {
      return kMalformed;
    }
    const absl::string_view name = NameOf(*line);
    if (absl::EqualsIgnoreCase(name, "Transfer-Encoding")) return {0, 411};
    if (!absl::EqualsIgnoreCase(name, "Content-Length")) continue;
    const size_t colon = line->find(':');
    if (colon == absl::string_view::npos) return kMalformed;
    const absl::string_view value =
        absl::StripAsciiWhitespace(line->substr(colon + 1));
    if (!IsNumber(value)) return kMalformed;
    uint64_t bytes = 0;
    // More digits than a number has are more bytes than the bound.
    if (!absl::SimpleAtoi(value, &bytes)) return {0, 413};
    if (length && *length != bytes) return kMalformed;
    length = bytes;
  }
  if (!length) return {};
  if (*length > body_bytes_max) return {0, 413};
  return {static_cast<size_t>(*length), 0};
}

bool IsForHealth(absl::string_view head) {
  return absl::StartsWith(head, "GET /healthz ") ||
         absl::StartsWith(head, "GET /readyz ") ||
         absl::StartsWith(head, "HEAD /healthz ") ||
         absl::StartsWith(head, "HEAD /readyz ");
}

void HideRanges(std::string& request, size_t head_bytes) {
  for (size_t at = request.find('\n'); at + 1 < head_bytes;
       at = request.find('\n', at + 1)) {
    const absl::string_view rest = absl::string_view(request).substr(at + 1);
    if (absl::StartsWithIgnoreCase(rest, "Range:")) {
      request.replace(at + 1, 5, "X-Rng");
    }
  }
}

}  // namespace sluice::gateway
