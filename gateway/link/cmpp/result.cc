#include "gateway/link/cmpp/result.h"

#include <algorithm>
#include <iterator>

namespace sluice::cmpp {
namespace {

constexpr ResultMeaning kMeanings[] = {
    {Reaction::kTaken, "ok"},
    {Reaction::kConfigure, "message structure is wrong"},
    {Reaction::kConfigure, "command word is wrong"},
    {Reaction::kFail, "sequence number is repeated"},
    {Reaction::kConfigure, "message length is wrong"},
    {Reaction::kConfigure, "fee is wrong"},
    {Reaction::kConfigure, "longer than the maximum"},
    {Reaction::kConfigure, "service code is wrong"},
    {Reaction::kRetry, "flow control"},
    {Reaction::kFail, "gateway does not serve this number"},
    {Reaction::kConfigure, "Src_Id is wrong"},
    {Reaction::kConfigure, "Msg_src is wrong"},
    {Reaction::kConfigure, "Fee_terminal_Id is wrong"},
    {Reaction::kFail, "Dest_terminal_Id is wrong"},
};

}  // namespace

ResultMeaning MeaningOf(uint32_t result,
                        const std::vector<uint32_t>& retry_codes) {
  const bool known = result < std::size(kMeanings);
  const absl::string_view text = known          ? kMeanings[result].text
                                 : result < 100 ? "reserved code"
                                 : result < 200 ? "vendor's code"
                                                : "unknown code";
  if (result != kResultOk && std::find(retry_codes.begin(), retry_codes.end(),
                                       result) != retry_codes.end()) {
    return {Reaction::kRetry, text};
  }
  return {known ? kMeanings[result].reaction : Reaction::kFail, text};
}

}  // namespace sluice::cmpp
