// Break-glass on a whole server: one officer exempts a content provider from a
// rule at once, another officer confirms, and the exemption ends by itself.

#include <map>

#include "absl/strings/match.h"
#include "gateway/wire/timestamp.h"
#include "sluice/admin/v1/operations.grpc.pb.h"
#include "tests/gateway/rpc_detail.h"
#include "tests/gateway/rules_fixture.h"

namespace sluice::gateway {
namespace {

constexpr char kParcel[] = "【云杉超市】您的订单已发出，请留意查收。";
constexpr char kCard[] = "【云杉超市】您的会员卡已到，请到店领取。";
constexpr char kBankParcel[] = "【江畔银行】您的订单已发出，请留意查收。";

constexpr char kRules[] =
    "  - {id: no-parcels, basis: policy, code: CONTENT_UNWANTED,\n"
    "     words: [订单已发出, 会员卡]}\n"
    "  - {id: no-crime, basis: law, words: [从不出现]}\n";

class ExemptionsTest : public RulesTest {
 protected:
  void SetUp() override {
    RulesTest::SetUp();
    PublishWith(kRules);
  }

  static admin::v1::CreateExemptionRequest Request(
      const std::string& word = "") {
    admin::v1::CreateExemptionRequest request;
    request.set_rule("no-parcels");
    request.set_word(word);
    request.set_content_provider_id("shop");
    request.mutable_duration()->set_seconds(240 * 60);
    request.set_reason("case 118");
    return request;
  }
  grpc::Status Exempt(const admin::v1::CreateExemptionRequest& request,
                      admin::v1::Exemption* made = nullptr,
                      const std::string& key = "") {
    admin::v1::Exemption ignored;
    return Rules()->CreateExemption(As(key.empty() ? editor_ : key).get(),
                                    request,
                                    Into(made != nullptr ? made : &ignored));
  }
  grpc::Status Confirm(const std::string& key, uint32_t number) {
    admin::v1::ConfirmExemptionRequest request;
    request.set_number(number);
    request.set_reason("seen");
    admin::v1::Exemption exemption;
    return Rules()->ConfirmExemption(As(key).get(), request, Into(&exemption));
  }
  grpc::Status End(uint32_t number) {
    admin::v1::EndExemptionRequest request;
    request.set_number(number);
    request.set_reason("version 3 is out");
    admin::v1::Exemption exemption;
    return Rules()->EndExemption(As(colleague_).get(), request,
                                 Into(&exemption));
  }
  std::vector<admin::v1::Exemption> List(bool all) {
    admin::v1::ListExemptionsRequest request;
    request.set_all(all);
    admin::v1::ListExemptionsResponse response;
    EXPECT_TRUE(
        Rules()->ListExemptions(As(editor_).get(), request, &response).ok());
    EXPECT_TRUE(response.has_server_time());
    return {response.exemptions().begin(), response.exemptions().end()};
  }
  v1::Verdict Send(const std::string& text,
                   const std::string& sender = "shop") {
    return SubmitAll(sender, text, ++sent_, 1)[0];
  }
  bool IsRefused(const std::string& text, const std::string& sender = "shop") {
    return Send(text, sender).decision() == v1::DECISION_REJECTED;
  }

