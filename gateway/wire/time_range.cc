#include "gateway/wire/time_range.h"

#include <limits>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/market_zone.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

// A caller's clock may be so far ahead.
constexpr int64_t kAheadMaxMs = 60'000;

absl::StatusOr<int64_t> ReadTime(absl::string_view field,
                                 const google::protobuf::Timestamp& time) {
  const std::optional<int64_t> ms = TryMillisOf(time);
  if (ms) return *ms;
  return InvalidField(field, SayBoth("不是时间", "not a time"));
}

}  // namespace

std::string MarketTimeText(int64_t ms) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S %Ez", absl::FromUnixMillis(ms),
                          MarketZone());
}

absl::StatusOr<int64_t> ReadPast(absl::string_view field,
                                 const google::protobuf::Timestamp& time,
                                 int64_t now_ms) {
  SLUICE_ASSIGN_OR_RETURN(const int64_t ms, ReadTime(field, time));
  if (ms <= now_ms + kAheadMaxMs) return ms;
  return InvalidField(field,
                      SayBoth("$0 还没有到：服务器的时间是 $1",
                              "$0 is still to come: the server's time is $1",
                              MarketTimeText(ms), MarketTimeText(now_ms)));
}

absl::StatusOr<TimeRange> ReadTimeRange(const TimeFields& fields,
                                        int64_t now_ms) {
  TimeRange range = {.until_ms = std::numeric_limits<int64_t>::max()};
  if (fields.start) {
    SLUICE_ASSIGN_OR_RETURN(range.from_ms,
                            ReadPast(fields.start_name, *fields.start, now_ms));
  }
  if (!fields.end) return range;
  SLUICE_ASSIGN_OR_RETURN(range.until_ms,
                          ReadTime(fields.end_name, *fields.end));
  if (!fields.start || range.until_ms > range.from_ms) return range;
  return InvalidField(
      fields.end_name,
      SayBoth("$0 不晚于起始时间 $1", "$0 is not after the start, $1",
              MarketTimeText(range.until_ms), MarketTimeText(range.from_ms)));
}

absl::Status StartIsMissing() {
  return InvalidField("start_time", SayBoth("须给出", "is required"));
}

}  // namespace sluice::gateway
