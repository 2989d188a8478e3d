// Years of traffic to a few numbers on a fake clock, decided by Admit, compared
// with an oracle that shares no idea with the ledger: it tries every window in
// turn, and counts calendar windows by their civil time. Each seed is one
// history: rerun a failure with SLUICE_SEED=<n>. SLUICE_STEPS makes the history
// longer.

#include <algorithm>
#include <array>
#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "filter/admit.h"
#include "filter/ledger.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "rules/base/check.h"

namespace sluice::filter {
namespace {

constexpr int64_t kMinute = 60'000;

constexpr char kPack[] = R"pb(
  limits {
    id: "rolling-3m"
    classes: MESSAGE_CLASS_VERIFICATION
    by: "content_provider"
    max: 2
    window: "3m"
  }
  limits { id: "rolling-45m" max: 6 window: "45m" refund_undelivered: true }
  limits {
    id: "same-content"
    by: "content"
    by: "signature"
    by: "class"
    max: 1
    window: "10m"
    code: "DUPLICATE_CONTENT"
  }
  limits {
    id: "observed"
    by: "campaign"
    max: 2
    window: "20m"
    mode: CHECK_MODE_OBSERVE
  }
  limits { id: "hour" by: "class" max: 4 window: "hour" }
  limits {
    id: "day"
    classes: MESSAGE_CLASS_COMMERCIAL
    by: "content_provider"
    max: 12
    window: "day"
  }
)pb";

// Added in short histories: a month of sends is slow to search.
constexpr char kLongWindows[] = R"pb(
  limits {
    id: "week"
    by: "account"
    by: "port"
    by: "template"
    max: 60
    window: "week"
    refund_undelivered: true
  }
  limits { id: "month" by: "account" max: 900 window: "month" }
)pb";

using KeyParts = std::array<int64_t, 3>;

// A limit as the oracle sees it: restated, not the ledger's Limit.
struct OracleLimit {
  absl::string_view id;
  bool observed;
  bool commercial_only, verification_only;
  uint32_t max;
  int window_minutes;  // 0: calendar.
  char unit;           // h, d, w, m.
  bool refunds_failed;
  KeyParts (*key)(const Send&);
};

const OracleLimit kOracle[] = {
    {"rolling-3m", false, false, true, 2, 3, 0, false,
     [](const Send& s) { return KeyParts{s.content_provider}; }},
    {"rolling-45m", false, false, false, 6, 45, 0, true,
     [](const Send&) { return KeyParts{}; }},
    {"same-content", false, false, false, 1, 10, 0, false,
     [](const Send& s) {
       return KeyParts{static_cast<int64_t>(s.content), s.signature,
                       static_cast<int>(s.message_class)};
     }},
    {"observed", true, false, false, 2, 20, 0, false,
     [](const Send& s) { return KeyParts{s.campaign_hash}; }},
    {"hour", false, false, false, 4, 0, 'h', false,
     [](const Send& s) { return KeyParts{static_cast<int>(s.message_class)}; }},
    {"day", false, true, false, 12, 0, 'd', false,
     [](const Send& s) { return KeyParts{s.content_provider}; }},
    {"week", false, false, false, 60, 0, 'w', true,
     [](const Send& s) {
       return KeyParts{s.account, s.port, s.template_hash};
     }},
    {"month", false, false, false, 900, 0, 'm', false,
     [](const Send& s) { return KeyParts{s.account}; }},
};

// The sends of one recipient under one limit and key, by minute, sorted.
using Minutes = std::vector<int64_t>;

class Oracle {
 public:
  Oracle(const absl::TimeZone& zone, bool long_windows)
      : zone_(zone), long_windows_(long_windows) {}

  std::set<std::string> Violations(int recipient, const Send& send) {
    std::set<std::string> ids;
    for (const OracleLimit& limit : kOracle) {
      if (!IsAbout(limit, send)) continue;
      const Key key = KeyOf(limit, recipient, send);
      if (limit.window_minutes == 0 ? counts_[key] + 1 > limit.max
                                    : !Holds(limit, minutes_[key], send)) {
        ids.insert(std::string(limit.id));
      }
    }
    return ids;
  }

  void Add(int recipient, const Send& send) {
    ForEach(recipient, send, false,
            [&](const OracleLimit&, auto& minutes, auto& count) {
              const int64_t at = send.at_ms / kMinute;
              minutes.insert(
                  std::upper_bound(minutes.begin(), minutes.end(), at), at);
              ++count;
            });
  }

  // `failed`: only limits that refund failures drop the send; a full refund may
  // follow.
  void Remove(int recipient, const Send& send, bool only_refunding,
              bool was_failed) {
    ForEach(
        recipient, send, only_refunding,
        [&](const OracleLimit& limit, auto& minutes, auto& count) {
          if (was_failed && limit.refunds_failed) return;
          const int64_t at = send.at_ms / kMinute;
          minutes.erase(std::lower_bound(minutes.begin(), minutes.end(), at));
          --count;
        });
  }

