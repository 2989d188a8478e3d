// The commands about templates and campaigns, and posture, against a small fake
// server: the requests they send, and the output for its responses.

#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "sluice/admin/v1/campaigns.grpc.pb.h"
#include "sluice/admin/v1/holds.grpc.pb.h"
#include "sluice/admin/v1/operations.grpc.pb.h"
#include "sluice/admin/v1/registry.grpc.pb.h"
#include "sluice/admin/v1/rules.grpc.pb.h"
#include "sluice/v1/gateway.grpc.pb.h"
#include "tests/tools/fake_server.h"
#include "tests/tools/run_ctl.h"
#include "tools/lib/process.h"

namespace sluice::ctl {
namespace {

void Accept(admin::v1::Template& text) {
  auto& hit = *text.add_accepted_hits();
  hit.set_rule("loans-sure");
  hit.set_word("贷款");
}

class FakeRegistry final : public admin::v1::RegistryService::Service {
 public:
  grpc::Status CreateTemplate(
      grpc::ServerContext*, const admin::v1::CreateTemplateRequest* request,
      admin::v1::CreateTemplateResponse* response) override {
    created = *request;
    *response->mutable_template_() = request->template_();
    Accept(*response->mutable_template_());
    return grpc::Status::OK;
  }
  grpc::Status GetTemplate(grpc::ServerContext*,
                           const admin::v1::GetTemplateRequest* request,
                           admin::v1::GetTemplateResponse* response) override {
    read = *request;
    if (secret) return {grpc::StatusCode::PERMISSION_DENIED, "no"};
    *response->mutable_template_() = created.template_();
    response->mutable_template_()->set_revision(7);
    Accept(*response->mutable_template_());
    return grpc::Status::OK;
  }
  grpc::Status UpdateTemplate(
      grpc::ServerContext*, const admin::v1::UpdateTemplateRequest* request,
      admin::v1::UpdateTemplateResponse* response) override {
    updated = *request;
    *response->mutable_template_() = request->template_();
    return grpc::Status::OK;
  }

