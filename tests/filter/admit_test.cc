#include "filter/admit.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "tests/filter/small_world.h"

namespace sluice::filter {
namespace {

// 2026-11-02 10:00 in Shanghai.
constexpr int64_t kTen = 1'793'584'800'000;
constexpr int64_t kMinute = 60'000;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;
constexpr int64_t kClosed = kTen + 12 * kHour;   // 22:00.
constexpr int64_t kOpening = kTen + 22 * kHour;  // 08:00 the next day.

constexpr ClassMask kCommercialOnly = MaskOf(MessageClass::kCommercial);

const Snapshot& World() {
  static const Snapshot& world = *new Snapshot(SmallWorld());
  return world;
}

MessageFacts Facts(MessageClass c) {
  MessageFacts facts;
  facts.recipient = {8613800138000};
  facts.message_class = c;
  facts.licensee = {1};
  facts.account = {1};
  facts.content_provider = {1};
  facts.signature = {1};
  facts.port = {2};
  facts.content = 100;
  facts.not_before_ms = kTen;
  facts.expire_at_ms = kTen + 3 * kDay;
  return facts;
}

MessageFacts Sale() { return Facts(MessageClass::kCommercial); }
MessageFacts Code() { return Facts(MessageClass::kVerification); }
MessageFacts Asks(uint64_t likeness) {
  MessageFacts facts = Facts(MessageClass::kConsentRequest);
  facts.likeness = likeness;
  return facts;
}

Send Sent(const MessageFacts& facts, int64_t at_ms) {
  Admission admission;
  admission.decision = v1::DECISION_ACCEPTED;
  admission.planned_ms = at_ms;
  admission.charged = true;
  return MakeSend(facts, admission, at_ms, 1);
}

// A key as KeyHash() makes it, with no requested times.
constexpr uint64_t Key(uint64_t key) { return key << 16; }

MessageFacts With(MessageFacts facts, uint64_t key, uint64_t content = 100) {
  facts.key = Key(key);
  facts.content = content;
  return facts;
}

MessageFacts Of(uint32_t content_provider, MessageFacts facts) {
  facts.content_provider = {content_provider};
  return facts;
}

// The same key, but other requested times.
MessageFacts At(uint64_t times, MessageFacts facts) {
  facts.key |= times;
  return facts;
}

MessageFacts Finds(MessageFacts facts, ReasonCode code, bool observed = false,
                   bool hold = false) {
  Finding finding;
  finding.code = code;
  finding.observed = observed;
  finding.hold = hold;
  facts.findings.push_back(finding);
  return facts;
}

MessageFacts NotBefore(MessageFacts facts, int64_t at_ms) {
  facts.not_before_ms = at_ms;
  return facts;
}

Send Rejected(Send send) {
  send.flags = kSendRejected;
  return send;
}

StandingFact Asked(uint32_t content_provider, uint64_t likeness) {
  return ConsentRequest(kTen - 90 * kDay, 7, content_provider, likeness);
}

StandingFact OptOut(uint32_t provider, ClassMask classes,
                    uint32_t signature = 0) {
  StandingFact fact;
  fact.kind = StandingFact::Kind::kOptOut;
  fact.content_provider = provider;
  fact.signature = signature;
  fact.classes = classes;
  return fact;
}

StandingFact Block(uint32_t provider) {
  StandingFact fact = OptOut(provider, kCommercialOnly);
  fact.kind = StandingFact::Kind::kComplaintBlock;
  return fact;
}

StandingFact Consent(uint32_t provider, uint32_t category = 0) {
  StandingFact fact = OptOut(provider, kCommercialOnly);
  fact.kind = StandingFact::Kind::kConsent;
  fact.category_hash = category;
  return fact;
}

// "DECISION charged +minutes same=i retry=i CODE:rule ?CODE", by rank.
std::string Says(const Admission& a, int64_t now_ms) {
  if (a.same_key) return absl::StrCat("same=", *a.same_key);
  std::vector<std::string> words = {
      v1::Decision_Name(a.decision).substr(sizeof("DECISION_") - 1)};
  if (a.charged) words.push_back("charged");
  if (a.planned_ms > now_ms) words.push_back("later");
  if (a.retry_of) words.push_back(absl::StrCat("retry=", *a.retry_of));
  for (const Finding& f : a.findings) {
    words.push_back(absl::StrCat(f.observed ? "?" : "", Name(f.code),
                                 f.rule.empty() ? "" : ":", f.rule));
  }
  return absl::StrJoin(words, " ");
}

const struct {
  absl::string_view name;
  std::vector<Send> sends;
  std::vector<StandingFact> facts;
  MessageFacts message;
  int64_t now_ms;
  absl::string_view says;
} kCases[] = {
    {"a code goes now", {}, {}, Code(), kTen, "ACCEPTED charged"},
    {"a sale with consent", {}, {Consent(1)}, Sale(), kTen, "ACCEPTED charged"},
    {"without consent: observed by the pack",
     {},
     {},
     Sale(),
     kTen,
     "ACCEPTED charged ?CONSENT_MISSING"},
    {"consent to another",
     {},
     {Consent(2)},
     Sale(),
     kTen,
     "ACCEPTED charged ?CONSENT_MISSING"},
    {"consent to another category",
     {},
     {Consent(1, 5)},
     Sale(),
     kTen,
     "REJECTED CONSENT_SCOPE"},
    {"opted out",
     {},
     {Consent(1), OptOut(1, kCommercialOnly)},
     Sale(),
     kTen,
     "REJECTED RECIPIENT_OPTED_OUT"},
    {"opted out of another",
     {},
     {Consent(1), OptOut(2, kCommercialOnly)},
     Sale(),
     kTen,
     "ACCEPTED charged"},
    {"opted out of everybody",
     {},
     {Consent(1), OptOut(0, kCommercialOnly)},
     Sale(),
     kTen,
     "REJECTED RECIPIENT_OPTED_OUT"},
    {"opted out of another signature",
     {},
     {Consent(1), OptOut(1, kCommercialOnly, 9)},
     Sale(),
     kTen,
     "ACCEPTED charged"},
    {"opted out of this signature",
     {},
     {Consent(1), OptOut(1, kCommercialOnly, 1)},
     Sale(),
     kTen,
     "REJECTED RECIPIENT_OPTED_OUT"},
    {"an opt-out without a class is one of COMMERCIAL",
     {},
     {Consent(1), OptOut(1, 0)},
     Sale(),
     kTen,
     "REJECTED RECIPIENT_OPTED_OUT"},
    {"a commercial opt-out never stops a code",
     {},
     {OptOut(1, kCommercialOnly), OptOut(0, 0)},
     Code(),
     kTen,
     "ACCEPTED charged"},
    {"nor a notice",
     {},
     {OptOut(1, kCommercialOnly)},
     Facts(MessageClass::kNotice),
     kTen,
     "ACCEPTED charged"},
    {"but a request for consent",
     {},
     {OptOut(1, kCommercialOnly)},
     Facts(MessageClass::kConsentRequest),
     kTen,
     "REJECTED RECIPIENT_OPTED_OUT"},
    {"asked for consent before",
     {},
     {Asked(1, 0xf0f0)},
     Asks(0xf0f0),
     kTen,
     "REJECTED CONSENT_REQUEST_REPEATED"},
    {"asked in other words much alike",
     {},
     {Asked(2, 0xf0f0), Asked(1, 0xf0f0)},
     Asks(0xf0f0 ^ 0x7f),
     kTen,
     "REJECTED CONSENT_REQUEST_REPEATED"},
    {"asked something else",
     {},
     {Asked(1, 0xf0f0)},
     Asks(0xf0f0 ^ 0xff),
     kTen,
     "ACCEPTED charged"},
    {"asked by another",
     {},
     {Asked(2, 0xf0f0)},
     Asks(0xf0f0),
     kTen,
     "ACCEPTED charged"},
    {"what asks for nothing repeats nothing",
     {},
     {Asked(1, 0xf0f0)},
     [] {
       MessageFacts facts = Facts(MessageClass::kNotice);
       facts.likeness = 0xf0f0;
       return facts;
     }(),
     kTen,
     "ACCEPTED charged"},
    {"one that names the class stops it",
     {},
     {OptOut(1, MaskOf(MessageClass::kNotice))},
     Facts(MessageClass::kNotice),
     kTen,
     "REJECTED RECIPIENT_OPTED_OUT"},
    {"complained",
     {},
     {Consent(1), Block(1)},
     Sale(),
     kTen,
     "REJECTED RECIPIENT_COMPLAINED"},
    {"complained to the regulator",
     {},
     {Consent(1), Block(0)},
     Sale(),
     kTen,
     "REJECTED RECIPIENT_COMPLAINED"},
    {"a complaint does not stop a code",
     {},
     {Block(0)},
     Code(),
     kTen,
     "ACCEPTED charged"},
    {"every reason, by rank",
     {Sent(Code(), kTen), Sent(Code(), kTen - 10 * kMinute)},
     {OptOut(1, MaskOf(MessageClass::kVerification))},
     Finds(NotBefore(Code(), kTen + 3 * kDay), ReasonCode::kContentProhibited),
     kTen,
     "REJECTED CONTENT_PROHIBITED RECIPIENT_OPTED_OUT EXPIRED"},
    {"limits: one a minute",
     {Sent(With(Code(), 0, 7), kTen - 1)},
     {},
     Code(),
     kTen,
     "REJECTED FREQUENCY_LIMIT:verification-minute"},
    {"limits: same content too",
     {Sent(Code(), kTen - 1)},
     {},
     Code(),
     kTen,
     "REJECTED FREQUENCY_LIMIT:verification-minute "
     "DUPLICATE_CONTENT:verification-same-content"},
    {"limits: a minute later",
     {Sent(Code(), kTen - kMinute)},
     {},
     Code(),
     kTen,
     "ACCEPTED charged"},
    {"limits: one planned ahead counts",
     {Sent(With(Code(), 0, 7), kTen + kMinute - 1)},
     {},
     Code(),
     kTen,
     "REJECTED FREQUENCY_LIMIT:verification-minute"},
    {"limits: two sales a day",
     {Sent(With(Sale(), 0, 7), kTen - kHour), Sent(With(Sale(), 0, 8), kTen)},
     {Consent(1)},
     Sale(),
     kTen,
     "REJECTED FREQUENCY_LIMIT:commercial-day"},
    {"held charges nothing",
     {},
     {},
     Finds(Code(), ReasonCode::kContentUnwanted, false, true),
     kTen,
     "HELD CONTENT_UNWANTED"},
    {"a refusal beats a hold",
     {},
     {},
     Finds(Finds(Code(), ReasonCode::kContentUnwanted, false, true),
           ReasonCode::kContentProhibited),
     kTen,
     "REJECTED CONTENT_PROHIBITED CONTENT_UNWANTED"},
    {"observed has no effect",
     {},
     {},
     Finds(Code(), ReasonCode::kLinkShortened, true),
     kTen,
     "ACCEPTED charged ?LINK_SHORTENED"},
    {"observed holds nothing",
     {},
     {},
     Finds(Code(), ReasonCode::kContentUnwanted, true, true),
     kTen,
     "ACCEPTED charged ?CONTENT_UNWANTED"},
    {"send_after",
     {},
     {},
     NotBefore(Code(), kTen + kHour),
     kTen,
     "DEFERRED charged later"},
    {"over seven days ahead",
     {},
     {},
     NotBefore(Code(), kTen + 7 * kDay + 1),
     kTen,
     "REJECTED EXPIRED:defer_days_max"},
    {"expired", {}, {}, Code(), kTen + 3 * kDay, "REJECTED EXPIRED"},
    {"planned at the end of its validity",
     {},
     {},
     NotBefore(Code(), kTen + 3 * kDay),
     kTen,
     "REJECTED EXPIRED"},
    {"the hours have closed since Examine",
     {},
     {Consent(1)},
     Sale(),
     kClosed,
     "DEFERRED charged later SEND_HOURS"},
    {"key: again",
     {Sent(With(Code(), 5), kTen - kHour)},
     {},
     With(Code(), 5),
     kTen,
     "same=0"},
    {"key: again, even if it would be refused now",
     {Sent(With(Code(), 5), kTen - 1)},
     {},
     Finds(With(Code(), 5), ReasonCode::kContentProhibited),
     kTen,
     "same=0"},
    {"key: refunded since, still the first verdict",
     {[] {
       Send send = Sent(With(Code(), 5), kTen - kHour);
       send.flags = 0;
       return send;
     }()},
     {},
     With(Code(), 5),
     kTen,
     "same=0"},
    {"key: other content",
     {Sent(With(Code(), 5, 7), kTen - kHour)},
     {},
     With(Code(), 5),
     kTen,
     "REJECTED MESSAGE_DUPLICATE_KEY"},
    {"key: other class",
     {Sent(With(Facts(MessageClass::kNotice), 5), kTen - kHour)},
     {},
     With(Code(), 5),
     kTen,
     "REJECTED MESSAGE_DUPLICATE_KEY"},
    {"key: the class can no longer be told",
     {Sent(With(Code(), 5), kTen - kHour)},
     {},
     With(Facts(MessageClass::kUnspecified), 5),
     kTen,
     "same=0"},
    {"key: other content provider",
     {Sent(Of(2, With(Code(), 5)), kTen - kHour)},
     {},
     With(Code(), 5),
     kTen,
     "REJECTED MESSAGE_DUPLICATE_KEY"},
    {"key: the content provider can no longer be told",
     {Sent(With(Code(), 5), kTen - kHour)},
     {},
     Of(0, With(Code(), 5)),
     kTen,
     "same=0"},
    {"key: other times",
     {Sent(At(1, With(Code(), 5)), kTen - kHour)},
     {},
     With(Code(), 5),
     kTen,
     "REJECTED MESSAGE_DUPLICATE_KEY"},
    {"key: after the window",
     {Sent(With(Code(), 5), kTen - kDay)},
     {},
     With(Code(), 5),
     kTen,
     "ACCEPTED charged"},
    {"key: in the last millisecond of the window",
     {Sent(With(Code(), 5), kTen - kDay + 1)},
     {},
     With(Code(), 5),
     kTen,
     "same=0"},
    {"key: the first was rejected",
     {Rejected(Sent(With(Code(), 5), kTen - kHour))},
     {},
     With(Code(), 5),
     kTen,
     "ACCEPTED charged retry=0"},
    {"key: rejected twice, the later one",
     {Rejected(Sent(With(Code(), 5), kTen - kHour)),
      Rejected(Sent(With(Code(), 5), kTen - kMinute))},
     {},
     With(Code(), 5),
     kTen,
     "ACCEPTED charged retry=1"},
    {"key: rejected, then accepted",
     {Rejected(Sent(With(Code(), 5), kTen - kHour)),
      Sent(With(Code(), 5), kTen - kMinute)},
     {},
     With(Code(), 5),
     kTen,
     "same=1"},
    {"key: none is no key",
     {Sent(Code(), kTen - kHour)},
     {},
     Code(),
     kTen,
     "ACCEPTED charged"},
};

TEST(Admit, Table) {
  for (const auto& c : kCases) {
    Admission admission;
    Admit(World(), {c.sends, c.facts}, c.message, c.now_ms, admission);
    EXPECT_EQ(Says(admission, c.now_ms), c.says) << c.name;
    EXPECT_TRUE(admission.decision != v1::DECISION_REJECTED ||
                !admission.charged)
        << c.name;
  }
}

TEST(Admit, DefersIntoTheOpening) {
  Admission admission;
  const StandingFact consent[] = {Consent(1)};
  Admit(World(), {{}, consent}, Sale(), kClosed, admission);
  EXPECT_GE(admission.planned_ms, kOpening);
  EXPECT_LT(admission.planned_ms, kOpening + kHour);
  // The message counts on the day it is sent: that of the opening.
  const Send sends[] = {Sent(With(Sale(), 0, 7), kTen),
                        Sent(With(Sale(), 0, 8), kTen)};
  Admit(World(), {sends, consent}, Sale(), kClosed, admission);
  EXPECT_EQ(admission.decision, v1::DECISION_DEFERRED);
}

TEST(Admit, ReusesItsAnswer) {
  Admission admission;
  const Send sends[] = {Sent(With(Code(), 5), kTen - kHour)};
  Admit(World(), {sends, {}}, With(Code(), 5), kTen, admission);
  ASSERT_TRUE(admission.same_key.has_value());
  Admit(World(), {}, Code(), kTen, admission);
  EXPECT_EQ(Says(admission, kTen), "ACCEPTED charged");
}

TEST(MakeSend, KeepsWhatTheLedgerNeeds) {
  Admission admission;
  MessageFacts facts = With(Code(), 5);
  facts.campaign_hash = 6;
  Admit(World(), {}, facts, kTen, admission);
  const Send send = MakeSend(facts, admission, kTen, 77);
  EXPECT_EQ(send.at_ms, kTen);
  EXPECT_EQ(send.decided_ms, kTen);
  EXPECT_EQ(send.message, 77u);
  EXPECT_EQ(send.key, Key(5));
  EXPECT_EQ(send.content, 100u);
  EXPECT_EQ(send.campaign_hash, 6);
  EXPECT_EQ(send.flags, kSendCharged);
  facts = Finds(facts, ReasonCode::kContentProhibited);
  Admit(World(), {}, facts, kTen, admission);
  EXPECT_EQ(MakeSend(facts, admission, kTen, 78).flags, kSendRejected);
}

QueuedMessage Queued(MessageClass c) {
  QueuedMessage message;
  message.recipient = {8613800138000};
  message.message_class = c;
  message.licensee = {1};
  message.account = {1};
  message.content_provider = {1};
  message.signature = {1};
  message.port = {2};
  message.expire_at_ms = kTen + kDay;
  return message;
}

std::string Looks(const QueuedMessage& message,
                  const std::vector<StandingFact>& facts, int64_t now_ms) {
  const auto finding = LastLook(World(), {{}, facts}, message, now_ms);
  return finding ? absl::StrCat(Name(finding->code), ":", finding->rule)
                 : "goes";
}

TEST(LastLook, Table) {
  const QueuedMessage sale = Queued(MessageClass::kCommercial);
  EXPECT_EQ(Looks(sale, {}, kTen), "goes");
  EXPECT_EQ(Looks(sale, {OptOut(1, kCommercialOnly)}, kTen),
            "RECIPIENT_OPTED_OUT:");
  EXPECT_EQ(Looks(sale, {OptOut(2, kCommercialOnly)}, kTen), "goes");
  EXPECT_EQ(Looks(sale, {Block(0)}, kTen), "RECIPIENT_COMPLAINED:");
  EXPECT_EQ(Looks(sale, {}, kClosed), "EXPIRED:send_hours");
  EXPECT_EQ(Looks(sale, {}, kTen + kDay - 1), "goes");
  EXPECT_EQ(Looks(sale, {}, kTen + kDay), "EXPIRED:");
  EXPECT_EQ(Looks(Queued(MessageClass::kNotice), {}, kClosed), "goes");
  EXPECT_EQ(Looks(sale, {OptOut(1, 0)}, kTen + kDay), "RECIPIENT_OPTED_OUT:");
}

TEST(LastLook, SeesSuspendedParties) {
  const struct {
    void (*change)(QueuedMessage&);
    absl::string_view says;
  } cases[] = {
      {[](QueuedMessage& m) { m.account = {5}; }, "PROVIDER_SUSPENDED:account"},
      {[](QueuedMessage& m) { m.account = {}; }, "PROVIDER_SUSPENDED:account"},
      {[](QueuedMessage& m) { m.content_provider = {3}; },
       "PROVIDER_SUSPENDED:content_provider"},
      {[](QueuedMessage& m) { m.licensee = {2}; }, "PROVIDER_LICENSE_EXPIRED:"},
      {[](QueuedMessage& m) { m.port = {7}; }, "PORT_SUSPENDED:"},
      {[](QueuedMessage& m) { m.signature = {4}; }, "SIGNATURE_LAPSED:"},
      {[](QueuedMessage& m) { m.signature = {}; }, "goes"},
  };
  for (const auto& c : cases) {
    QueuedMessage message = Queued(MessageClass::kNotice);
    c.change(message);
    EXPECT_EQ(Looks(message, {}, kTen), c.says);
  }
}

}  // namespace
}  // namespace sluice::filter
