// Parties and their registry, on a real control journal.
#include "gateway/control/party_book.h"

#include <functional>
#include <limits>

#include "absl/strings/match.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/error_reason.h"
#include "tests/gateway/control_fixture.h"

namespace sluice::gateway {
namespace {

constexpr char kNoPears[] = R"(
rules:
  - {id: no-pears, basis: policy, code: CONTENT_UNWANTED, words: [梨子]}
domain_lists:
  - {id: shorteners, file: lists/shared/shorteners.txt}
)";
constexpr char kNoParcels[] = R"(
rules:
  - {id: no-parcels, basis: policy, code: CONTENT_UNWANTED, words: [包裹已到]}
domain_lists:
  - {id: shorteners, file: lists/shared/shorteners.txt}
)";
constexpr char kParcelsProhibited[] = R"(
rules:
  - {id: no-parcels, basis: law, words: [包裹已到]}
domain_lists:
  - {id: shorteners, file: lists/shared/shorteners.txt}
)";

store::v1::Party Provider(const std::string& id) {
  store::v1::Party party;
  party.set_id(id);
  party.mutable_content_provider()->set_name("名" + id);
  return party;
}

store::v1::Party Parcel(const std::string& id) {
  store::v1::Party party;
  party.set_id(id);
  store::v1::Template& in = *party.mutable_template_();
  in.set_content_provider_id("shop");
  in.set_message_class(v1::MESSAGE_CLASS_NOTICE);
  in.set_text("您的包裹已到{place}驿站");
  store::v1::Template::Variable& place = *in.add_variables();
  place.set_name("place");
  place.set_type("text");
  place.set_characters_max(20);
  return party;
}

class PartyBookTest : public ControlBookTest {
 protected:
  absl::StatusOr<store::v1::Party> Create(
      const store::v1::Party& party, const Actor& actor = kOfficer,
      const PublishedRules& rules = NoPears(), bool accept = false) {
    return book_->Create(party, *rules.rules, *rules.policy, accept, actor);
  }
  absl::StatusOr<store::v1::Party> Change(
      const store::v1::Party& party, const Actor& actor = kOfficer,
      const PublishedRules& rules = NoPears(), bool accept = false) {
    return book_->Change(party, *rules.rules, *rules.policy, accept, actor);
  }
  absl::Status Settle(const TemplateReview& review, const PublishedRules& rules,
                      OnTemplateHits on_hits) {
    return book_->SettleHits(review, *rules.rules, *rules.policy, on_hits,
                             kOfficer);
  }
  TemplateReview Review(const PublishedRules& rules) {
    return ReviewTemplates(book_->registry(), *rules.rules, *rules.policy);
  }
  const store::v1::Party* FindTemplate(const std::string& id) {
    return book_->Find(store::v1::PARTY_KIND_TEMPLATE, id);
  }
  // A book of the records journaled so far.
  std::unique_ptr<PartyBook> Replayed() {
    auto book = std::make_unique<PartyBook>(*store_, NoParties());
    for (const store::v1::Record& record : Journal()) {
      if (record.has_party_changed()) book->Apply(record.party_changed());
    }
    return book;
  }

  void SetUp() override {
    ControlBookTest::SetUp();
    book_ = std::make_unique<PartyBook>(*store_, NoParties());
  }

  // Compiled once.
  static const PublishedRules& NoPears() {
    static const auto& rules = *new PublishedRules(RulesWith(kNoPears));
    return rules;
  }
  static const PublishedRules& NoParcels() {
    static const auto& rules = *new PublishedRules(RulesWith(kNoParcels));
    return rules;
  }

  std::unique_ptr<PartyBook> book_;
};

