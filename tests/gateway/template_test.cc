// Registered templates on a whole server: released, used, and checked against
// rules that are published later.

#include <optional>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gateway/wire/timestamp.h"
#include "rules/pack/pack_files.h"
#include "sluice/admin/v1/campaigns.grpc.pb.h"
#include "sluice/admin/v1/operations.grpc.pb.h"
#include "tests/gateway/server_fixture.h"

namespace sluice::gateway {
namespace {

class TemplateTest : public ServerTest {
 protected:
  void SetUp() override {
    Start();
    MakeWorld();
    editor_ = MakeKey("", {admin::v1::ROLE_OFFICER});
    colleague_ = MakeKey("", {admin::v1::ROLE_OFFICER});
  }

  // The posture's first line with this cause.
  std::optional<admin::v1::NotEnforced> NotEnforcedBecauseOf(
      admin::v1::NotEnforcedCause cause) {
    admin::v1::GetPostureResponse posture;
    EXPECT_TRUE(admin::v1::OperationsService::NewStub(channel_)
                    ->GetPosture(As(editor_).get(), {}, &posture)
                    .ok());
    const auto line = absl::c_find_if(
        posture.not_enforced(),
        [cause](const auto& one) { return one.cause() == cause; });
    if (line == posture.not_enforced().end()) return std::nullopt;
    return *line;
  }

  static store::v1::Party Otp() {
    store::v1::Party party;
    party.set_id("otp");
    store::v1::Template& text = *party.mutable_template_();
    text.set_content_provider_id("shop");
    text.set_message_class(v1::MESSAGE_CLASS_VERIFICATION);
    text.set_text("您的验证码是{code}，请勿告诉他人。");
    store::v1::Template::Variable& code = *text.add_variables();
    code.set_name("code");
    code.set_type("digits");
    code.set_characters_min(4);
    code.set_characters_max(6);
    return party;
  }
  static store::v1::Party Parcel(const std::string& text) {
    store::v1::Party party;
    party.set_id("parcel");
    store::v1::Template& in = *party.mutable_template_();
    in.set_content_provider_id("shop");
    in.set_message_class(v1::MESSAGE_CLASS_NOTICE);
    in.set_text(text);
    store::v1::Template::Variable& place = *in.add_variables();
    place.set_name("place");
    place.set_type("text");
    place.set_characters_max(20);
    return party;
  }

  grpc::Status CreateAnyhow(const store::v1::Party& party,
                            store::v1::Party* made) {
    return Parties().Create(party, "approved", /*accept_rule_hits=*/true, made);
  }
  grpc::Status Change(const store::v1::Party& party,
                      store::v1::Party* changed) {
    return Parties().Change(party, "changed", changed);
  }
  store::v1::Party Read(const std::string& id) {
    admin::v1::GetTemplateRequest request;
    request.set_id(id);
    admin::v1::GetTemplateResponse response;
    const grpc::Status read =
        admin::v1::RegistryService::NewStub(channel_)->GetTemplate(
            As(admin_key_).get(), request, &response);
    if (read.error_code() == grpc::StatusCode::NOT_FOUND) return {};
    EXPECT_TRUE(read.ok()) << read.error_message();
    store::v1::Party party = PartyClient::AsStored(response.template_());
    return party;
  }

  static std::string Primary(const v1::Verdict& verdict) {
    if (verdict.decision() == v1::DECISION_ACCEPTED) return "ACCEPTED";
    if (verdict.reasons().empty()) return v1::Decision_Name(verdict.decision());
    const v1::Reason& reason = verdict.reasons(0);
    return absl::StrCat(reason.code(), ":", reason.rule());
  }

  // The accepted hits, as "rule:word".
  static std::string AcceptedOf(const store::v1::Party& party) {
    return absl::StrJoin(party.template_().accepted_hits(), " ",
                         [](std::string* out, const auto& hit) {
                           absl::StrAppend(out, hit.rule(), ":", hit.word());
                         });
  }

