#include "filter/policy/local_time.h"

#include <random>

#include "gtest/gtest.h"

namespace sluice::filter {
namespace {

absl::TimeZone Zone(const char* name) {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone(name, &zone)) << name;
  return zone;
}

int64_t At(const char* text, const absl::TimeZone& zone) {
  absl::CivilSecond second;
  EXPECT_TRUE(absl::ParseCivilTime(text, &second)) << text;
  return absl::ToUnixMillis(absl::FromCivil(second, zone));
}

// Zones without daylight saving time, with it, with half an hour of it, and
// with a jump at midnight.
constexpr const char* kZones[] = {"Asia/Shanghai",       "America/New_York",
                                  "Australia/Lord_Howe", "America/Havana",
                                  "Asia/Kathmandu",      "UTC"};

TEST(LocalTime, AgreesWithAbslAtRandomMoments) {
  std::mt19937_64 random(1);
  for (const char* name : kZones) {
    const absl::TimeZone zone = Zone(name);
    const LocalTime local(zone);
    for (int i = 0; i < 50'000; ++i) {
      // 1970 to 2100, to the second.
      const int64_t at_ms =
          static_cast<int64_t>(random() % 4'102'444'800) * 1000;
      const auto info = zone.At(absl::FromUnixMillis(at_ms));
      ASSERT_EQ(local.OffsetMsAt(at_ms), int64_t{info.offset} * 1000) << name;
      const absl::CivilDay day(info.cs);
      ASSERT_EQ(local.TimeOfDayMs(at_ms),
                (info.cs - absl::CivilSecond(day)) * 1000);
      const TimeRange days = local.CalendarRange(CalendarUnit::kDay, at_ms);
      ASSERT_EQ(days.begin_ms, absl::ToUnixMillis(absl::FromCivil(day, zone)));
      ASSERT_EQ(days.end_ms,
                absl::ToUnixMillis(absl::FromCivil(day + 1, zone)));
      const absl::CivilMonth month(info.cs);
      const TimeRange months = local.CalendarRange(CalendarUnit::kMonth, at_ms);
      ASSERT_EQ(months.begin_ms,
                absl::ToUnixMillis(absl::FromCivil(month, zone)));
      ASSERT_EQ(months.end_ms,
                absl::ToUnixMillis(absl::FromCivil(month + 1, zone)));
      const absl::CivilDay monday =
          absl::PrevWeekday(day + 1, absl::Weekday::monday);
      const TimeRange weeks = local.CalendarRange(CalendarUnit::kWeek, at_ms);
      ASSERT_EQ(weeks.begin_ms,
                absl::ToUnixMillis(absl::FromCivil(monday, zone)));
      ASSERT_EQ(weeks.end_ms,
                absl::ToUnixMillis(absl::FromCivil(monday + 7, zone)));
      for (const CalendarUnit unit :
           {CalendarUnit::kMinute, CalendarUnit::kHour, CalendarUnit::kDay}) {
        const TimeRange range = local.CalendarRange(unit, at_ms);
        ASSERT_LE(range.begin_ms, at_ms) << name;
        ASSERT_GT(range.end_ms, at_ms) << name;
      }
    }
  }
}

TEST(LocalTime, FromLocalIsFromCivil) {
  std::mt19937_64 random(2);
  for (const char* name : kZones) {
    const absl::TimeZone zone = Zone(name);
    const LocalTime local(zone);
    // Around every jump from 2000 to 2030, in steps of a minute, and elsewhere.
    absl::TimeZone::CivilTransition jump;
    absl::Time at = absl::FromUnixSeconds(946'684'800);
    for (int jumps = 0; jumps < 60 && zone.NextTransition(at, &jump); ++jumps) {
      // Start after the jump, so that the next one is found.
      at = absl::FromCivil(jump.to + 86'400, zone);
      for (int minute = -180; minute < 180; ++minute) {
        const absl::CivilSecond civil = jump.from + 60 * minute;
        ASSERT_EQ(local.FromLocalMs((civil - absl::CivilSecond(1970)) * 1000),
                  absl::ToUnixMillis(absl::FromCivil(civil, zone)))
            << name << " " << civil;
      }
    }
    for (int i = 0; i < 20'000; ++i) {
      const absl::CivilSecond civil =
          absl::CivilSecond(1975) +
          static_cast<int64_t>(random() % 3'900'000'000);
      ASSERT_EQ(local.FromLocalMs((civil - absl::CivilSecond(1970)) * 1000),
                absl::ToUnixMillis(absl::FromCivil(civil, zone)))
          << name << " " << civil;
    }
  }
}

TEST(LocalTime, AnHourShownTwiceIsTwoHours) {
  const absl::TimeZone zone = Zone("America/New_York");
  const LocalTime local(zone);
  // 2026-11-01 02:00 becomes 01:00.
  const int64_t first_ms = At("2026-11-01T01:00:00", zone);
  const int64_t second_ms = first_ms + 3'600'000;
  EXPECT_EQ(local.CalendarRange(CalendarUnit::kHour, first_ms + 5),
            (TimeRange{first_ms, second_ms}));
  EXPECT_EQ(local.CalendarRange(CalendarUnit::kHour, second_ms + 5),
            (TimeRange{second_ms, second_ms + 3'600'000}));
}

TEST(LocalTime, WeeksStartOnMonday) {
  const absl::TimeZone zone = Zone("Asia/Shanghai");
  const LocalTime local(zone);
  const TimeRange week = {At("2026-11-16T00:00:00", zone),
                          At("2026-11-23T00:00:00", zone)};
  EXPECT_EQ(local.CalendarRange(CalendarUnit::kWeek, week.begin_ms), week);
  EXPECT_EQ(local.CalendarRange(CalendarUnit::kWeek, week.end_ms - 1), week);
  EXPECT_NE(local.CalendarRange(CalendarUnit::kWeek, week.end_ms), week);
}

}  // namespace
}  // namespace sluice::filter
