#pragma once

// The 64 bits by which a CMPP gateway names a message.
// Source: China Mobile CMPP 2.0 and 3.0.0, Msg_Id:
//   month 4 | day 5 | hour 5 | minute 6 | second 6 | gateway 22 | sequence 16
//
// The link treats it as an opaque key: some gateways fill it otherwise.

#include <cstdint>
#include <string>

namespace sluice::cmpp {

// 16 hexadecimal digits: the message id in Answer, Report and Mo.
std::string MsgIdKey(uint64_t msg_id);

// For people: "11-22 07:00:24 gw 232743 seq 7946".
std::string MsgIdMeaning(uint64_t msg_id);

// For the simulator. `month` to `second` are not checked.
struct MsgIdParts {
  uint32_t month = 0, day = 0, hour = 0, minute = 0, second = 0;
  uint32_t gateway = 0;
  uint32_t sequence = 0;
};
uint64_t MakeMsgId(const MsgIdParts& parts);
MsgIdParts SplitMsgId(uint64_t msg_id);

}  // namespace sluice::cmpp