  int sent_ = 0;
};

TEST_F(ExemptionsTest, ItHoldsAtOnceForOneContentProvider) {
  EXPECT_TRUE(IsRefused(kParcel));
  admin::v1::Exemption made;
  ASSERT_TRUE(Exempt(Request(), &made).ok());
  EXPECT_EQ(made.number(), 1u);
  EXPECT_EQ(made.author(), IdOf(editor_));
  EXPECT_EQ(MillisOf(made.expire_time()) - MillisOf(made.create_time()),
            4 * 3'600'000);
  EXPECT_EQ(MillisOf(made.confirm_expire_time()) - MillisOf(made.create_time()),
            30 * 60'000);
  const v1::Verdict passes = Send(kParcel);
  EXPECT_EQ(passes.decision(), v1::DECISION_ACCEPTED);
  ASSERT_EQ(passes.would_reasons_size(), 1);
  EXPECT_EQ(passes.would_reasons(0).rule(), "no-parcels");
  EXPECT_TRUE(IsRefused(kBankParcel, "bank"));

  // ExplainText, GetRuleSetStatus and GetPosture show it.
  admin::v1::ExplainTextRequest explain;
  explain.set_account_id("acc");
  *explain.mutable_message() =
      Message(Number(1), v1::MESSAGE_CLASS_NOTICE, kParcel);
  admin::v1::ExplainTextResponse explained;
  ASSERT_TRUE(
      Rules()->ExplainText(As(editor_).get(), explain, &explained).ok());
  bool is_seen = false;
  for (const admin::v1::ExplainedHit& hit : explained.hits()) {
    EXPECT_EQ(hit.exemption(), hit.rule() == "no-parcels" ? 1u : 0u);
    is_seen = is_seen || hit.exemption() != 0;
  }
  EXPECT_TRUE(is_seen);
  EXPECT_EQ(explained.decision(), v1::DECISION_ACCEPTED);
  admin::v1::RuleSetStatus status;
  ASSERT_TRUE(
      Rules()->GetRuleSetStatus(As(editor_).get(), {}, Into(&status)).ok());
  EXPECT_EQ(status.exemptions(), 1u);
  admin::v1::GetPostureResponse posture;
  ASSERT_TRUE(admin::v1::OperationsService::NewStub(channel_)
                  ->GetPosture(As(editor_).get(), {}, &posture)
                  .ok());
  const auto line =
      std::find_if(posture.not_enforced().begin(), posture.not_enforced().end(),
                   [](const auto& one) { return one.rule() == "no-parcels"; });
  ASSERT_NE(line, posture.not_enforced().end());
  EXPECT_EQ(line->content_provider_id(), "shop");
  EXPECT_EQ(line->actor(), IdOf(editor_));
  EXPECT_EQ(line->reason(), "case 118");
  EXPECT_TRUE(absl::StrContains(line->note(), "exemption 1")) << line->note();
}

TEST_F(ExemptionsTest, AnExemptionMayBeForOneWord) {
  ASSERT_TRUE(Exempt(Request("會員卡")).ok());  // Traditional characters.
  EXPECT_EQ(List(false)[0].word(), "会员卡");
  EXPECT_FALSE(IsRefused(kCard));
  EXPECT_TRUE(IsRefused(kParcel));
}

TEST_F(ExemptionsTest, UnconfirmedItLapsesAndItsAuthorDoesNotRepeatIt) {
  ASSERT_TRUE(Exempt(Request()).ok());
  clock_.Advance(absl::Minutes(31));
  EXPECT_TRUE(IsRefused(kParcel));
  EXPECT_TRUE(List(false).empty());
  EXPECT_EQ(List(true).size(), 1u);
  const grpc::Status late = Confirm(colleague_, 1);
  EXPECT_EQ(late.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_TRUE(absl::StrContains(late.error_message(), "it lapsed"))
      << late.error_message();
  const grpc::Status again = Exempt(Request());
  EXPECT_EQ(again.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(again), "NEEDS_COLLEAGUE");
  EXPECT_TRUE(Exempt(Request(), nullptr, colleague_).ok());
  EXPECT_FALSE(IsRefused(kParcel));
}

TEST_F(ExemptionsTest, NobodyRenewsOneAloneAlsoAfterAPublicationAndARestart) {
  ASSERT_TRUE(Exempt(Request()).ok());
  ASSERT_TRUE(End(1).ok());
  const auto refused = [this] {
    const grpc::Status again = Exempt(Request());
    EXPECT_EQ(again.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
    EXPECT_EQ(ReasonOf(again), "NEEDS_COLLEAGUE");
    EXPECT_TRUE(absl::StrContains(
        again.error_message(),
        "a colleague must create this one, with their own key"))
        << again.error_message();
  };
  refused();
  PublishWith(std::string("  - {id: first, basis: policy, code: "
                          "CONTENT_UNWANTED, words: [领取]}\n") +
              kRules);
  refused();
  Restart();
  refused();
  EXPECT_TRUE(IsRefused(kParcel));
  EXPECT_TRUE(Exempt(Request(), nullptr, colleague_).ok());
}

TEST_F(ExemptionsTest, ConfirmedItHoldsToItsEndAlsoAfterARestart) {
  ASSERT_TRUE(Exempt(Request()).ok());
  const grpc::Status own = Confirm(editor_, 1);
  EXPECT_EQ(own.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_TRUE(absl::StrContains(own.error_message(), "created with this key"));
  EXPECT_EQ(ReasonOf(own), "NEEDS_COLLEAGUE");
  ASSERT_TRUE(Confirm(colleague_, 1).ok());
  EXPECT_EQ(Confirm(colleague_, 1).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(List(false)[0].confirmer(), IdOf(colleague_));
  Restart();
  EXPECT_FALSE(IsRefused(kParcel));
  clock_.Advance(absl::Hours(3) + absl::Minutes(59));
  EXPECT_FALSE(IsRefused(kParcel));
  clock_.Advance(absl::Minutes(2));
  EXPECT_TRUE(IsRefused(kParcel));
  EXPECT_TRUE(List(false).empty());
}

TEST_F(ExemptionsTest, AnybodyEndsItBeforeItsTime) {
  ASSERT_TRUE(Exempt(Request()).ok());
  ASSERT_TRUE(End(1).ok());
  EXPECT_TRUE(IsRefused(kParcel));
  EXPECT_EQ(List(true)[0].ended_by(), IdOf(colleague_));
  EXPECT_EQ(End(1).error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  Restart();
  EXPECT_TRUE(IsRefused(kParcel));
}

// An exemption is for the rule's id, whatever the rule's number.
TEST_F(ExemptionsTest, APublicationKeepsIt) {
  ASSERT_TRUE(Exempt(Request()).ok());
  PublishWith(std::string("  - {id: first, basis: policy, code: "
                          "CONTENT_UNWANTED, words: [领取]}\n") +
              kRules);
  EXPECT_FALSE(IsRefused(kParcel));
  EXPECT_TRUE(IsRefused(kCard));  // By the rule that has the number now.
}

// It will be for the new version, too: a preview of one that changes nothing
// about the rule shows no change.
TEST_F(ExemptionsTest, APreviewShowsNoChangeForIt) {
  ASSERT_TRUE(Exempt(Request()).ok());
  EXPECT_FALSE(IsRefused(kParcel));
  admin::v1::RuleVersion version;
  const grpc::Status put =
      Put(std::string("  - {id: other, basis: policy, code: CONTENT_UNWANTED, "
                      "words: [从无此词]}\n") +
              kRules,
          &version);
  ASSERT_TRUE(put.ok()) << put.error_message();
  admin::v1::PreviewVersionRequest request;
  request.set_number(version.number());
  const auto context = As(colleague_);
  const auto reader = Rules()->PreviewVersion(context.get(), request);
  admin::v1::PreviewVersionResponse response;
  while (reader->Read(&response)) {
  }
  ASSERT_TRUE(reader->Finish().ok());
  EXPECT_EQ(response.result().messages(), 1u);
  EXPECT_EQ(response.result().rules_size(), 0);
  for (const admin::v1::PreviewMove& move : response.result().moves()) {
    EXPECT_EQ(move.before(), move.after());
  }
}

TEST_F(ExemptionsTest, RefusesWhatMustHoldAndWhatMakesNoSense) {
  const auto code = [this](const admin::v1::CreateExemptionRequest& request) {
    return Exempt(request).error_code();
  };
  admin::v1::CreateExemptionRequest request = Request();
  request.set_rule("no-crime");
  const grpc::Status law = Exempt(request);
  EXPECT_EQ(law.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_TRUE(absl::StrContains(law.error_message(), "CONTENT_PROHIBITED"));
  request.set_rule("no-parcel");
  EXPECT_TRUE(absl::StrContains(Exempt(request).error_message(),
                                "did you mean 'no-parcels'"));
  for (const uint32_t minutes : {0u, 241u}) {
    request = Request();
    request.mutable_duration()->set_seconds(minutes * 60);
    EXPECT_EQ(code(request), grpc::StatusCode::INVALID_ARGUMENT);
  }
  request = Request();
  request.clear_reason();
  EXPECT_EQ(code(request), grpc::StatusCode::INVALID_ARGUMENT);
  request = Request();
  request.set_template_id("t-1");  // Both are set.
  EXPECT_EQ(code(request), grpc::StatusCode::INVALID_ARGUMENT);
  request.clear_content_provider_id();
  EXPECT_EQ(code(request), grpc::StatusCode::NOT_FOUND);
  request = Request();
  request.set_content_provider_id("nobody");
  EXPECT_EQ(code(request), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(code(Request("没有")), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Confirm(colleague_, 9).error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_TRUE(List(true).empty());

  ASSERT_TRUE(Exempt(Request()).ok());
  EXPECT_EQ(code(Request()), grpc::StatusCode::ALREADY_EXISTS);
  admin::v1::Exemption made;
  EXPECT_EQ(Rules()
                ->CreateExemption(As(submit_key_).get(), Request(), Into(&made))
                .error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(ExemptionsTest, ComeInPages) {
  ASSERT_TRUE(Exempt(Request()).ok());
  const auto pages = [this](uint32_t page_size) {
    admin::v1::ListExemptionsRequest request;
    request.set_page_size(page_size);
    std::vector<uint32_t> numbers;
    do {
      admin::v1::ListExemptionsResponse page;
      EXPECT_TRUE(
          Rules()->ListExemptions(As(editor_).get(), request, &page).ok());
      EXPECT_LE(page.exemptions_size(), static_cast<int>(page_size));
      for (const auto& one : page.exemptions()) numbers.push_back(one.number());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return numbers;
  };
  const admin::v1::CreateExemptionRequest bank = [] {
    admin::v1::CreateExemptionRequest request = Request();
    request.set_content_provider_id("bank");
    return request;
  }();
  ASSERT_TRUE(Exempt(bank, nullptr, colleague_).ok());
  EXPECT_EQ(pages(1), (std::vector<uint32_t>{2, 1}));
  EXPECT_EQ(pages(2), (std::vector<uint32_t>{2, 1}));
}

TEST_F(ExemptionsTest, AShopOfOneConfirmsItsOwn) {
  config_.mutable_rules()->set_approval(config::v1::APPROVAL_ONE_PERSON);
  Restart();
  ASSERT_TRUE(Exempt(Request()).ok());
  EXPECT_TRUE(Confirm(editor_, 1).ok());
}

// More than a hundred exemptions are no emergency.
TEST_F(ExemptionsTest, ThereAreAtMostAHundred) {
  for (int i = 0; i < 100; ++i) {
    store::v1::Party party;
    party.set_id("cp-" + std::to_string(i));
    party.mutable_content_provider()->set_name("甲" + std::to_string(i));
    const grpc::Status made = Create(party);
    ASSERT_TRUE(made.ok()) << made.error_message();
    admin::v1::CreateExemptionRequest request = Request();
    request.set_content_provider_id(party.id());
    ASSERT_TRUE(Exempt(request).ok()) << i;
    // Alone an officer exempts from a rule once a day.
    ASSERT_TRUE(Confirm(colleague_, static_cast<uint32_t>(i) + 1).ok()) << i;
  }
  const grpc::Status full = Exempt(Request());
  EXPECT_EQ(full.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_TRUE(absl::StrContains(full.error_message(), "100 exemptions"));
  ASSERT_TRUE(End(1).ok());
  EXPECT_TRUE(Exempt(Request()).ok());
}

}  // namespace
}  // namespace sluice::gateway
