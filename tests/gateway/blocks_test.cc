// Blocks on a whole server: one officer stops a phrase, a domain or a sender at
// once, waiting messages too; another confirms, or the block lapses.

#include "absl/strings/match.h"
#include "sluice/admin/v1/holds.grpc.pb.h"
#include "tests/fakes/wait.h"
#include "tests/gateway/rpc_detail.h"
#include "tests/gateway/rules_fixture.h"

namespace sluice::gateway {
namespace {

constexpr char kParcel[] = "【云杉超市】您的订单已发出，请留意查收。";
constexpr char kCard[] = "【云杉超市】您的会员卡已到，请到店领取。";
constexpr char kBankParcel[] = "【江畔银行】您的订单已发出，请留意查收。";

class BlocksTest : public RulesTest {
 protected:
  static admin::v1::CreateBlockRequest Phrase(const std::string& phrase) {
    admin::v1::CreateBlockRequest request;
    request.set_phrase(phrase);
    request.mutable_duration()->set_seconds(2 * 60 * 60);
    request.set_reason("case 119");
    return request;
  }
  grpc::Status Block(const admin::v1::CreateBlockRequest& request,
                     admin::v1::Block* made = nullptr,
                     const std::string& key = "") {
    admin::v1::Block ignored;
    return Rules()->CreateBlock(As(key.empty() ? editor_ : key).get(), request,
                                Into(made != nullptr ? made : &ignored));
  }
  grpc::Status Confirm(const std::string& key, uint32_t number) {
    admin::v1::ConfirmBlockRequest request;
    request.set_number(number);
    request.set_reason("seen");
    admin::v1::Block block;
    return Rules()->ConfirmBlock(As(key).get(), request, Into(&block));
  }
  grpc::Status End(uint32_t number) {
    admin::v1::EndBlockRequest request;
    request.set_number(number);
    request.set_reason("version 3 is out");
    admin::v1::Block block;
    return Rules()->EndBlock(As(colleague_).get(), request, Into(&block));
  }
  std::vector<admin::v1::Block> List(bool all) {
    admin::v1::ListBlocksRequest request;
    request.set_all(all);
    admin::v1::ListBlocksResponse response;
    EXPECT_TRUE(
        Rules()->ListBlocks(As(editor_).get(), request, &response).ok());
    EXPECT_TRUE(response.has_server_time());
    return {response.blocks().begin(), response.blocks().end()};
  }
  v1::Verdict Send(const std::string& text,
                   const std::string& sender = "shop") {
    return SubmitAll(sender, text, ++sent_, 1)[0];
  }
  v1::Decision Decide(const std::string& text,
                      const std::string& sender = "shop") {
    return Send(text, sender).decision();
  }
  v1::MessageState StateOf(const std::string& id) {
    v1::GetMessageRequest request;
    request.mutable_message()->set_message_id(id);
    v1::GetMessageResponse response;
    EXPECT_TRUE(v1::GatewayService::NewStub(channel_)
                    ->GetMessage(As(submit_key_).get(), request, &response)
                    .ok());
    return response.state();
  }

  // Waits for the end of the recheck that a block begins.
  void Rechecked() {
    EXPECT_TRUE(WaitFor("the recheck ends", [this] {
      admin::v1::GetRecheckStatusResponse response;
      EXPECT_TRUE(
          Rules()->GetRecheckStatus(As(editor_).get(), {}, &response).ok());
      return response.recheck().ran() && !response.recheck().running();
    }));
  }