  // Puts and approves a version with a rule of these words.
  uint32_t Approved(
      const std::string& words,
      const std::string& about = "basis: policy, code: CONTENT_UNWANTED") {
    auto files = *rules::ReadPackFiles(WorldPack());
    admin::v1::PutDraftRequest request;
    for (admin::v1::PackFile& file : files) {
      if (file.name() == "rules.yaml") {
        file.set_content(absl::StrReplaceAll(
            file.content(),
            {{"\nrules:\n",
              absl::StrCat("\nrules:\n  - {id: no-parcels, ", about,
                           ",\n     words: [", words, "]}\n")}}));
      }
      *request.add_files() = file;
    }
    request.set_reason("too many parcels");
    admin::v1::RuleVersion version;
    grpc::Status status = admin::v1::RulesService::NewStub(channel_)->PutDraft(
        As(editor_).get(), request, Into(&version));
    EXPECT_TRUE(status.ok()) << status.error_message();
    admin::v1::ApproveVersionRequest approve;
    approve.set_number(version.number());
    approve.set_reason("looked at it");
    status = admin::v1::RulesService::NewStub(channel_)->ApproveVersion(
        As(colleague_).get(), approve, Into(&version));
    EXPECT_TRUE(status.ok()) << status.error_message();
    return version.number();
  }
  grpc::Status Publish(uint32_t number, bool accept, int64_t at_ms = 0) {
    admin::v1::PublishVersionRequest request;
    request.set_number(number);
    request.set_reason("case 118");
    request.set_accept_template_hits(accept);
    if (at_ms != 0) SetTimestamp(at_ms, *request.mutable_planned_time());
    admin::v1::RuleVersion version;
    return admin::v1::RulesService::NewStub(channel_)->PublishVersion(
        As(editor_).get(), request, Into(&version));
  }