 private:
  bool IsAbout(const OracleLimit& limit, const Send& send) const {
    if (!long_windows_ && (limit.unit == 'w' || limit.unit == 'm'))
      return false;
    const bool commercial = send.message_class == MessageClass::kCommercial;
    return !(limit.commercial_only && !commercial) &&
           !(limit.verification_only && commercial);
  }

  // Limit, recipient, key, and the calendar window of the send.
  using Key = std::tuple<absl::string_view, int, KeyParts, int64_t, int>;

  Key KeyOf(const OracleLimit& limit, int recipient, const Send& send) const {
    const absl::TimeZone::CivilInfo info =
        zone_.At(absl::FromUnixMillis(send.at_ms));
    int64_t window = 0;
    int offset = 0;
    switch (limit.unit) {
      case 'h':
        window = absl::CivilHour(info.cs) - absl::CivilHour(1970);
        offset = info.offset;  // A repeated hour counts as two.
        break;
      case 'd':
        window = absl::CivilDay(info.cs) - absl::CivilDay(1970);
        break;
      case 'w':
        window = absl::PrevWeekday(absl::CivilDay(info.cs) + 1,
                                   absl::Weekday::monday) -
                 absl::CivilDay(1970);
        break;
      case 'm':
        window = absl::CivilMonth(info.cs) - absl::CivilMonth(1970);
        break;
    }
    return {limit.id, recipient, limit.key(send), window, offset};
  }

  template <typename Visit>
  void ForEach(int recipient, const Send& send, bool only_refunding,
               Visit visit) {
    for (const OracleLimit& limit : kOracle) {
      if (!IsAbout(limit, send)) continue;
      if (only_refunding && !limit.refunds_failed) continue;
      const Key key = KeyOf(limit, recipient, send);
      visit(limit, minutes_[key], counts_[key]);
    }
  }

  // Tries every window that contains the send, one after the other.
  static bool Holds(const OracleLimit& limit, const Minutes& sends,
                    const Send& send) {
    const int64_t at = send.at_ms / kMinute;
    for (int64_t begin = at - limit.window_minutes + 1; begin <= at; ++begin) {
      const auto count = std::lower_bound(sends.begin(), sends.end(),
                                          begin + limit.window_minutes) -
                         std::lower_bound(sends.begin(), sends.end(), begin);
      if (static_cast<uint32_t>(count) + 1 > limit.max) return false;
    }
    return true;
  }

  const absl::TimeZone zone_;
  const bool long_windows_;
  absl::flat_hash_map<Key, Minutes> minutes_;
  absl::flat_hash_map<Key, uint32_t> counts_;
};

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

class LedgerSim {
 public:
  LedgerSim(uint64_t seed, const char* zone_name, bool long_windows)
      : random_(seed), oracle_(Zone(zone_name), long_windows) {
    rules::v1::PackPolicy pack;
    const std::string text =
        absl::StrCat(kPack, long_windows ? kLongWindows : "");
    SLUICE_CHECK(google::protobuf::TextFormat::ParseFromString(text, &pack));
    rules::v1::PackHeader header;
    header.set_time_zone(zone_name);
    auto policy = Policy::Build(pack, {}, header, {});
    SLUICE_CHECK(policy.ok());
    snapshot_.policy = *policy;
  }

  void Step() {
    PassTime();
    const int who = static_cast<int>(random_() % kRecipients);
    switch (random_() % 16) {
      case 0:
        Refund(who);
        break;
      case 1:
        Fail(who);
        break;
      case 2:
        Forget(who);
        break;
      default:
        Decide(who);
    }
  }

  int accepted = 0;
  int deferred = 0;
  int rejected = 0;
  int observed = 0;
  int forgotten = 0;
  int refunds = 0;

 private:
  static constexpr int kRecipients = 5;

  static absl::TimeZone Zone(const char* name) {
    absl::TimeZone zone;
    SLUICE_CHECK(absl::LoadTimeZone(name, &zone));
    return zone;
  }

  // Mostly minutes; sometimes the clock jumps ahead, or back, but never before
  // a time at which a send was forgotten.
  void PassTime() {
    now_ += static_cast<int64_t>(random_() % 3) * kMinute;
    const uint64_t chance = random_() % 2000;
    if (chance == 0) now_ += static_cast<int64_t>(random_() % 3000) * kMinute;
    if (chance <= 4) {
      now_ -= static_cast<int64_t>(random_() % 120) * kMinute;
      now_ = std::max(now_, forgotten_at_);
    }
  }