TEST_F(PartyBookTest, GivesNumbersByKindAndJournalsWhoAndWhy) {
  const auto first = Create(Provider("a"));
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->number(), 1u);
  EXPECT_EQ(first->revision(), 1u);
  EXPECT_EQ(first->state(), store::v1::PARTY_STATE_ACTIVE);
  EXPECT_EQ(MillisOf(first->update_time()), kTenInTheMorningMs);
  EXPECT_EQ(Create(Provider("b"))->number(), 2u);
  store::v1::Party account;
  account.set_id("a");  // The same id, another kind.
  account.mutable_account()->set_name("Sender");
  account.mutable_account()->add_content_provider_ids("a");
  EXPECT_EQ(Create(account)->number(), 1u);
  EXPECT_EQ(Create(Provider("a")).status().code(),
            absl::StatusCode::kAlreadyExists);

  EXPECT_NE(book_->registry()->Find(ContentProviderId{2}), nullptr);
  const auto kind = store::v1::PARTY_KIND_CONTENT_PROVIDER;
  EXPECT_EQ(book_->List(kind, "", 10).size(), 2u);
  EXPECT_EQ(book_->List(kind, "", 1)[0].id(), "a");
  EXPECT_EQ(book_->List(kind, "a", 10)[0].id(), "b");
  EXPECT_EQ(book_->Find(kind, "c"), nullptr);
  const store::v1::PartyChanged changed = Journal()[0].party_changed();
  EXPECT_EQ(changed.actor(), "officer");
  EXPECT_EQ(changed.reason(), "case 118");
}