  bool secret = false;
  admin::v1::CreateTemplateRequest created;
  admin::v1::UpdateTemplateRequest updated;
  admin::v1::GetTemplateRequest read;
};

class FakeGateway final : public v1::GatewayService::Service {
 public:
  grpc::Status Check(grpc::ServerContext*, const v1::SubmitRequest* request,
                     v1::SubmitResponse* response) override {
    checked = *request;
    v1::Verdict& verdict = *response->add_verdicts();
    verdict.set_decision(v1::DECISION_ACCEPTED);
    if (would != nullptr) *verdict.add_would_reasons() = *would;
    return grpc::Status::OK;
  }
  const v1::Reason* would = nullptr;
  v1::SubmitRequest checked;
};

class FakeCampaigns final : public admin::v1::CampaignsService::Service {
 public:
  grpc::Status ListCampaigns(
      grpc::ServerContext*, const admin::v1::ListCampaignsRequest*,
      admin::v1::ListCampaignsResponse* response) override {
    if (none) return grpc::Status::OK;
    admin::v1::Campaign& campaign = *response->add_campaigns();
    campaign.set_id("3-9f3ac07712de0045");
    campaign.set_content_provider_id("shop");
    campaign.set_decision(v1::DECISION_HELD);
    if (restarted) return grpc::Status::OK;
    campaign.set_messages(1234);
    campaign.set_sample("全场八折");
    return grpc::Status::OK;
  }
  grpc::Status ReleaseCampaign(
      grpc::ServerContext*, const admin::v1::ReleaseCampaignRequest* request,
      admin::v1::ReleaseCampaignResponse* response) override {
    decided = *request;
    response->mutable_campaign()->set_id(request->id());
    response->mutable_campaign()->set_decision(v1::DECISION_ACCEPTED);
    return grpc::Status::OK;
  }
  grpc::Status RejectCampaign(grpc::ServerContext*,
                              const admin::v1::RejectCampaignRequest*,
                              admin::v1::RejectCampaignResponse*) override {
    return {grpc::StatusCode::NOT_FOUND, "nothing is decided about it"};
  }
  bool none = false;
  bool restarted = false;  // Without counts and texts.
  admin::v1::ReleaseCampaignRequest decided;
};

// The campaign holds two messages.
class FakeHolds final : public admin::v1::HoldsService::Service {
 public:
  grpc::Status ListHolds(grpc::ServerContext*,
                         const admin::v1::ListHoldsRequest* request,
                         admin::v1::ListHoldsResponse* response) override {
    listed = *request;
    response->add_messages()->set_message_id("1");
    response->add_messages()->set_message_id("2");
    response->set_held(2);
    response->mutable_messages(0)->mutable_hold_time()->set_seconds(
        1'800'000'000);
    return grpc::Status::OK;
  }
  grpc::Status ReleaseHolds(
      grpc::ServerContext*, const admin::v1::ReleaseHoldsRequest* request,
      grpc::ServerWriter<admin::v1::ReleaseHoldsResponse>* writer) override {
    released = *request;
    admin::v1::ReleaseHoldsResponse response;
    admin::v1::JudgedHolds& judged = *response.mutable_judged();
    for (const char* id : {"1", "2"}) {
      admin::v1::JudgedHold& one = *judged.add_messages();
      one.set_message_id(id);
      one.set_outcome(admin::v1::HOLD_OUTCOME_DECIDED);
      one.set_decision(v1::DECISION_ACCEPTED);
    }
    writer->Write(response);
    return grpc::Status::OK;
  }
  admin::v1::ListHoldsRequest listed;
  admin::v1::ReleaseHoldsRequest released;
};

class FakeRuleStatus final : public admin::v1::RulesService::Service {
 public:
  grpc::Status GetRuleSetStatus(grpc::ServerContext*,
                                const admin::v1::GetRuleSetStatusRequest*,
                                admin::v1::GetRuleSetStatusResponse*) override {
    return grpc::Status::OK;  // Nothing is planned.
  }
};

class FakeOperations final : public admin::v1::OperationsService::Service {
 public:
  grpc::Status GetPosture(grpc::ServerContext*,
                          const admin::v1::GetPostureRequest*,
                          admin::v1::GetPostureResponse* response) override {
    *response = posture;
    return grpc::Status::OK;
  }
  admin::v1::GetPostureResponse posture;
};

class TemplateCommands : public testing::Test {
 protected:
  Output Run(std::vector<std::string> arguments) {
    return server_.Run(std::move(arguments));
  }

