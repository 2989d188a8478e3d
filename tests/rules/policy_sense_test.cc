// Values of policy.yaml that are allowed, and make no sense.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "tests/rules/warnings_of.h"

namespace sluice::rules {
namespace {

// The warnings of the good pack with `to` instead of `from` in one file.
std::string WarningsWith(const std::string& file, const std::string& from,
                         const std::string& to) {
  Files files = GoodFiles();
  std::string& content = files[file];
  EXPECT_TRUE(absl::StrContains(content, from)) << from;
  content = absl::StrReplaceAll(content, {{from, to}});
  return WarningsOf(files);
}

// Without the one about the good pack's limit, which has no classes.
std::string OfOthers(const std::string& warnings) {
  std::vector<std::string> lines = absl::StrSplit(warnings, '\n');
  std::erase_if(lines, [](const std::string& line) {
    return absl::StrContains(line, ": without classes it counts");
  });
  return absl::StrJoin(lines, "\n");
}

struct PolicyCase {
  const char* from;
  const char* to;
  const char* what;  // A part of the warning; "": there is none.
};

constexpr PolicyCase kCases[] = {
    {"close: 21:00", "close: 22:00", ""},
    {"close: 21:00", "close: 08:30",
     "policy.yaml:7:12: send hours of class commercial are 30 minutes a day in "
     "all"},
    // In any of several, which may overlap.
    {"limits:\n",
     "  - {classes: [commercial], open: '21:00', close: '21:30', "
     "basis: carrier}\nlimits:\n",
     ""},
    {"close: 21:00\n    basis: carrier\n",
     "close: '09:30'\n    basis: carrier\n"
     "  - {classes: [commercial], open: '09:00', close: '09:45', "
     "basis: carrier}\n",
     "policy.yaml:9:51: send hours of class commercial are 105 minutes a day"},
    {"limits:\n",
     "limits:\n  - {id: w, classes: [commercial], by: [recipient], max: 1, "
     "window: 1h, basis: policy}\n",
     ""},
    {"stopped_by_opt_out: true, ", "",
     "policy.yaml:2:5: without stopped_by_opt_out: true class commercial is "
     "stopped all the same when the recipient refuses (Order 31, article 18): "
     "the line has no effect and should say true"},
    {"send_hours:",
     "  - {message_class: consent_request, needs_signature: true, "
     "stopped_by_opt_out: false}\nsend_hours:",
     "without stopped_by_opt_out: true class consent_request is stopped all "
     "the same"},
    {"send_hours:",
     "  - {message_class: verification, validity_minutes: 5, "
     "stopped_by_opt_out: true}\nsend_hours:",
     "policy.yaml:4:76: class verification has stopped_by_opt_out: consent and "
     "opt-outs of Order 31 are about commercial messages, and messages that "
     "recipients wait for are refused; remove the line"},
    {"send_hours:",
     "  - {message_class: notice, validity_minutes: 60, "
     "needs_opt_out_wording: true}\nsend_hours:",
     "class notice has needs_opt_out_wording"},
    {"send_hours:",
     "  - {message_class: consent_request, stopped_by_opt_out: true, "
     "needs_consent: true}\nsend_hours:",
     "class consent_request has needs_consent: these messages ask for the "
     "consent"},
    {"send_hours:",
     "  - {message_class: consent_request, stopped_by_opt_out: true, "
     "needs_opt_out_wording: true}\nsend_hours:",
     ""},
    {"send_hours:",
     "  - {message_class: verification, validity_minutes: 5, "
     "needs_consent: true}\nsend_hours:",
     "policy.yaml:4:71: class verification has needs_consent"},
    {"send_hours:",
     "  - {message_class: notice, needs_signature: true, validity_minutes: 1}"
     "\nsend_hours:",
     "policy.yaml:4:70: messages of class notice are valid for 1 min: it "
     "expires when a phone is off or a link slow; usually 1440"},
    {"send_hours:",
     "  - {message_class: verification, needs_signature: true, "
     "validity_minutes: 10080}\nsend_hours:",
     "policy.yaml:4:76: messages of class verification are valid for 10,080 "
     "min: it arrives when it is of no use; usually 5"},
    {"checks:",
     "campaigns: {minutes: 10, limits: [{classes: [commercial], "
     "recipients_max: 1}]}\nchecks:",
     "policy.yaml:15:75: with recipients_max: 1 the same text to a few "
     "numbers waits for a person, everyday notices too: usually 500"},
    {"close: 21:00", "close: '00:00'",
     "policy.yaml:7:12: for send hours until midnight write 24:00 as 'close'"},
    {"checks:", "signature: {length_min: 3}\nchecks:",
     "signature.length_min: 3: signatures of two characters are common"},
    {"checks:", "signature: {length_min: 2, length_max: 3}\nchecks:",
     "signature.length_max: 3: signatures have 2 to 20 characters"},
    {"checks:", "defer_spread_minutes: 0\nchecks:",
     "policy.yaml:15:23: defer_spread_minutes: 0: what was deferred goes out"},
    {"checks:", "defer_spread_minutes: 1440\nchecks:",
     "defer_spread_minutes: 1440: what was deferred goes out"},
    {"checks:", "hold_hours: 1\nchecks:",
     "hold_hours: 1: what is held at night expires before anybody looks"},
    {"checks:",
     "campaigns: {minutes: 1440, limits: [{classes: [commercial], "
     "recipients_max: 500}]}\nchecks:",
     "campaigns.minutes: 1440: in a long time everyday messages"},
    {"checks:", "calling_codes: [1]\nchecks:",
     "policy.yaml:15:16: the pack is for China"},
    {"observe_until: 2026-12-31", "observe_until: 2099-12-31",
     "policy.yaml:18:20: observed until '2099-12-31', and not enforced before"},
};

TEST(PolicySense, OfPolicy) {
  for (const PolicyCase& one : kCases) {
    const std::string warnings =
        OfOthers(WarningsWith("policy.yaml", one.from, one.to));
    if (*one.what == 0) {
      EXPECT_EQ(warnings, "") << one.to;
    } else {
      EXPECT_TRUE(absl::StrContains(warnings, one.what)) << one.to << "\n"
                                                         << warnings;
      EXPECT_FALSE(absl::StrContains(warnings, "\n")) << warnings;
    }
  }
}

struct LimitCase {
  const char* limits;  // One a line, without id, class and basis.
  const char* what;    // A part of the warning; "": there is none.
};

constexpr LimitCase kLimits[] = {
    {"by: [recipient], max: 5, window: 1h\n"
     "by: [recipient], max: 3, window: 24h",
     "limit 'l0' never acts: 'l1' allows 3 in 24h, so that 5 in 1h are never "
     "reached; lower this 'max', or change 'l1'"},
    {"by: [recipient], max: 5, window: 1h\n"
     "by: [recipient], max: 10, window: 24h",
     ""},
    // 24 windows of an hour.
    {"by: [recipient], max: 5, window: 1h\n"
     "by: [recipient], max: 120, window: 24h",
     "limit 'l1' never acts"},
    {"by: [recipient], max: 5, window: 1h\n"
     "by: [recipient], max: 119, window: 24h",
     ""},
    // 24 hours lie across two days.
    {"by: [recipient], max: 5, window: day\n"
     "by: [recipient], max: 9, window: 24h",
     ""},
    {"by: [recipient], max: 5, window: day\n"
     "by: [recipient], max: 10, window: 24h",
     "limit 'l1' never acts"},
    {"by: [recipient], max: 5, window: day\n"
     "by: [recipient], max: 5, window: hour",
     "limit 'l1' never acts"},
    // The same twice, told once.
    {"by: [recipient], max: 5, window: 1h\n"
     "by: [recipient], max: 5, window: 1h",
     "limit 'l1' never acts"},
    // Another count, or one that only watches.
    {"by: [recipient], max: 5, window: 1h\n"
     "by: [recipient, signature], max: 3, window: 24h",
     ""},
    {"by: [recipient], max: 5, window: 1h\n"
     "by: [recipient], max: 3, window: 24h, mode: observe",
     ""},
    {"by: [recipient], max: 100000, window: 1h",
     "limit 'l0' never acts: no number gets 100,000 messages in 1h"},
    {"by: [recipient], max: 1000, window: 1h", ""},
};

TEST(PolicySense, LimitsThatNeverAct) {
  for (const LimitCase& one : kLimits) {
    Files files = GoodFiles();
    std::string limits = "limits:\n";
    int i = 0;
    for (const absl::string_view limit : absl::StrSplit(one.limits, '\n')) {
      absl::StrAppend(&limits, "  - {id: l", i++, ", classes: [commercial], ",
                      limit, ", basis: policy}\n");
    }
    files["policy.yaml"] = absl::StrReplaceAll(
        kGoodPolicy, {{"limits:\n  - id: a-day\n    by: [recipient]\n    max: "
                       "2\n    window: day\n    basis: policy\n",
                       limits}});
    const std::string warnings = WarningsOf(files);
    if (*one.what == 0) {
      EXPECT_EQ(warnings, "") << limits;
    } else {
      EXPECT_TRUE(absl::StrContains(warnings, one.what)) << limits << warnings;
      EXPECT_FALSE(absl::StrContains(warnings, "\n")) << warnings;
    }
  }
}

// Each class by its own windows.
TEST(PolicySense, SendHoursOfClasses) {
  Files files = GoodFiles();
  files["policy.yaml"] = absl::StrReplaceAll(
      kGoodPolicy,
      {{"send_hours:\n",
        "  - {message_class: consent_request, needs_signature: true, "
        "stopped_by_opt_out: true}\nsend_hours:\n"
        "  - {classes: [commercial, consent_request], open: '12:00', "
        "close: '13:00', basis: carrier}\n"}});
  EXPECT_TRUE(absl::StartsWith(
      WarningsOf(files),
      "policy.yaml:6:68: send hours of class consent_request are 60 minutes"))
      << WarningsOf(files);
}

TEST(PolicySense, VerificationsThatNobodyCanAskForAgain) {
  Files files = GoodFiles();
  files["policy.yaml"] = absl::StrReplaceAll(
      kGoodPolicy, {{"classes:\n",
                     "classes:\n  - {message_class: verification, "
                     "needs_signature: true, validity_minutes: 5}\n"},
                    {"max: 2\n", "max: 1\n"}});
  EXPECT_TRUE(absl::StrContains(
      WarningsOf(files),
      "class verification is allowed 1 per day, so that whoever did not get it "
      "cannot ask again: usually 1 a minute, 5 an hour and 10 a day"))
      << WarningsOf(files);
}

// Whoever signs in at night waits for a code.
TEST(PolicySense, VerificationsThatWait) {
  Files files = GoodFiles();
  files["policy.yaml"] = absl::StrReplaceAll(
      kGoodPolicy,
      {{"classes:\n",
        "classes:\n  - {message_class: verification, needs_signature: true, "
        "validity_minutes: 5}\n"},
       {"send_hours:\n",
        "send_hours:\n  - {classes: [verification], open: '09:00', "
        "close: '18:00', basis: carrier}\n"}});
  EXPECT_TRUE(absl::StrContains(
      WarningsOf(files),
      "policy.yaml:6:15: class verification is sent from 09:00 to 18:00 only"))
      << WarningsOf(files);
}

TEST(PolicySense, LimitsWithoutClasses) {
  Files files = GoodFiles();
  const auto warned = [&files](absl::string_view max) {
    files["policy.yaml"] = absl::StrReplaceAll(
        kGoodPolicy,
        {{"classes:\n",
          "classes:\n  - {message_class: notice, needs_signature: true, "
          "validity_minutes: 60}\n"},
         {"max: 2\n", absl::StrCat("max: ", max, "\n")}});
    return WarningsOf(files);
  };
  EXPECT_EQ(warned("2"),
            "policy.yaml:11:5: without classes it counts codes and notices, "
            "too, and stops them from number 3 within day on: write the "
            "classes, such as classes: [commercial]");
  EXPECT_EQ(warned("100"), "");
}

TEST(PolicySense, CodesThatAreNotSentAgain) {
  Files files = GoodFiles();
  const auto warnings = [&files](absl::string_view window) {
    files["policy.yaml"] = absl::StrReplaceAll(
        kGoodPolicy,
        {{"classes:\n",
          "classes:\n  - {message_class: verification, needs_signature: true, "
          "validity_minutes: 5}\n"},
         {"  - id: a-day\n    by: [recipient]\n    max: 2\n    window: day\n",
          absl::StrCat("  - id: a-day\n    classes: [verification]\n    by: "
                       "[recipient, content]\n    max: 1\n    window: ",
                       window, "\n")}});
    return WarningsOf(files);
  };
  EXPECT_TRUE(absl::StrContains(warnings("24h"),
                                "the same code is not sent again within 24h"))
      << warnings("24h");
  EXPECT_EQ(warnings("60s"), "");
}

TEST(PolicySense, OfTheHeader) {
  EXPECT_TRUE(absl::StartsWith(
      WarningsWith("pack.yaml", "Asia/Shanghai", "UTC"),
      "pack.yaml:5:12: the pack is for China (countries: CN), and 'UTC' is not "
      "its time"));
  EXPECT_EQ(WarningsWith("pack.yaml", "Asia/Shanghai", "PRC"), "");
}

// Of another market nobody here knows the law.
TEST(PolicySense, IsForChina) {
  Files files = GoodFiles();
  files["pack.yaml"] = absl::StrReplaceAll(
      kGoodPack, {{"[CN]", "[US]"}, {"Asia/Shanghai", "America/New_York"}});
  files["policy.yaml"] =
      absl::StrReplaceAll(kGoodPolicy, {{"close: 21:00", "close: 08:30"}});
  EXPECT_EQ(WarningsOf(files), "");
}

}  // namespace
}  // namespace sluice::rules
