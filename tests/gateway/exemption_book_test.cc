// Exemptions as a book of the control journal; exemptions_test.cc tests their
// effect on a whole server.
#include "gateway/control/exemption_book.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/base/error_reason.h"
#include "tests/gateway/control_fixture.h"

namespace sluice::gateway {
namespace {

constexpr char kRules[] = R"(
rules:
  - {id: no-pears, basis: policy, code: CONTENT_UNWANTED, words: [梨子, "don't"]}
  - {id: no-plums, basis: policy, code: CONTENT_UNWANTED, words: [李子]}
  - {id: no-crime, basis: law, words: [枪支]}
  - {id: loan-words, basis: policy, category: loans, action: tag, score: 2,
     words: [借钱]}
  - {id: loan-contact, basis: policy, category: loans, action: tag, score: 1,
     words: [加我]}
thresholds:
  - {id: loans, category: loans, basis: policy, code: CONTENT_UNWANTED,
     score: 2}
domain_lists:
  - {id: shorteners, file: lists/shared/shorteners.txt}
)";

class ExemptionBookTest : public ControlBookTest {
 protected:
  void SetUp() override {
    ControlBookTest::SetUp();
    parties_ = std::make_unique<PartyBook>(*store_, NoParties());
    MakeWorld(*parties_, Rules());
    book_ = std::make_unique<ExemptionBook>(*store_, holders_);
  }

  static const PublishedRules& Rules() {
    static const auto& rules = *new PublishedRules(RulesWith(kRules));
    return rules;
  }

  absl::StatusOr<admin::v1::Exemption> Exempt(
      const Actor& actor = kOfficer, const std::string& rule = "no-pears",
      const std::string& provider = "shop") {
    admin::v1::CreateExemptionRequest request;
    request.set_rule(rule);
    request.set_content_provider_id(provider);
    request.mutable_duration()->set_seconds(60 * 60);
    return book_->Exempt(request, Rules(), *parties_, actor,
                         /*one_person=*/false);
  }

  void Replay(ExemptionBook& book) {
    for (const store::v1::Record& record : Journal()) {
      if (record.has_exemption_changed()) {
        book.Apply(record.exemption_changed());
      }
    }
  }

  // An officer alone must not have this one.
  static void ExpectNeedsColleague(
      const absl::StatusOr<admin::v1::Exemption>& made) {
    EXPECT_EQ(made.status().code(), absl::StatusCode::kFailedPrecondition)
        << made.status();
    EXPECT_TRUE(HasReason(made.status(), ErrorReason::kNeedsColleague));
  }

  static inline const Actor kColleague = {"colleague", "looked at it"};