  FakeRegistry registry_;
  FakeGateway gateway_;
  FakeCampaigns campaigns_;
  FakeHolds holds_;
  FakeOperations operations_;
  FakeRuleStatus rules_;
  const FakeServer server_{&registry_, &gateway_,    &campaigns_,
                           &holds_,    &operations_, &rules_};
};

TEST_F(TemplateCommands, ATemplateIsMadeOfFlags) {
  const Output output = Run(
      {"registry", "create", "template", "otp", "--content-provider-id", "shop",
       "--message-class", "verification", "--text", "您的验证码是{code}",
       "--variables", "code:digits:4-6", "--variables", "name:text:20",
       "--accept-rule-hits", "--reason", "legal"});
  ASSERT_EQ(output.code, 0) << output.err;
  const admin::v1::Template& made = registry_.created.template_();
  EXPECT_EQ(made.text(), "您的验证码是{code}");
  EXPECT_EQ(made.message_class(), v1::MESSAGE_CLASS_VERIFICATION);
  ASSERT_EQ(made.variables_size(), 2);
  EXPECT_EQ(made.variables(0).type(), admin::v1::VARIABLE_TYPE_DIGITS);
  EXPECT_EQ(made.variables(0).characters_min(), 4u);
  EXPECT_EQ(made.variables(0).characters_max(), 6u);
  EXPECT_EQ(made.variables(1).characters_min(), 1u);
  EXPECT_EQ(made.variables(1).characters_max(), 20u);
  EXPECT_TRUE(registry_.created.accept_rule_hits());
  EXPECT_TRUE(
      absl::StrContains(output.out, "variables: code:digits:4-6, name:"))
      << output.out;
  EXPECT_TRUE(
      absl::StrContains(output.out, "accepted_hits: loans-sure \"贷款\""));
  // An unnamed field is not sent.
  const Output suspended =
      Run({"registry", "change", "template", "otp", "--state", "suspended",
           "--reason", "case 118"});
  ASSERT_EQ(suspended.code, 0);
  EXPECT_TRUE(absl::StrContains(suspended.out, "--recheck-queued"))
      << suspended.out;
  EXPECT_EQ(registry_.read.id(), "otp");
  EXPECT_EQ(registry_.updated.template_().revision(), 7u);
  EXPECT_EQ(registry_.updated.template_().text(), "");
  ASSERT_EQ(registry_.updated.update_mask().paths_size(), 1);
  EXPECT_EQ(registry_.updated.update_mask().paths(0), "state");
  EXPECT_FALSE(registry_.updated.accept_rule_hits());
}

TEST_F(TemplateCommands, OrOfAFile) {
  const tools::TempFolder folder("template");
  const std::string file = folder.path() + "/otp.yaml";
  std::ofstream(file) << "content_provider_id: shop\n"
                         "message_class: notice\n"
                         "text: 您的包裹{id}已到站\n"
                         "variables:\n"
                         "  - {name: id, type: code, characters_max: 8}\n";
  const Output output = Run({"registry", "create", "template", "parcel",
                             "--file", file, "--reason", "legal"});
  ASSERT_EQ(output.code, 0) << output.err;
  const admin::v1::Template& made = registry_.created.template_();
  EXPECT_EQ(made.message_class(), v1::MESSAGE_CLASS_NOTICE);
  ASSERT_EQ(made.variables_size(), 1);
  EXPECT_EQ(made.variables(0).name(), "id");
  EXPECT_FALSE(registry_.created.accept_rule_hits());
}

TEST_F(TemplateCommands, AVariableSaysWhatItIs) {
  for (const char* bad : {"code", "code:digits", "code:digits:x",
                          "code:digits:1-x", "code:digits:1-2:3"}) {
    const Output output = Run({"registry", "create", "template", "otp",
                               "--variables", bad, "--reason", "legal"});
    EXPECT_NE(output.code, 0) << bad;
    EXPECT_TRUE(absl::StrContains(output.err, "such as code:digits:4-6"))
        << output.err;
  }
}

TEST_F(TemplateCommands, CheckMakesATextOfATemplate) {
  const Output output = Run({"check", "--template", "otp", "--variable",
                             "code=482913", "--to", "13800138000"});
  ASSERT_EQ(output.code, 0) << output.err;
  const v1::OutgoingMessage& message = gateway_.checked.messages(0);
  EXPECT_EQ(message.template_id(), "otp");
  EXPECT_EQ(message.text(), "");
  EXPECT_EQ(message.variables().at("code"), "482913");
  EXPECT_TRUE(absl::StrContains(Run({"check", "--to", "13800138000"}).err,
                                "name a --template"));
  EXPECT_TRUE(absl::StrContains(
      Run({"check", "hello", "--to", "13800138000", "--class", "notice",
           "--variable", "a=b"})
          .err,
      "--variable: write NAME=VALUE for a variable of --template"));
}

TEST_F(TemplateCommands, CheckShowsTheTextThatWasMade) {
  admin::v1::Template& otp = *registry_.created.mutable_template_();
  otp.set_text("您的{{验证码}}是{code}，{shop}。");
  for (const auto& [name, type] :
       {std::pair("code", admin::v1::VARIABLE_TYPE_DIGITS),
        {"shop", admin::v1::VARIABLE_TYPE_TEXT}}) {
    admin::v1::Template::Variable& variable = *otp.add_variables();
    variable.set_name(name);
    variable.set_type(type);
    variable.set_characters_max(20);
  }
  v1::Reason reason;
  reason.set_code("CONTENT_UNWANTED");
  reason.set_field("text");
  v1::Span& span = *reason.add_spans();
  span.set_begin(15);
  span.set_end(17);
  gateway_.would = &reason;
  const auto check = [this] {
    return Run({"check", "--template", "otp", "--variable", "code=482913",
                "--variable", "shop=贷款店", "--to", "13800138000"})
        .out;
  };
  const std::string shown = check();
  EXPECT_EQ(registry_.read.id(), "otp");
  EXPECT_TRUE(absl::StrContains(shown,
                                "  您的{验证码}是482913，贷款店。\n"
                                "                        ^^^^\n"))
      << shown;
  EXPECT_TRUE(absl::StrContains(shown, "variables.shop")) << shown;
  registry_.secret = true;
  EXPECT_TRUE(absl::StrContains(check(), "keys that may read the registry"));
}

TEST_F(TemplateCommands, CampaignsAreListedAndDecided) {
  const Output list = Run({"campaign", "list"});
  ASSERT_EQ(list.code, 0) << list.err;
  EXPECT_TRUE(absl::StrContains(list.out, "3-9f3ac07712de0045  shop"))
      << list.out;
  EXPECT_TRUE(absl::StrContains(list.out, "1,234"));
  EXPECT_TRUE(absl::StrContains(list.out, "全场八折"));
  EXPECT_FALSE(absl::StrContains(list.out, "sluiced started"));
  campaigns_.restarted = true;
  const Output after = Run({"campaign", "list"});
  EXPECT_TRUE(absl::StrContains(after.out, "sluiced started")) << after.out;
  const Output released =
      Run({"campaign", "release", "3-9f3ac07712de0045", "--reason",
           "known sale", "--hours", "48", "--json"});
  ASSERT_EQ(released.code, 0) << released.err;
  EXPECT_EQ(campaigns_.decided.reason(), "known sale");
  EXPECT_EQ(campaigns_.decided.duration().seconds(), 48 * 3600);
  EXPECT_TRUE(absl::StrContains(released.out, "\"DECISION_ACCEPTED\""))
      << released.out;
  EXPECT_FALSE(holds_.released.selection().has_filter());
  // Also releases the campaign's held messages.
  const Output all = Run({"campaign", "release", "3-9f3ac07712de0045",
                          "--reason", "known sale", "--yes"});
  EXPECT_EQ(all.code, 0) << all.err;
  EXPECT_EQ(holds_.released.selection().filter().rule(), "3-9f3ac07712de0045");
  EXPECT_EQ(holds_.released.selection().expected(), 2u);
  EXPECT_EQ(holds_.released.reason(), "known sale");
  EXPECT_TRUE(absl::StrContains(all.out, "2 messages: 2 ACCEPTED.\n"))
      << all.out;
  const Output unknown =
      Run({"campaign", "reject", "3-1", "--reason", "fraud"});
  EXPECT_NE(unknown.code, 0);
  EXPECT_TRUE(absl::StrContains(unknown.err, "sluicectl campaign list"))
      << unknown.err;
  EXPECT_EQ(Run({"campaign", "release", "3-1"}).code, 2);  // No --reason.
  EXPECT_EQ(
      Run({"campaign", "release", "3-1", "--reason", "x", "--hours", "721"})
          .code,
      2);
  campaigns_.none = true;
  EXPECT_TRUE(
      absl::StrContains(Run({"campaign", "list"}).out, "No campaign is held"));
}

TEST_F(TemplateCommands, PostureNamesTheCarriersWithoutALink) {
  EXPECT_FALSE(absl::StrContains(Run({"posture"}).out, "No link serves"));
  operations_.posture.add_unserved_carriers(admin::v1::CARRIER_UNSPECIFIED);
  operations_.posture.add_unserved_carriers(admin::v1::CARRIER_BROADNET);
  const std::string out = Run({"posture"}).out;
  EXPECT_TRUE(absl::StrContains(
      out,
      "No link serves the carriers unknown, broadnet: messages to their "
      "numbers wait and expire"))
      << out;
  EXPECT_TRUE(absl::StrContains(
      Run({"posture", "--json"}).out,
      "\"unserved_carriers\":[\"CARRIER_UNSPECIFIED\",\"CARRIER_BROADNET\"]"));
}

TEST_F(TemplateCommands, PostureSaysWhatIsHeld) {
  const Output posture = Run({"posture"});
  ASSERT_EQ(posture.code, 0) << posture.err;
  EXPECT_TRUE(absl::StrContains(
      posture.out, "2 messages are held, the oldest since 2027-01-15"))
      << posture.out;
  EXPECT_TRUE(absl::StrContains(
      Run({"posture", "--json"}).out,
      "{\"held\":2,\"held_since\":\"2027-01-15T08:00:00Z\"}\n"));
}

}  // namespace
}  // namespace sluice::ctl