TEST_F(PartyBookTest, NeedsAReasonAndTheRevision) {
  EXPECT_EQ(Create(Provider("a"), {"officer", " "}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Create(Provider("a"), {"officer", std::string(1001, 'x')})
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
  store::v1::Party party = *Create(Provider("a"));
  EXPECT_EQ(Change(party, {"officer", ""}).status().code(),
            absl::StatusCode::kInvalidArgument);
  party.mutable_content_provider()->set_name("别名");
  EXPECT_EQ(Change(party)->revision(), 2u);
  EXPECT_EQ(Change(party).status().code(), absl::StatusCode::kAborted);
  party.set_id("nobody");
  EXPECT_EQ(Change(party).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(PartyBookTest, WhatChangesNothingIsNoChange) {
  const store::v1::Party party = *Create(Provider("a"));
  const auto registry = book_->registry();
  EXPECT_EQ(Change(party)->revision(), 1u);
  EXPECT_EQ(Journal().size(), 1u);
  EXPECT_EQ(book_->registry(), registry);
}

TEST_F(PartyBookTest, AClosedPartyNeverChanges) {
  store::v1::Party party = *Create(Provider("a"));
  party.set_state(store::v1::PARTY_STATE_CLOSED);
  party = *Change(party);
  EXPECT_EQ(Change(party)->revision(), 2u);  // Nothing changes.
  store::v1::Party active = party;
  active.set_state(store::v1::PARTY_STATE_ACTIVE);
  store::v1::Party renamed = party;
  renamed.mutable_content_provider()->set_name("别名");
  for (const store::v1::Party& change : {active, renamed}) {
    const absl::Status status = Change(change).status();
    EXPECT_EQ(status.message(), "state: closed parties cannot be changed");
    EXPECT_EQ(FieldOf(status), "content_provider.state");
  }
}

TEST_F(PartyBookTest, AChangeOfTheStateAloneNeedsAKnownOne) {
  store::v1::Party party = *Create(Provider("a"));
  party.set_state(static_cast<store::v1::PartyState>(77));
  const absl::Status status = Change(party).status();
  EXPECT_EQ(status.message(), "state: not a known state");
  EXPECT_EQ(FieldOf(status), "content_provider.state");
}

// Whatever a template's state was: one that becomes active is examined.
TEST_F(PartyBookTest, ATemplateThatBecomesActiveIsExamined) {
  MakeWorld(*book_, NoPears());
  store::v1::PartyChanged changed;
  *changed.mutable_party() = *Create(Parcel("t"));
  for (const int state : {2, 77}) {
    changed.mutable_party()->set_state(
        static_cast<store::v1::PartyState>(state));
    book_->Apply(changed);
    store::v1::Party party = *FindTemplate("t");
    party.set_state(store::v1::PARTY_STATE_ACTIVE);
    EXPECT_EQ(Change(party, kOfficer, NoParcels()).status().code(),
              absl::StatusCode::kFailedPrecondition)
        << state;
  }
}

TEST_F(PartyBookTest, IdsAndAliasesAreNames) {
  for (const char* id : {"", "-", ".", "..", "-.-", "A", "a b", "店"}) {
    EXPECT_EQ(FieldOf(Create(Provider(id)).status()), "content_provider.id")
        << id;
  }
  MakeWorld(*book_, NoPears());
  store::v1::Party party;
  party.set_id("port");
  store::v1::Port& port = *party.mutable_port();
  port.set_number("1069009");
  port.set_content_provider_id("shop");
  port.add_purposes(v1::MESSAGE_CLASS_NOTICE);
  std::string han64;
  for (int i = 0; i < 64; ++i) han64 += "云";
  for (const std::string& bad :
       {std::string("1069002"), std::string("7"), std::string(" "),
        std::string("a b"), std::string("a\n"), std::string("１２"),
        std::string("a/b"), std::string(65, 'a'), han64 + "云"}) {
    port.set_alias(bad);
    EXPECT_EQ(FieldOf(Create(party).status()), "port.alias") << bad;
  }
  for (const std::string& good :
       {han64, std::string("Sales_1.cn-2"), std::string("1069-1"),
        std::string("通知1")}) {
    port.set_alias(good);
    const auto made = Create(party);
    EXPECT_TRUE(made.ok()) << good << made.status();
    party.set_id("port" + std::to_string(good.size()));
    port.set_number(port.number() + "1");
  }
}

TEST_F(PartyBookTest, CallingCodesAreCodesWithoutDuplicates) {
  store::v1::Party party;
  party.set_id("sender");
  store::v1::Account& account = *party.mutable_account();
  account.set_name("Sender");
  for (const std::vector<uint32_t>& bad :
       {std::vector<uint32_t>{0}, {1000}, {86, 852, 86}}) {
    account.mutable_calling_codes()->Assign(bad.begin(), bad.end());
    EXPECT_EQ(FieldOf(Create(party).status()), "account.calling_codes");
  }
  const std::vector<uint32_t> good = {1, 999};
  account.mutable_calling_codes()->Assign(good.begin(), good.end());
  EXPECT_TRUE(Create(party).ok());
}

// A party of each kind with one field that no party may have.
struct BadField {
  absl::string_view field;
  std::function<void(store::v1::Party&)> set;
};

void SetTooLate(google::protobuf::Timestamp& time) {
  time.set_seconds(std::numeric_limits<int64_t>::max());
}

const BadField kBadFields[] = {
    {"signature.filings[1].expire_time",
     [](auto& p) {
       p.mutable_signature()->add_filings()->set_carrier("mobile");
       SetTooLate(*p.mutable_signature()->add_filings()->mutable_expire_time());
     }},
    {"content_provider.relationship_end_time",
     [](auto& p) {
       SetTooLate(
           *p.mutable_content_provider()->mutable_relationship_end_time());
     }},
    {"content_provider.import_time",
     [](auto& p) {
       p.mutable_content_provider()->mutable_import_time()->set_nanos(-1);
     }},
    {"licensee.license_start_time",
     [](auto& p) {
       SetTooLate(*p.mutable_licensee()->mutable_license_start_time());
     }},
    {"licensee.license_end_time",
     [](auto& p) {
       SetTooLate(*p.mutable_licensee()->mutable_license_end_time());
     }},
    {"licensee.license_number",
     [](auto& p) {
       p.mutable_licensee()->set_license_number(std::string(401, 'x'));
     }},
    {"licensee.license_areas[0]",
     [](auto& p) {
       p.mutable_licensee()->add_license_areas(std::string(401, 'x'));
     }},
    {"account.content_provider_ids",
     [](auto& p) {
       for (int i = 0; i < 1001; ++i) {
         p.mutable_account()->add_content_provider_ids("x");
       }
     }},
    {"template.text",
     [](auto& p) { p.mutable_template_()->set_text(std::string(4001, 'x')); }},
    {"signature.name",
     [](auto& p) { p.mutable_signature()->set_name("云杉\x1b超市"); }},
    {"template.text",
     [](auto& p) { p.mutable_template_()->set_text("您的\u202e订单"); }},
    {"port.signature_placement",
     [](auto& p) {
       p.mutable_port()->set_signature_placement(
           static_cast<store::v1::Port::Placement>(99));
     }},
    {"port.notice_placement",
     [](auto& p) {
       p.mutable_port()->set_notice_placement(
           static_cast<store::v1::Port::Placement>(-1));
     }},
    {"port.purposes[0]",
     [](auto& p) {
       p.mutable_port()->add_purposes(static_cast<v1::MessageClass>(99));
     }},
};

TEST_F(PartyBookTest, EveryFieldIsBounded) {
  for (const BadField& bad : kBadFields) {
    store::v1::Party party;
    party.set_id("x");
    bad.set(party);
    const absl::Status status = Create(party).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bad.field;
    EXPECT_EQ(FieldOf(status), bad.field) << status;
  }
}

TEST_F(PartyBookTest, ALicenceEndsAfterItsStart) {
  store::v1::Party party;
  party.set_id("x");
  store::v1::Licensee& licensee = *party.mutable_licensee();
  licensee.set_name("Riverside");
  licensee.mutable_license_start_time()->set_seconds(2);
  licensee.mutable_license_end_time()->set_seconds(1);
  EXPECT_EQ(FieldOf(Create(party).status()), "licensee.license_end_time");
}

// What a journal has that was written without these checks.
TEST_F(PartyBookTest, AJournalWithImpossibleTimesIsRead) {
  store::v1::PartyChanged changed;
  store::v1::Party& party = *changed.mutable_party();
  party.set_id("lic");
  party.set_number(1);
  SetTooLate(*party.mutable_licensee()->mutable_license_start_time());
  party.mutable_licensee()->mutable_license_end_time()->set_seconds(
      std::numeric_limits<int64_t>::min());
  book_->Apply(changed);
  party.set_id("shop");
  SetTooLate(
      *party.mutable_content_provider()->mutable_relationship_end_time());
  book_->Apply(changed);
  ASSERT_TRUE(book_->Rebuild().ok());
  EXPECT_GT(book_->registry()->Find(ContentProviderId{1})->relationship_ends_ms,
            kTenInTheMorningMs);
}

TEST_F(PartyBookTest, AFaultOfAnotherPartyIsToldAsOneOfTheChange) {
  MakeWorld(*book_, NoPears());
  store::v1::Party text = Parcel("t");
  text.mutable_template_()->set_signature_id("shop-sig");
  ASSERT_TRUE(Create(text).ok());
  store::v1::Party signature =
      *book_->Find(store::v1::PARTY_KIND_SIGNATURE, "shop-sig");
  signature.mutable_signature()->set_content_provider_id("bank");
  const absl::Status moved = Change(signature).status();
  EXPECT_EQ(moved.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(moved.message(),
            "this change would make template t invalid: signature_id: is "
            "another content provider's");
  EXPECT_EQ(FieldOf(moved), "signature.content_provider_id");

  store::v1::Party port;
  port.set_id("wide");
  port.mutable_port()->set_number("106900");
  port.mutable_port()->set_content_provider_id("shop");
  port.mutable_port()->add_purposes(v1::MESSAGE_CLASS_NOTICE);
  const absl::Status wide = Create(port).status();
  EXPECT_TRUE(
      absl::StartsWith(wide.message(),
                       "this change would make port bank-service invalid: "
                       "number: overlaps port wide of another"))
      << wide;
  EXPECT_EQ(FieldOf(wide), "port.number");

  // Its own fault.
  port.mutable_port()->set_number("10690011");
  const absl::Status own = Create(port).status();
  EXPECT_EQ(FieldOf(own), "port.number");
}

TEST_F(PartyBookTest, WhatIsNotJournaledHasNoEffect) {
  const store::v1::Party party = *Create(Provider("a"));
  const auto registry = book_->registry();
  BreakJournal();
  EXPECT_EQ(Create(Provider("b")).status().code(),
            absl::StatusCode::kUnavailable);
  store::v1::Party renamed = party;
  renamed.mutable_content_provider()->set_name("别名");
  EXPECT_EQ(Change(renamed).status().code(), absl::StatusCode::kUnavailable);
  const auto kind = store::v1::PARTY_KIND_CONTENT_PROVIDER;
  EXPECT_EQ(book_->Find(kind, "b"), nullptr);
  EXPECT_EQ(book_->Find(kind, "a")->revision(), 1u);
  EXPECT_EQ(book_->registry(), registry);
  MendJournal();
  EXPECT_EQ(Create(Provider("b"))->number(), 2u);
}

TEST_F(PartyBookTest, AReplayGivesTheSameParties) {
  MakeWorld(*book_, NoPears());
  store::v1::Party shop =
      *book_->Find(store::v1::PARTY_KIND_CONTENT_PROVIDER, "shop");
  shop.set_state(store::v1::PARTY_STATE_SUSPENDED);
  ASSERT_TRUE(Change(shop).ok());
  const std::unique_ptr<PartyBook> replayed = Replayed();
  ASSERT_TRUE(replayed->Rebuild().ok());
  for (int kind = 1; store::v1::PartyKind_IsValid(kind); ++kind) {
    const auto of = static_cast<store::v1::PartyKind>(kind);
    const auto before = book_->List(of, "", 100);
    const auto after = replayed->List(of, "", 100);
    ASSERT_EQ(before.size(), after.size()) << kind;
    for (size_t i = 0; i < before.size(); ++i) {
      EXPECT_EQ(before[i].SerializeAsString(), after[i].SerializeAsString());
    }
  }
  book_ = Replayed();
  ASSERT_TRUE(book_->Rebuild().ok());
  EXPECT_EQ(Create(Provider("c"))->number(), 3u);
}

TEST_F(PartyBookTest, ContradictoryPartiesAreDamage) {
  store::v1::PartyChanged changed;
  changed.mutable_party()->set_id("sig");
  changed.mutable_party()->set_number(1);
  changed.mutable_party()->mutable_signature()->set_name("云杉超市");
  changed.mutable_party()->mutable_signature()->set_content_provider_id("none");
  book_->Apply(changed);
  EXPECT_EQ(book_->Rebuild().code(), absl::StatusCode::kDataLoss);
}

TEST_F(PartyBookTest, HitsInATemplateMustBeAccepted) {
  MakeWorld(*book_, NoPears());
  const auto refused = Create(Parcel("t"), kOfficer, NoParcels());
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(absl::StrContains(refused.status().message(), "包裹已到"));
  const auto made = Create(Parcel("t"), kOfficer, NoParcels(), true);
  ASSERT_TRUE(made.ok()) << made.status();
  ASSERT_EQ(made->template_().accepted_hits_size(), 1);
  EXPECT_EQ(made->template_().accepted_hits(0).rule(), "no-parcels");
  // Callers cannot write accepted hits.
  store::v1::Party forged = Parcel("forged");
  *forged.mutable_template_()->add_accepted_hits() =
      made->template_().accepted_hits(0);
  EXPECT_EQ(Create(forged).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(PartyBookTest, APublicationRefusesAcceptsOrTellsOfHits) {
  MakeWorld(*book_, NoPears());
  ASSERT_TRUE(Create(Parcel("t")).ok());
  const TemplateReview review = Review(NoParcels());
  ASSERT_EQ(review.hits.size(), 1u);
  const size_t records = Journal().size();
  EXPECT_EQ(Settle(review, NoParcels(), OnTemplateHits::kRefuse).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Settle(review, NoParcels(), OnTemplateHits::kTell).ok());
  EXPECT_EQ(Journal().size(), records);
  EXPECT_TRUE(Settle(review, NoParcels(), OnTemplateHits::kAccept).ok());
  EXPECT_EQ(FindTemplate("t")->revision(), 2u);
  EXPECT_EQ(FindTemplate("t")->template_().accepted_hits_size(), 1);
  EXPECT_TRUE(Review(NoParcels()).hits.empty());
  // Hits of prohibited content cannot be accepted.
  const PublishedRules prohibited = RulesWith(kParcelsProhibited);
  EXPECT_EQ(
      Settle(Review(prohibited), prohibited, OnTemplateHits::kAccept).code(),
      absl::StatusCode::kFailedPrecondition);
}

// A template is released by the old rules after the review by the new ones.
TEST_F(PartyBookTest, ATemplateReleasedSinceTheReviewIsReviewedToo) {
  MakeWorld(*book_, NoPears());
  const TemplateReview review = Review(NoParcels());
  EXPECT_TRUE(review.hits.empty());
  ASSERT_TRUE(Create(Parcel("late")).ok());
  const absl::Status settled =
      Settle(review, NoParcels(), OnTemplateHits::kRefuse);
  EXPECT_EQ(settled.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(absl::StrContains(settled.message(), "late")) << settled;
}

TEST_F(PartyBookTest, AnAcceptanceThatIsNotJournaledIsNone) {
  MakeWorld(*book_, NoPears());
  ASSERT_TRUE(Create(Parcel("t")).ok());
  const TemplateReview review = Review(NoParcels());
  BreakJournal();
  EXPECT_EQ(Settle(review, NoParcels(), OnTemplateHits::kAccept).code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(FindTemplate("t")->revision(), 1u);
  EXPECT_EQ(Review(NoParcels()).hits.size(), 1u);
}

}  // namespace
}  // namespace sluice::gateway
