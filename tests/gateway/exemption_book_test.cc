// Exemptions as a book of the control journal; exemptions_test.cc tests their
// effect on a whole server.
#include "gateway/control/exemption_book.h"

#include "tests/gateway/control_fixture.h"

namespace sluice::gateway {
namespace {

constexpr char kRules[] = R"(
rules:
  - {id: no-pears, basis: policy, code: CONTENT_UNWANTED, words: [梨子]}
  - {id: no-crime, basis: law, words: [枪支]}
domain_lists:
  - {id: shorteners, file: lists/shared/shorteners.txt}
)";

class ExemptionBookTest : public ControlBookTest {
 protected:
  void SetUp() override {
    ControlBookTest::SetUp();
    parties_ = std::make_unique<PartyBook>(*store_, NoParties());
    MakeWorld(*parties_, Rules());
    book_ = std::make_unique<ExemptionBook>(*store_);
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

  static inline const Actor kColleague = {"colleague", "looked at it"};

  std::unique_ptr<PartyBook> parties_;
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
  ASSERT_EQ(Exempt(kOfficer, "no-pears", "bank")->number(), 2u);
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
  ASSERT_TRUE(Exempt(kOfficer, "no-pears", "bank").ok());
  ASSERT_TRUE(book_->End(1, kColleague).ok());
  ExemptionBook replayed(*store_);
  for (const store::v1::Record& record : Journal()) {
    if (record.has_exemption_changed()) {
      replayed.Apply(record.exemption_changed());
    }
  }
  const auto before = book_->List(/*all=*/true);
  const auto after = replayed.List(/*all=*/true);
  ASSERT_EQ(before.size(), 2u);
  ASSERT_EQ(after.size(), 2u);
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(before[i].SerializeAsString(), after[i].SerializeAsString());
  }
  ASSERT_EQ(replayed.InForce().size(), 1u);
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