  std::string editor_;
  std::string colleague_;
};

TEST_F(TemplateTest, ATextIsMadeOfItAndRecorded) {
  ASSERT_TRUE(Create(Otp()).ok());
  v1::OutgoingMessage message =
      Message(Number(1), v1::MESSAGE_CLASS_UNSPECIFIED, "");
  message.set_template_id("otp");
  (*message.mutable_variables())["code"] = "482913";
  message.set_key("k");
  const v1::Verdict verdict = SubmitOne(message);
  EXPECT_EQ(Primary(verdict), "ACCEPTED");
  // The same key and values: the same message.
  EXPECT_EQ(SubmitOne(message).message_id(), verdict.message_id());
  admin::v1::GetMessageRequest get;
  get.set_message_id(verdict.message_id());
  admin::v1::MessageRecord record;
  ASSERT_TRUE(admin::v1::AuditService::NewStub(channel_)
                  ->GetMessage(As(admin_key_).get(), get, Into(&record))
                  .ok());
  EXPECT_EQ(record.text(), "您的验证码是482913，请勿告诉他人。");
  EXPECT_EQ(record.sent_text(),
            "【云杉超市】您的验证码是482913，请勿告诉他人。");
  EXPECT_EQ(record.message_class(), v1::MESSAGE_CLASS_VERIFICATION);
  message.set_key("k2");
  (*message.mutable_variables())["code"] = "48291x";
  const v1::Verdict refused = SubmitOne(message);
  EXPECT_EQ(Primary(refused), "TEMPLATE_MISMATCH:otp/code:type:digits:4-6");
  EXPECT_EQ(refused.reasons(0).field(), "variables");
  EXPECT_EQ(refused.reasons(0).sentence(),
            "The text does not match its template (variable code of template "
            "otp must be of type digits, 4 to 6 characters; the value is of a "
            "different type; field variables).");
}

TEST_F(TemplateTest, ASuspendedTemplateRejectsItsMessages) {
  ASSERT_TRUE(Create(Otp()).ok());
  EXPECT_EQ(Primary(SubmitOne(
                Message(Number(1), v1::MESSAGE_CLASS_VERIFICATION,
                        "【云杉超市】您的验证码是482913，请勿告诉他人。"))),
            "ACCEPTED");
  store::v1::Party party = Read("otp");
  party.set_state(store::v1::PARTY_STATE_SUSPENDED);
  ASSERT_TRUE(Change(party, &party).ok());
  const v1::OutgoingMessage message =
      Message(Number(2), v1::MESSAGE_CLASS_VERIFICATION,
              "【云杉超市】您的验证码是482913，请勿告诉他人。");
  EXPECT_EQ(Primary(SubmitOne(message)), "TEMPLATE_UNKNOWN:template_suspended");
  Restart();
  EXPECT_EQ(Primary(SubmitOne(message)), "TEMPLATE_UNKNOWN:template_suspended");
  party = Read("otp");
  party.set_state(store::v1::PARTY_STATE_ACTIVE);
  ASSERT_TRUE(Change(party, &party).ok());
  EXPECT_EQ(Primary(SubmitOne(message)), "ACCEPTED");
}

const struct {
  const char* name;
  void (*change)(store::v1::Party&);
  const char* message;
} kBad[] = {
    {"no code word",
     [](store::v1::Party& p) {
       p.mutable_template_()->set_text("您的号码是{code}。");
     },
     "template.text: a verification template must contain"},
    {"a signature",
     [](store::v1::Party& p) {
       p.mutable_template_()->set_text("【云杉超市】您的验证码是{code}。");
     },
     "template.text: begins with a signature"},
    {"not closed",
     [](store::v1::Party& p) {
       p.mutable_template_()->set_text("您的验证码是{code");
     },
     "template otp: character 7: this { is not closed"},
    {"no such type",
     [](store::v1::Party& p) {
       p.mutable_template_()->mutable_variables(0)->set_type("words");
     },
     "template otp: variable code: type: digits, code"},
    {"accepted by whom",
     [](store::v1::Party& p) {
       p.mutable_template_()->add_accepted_hits()->set_rule("x");
     },
     "template.accepted_hits: Sluice writes them"},
};

TEST_F(TemplateTest, FaultsAreNamed) {
  for (const auto& c : kBad) {
    store::v1::Party party = Otp();
    c.change(party);
    const grpc::Status status = Create(party);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT)
        << c.name;
    EXPECT_TRUE(absl::StrContains(status.error_message(), c.message))
        << c.name << ": " << status.error_message();
  }
  EXPECT_EQ(Read("otp").id(), "");
}

TEST_F(TemplateTest, HitsInFixedTextMustBeAccepted) {
  ASSERT_TRUE(Publish(Approved("包裹已到"), false).ok());
  const store::v1::Party party = Parcel("您的包裹已到{place}驿站");
  const grpc::Status refused = Create(party);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(
      refused.error_message(),
      "template parcel: its fixed text hits the rules no-parcels \"包裹已到\": "
      "change the text, or accept the hits (accept_rule_hits)");
  store::v1::Party made;
  const grpc::Status status = CreateAnyhow(party, &made);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(AcceptedOf(made), "no-parcels:包裹已到");
  for (int i = 0; i < 2; ++i) {
    const auto text = [&](const std::string& place) {
      return Message(Number(i), v1::MESSAGE_CLASS_NOTICE,
                     "【云杉超市】您的包裹已到" + place + "驿站");
    };
    EXPECT_EQ(Primary(SubmitOne(text("一楼"))), "ACCEPTED");
    // In a variable and in free text the rule still rejects.
    EXPECT_EQ(Primary(SubmitOne(text("包裹已到"))),
              "CONTENT_UNWANTED:no-parcels");
    EXPECT_EQ(
        Primary(SubmitOne(Message(Number(i), v1::MESSAGE_CLASS_NOTICE,
                                  "【云杉超市】您的包裹已到一楼，请取走"))),
        "CONTENT_UNWANTED:no-parcels");
    Restart();  // Accepted hits are journaled.
  }
  // A changed text is examined again, a changed state is not.
  made = Read("parcel");
  made.set_state(store::v1::PARTY_STATE_SUSPENDED);
  ASSERT_TRUE(Change(made, &made).ok());
  made.mutable_template_()->set_text("您的包裹已到{place}站点");
  EXPECT_EQ(Change(made, &made).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  made.mutable_template_()->set_text("请去{place}领取");
  ASSERT_TRUE(Change(made, &made).ok());
  EXPECT_EQ(made.template_().accepted_hits_size(), 0);
}

TEST_F(TemplateTest, AnOptOutWordThatIsAskedForMustBeAccepted) {
  const store::v1::Party party = Parcel("包裹已送到{place}，不满意请回复N");
  const grpc::Status refused = Create(party);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(refused.error_message(),
            "template parcel: its fixed text hits the rules "
            "asks_for_opt_out_word \"n\": change the text, or accept the hits "
            "(accept_rule_hits)");
  const v1::OutgoingMessage message =
      Message(Number(1), v1::MESSAGE_CLASS_NOTICE,
              "【云杉超市】包裹已送到一楼，不满意请回复N");
  EXPECT_EQ(Primary(SubmitOne(message)),
            "OPTOUT_WORD_CONFLICT:asks_for_opt_out_word");
  store::v1::Party made;
  const grpc::Status status = CreateAnyhow(party, &made);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(AcceptedOf(made), "asks_for_opt_out_word:n");
  EXPECT_EQ(Primary(SubmitOne(message)), "ACCEPTED");
}

// Nobody can accept prohibited content; the text must change.
TEST_F(TemplateTest, ProhibitedContentIsNeverReleased) {
  store::v1::Party made;
  const grpc::Status refused =
      CreateAnyhow(Parcel("代开发票，请到{place}领取"), &made);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_TRUE(absl::StrContains(refused.error_message(),
                                "template parcel: its fixed text has content "
                                "that these rules prohibit: "))
      << refused.error_message();
  EXPECT_TRUE(absl::StrContains(refused.error_message(),
                                "documents-invoices \"代开发票\""))
      << refused.error_message();
  EXPECT_EQ(Read("parcel").id(), "");
}

TEST_F(TemplateTest, NoPublicationAcceptsProhibitedContent) {
  ASSERT_TRUE(Create(Parcel("您的包裹已到{place}驿站")).ok());
  const uint32_t version = Approved("包裹已到", "basis: law");
  for (const bool accept : {false, true}) {
    const grpc::Status refused = Publish(version, accept);
    EXPECT_EQ(refused.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
    EXPECT_EQ(refused.error_message(),
              "these rules find prohibited content in the fixed text of 1 "
              "released template: parcel (no-parcels \"包裹已到\"): change, "
              "suspend or close the templates; prohibited content cannot be "
              "accepted (accept_template_hits)");
  }
  // A suspended template does not prevent a publication, and cannot become
  // active again.
  store::v1::Party party = Read("parcel");
  party.set_state(store::v1::PARTY_STATE_SUSPENDED);
  ASSERT_TRUE(Change(party, &party).ok());
  ASSERT_TRUE(Publish(version, false).ok());
  party.set_state(store::v1::PARTY_STATE_ACTIVE);
  EXPECT_EQ(Change(party, &party).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(Read("parcel").state(), store::v1::PARTY_STATE_SUSPENDED);
}

// A word that is added to the rule later is in the fixed text as well.
TEST_F(TemplateTest, AnAcceptanceCoversTheListedWords) {
  ASSERT_TRUE(Create(Parcel("您的包裹已到{place}驿站")).ok());
  ASSERT_TRUE(Publish(Approved("包裹已到"), true).ok());
  EXPECT_EQ(AcceptedOf(Read("parcel")), "no-parcels:包裹已到");
  const uint32_t version = Approved("包裹已到, 驿站");
  const grpc::Status refused = Publish(version, false);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_TRUE(absl::StrContains(refused.error_message(),
                                "parcel (no-parcels \"驿站\")"))
      << refused.error_message();
  ASSERT_TRUE(Publish(version, true).ok());
  EXPECT_EQ(AcceptedOf(Read("parcel")), "no-parcels:包裹已到 no-parcels:驿站");
  EXPECT_EQ(Primary(SubmitOne(Message(Number(1), v1::MESSAGE_CLASS_NOTICE,
                                      "【云杉超市】您的包裹已到东门驿站"))),
            "ACCEPTED");
}

TEST_F(TemplateTest, APublicationThatHitsTemplatesNeedsAcceptance) {
  ASSERT_TRUE(Create(Parcel("您的包裹已到{place}驿站")).ok());
  ASSERT_TRUE(Create(Otp()).ok());
  const auto parcel = [&](int n, const std::string& place) {
    return Message(Number(n), v1::MESSAGE_CLASS_NOTICE,
                   "【云杉超市】您的包裹已到" + place + "驿站");
  };
  const uint32_t version = Approved("包裹已到");
  admin::v1::PreviewVersionRequest preview;
  preview.set_number(version);
  const auto context = As(admin_key_);
  auto stream = admin::v1::RulesService::NewStub(channel_)->PreviewVersion(
      context.get(), preview);
  admin::v1::PreviewVersionResponse previewed;
  while (stream->Read(&previewed)) {
  }
  ASSERT_TRUE(stream->Finish().ok());
  ASSERT_EQ(previewed.result().templates_size(), 1);
  EXPECT_EQ(previewed.result().templates(0).template_id(), "parcel");
  EXPECT_EQ(previewed.result().templates(0).rules(0), "no-parcels");
  EXPECT_EQ(previewed.result().templates(0).hits(0).word(), "包裹已到");

  grpc::Status refused = Publish(version, false);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_TRUE(
      absl::StrContains(refused.error_message(),
                        "fixed text of 1 released template: parcel (no-parcels "
                        "\"包裹已到\")"))
      << refused.error_message();
  // The same for a planned publication.
  refused = Publish(version, false, kTenInTheMorningMs + 3'600'000);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(Primary(SubmitOne(parcel(1, "东门"))), "ACCEPTED");

  const grpc::Status published = Publish(version, true);
  ASSERT_TRUE(published.ok()) << published.error_message();
  for (int i = 0; i < 2; ++i) {
    const store::v1::Party party = Read("parcel");
    EXPECT_EQ(AcceptedOf(party), "no-parcels:包裹已到");
    EXPECT_EQ(party.revision(), 2u);
    EXPECT_EQ(Read("otp").revision(), 1u);
    EXPECT_EQ(Primary(SubmitOne(parcel(2 + i, "东门"))), "ACCEPTED");
    EXPECT_EQ(Primary(SubmitOne(parcel(2 + i, "包裹已到站"))),
              "CONTENT_UNWANTED:no-parcels");
    Restart();
  }
}

// A rollback needs no acceptance.
TEST_F(TemplateTest, ARollBackNeverWaits) {
  const uint32_t version = Approved("包裹已到");
  ASSERT_TRUE(Publish(version, false).ok());
  admin::v1::RollbackRulesRequest back;
  back.set_reason("too much");
  admin::v1::RuleVersion shown;
  ASSERT_TRUE(admin::v1::RulesService::NewStub(channel_)
                  ->RollbackRules(As(admin_key_).get(), back, Into(&shown))
                  .ok());
  ASSERT_TRUE(Create(Parcel("您的包裹已到{place}驿站")).ok());
  // With two persons it would have to be approved anew.
  config_.mutable_rules()->set_approval(config::v1::APPROVAL_ONE_PERSON);
  Restart();
  back.set_number(version);
  ASSERT_TRUE(admin::v1::RulesService::NewStub(channel_)
                  ->RollbackRules(As(admin_key_).get(), back, Into(&shown))
                  .ok());
  EXPECT_EQ(Primary(SubmitOne(Message(Number(1), v1::MESSAGE_CLASS_NOTICE,
                                      "【云杉超市】您的包裹已到东门驿站"))),
            "CONTENT_UNWANTED:no-parcels");
}

TEST_F(TemplateTest, APlanThatHitsANewTemplateIsApprovedAgain) {
  const uint32_t version = Approved("包裹已到");
  ASSERT_TRUE(Publish(version, false, kTenInTheMorningMs + 60'000).ok());
  ASSERT_TRUE(Create(Parcel("您的包裹已到{place}驿站")).ok());
  clock_.Advance(absl::Minutes(2));
  admin::v1::ListVersionsRequest request;
  admin::v1::ListVersionsResponse history;
  server_->Tick();
  ASSERT_TRUE(admin::v1::RulesService::NewStub(channel_)
                  ->ListVersions(As(admin_key_).get(), request, &history)
                  .ok());
  EXPECT_EQ(history.versions(0).number(), version);
  EXPECT_EQ(history.versions(0).state(),
            admin::v1::RULE_VERSION_STATE_APPROVED);
}

// Whoever inspects the server sees which rule a template lifts, by whom and
// why; whoever asks about a text, that the template lets it pass.
TEST_F(TemplateTest, WhatAYesLiftsIsInThePosture) {
  ASSERT_TRUE(Publish(Approved("包裹已到"), false).ok());
  store::v1::Party made;
  ASSERT_TRUE(CreateAnyhow(Parcel("您的包裹已到{place}驿站"), &made).ok());
  const auto line =
      NotEnforcedBecauseOf(admin::v1::NOT_ENFORCED_CAUSE_TEMPLATE);
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(line->rule(), "no-parcels");
  EXPECT_EQ(line->template_id(), "parcel");
  EXPECT_EQ(line->content_provider_id(), "shop");
  EXPECT_EQ(line->mode(), rules::v1::CHECK_MODE_OFF);
  EXPECT_EQ(line->reason(), "approved");
  EXPECT_FALSE(line->actor().empty());
  EXPECT_EQ(MillisOf(line->start_time()), kTenInTheMorningMs);
  EXPECT_TRUE(absl::StrContains(line->note(), "包裹已到")) << line->note();

  admin::v1::ExplainTextRequest explain;
  explain.set_account_id("acc");
  *explain.mutable_message() = Message(Number(1), v1::MESSAGE_CLASS_NOTICE,
                                       "【云杉超市】您的包裹已到一楼驿站");
  admin::v1::ExplainTextResponse explained;
  ASSERT_TRUE(admin::v1::RulesService::NewStub(channel_)
                  ->ExplainText(As(editor_).get(), explain, &explained)
                  .ok());
  EXPECT_EQ(explained.decision(), v1::DECISION_ACCEPTED);
  EXPECT_EQ(explained.template_id(), "parcel");
  const auto hit = absl::c_find_if(explained.hits(), [](const auto& one) {
    return one.rule() == "no-parcels";
  });
  ASSERT_NE(hit, explained.hits().end());
  EXPECT_TRUE(hit->accepted());
  explain.mutable_message()->set_text("【云杉超市】您的包裹已到包裹已到驿站");
  ASSERT_TRUE(admin::v1::RulesService::NewStub(channel_)
                  ->ExplainText(As(editor_).get(), explain, &explained)
                  .ok());
  EXPECT_EQ(explained.decision(), v1::DECISION_REJECTED);
  // A template that rests lifts nothing.
  made.set_state(store::v1::PARTY_STATE_SUSPENDED);
  ASSERT_TRUE(Change(made, &made).ok());
  EXPECT_FALSE(NotEnforcedBecauseOf(admin::v1::NOT_ENFORCED_CAUSE_TEMPLATE));
}

// So is a campaign's release.
TEST_F(TemplateTest, AReleasedTextIsInThePosture) {
  admin::v1::ReleaseCampaignRequest release;
  release.set_content_provider_id("shop");
  release.set_text("【云杉超市】会员日全场五折，拒收请回复R");
  release.set_reason("seen it");
  release.mutable_duration()->set_seconds(720 * 3'600);
  admin::v1::Campaign campaign;
  const grpc::Status released =
      admin::v1::CampaignsService::NewStub(channel_)->ReleaseCampaign(
          As(editor_).get(), release, Into(&campaign));
  ASSERT_TRUE(released.ok()) << released.error_message();
  const auto line =
      NotEnforcedBecauseOf(admin::v1::NOT_ENFORCED_CAUSE_CAMPAIGN);
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(line->rule(), campaign.id());
  EXPECT_EQ(line->code(), "CAMPAIGN_UNREVIEWED");
  EXPECT_EQ(line->content_provider_id(), "shop");
  EXPECT_EQ(line->reason(), "seen it");
  EXPECT_EQ(MillisOf(line->end_time()) - MillisOf(line->start_time()),
            720 * 3'600'000LL);
}

}  // namespace
}  // namespace sluice::gateway
