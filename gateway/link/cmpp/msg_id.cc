#include "gateway/link/cmpp/msg_id.h"

#include "absl/strings/str_format.h"

namespace sluice::cmpp {

std::string MsgIdKey(uint64_t msg_id) {
  // Formatted by hand, because it runs for every answer and every report.
  std::string key(16, '0');
  for (int i = 15; msg_id != 0; --i, msg_id >>= 4) {
    key[i] = "0123456789abcdef"[msg_id & 15];
  }
  return key;
}

MsgIdParts SplitMsgId(uint64_t msg_id) {
  const auto bits = [&](int shift, int width) {
    return static_cast<uint32_t>(msg_id >> shift & ((1u << width) - 1));
  };
  return {bits(60, 4), bits(55, 5),  bits(50, 5), bits(44, 6),
          bits(38, 6), bits(16, 22), bits(0, 16)};
}

uint64_t MakeMsgId(const MsgIdParts& p) {
  const auto bits = [](uint32_t value, int shift, int width) {
    return (value & ((uint64_t{1} << width) - 1)) << shift;
  };
  return bits(p.month, 60, 4) | bits(p.day, 55, 5) | bits(p.hour, 50, 5) |
         bits(p.minute, 44, 6) | bits(p.second, 38, 6) |
         bits(p.gateway, 16, 22) | bits(p.sequence, 0, 16);
}

std::string MsgIdMeaning(uint64_t msg_id) {
  const MsgIdParts p = SplitMsgId(msg_id);
  return absl::StrFormat("%02d-%02d %02d:%02d:%02d gw %d seq %d", p.month,
                         p.day, p.hour, p.minute, p.second, p.gateway,
                         p.sequence);
}

}  // namespace sluice::cmpp