  int sent_ = 0;
};

TEST_F(BlocksTest, OneOfficerStopsAPhraseAtOnce) {
  EXPECT_EQ(Decide(kParcel), v1::DECISION_ACCEPTED);
  admin::v1::Block block;
  ASSERT_TRUE(Block(Phrase("訂單已發出"), &block).ok());
  EXPECT_EQ(block.number(), 1u);
  EXPECT_EQ(block.author(), IdOf(editor_));
  const v1::Verdict verdict = Send(kParcel);
  EXPECT_EQ(verdict.decision(), v1::DECISION_HELD);
  ASSERT_EQ(verdict.reasons_size(), 1);
  EXPECT_EQ(verdict.reasons(0).code(), "STOPPED");
  EXPECT_EQ(verdict.reasons(0).rule(), "block-1");
  ASSERT_EQ(verdict.reasons(0).spans_size(), 1);
  EXPECT_EQ(verdict.reasons(0).spans(0).begin(), 8u);
  EXPECT_EQ(Decide(kBankParcel, "bank"), v1::DECISION_HELD);
  EXPECT_EQ(Decide(kCard), v1::DECISION_ACCEPTED);
}

TEST_F(BlocksTest, ConfirmedItRejectsToItsEndAlsoAfterARestart) {
  ASSERT_TRUE(Block(Phrase("订单已发出")).ok());
  const grpc::Status own = Confirm(editor_, 1);
  EXPECT_EQ(own.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(own), "NEEDS_COLLEAGUE");
  // Whoever created the keys is no second person.
  EXPECT_EQ(ReasonOf(Confirm(admin_key_, 1)), "NEEDS_COLLEAGUE");
  ASSERT_TRUE(Confirm(colleague_, 1).ok());
  EXPECT_EQ(Decide(kParcel), v1::DECISION_REJECTED);
  Restart();
  EXPECT_EQ(Decide(kParcel), v1::DECISION_REJECTED);
  clock_.Advance(absl::Minutes(119));
  EXPECT_EQ(Decide(kParcel), v1::DECISION_REJECTED);
  clock_.Advance(absl::Minutes(2));
  EXPECT_EQ(Decide(kParcel), v1::DECISION_ACCEPTED);
  EXPECT_TRUE(List(false).empty());
}

TEST_F(BlocksTest, UnconfirmedItLapses) {
  ASSERT_TRUE(Block(Phrase("订单已发出")).ok());
  clock_.Advance(absl::Minutes(31));
  EXPECT_EQ(Decide(kParcel), v1::DECISION_ACCEPTED);
  const grpc::Status late = Confirm(colleague_, 1);
  EXPECT_TRUE(absl::StrContains(late.error_message(), "it lapsed"))
      << late.error_message();
  EXPECT_TRUE(List(false).empty());
  EXPECT_EQ(List(true).size(), 1u);
}

TEST_F(BlocksTest, AnybodyEndsItAndWhatItHeldStaysHeld) {
  ASSERT_TRUE(Block(Phrase("订单已发出")).ok());
  const std::string held = Send(kParcel).message_id();
  ASSERT_TRUE(End(1).ok());
  EXPECT_EQ(Decide(kParcel), v1::DECISION_ACCEPTED);
  EXPECT_EQ(StateOf(held), v1::MESSAGE_STATE_HELD);
  EXPECT_EQ(List(true)[0].ended_by(), IdOf(colleague_));
  EXPECT_EQ(End(1).error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

// A message that waits was examined before the block.
TEST_F(BlocksTest, ItStopsMessagesThatWaitAlreadyAndNoOthers) {
  const std::string parcel = Send(kParcel).message_id();
  const std::string card = Send(kCard).message_id();
  ASSERT_EQ(StateOf(parcel), v1::MESSAGE_STATE_QUEUED);
  // Published without a recheck: what waits was let through on purpose.
  PublishWith(
      "  - {id: no-cards, basis: policy, code: CONTENT_UNWANTED,\n"
      "     words: [会员卡]}\n");
  ASSERT_TRUE(Block(Phrase("订单已发出")).ok());
  Rechecked();
  EXPECT_EQ(StateOf(parcel), v1::MESSAGE_STATE_HELD);
  EXPECT_EQ(StateOf(card), v1::MESSAGE_STATE_QUEUED);
}

// Another block's recheck sees it again, and its own block is over.
TEST_F(BlocksTest, WhatItHeldIsForAnOfficerToDecide) {
  ASSERT_TRUE(Block(Phrase("订单已发出")).ok());
  const std::string held = Send(kParcel).message_id();
  Rechecked();
  ASSERT_TRUE(End(1).ok());
  ASSERT_TRUE(Block(Phrase("留意查收")).ok());
  Rechecked();
  ASSERT_TRUE(End(2).ok());
  ASSERT_TRUE(Block(Phrase("没有人这样写")).ok());
  Rechecked();
  EXPECT_EQ(StateOf(held), v1::MESSAGE_STATE_HELD);
}

TEST_F(BlocksTest, ASendersMessagesAreStopped) {
  admin::v1::CreateBlockRequest request = Phrase("");
  request.set_content_provider_id("shop");
  ASSERT_TRUE(Block(request).ok());
  EXPECT_EQ(Decide(kParcel), v1::DECISION_HELD);
  EXPECT_EQ(Decide(kBankParcel, "bank"), v1::DECISION_ACCEPTED);
}

TEST_F(BlocksTest, ADomainIsStopped) {
  admin::v1::CreateBlockRequest request = Phrase("");
  request.set_domain("Bad.TOP");
  admin::v1::Block block;
  ASSERT_TRUE(Block(request, &block).ok());
  EXPECT_EQ(block.domain(), "bad.top");
  const v1::Verdict verdict =
      Send("【云杉超市】订单详情见 www.bad.top/a 请查看。");
  bool stopped = false;
  for (const v1::Reason& reason : verdict.reasons()) {
    stopped = stopped || reason.code() == "STOPPED";
  }
  EXPECT_TRUE(stopped) << verdict.DebugString();
}

TEST_F(BlocksTest, WhatMakesNoSenseIsRefused) {
  const auto field = [this](const admin::v1::CreateBlockRequest& request) {
    return FieldOf(Block(request));
  };
  EXPECT_EQ(field(Phrase("红")), "phrase");
  EXPECT_EQ(field(Phrase("")), "phrase");
  admin::v1::CreateBlockRequest request = Phrase("订单已发出");
  request.clear_reason();
  EXPECT_EQ(field(request), "reason");
  request = Phrase("订单已发出");
  request.set_content_provider_id("nobody");
  EXPECT_EQ(Block(request).error_code(), grpc::StatusCode::NOT_FOUND);
  for (const int64_t seconds : {0, 30, 7 * 24 * 3600 + 60}) {
    request = Phrase("订单已发出");
    request.mutable_duration()->set_seconds(seconds);
    EXPECT_EQ(field(request), "duration") << seconds;
  }
  EXPECT_TRUE(List(true).empty());
  ASSERT_TRUE(Block(Phrase("订单已发出")).ok());
  EXPECT_EQ(Block(Phrase("訂單已發出")).error_code(),
            grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(Block(Phrase("红包"), nullptr, submit_key_).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

// The inspector reads what officers have decided, and changes nothing.
TEST_F(BlocksTest, AnInspectorReads) {
  const std::string inspector = MakeKey("", {admin::v1::ROLE_AUDIT});
  ASSERT_TRUE(Block(Phrase("订单已发出")).ok());
  admin::v1::ListBlocksResponse blocks;
  EXPECT_TRUE(Rules()->ListBlocks(As(inspector).get(), {}, &blocks).ok());
  EXPECT_EQ(blocks.blocks_size(), 1);
  admin::v1::ListVersionsResponse versions;
  EXPECT_TRUE(Rules()->ListVersions(As(inspector).get(), {}, &versions).ok());
  admin::v1::GetStatsResponse stats;
  EXPECT_TRUE(Rules()->GetStats(As(inspector).get(), {}, &stats).ok());
  admin::v1::GetRuleSetStatusResponse status;
  EXPECT_TRUE(Rules()->GetRuleSetStatus(As(inspector).get(), {}, &status).ok());
  EXPECT_EQ(status.status().blocks(), 1u);
  EXPECT_EQ(Confirm(inspector, 1).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  // Answers name keys; who holds them everybody may ask but machines.
  admin::v1::ListKeyHoldersRequest who;
  who.add_ids(blocks.blocks(0).author());
  admin::v1::ListKeyHoldersResponse holders;
  const auto registry = admin::v1::RegistryService::NewStub(channel_);
  ASSERT_TRUE(
      registry->ListKeyHolders(As(inspector).get(), who, &holders).ok());
  ASSERT_EQ(holders.holders_size(), 1);
  EXPECT_TRUE(absl::StartsWith(holders.holders(0).person(), "person "));
  EXPECT_EQ(registry->ListKeyHolders(As(submit_key_).get(), who, &holders)
                .error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

// What a message was held for before a block, and that the block is over.
TEST_F(BlocksTest, AReasonThatARecheckLosesIsKeptBeside) {
  PublishWith(
      "  - {id: look-at-parcels, basis: policy, code: CONTENT_UNWANTED,\n"
      "     action: hold, words: [订单已发出]}\n");
  const std::string held = Send(kParcel).message_id();
  ASSERT_EQ(StateOf(held), v1::MESSAGE_STATE_HELD);
  admin::v1::CreateExemptionRequest exempt;
  exempt.set_rule("look-at-parcels");
  exempt.set_content_provider_id("shop");
  exempt.mutable_duration()->set_seconds(60 * 60);
  exempt.set_reason("honest");
  admin::v1::Exemption exemption;
  ASSERT_TRUE(Rules()
                  ->CreateExemption(As(editor_).get(), exempt, Into(&exemption))
                  .ok());
  ASSERT_TRUE(Block(Phrase("留意查收")).ok());
  Rechecked();
  admin::v1::EndExemptionRequest end;
  end.set_number(exemption.number());
  end.set_reason("not honest");
  ASSERT_TRUE(
      Rules()->EndExemption(As(editor_).get(), end, Into(&exemption)).ok());
  EXPECT_EQ(exemption.end_reason(), "not honest");
  const auto holds = admin::v1::HoldsService::NewStub(channel_);
  admin::v1::GetHoldRequest get;
  get.set_message_id(held);
  admin::v1::HeldMessage message;
  ASSERT_TRUE(holds->GetHold(As(editor_).get(), get, Into(&message)).ok());
  ASSERT_EQ(message.reasons_size(), 1);
  EXPECT_EQ(message.reasons(0).rule(), "block-1");
  EXPECT_FALSE(absl::StrContains(message.reasons(0).sentence(), "is over"));
  ASSERT_TRUE(End(1).ok());
  ASSERT_TRUE(holds->GetHold(As(editor_).get(), get, Into(&message)).ok());
  EXPECT_TRUE(absl::StrContains(message.reasons(0).sentence(), "is over"))
      << message.reasons(0).sentence();
  ASSERT_EQ(message.earlier_reasons_size(), 1);
  EXPECT_EQ(message.earlier_reasons(0).rule(), "look-at-parcels");
  EXPECT_FALSE(message.earlier_reasons(0).sentence().empty());
  admin::v1::ListHoldsRequest list;
  list.mutable_filter()->set_rule("look-at-parcels");
  admin::v1::ListHoldsResponse found;
  ASSERT_TRUE(holds->ListHolds(As(editor_).get(), list, &found).ok());
  ASSERT_EQ(found.messages_size(), 1);
  EXPECT_EQ(found.messages(0).earlier_reasons_size(), 1);
  EXPECT_EQ(List(true)[0].end_reason(), "version 3 is out");
}

}  // namespace
}  // namespace sluice::gateway
