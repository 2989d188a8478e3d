#include "filter/ledger.h"

#include <vector>

#include "gtest/gtest.h"

namespace sluice::filter {
namespace {

constexpr int64_t kMinute = 60'000;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;
// 2026-11-02 00:00 in Shanghai, a Monday.
constexpr int64_t kMonday = 1'793'548'800'000;

const LocalTime& Shanghai() {
  static const auto& local = *[] {
    absl::TimeZone zone;
    absl::LoadTimeZone("Asia/Shanghai", &zone);
    return new LocalTime(zone);
  }();
  return local;
}

Send At(int64_t at_ms) {
  Send send;
  send.at_ms = at_ms;
  send.message_class = MessageClass::kCommercial;
  send.flags = kSendCharged;
  return send;
}

Limit Rolling(uint32_t max, int64_t window_ms, uint16_t by = 0) {
  Limit limit;
  limit.classes = MaskOf(MessageClass::kCommercial);
  limit.max = max;
  limit.window_ms = window_ms;
  limit.by = by;
  return limit;
}

Limit Calendar(uint32_t max, CalendarUnit unit) {
  Limit limit = Rolling(max, 0);
  limit.calendar = unit;
  return limit;
}

const struct {
  absl::string_view name;
  Limit limit;
  std::vector<int64_t> sends;
  int64_t at;
  bool allowed;
} kCases[] = {
    {"none before", Rolling(1, kHour), {}, 0, true},
    {"one too many", Rolling(1, kHour), {0}, kHour - 1, false},
    {"a window's length apart", Rolling(1, kHour), {0}, kHour, true},
    {"at the same time", Rolling(1, kHour), {0}, 0, false},
    {"planned ahead counts", Rolling(1, kHour), {kHour - 1}, 0, false},
    {"planned just far enough", Rolling(1, kHour), {kHour}, 0, true},
    {"both sides, in no window together",
     Rolling(2, kHour),
     {-kHour + 1, kHour - 1},
     0,
     true},
    {"both sides, in one window",
     Rolling(2, kHour),
     {-kHour / 2, kHour / 2 - 1},
     0,
     false},
    {"both sides, a window's length apart",
     Rolling(2, kHour),
     {-kHour / 2, kHour / 2},
     0,
     true},
    {"order does not matter", Rolling(3, kHour), {50, -50, 20}, 0, false},
    {"zero allows none", Rolling(0, kHour), {}, 0, false},
    {"calendar: full day",
     Calendar(2, CalendarUnit::kDay),
     {kMonday, kMonday + kDay - 1},
     kMonday + kHour,
     false},
    {"calendar: yesterday does not count",
     Calendar(2, CalendarUnit::kDay),
     {kMonday - 1, kMonday},
     kMonday + kHour,
     true},
    {"calendar: tomorrow does not count",
     Calendar(1, CalendarUnit::kDay),
     {kMonday + kDay},
     kMonday + kDay - 1,
     true},
    {"calendar: planned for later today",
     Calendar(1, CalendarUnit::kDay),
     {kMonday + kDay - 1},
     kMonday,
     false},
    {"week: from Monday",
     Calendar(1, CalendarUnit::kWeek),
     {kMonday - 1},
     kMonday,
     true},
    {"week: to Sunday",
     Calendar(1, CalendarUnit::kWeek),
     {kMonday},
     kMonday + 7 * kDay - 1,
     false},
    {"month: October is over",
     Calendar(1, CalendarUnit::kMonth),
     {kMonday - 2 * kDay},
     kMonday,
     true},
    {"month: from the first",
     Calendar(1, CalendarUnit::kMonth),
     {kMonday - kDay},
     kMonday,
     false},
};

TEST(Allows, Table) {
  for (const auto& c : kCases) {
    std::vector<Send> sends;
    for (const int64_t at : c.sends) sends.push_back(At(at));
    EXPECT_EQ(Allows(c.limit, Shanghai(), sends, At(c.at)), c.allowed)
        << c.name;
  }
}

TEST(Allows, EachPartOfTheKeyTellsSendsApart) {
  const struct {
    LimitKey by;
    void (*change)(Send&);
  } kParts[] = {
      {kByAccount, [](Send& s) { s.account = 9; }},
      {kByContentProvider, [](Send& s) { s.content_provider = 9; }},
      {kByPort, [](Send& s) { s.port = 9; }},
      {kBySignature, [](Send& s) { s.signature = 9; }},
      {kByTemplate, [](Send& s) { s.template_hash = 9; }},
      {kByContent, [](Send& s) { s.content = 9; }},
      {kByCampaign, [](Send& s) { s.campaign_hash = 9; }},
      {kByClass, [](Send& s) { s.message_class = MessageClass::kNotice; }},
  };
  for (const auto& part : kParts) {
    Limit limit = Rolling(1, kHour, part.by);
    limit.classes = 0xff;
    Send other = At(0);
    part.change(other);
    EXPECT_TRUE(Allows(limit, Shanghai(), {other}, At(0))) << part.by;
    EXPECT_FALSE(Allows(limit, Shanghai(), {At(0)}, At(0))) << part.by;
    limit.by = 0;
    EXPECT_FALSE(Allows(limit, Shanghai(), {other}, At(0))) << part.by;
  }
}

TEST(Allows, CountsOnlyWhatIsCharged) {
  Limit limit = Rolling(1, kHour);
  Send refunded = At(0);
  refunded.flags = kSendDeferred;
  EXPECT_TRUE(Allows(limit, Shanghai(), {refunded}, At(0)));
  Send failed = At(0);
  failed.flags |= kSendFailed;
  EXPECT_FALSE(Allows(limit, Shanghai(), {failed}, At(0)));
  limit.refund_undelivered = true;
  EXPECT_TRUE(Allows(limit, Shanghai(), {failed}, At(0)));
}

TEST(Allows, IsNotAboutOtherClasses) {
  Send code = At(0);
  code.message_class = MessageClass::kVerification;
  EXPECT_TRUE(Allows(Rolling(0, kHour), Shanghai(), {At(0)}, code));
  EXPECT_TRUE(Allows(Rolling(1, kHour), Shanghai(), {code}, At(0)));
}

std::shared_ptr<const Policy> PolicyWith(const char* window) {
  rules::v1::PackPolicy pack;
  rules::v1::LimitRule& limit = *pack.add_limits();
  limit.set_id("limit");
  limit.set_max(1);
  limit.set_window(window);
  return *Policy::Build(pack, {}, {}, {});
}

TEST(CanForget, WhenNoWindowHoldsItAnyMore) {
  const auto policy = PolicyWith("1h");
  EXPECT_FALSE(CanForget(*policy, At(0), kHour - 1));
  EXPECT_TRUE(CanForget(*policy, At(0), kHour));
  EXPECT_FALSE(CanForget(*policy, At(kDay), kHour));
  const auto weekly = PolicyWith("week");
  EXPECT_FALSE(CanForget(*weekly, At(kMonday), kMonday + 7 * kDay - 1));
  EXPECT_TRUE(CanForget(*weekly, At(kMonday), kMonday + 7 * kDay));
}

TEST(CanForget, KeepsKeysForTheirWindow) {
  const auto policy = PolicyWith("1h");
  Send rejected = At(0);
  rejected.flags = kSendRejected;
  EXPECT_TRUE(CanForget(*policy, rejected, 1));
  rejected.key = 7;
  EXPECT_FALSE(CanForget(*policy, rejected, kDay - 1));
  EXPECT_TRUE(CanForget(*policy, rejected, kDay));
}

TEST(CanForget, KeepsWhatWaits) {
  const auto policy = PolicyWith("1h");
  Send held = At(2 * kDay);
  held.flags = kSendHeld;
  EXPECT_FALSE(CanForget(*policy, held, kDay));
}

}  // namespace
}  // namespace sluice::filter