  std::unique_ptr<PartyBook> parties_;
  KeyHolders holders_;
  std::unique_ptr<ExemptionBook> book_;
};

TEST_F(ExemptionBookTest, ASecondPersonConfirmsItOrItLapses) {
  const auto made = Exempt();
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->number(), 1u);
  EXPECT_EQ(Exempt(kColleague).status().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(book_->Confirm(1, kOfficer, false).status().code(),
            absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(book_->Confirm(1, kColleague, false).ok());
  const auto second = Exempt(kOfficer, "no-pears", "bank");
  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_EQ(second->number(), 2u);
  clock_.Advance(absl::Minutes(31));
  ASSERT_EQ(book_->InForce().size(), 1u);  // The other one lapsed.
  EXPECT_EQ(book_->InForce()[0].number(), 1u);
  EXPECT_EQ(book_->List(/*all=*/true)[0].number(), 2u);
  EXPECT_EQ(Exempt(kOfficer, "no-pears", "bank").status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Exempt(kColleague, "no-pears", "bank").ok());
}

TEST_F(ExemptionBookTest, AReplayGivesTheSame) {
  ASSERT_TRUE(Exempt().ok());
  ASSERT_TRUE(Exempt(kOfficer, "no-plums", "bank").ok());
  ASSERT_TRUE(book_->End(1, kColleague).ok());
  ExemptionBook replayed(*store_, holders_);
  Replay(replayed);
  const auto before = book_->List(/*all=*/true);
  const auto after = replayed.List(/*all=*/true);
  ASSERT_EQ(before.size(), 2u);
  ASSERT_EQ(after.size(), 2u);
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(before[i].SerializeAsString(), after[i].SerializeAsString());
  }
  ASSERT_EQ(replayed.InForce().size(), 1u);
}

// One person, one rule, once a day without a second: otherwise End and Exempt
// again keep a rule out of force without end.
TEST_F(ExemptionBookTest, NobodyRenewsOneAlone) {
  ASSERT_TRUE(Exempt().ok());
  // Neither beside it, for another content provider,
  ExpectNeedsColleague(Exempt(kOfficer, "no-pears", "bank"));
  ASSERT_TRUE(book_->End(1, kOfficer).ok());
  // nor after its end, for the same or another,
  ExpectNeedsColleague(Exempt());
  ExpectNeedsColleague(Exempt(kOfficer, "no-pears", "bank"));
  // nor for one word of the rule,
  admin::v1::CreateExemptionRequest word;
  word.set_rule("no-pears");
  word.set_word("梨子");
  word.set_content_provider_id("shop");
  word.mutable_duration()->set_seconds(60);
  ExpectNeedsColleague(
      book_->Exempt(word, Rules(), *parties_, kOfficer, false));
  // nor after a restart.
  book_ = std::make_unique<ExemptionBook>(*store_, holders_);
  Replay(*book_);
  ExpectNeedsColleague(Exempt());
  // Other rules and other officers may.
  EXPECT_TRUE(Exempt(kOfficer, "no-plums").ok());
  EXPECT_TRUE(Exempt(kColleague).ok());
  clock_.Advance(absl::Hours(24) - absl::Minutes(1));
  ExpectNeedsColleague(Exempt());
  clock_.Advance(absl::Minutes(1));
  EXPECT_TRUE(Exempt().ok());
}

// The command for the colleague is pasted into a shell.
TEST_F(ExemptionBookTest, TheColleaguesCommandIsSafeToPaste) {
  ASSERT_TRUE(Exempt().ok());
  admin::v1::CreateExemptionRequest word;
  word.set_rule("no-pears");
  word.set_word("don't");
  word.set_content_provider_id("shop");
  word.mutable_duration()->set_seconds(60);
  const auto made = book_->Exempt(word, Rules(), *parties_, kOfficer, false);
  ExpectNeedsColleague(made);
  EXPECT_TRUE(absl::StrContains(
      made.status().message(),
      R"(--word 'don'\''t' --content-provider shop --for 1m)"))
      << made.status();
}

TEST_F(ExemptionBookTest, ADayBeginsAtItsEnd) {
  ASSERT_TRUE(Exempt().ok());  // Lapses after half an hour.
  clock_.Advance(absl::Hours(24) + absl::Minutes(29));
  ExpectNeedsColleague(Exempt());
  clock_.Advance(absl::Minutes(1));
  ASSERT_TRUE(Exempt().ok());
  ASSERT_TRUE(book_->Confirm(2, kColleague, false).ok());
  // A colleague stood for this one, whoever ends it.
  ASSERT_TRUE(book_->End(2, kOfficer).ok());
  ASSERT_TRUE(Exempt().ok());
  // The end by a colleague is no confirmation.
  ASSERT_TRUE(book_->End(3, kColleague).ok());
  ExpectNeedsColleague(Exempt());
}

// A threshold and the tags that it adds up refuse the same texts.
TEST_F(ExemptionBookTest, AThresholdAndItsTagsAreOneRule) {
  ASSERT_TRUE(Exempt(kOfficer, "loans").ok());
  ASSERT_TRUE(book_->End(1, kOfficer).ok());
  ExpectNeedsColleague(Exempt(kOfficer, "loan-words"));
  ExpectNeedsColleague(Exempt(kOfficer, "loan-contact"));
  EXPECT_TRUE(Exempt(kOfficer, "no-pears").ok());
}

// What the book forgets must not be what it has to remember.
TEST_F(ExemptionBookTest, RemembersADayWhateverComesAfter) {
  ASSERT_TRUE(Exempt().ok());
  ASSERT_TRUE(book_->End(1, kOfficer).ok());
  for (int i = 0; i < 1'100; ++i) {
    const Actor other = {absl::StrCat("officer ", i), "test"};
    const auto made = Exempt(other, "no-plums");
    ASSERT_TRUE(made.ok()) << made.status();
    ASSERT_TRUE(book_->Confirm(made->number(), kColleague, false).ok());
    ASSERT_TRUE(book_->End(made->number(), other).ok());
  }
  ExpectNeedsColleague(Exempt());
  EXPECT_LE(book_->List(/*all=*/true).size(), 1'001u);
}

TEST_F(ExemptionBookTest, OnePersonMayWhereOnePersonDecides) {
  admin::v1::CreateExemptionRequest request;
  request.set_rule("no-pears");
  request.set_content_provider_id("shop");
  request.mutable_duration()->set_seconds(60);
  for (uint32_t i = 1; i < 4; ++i) {
    ASSERT_TRUE(
        book_->Exempt(request, Rules(), *parties_, kOfficer, true).ok());
    ASSERT_TRUE(book_->End(i, kOfficer).ok());
  }
}

TEST_F(ExemptionBookTest, WhatIsNotJournaledIsNotInForce) {
  BreakJournal();
  EXPECT_EQ(Exempt().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(book_->InForce().empty());
  MendJournal();
  ASSERT_TRUE(Exempt().ok());
  BreakJournal();
  EXPECT_EQ(book_->End(1, kColleague).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(book_->InForce().size(), 1u);
}

TEST_F(ExemptionBookTest, RefusesWhatMustHoldAndWhatIsNotThere) {
  EXPECT_EQ(Exempt(kOfficer, "no-crime").status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Exempt(kOfficer, "no-pear").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Exempt(kOfficer, "no-pears", "nobody").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Exempt({"officer", ""}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(book_->Confirm(9, kColleague, false).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace sluice::gateway