  MessageFacts RandomFacts() {
    MessageFacts facts;
    facts.message_class = random_() % 2 == 0 ? MessageClass::kVerification
                                             : MessageClass::kCommercial;
    facts.content_provider = {uint32_t(1 + random_() % 2)};
    facts.signature = {uint32_t(1 + random_() % 2)};
    facts.account = {uint32_t(1 + random_() % 2)};
    facts.port = {uint32_t(1 + random_() % 2)};
    facts.content = 1 + random_() % 6;
    facts.template_hash = uint32_t(random_() % 2);
    facts.campaign_hash = uint16_t(random_() % 3);
    facts.expire_at_ms = INT64_MAX;
    facts.not_before_ms = now_;
    const uint64_t ahead = random_() % 8;
    if (ahead < 3) facts.not_before_ms += int64_t(random_() % 90) * kMinute;
    if (ahead == 3) facts.not_before_ms += int64_t(random_() % 9000) * kMinute;
    return facts;
  }

  void Decide(int who) {
    const MessageFacts facts = RandomFacts();
    std::vector<Send>& sends = sends_[static_cast<size_t>(who)];
    Admit(snapshot_, {sends, {}}, facts, now_, admission_);

    Admission wanted = admission_;
    wanted.decision = v1::DECISION_ACCEPTED;
    wanted.planned_ms = facts.not_before_ms;
    const Send send = MakeSend(facts, wanted, now_, 0);
    std::set<std::string> found;
    for (const Finding& finding : admission_.findings) {
      found.insert(std::string(finding.rule));
      observed += finding.observed;
    }
    const std::set<std::string> expected = oracle_.Violations(who, send);
    ASSERT_EQ(found, expected);
    const bool violated =
        std::any_of(expected.begin(), expected.end(),
                    [](const std::string& id) { return id != "observed"; });
    ASSERT_EQ(admission_.decision == v1::DECISION_REJECTED, violated);
    ASSERT_EQ(admission_.charged, !violated);
    if (violated) {
      ++rejected;
      return;
    }
    ++(admission_.decision == v1::DECISION_DEFERRED ? deferred : accepted);
    sends.push_back(MakeSend(facts, admission_, now_, 0));
    ASSERT_EQ(sends.back().at_ms, facts.not_before_ms);
    oracle_.Add(who, sends.back());
  }

  Send* PickCharged(int who) {
    std::vector<Send>& sends = sends_[static_cast<size_t>(who)];
    if (sends.empty()) return nullptr;
    Send& send = sends[random_() % sends.size()];
    return (send.flags & kSendCharged) != 0 ? &send : nullptr;
  }

  void Refund(int who) {
    Send* send = PickCharged(who);
    if (send == nullptr) return;
    oracle_.Remove(who, *send, false, (send->flags & kSendFailed) != 0);
    send->flags &= static_cast<uint8_t>(~kSendCharged);
    ++refunds;
  }

  void Fail(int who) {
    Send* send = PickCharged(who);
    if (send == nullptr || (send->flags & kSendFailed) != 0) return;
    oracle_.Remove(who, *send, true, false);
    send->flags |= kSendFailed;
  }

  void Forget(int who) {
    const Forgetting forgetting(*snapshot_.policy, now_);
    const size_t gone =
        std::erase_if(sends_[static_cast<size_t>(who)],
                      [&](const Send& s) { return forgetting.CanForget(s); });
    if (gone > 0) forgotten_at_ = std::max(forgotten_at_, now_);
    forgotten += static_cast<int>(gone);
  }

  std::mt19937_64 random_;
  Snapshot snapshot_;
  Oracle oracle_;
  int64_t now_ = 1'700'000'000'000 / kMinute * kMinute;
  int64_t forgotten_at_ = 0;
  std::vector<Send> sends_[kRecipients];
  Admission admission_;
};

void Simulate(const char* zone, uint64_t steps, bool long_windows) {
  const uint64_t seed = FromEnvironment("SLUICE_SEED", 1);
  SCOPED_TRACE(testing::Message() << "SLUICE_SEED=" << seed << " " << zone);
  LedgerSim sim(seed, zone, long_windows);
  for (uint64_t i = 0; i < steps; ++i) {
    sim.Step();
    if (testing::Test::HasFatalFailure()) FAIL() << "step " << i;
  }
  // The simulation covered all cases.
  EXPECT_GT(sim.accepted, static_cast<int>(steps / 50));
  EXPECT_GT(sim.deferred, static_cast<int>(steps / 50));
  EXPECT_GT(sim.rejected, static_cast<int>(steps / 50));
  EXPECT_GT(sim.observed, static_cast<int>(steps / 100));
  EXPECT_GT(sim.forgotten, static_cast<int>(steps / 100));
  EXPECT_GT(sim.refunds, static_cast<int>(steps / 200));
}

TEST(LedgerSim, AgreesWithTheOracleOnEveryMessage) {
  Simulate("Asia/Shanghai", FromEnvironment("SLUICE_STEPS", 1'000'000), false);
}

TEST(LedgerSim, AgreesWhereTheClockIsChangedTwiceAYear) {
  Simulate("Europe/Berlin", FromEnvironment("SLUICE_STEPS", 1'000'000) / 10,
           true);
}

}  // namespace
}  // namespace sluice::filter
