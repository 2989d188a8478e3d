#include "gateway/link/cmpp/deliver_body.h"

#include <algorithm>

#include "gateway/link/pdu.h"

namespace sluice::cmpp {
namespace {

bool AllNul(absl::string_view octets) {
  return octets.find_first_not_of('\0') == absl::string_view::npos;
}

// How many of the octets after Msg_Length are content, when `said` is its value
// and Reserved should have `tail` octets. They end where Reserved begins,
// unless Msg_Length and the octets show that Reserved is missing or cut, or
// that the content is padded.
size_t ContentSize(absl::string_view rest, size_t said, size_t tail) {
  if (rest.size() < tail) return std::min(said, rest.size());
  const size_t until_tail = rest.size() - tail;
  if (said == 0 || said > rest.size()) return until_tail;
  const size_t first = std::min(said, until_tail);
  const size_t second = std::max(said, until_tail);
  const bool padding = AllNul(rest.substr(first, second - first));
  if (said < until_tail) return padding ? said : until_tail;
  return !padding && AllNul(rest.substr(said)) ? said : until_tail;
}

// The same body in the layout of `v`: Msg_Length is true, and Reserved whole.
std::string Straightened(absl::string_view body, Version v) {
  const absl::string_view rest = body.substr(DeliverHeadSize(v) + 1);
  const auto said = static_cast<uint8_t>(body[DeliverHeadSize(v)]);
  const size_t size =
      std::min<size_t>(ContentSize(rest, said, ReserveWidth(v)), 0xff);
  std::string straight(body.substr(0, DeliverHeadSize(v)));
  straight.push_back(static_cast<char>(size));
  straight.append(rest.data(), size);
  straight.append(ReserveWidth(v), '\0');
  return straight;
}

}  // namespace

absl::Status TakeDeliver(absl::string_view body, Version spoken,
                         Deliver& deliver, std::string& fault) {
  fault.clear();
  const absl::Status strict = link::TakeBody(body, deliver, spoken);
  if (strict.ok()) return strict;
  fault = std::string(strict.message());
  const Version other = spoken == Version::k20 ? Version::k30 : Version::k20;
  if (link::TakeBody(body, deliver, other).ok()) return absl::OkStatus();
  if (body.size() <= DeliverHeadSize(spoken)) return strict;
  return link::TakeBody(Straightened(body, spoken), deliver, spoken);
}

}  // namespace sluice::cmpp
