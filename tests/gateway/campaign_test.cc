// Campaigns on a whole server: nearly the same advertising text to many numbers
// is counted over calls, held as a whole, and decided by a person.

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gateway/wire/timestamp.h"
#include "sluice/admin/v1/campaigns.grpc.pb.h"
#include "sluice/admin/v1/holds.grpc.pb.h"
#include "tests/gateway/server_fixture.h"

namespace sluice::gateway {
namespace {

class CampaignTest : public ServerTest {
 protected:
  void SetUp() override {
    Start();
    MakeWorld();
  }

  // The nth copy of one text, to a number of its own.
  static v1::OutgoingMessage Copy(int n) {
    return Message(Number(n), v1::MESSAGE_CLASS_COMMERCIAL,
                   absl::StrCat("【云杉超市】尊敬的会员", n,
                                "，周末全场水果八折，欢迎到店选购。"
                                "拒收请回复R"));
  }

  // The decisions about copies to these numbers.
  std::map<std::string, int> SubmitCopies(
      int first, int count, void (*change)(v1::OutgoingMessage&) = nullptr) {
    v1::SubmitRequest request;
    for (int i = 0; i < count; ++i) {
      v1::OutgoingMessage& message = *request.add_messages();
      message = Copy(first + i);
      if (change != nullptr) change(message);
    }
    v1::SubmitResponse response;
    const grpc::Status status = Submit(request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    std::map<std::string, int> decisions;
    for (const v1::Verdict& verdict : response.verdicts()) {
      std::string key = v1::Decision_Name(verdict.decision()).substr(9);
      if (verdict.reasons_size() > 0) {
        absl::StrAppend(&key, " ", verdict.reasons(0).code());
      }
      ++decisions[key];
    }
    return decisions;
  }
  using Decisions = std::map<std::string, int>;

  std::unique_ptr<admin::v1::CampaignsService::Stub> Campaigns() {
    return admin::v1::CampaignsService::NewStub(channel_);
  }
  std::vector<admin::v1::Campaign> List() {
    admin::v1::ListCampaignsResponse response;
    EXPECT_TRUE(
        Campaigns()->ListCampaigns(As(admin_key_).get(), {}, &response).ok());
    return {response.campaigns().begin(), response.campaigns().end()};
  }
  template <typename Request>
  static Request About(const std::string& id) {
    Request request;
    request.set_id(id);
    request.set_reason("looked at it");
    return request;
  }

  // Releases this one message.
  admin::v1::JudgedHold Release(const std::string& message_id) {
    admin::v1::ReleaseHoldsRequest request;
    request.mutable_selection()->add_message_ids(message_id);
    request.set_reason("looked at it");
    const auto context = As(admin_key_);
    const auto stream =
        admin::v1::HoldsService::NewStub(channel_)->ReleaseHolds(context.get(),
                                                                 request);
    admin::v1::ReleaseHoldsResponse response;
    EXPECT_TRUE(stream->Read(&response));
    const admin::v1::JudgedHold one = response.judged().messages(0);
    while (stream->Read(&response)) {
    }
    EXPECT_TRUE(stream->Finish().ok());
    return one;
  }
  admin::v1::RejudgeMessagesResponse Rejudge(const std::string& rule) {
    admin::v1::RejudgeMessagesRequest request;
    request.set_rule(rule);
    SetTimestamp(kTenInTheMorningMs, *request.mutable_start_time());
    request.mutable_max_age()->set_seconds(600);
    request.set_reason("looked at it");
    request.set_apply(true);
    const auto context = As(admin_key_);
    const auto stream =
        admin::v1::HoldsService::NewStub(channel_)->RejudgeMessages(
            context.get(), request);
    admin::v1::RejudgeMessagesResponse response;
    while (stream->Read(&response)) {
    }
    EXPECT_TRUE(stream->Finish().ok());
    return response;
  }
};

TEST_F(CampaignTest, IsHeldOnceForTheWhole) {
  EXPECT_TRUE(List().empty());
  EXPECT_EQ(SubmitCopies(0, 300), (Decisions{{"ACCEPTED", 300}}));
  // The same numbers again do not add to the count.
  EXPECT_EQ(SubmitCopies(0, 300,
                         [](v1::OutgoingMessage& message) {
                           message.set_text(absl::StrReplaceAll(
                               message.text(), {{"会员", "会员8"}}));
                         }),
            (Decisions{{"ACCEPTED", 300}}));
  EXPECT_EQ(SubmitCopies(300, 300),
            (Decisions{{"ACCEPTED", 200}, {"HELD CAMPAIGN_UNREVIEWED", 100}}));
  const std::vector<admin::v1::Campaign> campaigns = List();
  ASSERT_EQ(campaigns.size(), 1u);
  EXPECT_EQ(campaigns[0].content_provider_id(), "shop");
  EXPECT_EQ(campaigns[0].decision(), v1::DECISION_HELD);
  EXPECT_EQ(campaigns[0].messages(), 100u);
  EXPECT_EQ(campaigns[0].sample(), Copy(500).text());
  EXPECT_EQ(campaigns[0].actor(), "");
  const v1::Verdict verdict = SubmitOne(Copy(700));
  ASSERT_EQ(verdict.reasons_size(), 1);
  EXPECT_EQ(verdict.reasons(0).rule(), campaigns[0].id());
  EXPECT_EQ(verdict.reasons(0).basis(), v1::BASIS_POLICY);
  // Another text is another campaign.
  EXPECT_EQ(SubmitOne(Message(Number(701), v1::MESSAGE_CLASS_COMMERCIAL,
                              "【云杉超市】新到一批冬季外套，尺码齐全，"
                              "到人民路门店可以试穿。拒收请回复R"))
                .decision(),
            v1::DECISION_ACCEPTED);
}

TEST_F(CampaignTest, APersonReleasesItOrRejectsIt) {
  SubmitCopies(0, 501);
  const std::string id = List().at(0).id();
  admin::v1::Campaign decided;
  grpc::Status status = Campaigns()->ReleaseCampaign(
      As(admin_key_).get(), About<admin::v1::ReleaseCampaignRequest>(id),
      Into(&decided));
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(decided.decision(), v1::DECISION_ACCEPTED);
  EXPECT_EQ(decided.actor(), admin_key_.substr(4, 10));
  EXPECT_EQ(SubmitCopies(600, 600), (Decisions{{"ACCEPTED", 600}}));
  EXPECT_EQ(List().at(0).messages(), 600u);

  ASSERT_TRUE(Campaigns()
                  ->RejectCampaign(As(admin_key_).get(),
                                   About<admin::v1::RejectCampaignRequest>(id),
                                   Into(&decided))
                  .ok());
  EXPECT_EQ(SubmitCopies(1300, 2),
            (Decisions{{"REJECTED CAMPAIGN_SUSPENDED", 2}}));
  Restart();
  EXPECT_EQ(SubmitCopies(1400, 2),
            (Decisions{{"REJECTED CAMPAIGN_SUSPENDED", 2}}));
  EXPECT_EQ(List().at(0).reason(), "looked at it");
  // After the decision has expired, counting starts at 0.
  clock_.Advance(absl::Hours(25));
  EXPECT_TRUE(List().empty());
  EXPECT_EQ(SubmitCopies(2000, 501),
            (Decisions{{"ACCEPTED", 500}, {"HELD CAMPAIGN_UNREVIEWED", 1}}));
}

TEST_F(CampaignTest, ComeInPages) {
  SubmitCopies(0, 501);
  clock_.Advance(absl::Minutes(1));
  SubmitCopies(1000, 501, [](v1::OutgoingMessage& message) {
    message.set_text("【江畔银行】网点搬迁通知：请到新址办理业务。拒收请回复R");
    message.set_on_behalf_of("bank");
  });
  const std::vector<admin::v1::Campaign> all = List();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_GT(all[0].decide_time().seconds(), all[1].decide_time().seconds());
  admin::v1::ListCampaignsRequest request;
  request.set_page_size(1);
  for (size_t i = 0; i < all.size(); ++i) {
    admin::v1::ListCampaignsResponse page;
    ASSERT_TRUE(
        Campaigns()->ListCampaigns(As(admin_key_).get(), request, &page).ok());
    ASSERT_EQ(page.campaigns_size(), 1);
    EXPECT_EQ(page.campaigns(0).id(), all[i].id());
    EXPECT_EQ(page.next_page_token().empty(), i + 1 == all.size());
    request.set_page_token(page.next_page_token());
  }
  request.set_page_token(all[0].id());
  admin::v1::ListCampaignsResponse page;
  EXPECT_EQ(Campaigns()
                ->ListCampaigns(As(admin_key_).get(), request, &page)
                .error_message(),
            "page_token: not a token of this call with these filters; leave it "
            "out for the first page");
}

TEST_F(CampaignTest, WhatWasHeldIsReleasedByTheCampaignsId) {
  SubmitCopies(0, 510);
  admin::v1::ReleaseHoldsRequest release;
  release.mutable_selection()->mutable_filter()->set_rule(List().at(0).id());
  release.mutable_selection()->set_expected(10);
  release.set_reason("known sale");
  const auto context = As(admin_key_);
  const auto stream = admin::v1::HoldsService::NewStub(channel_)->ReleaseHolds(
      context.get(), release);
  int accepted = 0;
  for (admin::v1::ReleaseHoldsResponse response; stream->Read(&response);) {
    for (const admin::v1::JudgedHold& one : response.judged().messages()) {
      accepted += one.decision() == v1::DECISION_ACCEPTED ? 1 : 0;
    }
  }
  const grpc::Status status = stream->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(accepted, 10);
  // A release of messages does not release the campaign's further messages.
  EXPECT_EQ(SubmitCopies(600, 1), (Decisions{{"HELD CAMPAIGN_UNREVIEWED", 1}}));
}

TEST_F(CampaignTest, ARejectedOneIsNotReleasedByItsMessages) {
  SubmitCopies(0, 500);
  const std::string held = SubmitOne(Copy(500)).message_id();
  admin::v1::Campaign decided;
  const std::string id = List().at(0).id();
  ASSERT_TRUE(Campaigns()
                  ->RejectCampaign(As(admin_key_).get(),
                                   About<admin::v1::RejectCampaignRequest>(id),
                                   Into(&decided))
                  .ok());
  const admin::v1::JudgedHold judged = Release(held);
  EXPECT_EQ(judged.decision(), v1::DECISION_REJECTED);
  ASSERT_EQ(judged.reasons_size(), 1);
  EXPECT_EQ(judged.reasons(0).code(), "CAMPAIGN_SUSPENDED");
  EXPECT_EQ(judged.reasons(0).rule(), id);
}

TEST_F(CampaignTest, MessagesOfARejectedCampaignComeBackOnlyWithIt) {
  SubmitCopies(0, 501);
  admin::v1::Campaign decided;
  const std::string id = List().at(0).id();
  ASSERT_TRUE(Campaigns()
                  ->RejectCampaign(As(admin_key_).get(),
                                   About<admin::v1::RejectCampaignRequest>(id),
                                   Into(&decided))
                  .ok());
  ASSERT_EQ(SubmitCopies(600, 1),
            (Decisions{{"REJECTED CAMPAIGN_SUSPENDED", 1}}));
  EXPECT_EQ(Rejudge(id).still_refused(), 1u);
  ASSERT_TRUE(
      Campaigns()
          ->ReleaseCampaign(As(admin_key_).get(),
                            About<admin::v1::ReleaseCampaignRequest>(id),
                            Into(&decided))
          .ok());
  EXPECT_EQ(Rejudge(id).accepted(), 1u);
}

// A release answers the hold for the reply word. The hold of the campaign is
// another reason.
TEST_F(CampaignTest, AReleaseAnswersOnlyWhatHeldTheMessage) {
  const auto conflict = [](int n) {
    v1::OutgoingMessage message = Copy(n);
    message.set_text(
        absl::StrReplaceAll(message.text(), {{"欢迎到店选购", "回T领取好礼"}}));
    return message;
  };
  const std::string first = SubmitOne(conflict(0)).message_id();
  SubmitCopies(1, 500, [](v1::OutgoingMessage& message) {
    message.set_text(
        absl::StrReplaceAll(message.text(), {{"欢迎到店选购", "回T领取好礼"}}));
  });
  ASSERT_EQ(List().size(), 1u);
  admin::v1::JudgedHold judged = Release(first);
  EXPECT_EQ(judged.decision(), v1::DECISION_HELD);
  ASSERT_EQ(judged.reasons_size(), 1);
  EXPECT_EQ(judged.reasons(0).code(), "CAMPAIGN_UNREVIEWED");
  EXPECT_EQ(Release(first).decision(), v1::DECISION_ACCEPTED);
}

TEST_F(CampaignTest, WhatIsHeldStaysSoOverARestart) {
  SubmitCopies(0, 501);
  Restart();
  EXPECT_EQ(SubmitCopies(600, 1), (Decisions{{"HELD CAMPAIGN_UNREVIEWED", 1}}));
  ASSERT_EQ(List().size(), 1u);
  EXPECT_EQ(List()[0].sample(), Copy(600).text());
}

// The sender chooses the name of a campaign.
TEST_F(CampaignTest, ANameOfTheSendersIsNoReview) {
  const auto name = [](v1::OutgoingMessage& message) {
    message.set_campaign_id("weekend");
  };
  EXPECT_EQ(SubmitCopies(0, 600, name),
            (Decisions{{"ACCEPTED", 500}, {"HELD CAMPAIGN_UNREVIEWED", 100}}));
  ASSERT_EQ(List().size(), 1u);
  admin::v1::Campaign decided;
  ASSERT_TRUE(Campaigns()
                  ->RejectCampaign(
                      As(admin_key_).get(),
                      About<admin::v1::RejectCampaignRequest>(List()[0].id()),
                      Into(&decided))
                  .ok());
  EXPECT_EQ(SubmitCopies(1000, 2, name),
            (Decisions{{"REJECTED CAMPAIGN_SUSPENDED", 2}}));
  EXPECT_EQ(SubmitCopies(1100, 2,
                         [](v1::OutgoingMessage& message) {
                           message.set_campaign_id("another name");
                         }),
            (Decisions{{"REJECTED CAMPAIGN_SUSPENDED", 2}}));
}

// So is the class.
TEST_F(CampaignTest, NoticesHaveALimitOfTheirOwn) {
  const auto as_notice = [](v1::OutgoingMessage& message) {
    message.set_message_class(v1::MESSAGE_CLASS_NOTICE);
  };
  Decisions decisions;
  for (int first = 0; first < 2400; first += 800) {
    for (const auto& [decision, count] : SubmitCopies(first, 800, as_notice)) {
      decisions[decision] += count;
    }
  }
  EXPECT_EQ(decisions,
            (Decisions{{"ACCEPTED", 2000}, {"HELD CAMPAIGN_UNREVIEWED", 400}}));
  // It is the same text.
  EXPECT_EQ(SubmitCopies(3000, 1),
            (Decisions{{"HELD CAMPAIGN_UNREVIEWED", 1}}));
}

TEST_F(CampaignTest, NumbersOfAllClassesCountTogether) {
  EXPECT_EQ(SubmitCopies(0, 500,
                         [](v1::OutgoingMessage& message) {
                           message.set_message_class(v1::MESSAGE_CLASS_NOTICE);
                         }),
            (Decisions{{"ACCEPTED", 500}}));
  EXPECT_EQ(SubmitCopies(600, 1), (Decisions{{"HELD CAMPAIGN_UNREVIEWED", 1}}));
}

TEST_F(CampaignTest, ATextIsDecidedBeforeItIsSent) {
  auto release = About<admin::v1::ReleaseCampaignRequest>("");
  release.set_content_provider_id("shop");
  release.set_text(Copy(99).text());
  admin::v1::Campaign decided;
  grpc::Status status = Campaigns()->ReleaseCampaign(As(admin_key_).get(),
                                                     release, Into(&decided));
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(decided.sample(), Copy(99).text());
  EXPECT_EQ(SubmitCopies(0, 600), (Decisions{{"ACCEPTED", 600}}));
  EXPECT_EQ(List().at(0).messages(), 600u);
  // Of this content provider only.
  EXPECT_EQ(List().at(0).content_provider_id(), "shop");
  Restart();
  EXPECT_EQ(List().at(0).sample(), Copy(99).text());
  auto reject = About<admin::v1::RejectCampaignRequest>("");
  reject.set_content_provider_id("shop");
  reject.set_text(Copy(98).text());
  status =
      Campaigns()->RejectCampaign(As(admin_key_).get(), reject, Into(&decided));
  ASSERT_TRUE(status.ok()) << status.error_message();
  // It is the campaign that was released.
  EXPECT_EQ(List().size(), 1u);
  EXPECT_EQ(SubmitCopies(700, 1),
            (Decisions{{"REJECTED CAMPAIGN_SUSPENDED", 1}}));
}

TEST_F(CampaignTest, TemplatesAndQuestionsDoNotCount) {
  v1::SubmitRequest request;
  for (int i = 0; i < 600; ++i) *request.add_messages() = Copy(1000 + i);
  v1::SubmitResponse response;
  ASSERT_TRUE(v1::GatewayService::NewStub(channel_)
                  ->Check(As(submit_key_).get(), request, &response)
                  .ok());
  store::v1::Party party;
  party.set_id("weekend");
  store::v1::Template& text = *party.mutable_template_();
  text.set_content_provider_id("shop");
  text.set_message_class(v1::MESSAGE_CLASS_COMMERCIAL);
  text.set_text("尊敬的会员{number}，周末全场水果八折，欢迎到店选购。");
  store::v1::Template::Variable& number = *text.add_variables();
  number.set_name("number");
  number.set_type("digits");
  number.set_characters_max(8);
  const grpc::Status status = Create(party);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(SubmitCopies(2000, 600), (Decisions{{"ACCEPTED", 600}}));
  EXPECT_TRUE(List().empty());
}

TEST_F(CampaignTest, SaysWhatCannotBeDecided) {
  admin::v1::Campaign decided;
  const grpc::Status unknown = Campaigns()->ReleaseCampaign(
      As(admin_key_).get(),
      About<admin::v1::ReleaseCampaignRequest>("1-0000000000000001"),
      Into(&decided));
  EXPECT_EQ(unknown.error_code(), grpc::StatusCode::NOT_FOUND);
  auto text = About<admin::v1::ReleaseCampaignRequest>("");
  const auto release = [&] {
    return Campaigns()->ReleaseCampaign(As(admin_key_).get(), text,
                                        Into(&decided));
  };
  EXPECT_EQ(release().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  text.set_text(Copy(1).text());
  text.set_content_provider_id("nobody");
  EXPECT_EQ(release().error_code(), grpc::StatusCode::NOT_FOUND);
  text.set_content_provider_id("shop");
  text.set_id("1-1");
  EXPECT_EQ(release().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  auto request = About<admin::v1::RejectCampaignRequest>("1-1");
  request.mutable_duration()->set_seconds(721 * 3600);
  EXPECT_EQ(Campaigns()
                ->RejectCampaign(As(admin_key_).get(), request, Into(&decided))
                .error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  request = About<admin::v1::RejectCampaignRequest>("1-1");
  request.set_reason(" ");
  EXPECT_EQ(Campaigns()
                ->RejectCampaign(As(admin_key_).get(), request, Into(&decided))
                .error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Campaigns()
                ->RejectCampaign(As(submit_key_).get(),
                                 About<admin::v1::RejectCampaignRequest>("1-1"),
                                 Into(&decided))
                .error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

}  // namespace
}  // namespace sluice::gateway
