// The hold queue on a whole server: list, release and reject, and what senders,
// auditors and a retry under the same key see afterwards.

#include "sluice/admin/v1/holds.grpc.pb.h"

#include <map>
#include <set>
#include <thread>

#include "absl/strings/match.h"
#include "gateway/wire/timestamp.h"
#include "tests/gateway/rpc_detail.h"
#include "tests/gateway/server_fixture.h"

namespace sluice::gateway {
namespace {

// Asks for a reply that is also the opt-out word: opt-out-word-conflict.
constexpr char kHeldText[] = "【云杉超市】会员日回T领取好礼一份。拒收请回复R";
constexpr char kConflict[] = "opt-out-word-conflict";

class HoldsTest : public ServerTest {
 protected:
  void SetUp() override {
    config_.mutable_store()->set_partitions(2);
    Start();
    MakeWorld();
    officer_ = MakeKey("", {admin::v1::ROLE_OFFICER});
  }

  std::unique_ptr<admin::v1::HoldsService::Stub> Holds() {
    return admin::v1::HoldsService::NewStub(channel_);
  }

  static v1::OutgoingMessage HeldMessage(int n, const std::string& key = "") {
    v1::OutgoingMessage message =
        Message(Number(n), v1::MESSAGE_CLASS_COMMERCIAL, kHeldText);
    message.set_key(key);
    message.set_client_ref(std::to_string(n));
    return message;
  }
  // Submits a message that is held; returns its id.
  std::string Hold(int n, const std::string& key = "") {
    const v1::Verdict verdict = SubmitOne(HeldMessage(n, key));
    EXPECT_EQ(verdict.decision(), v1::DECISION_HELD) << verdict.DebugString();
    return verdict.message_id();
  }

  admin::v1::ListHoldsResponse List(
      const admin::v1::ListHoldsRequest& request = {}) {
    admin::v1::ListHoldsResponse response;
    const grpc::Status status =
        Holds()->ListHolds(As(officer_).get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  std::set<std::string> Held() {
    std::set<std::string> ids;
    const admin::v1::ListHoldsResponse list = List();
    for (const auto& message : list.messages()) {
      ids.insert(message.message_id());
    }
    return ids;
  }

  using Judged = std::map<std::string, admin::v1::JudgedHold>;
  grpc::Status Judge(const admin::v1::ReleaseHoldsRequest& request, bool reject,
                     Judged* judged, const std::string& key = "") {
    const auto context = As(key.empty() ? officer_ : key);
    const auto take = [judged](const auto& stream, auto response) {
      while (stream->Read(&response)) {
        for (const auto& one : response.judged().messages()) {
          EXPECT_TRUE(judged->emplace(one.message_id(), one).second);
        }
        EXPECT_LE(response.judged().done(), response.judged().all());
      }
      return stream->Finish();
    };
    if (!reject) {
      return take(Holds()->ReleaseHolds(context.get(), request),
                  admin::v1::ReleaseHoldsResponse());
    }
    admin::v1::RejectHoldsRequest rejection;
    *rejection.mutable_selection() = request.selection();
    rejection.set_reason(request.reason());
    return take(Holds()->RejectHolds(context.get(), rejection),
                admin::v1::RejectHoldsResponse());
  }
  static admin::v1::ReleaseHoldsRequest Named(
      const std::vector<std::string>& ids) {
    admin::v1::ReleaseHoldsRequest request;
    for (const std::string& id : ids)
      request.mutable_selection()->add_message_ids(id);
    request.set_reason("case 118");
    return request;
  }
  admin::v1::JudgedHold Release(const std::string& id) {
    Judged judged;
    const grpc::Status status = Judge(Named({id}), false, &judged);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return judged[id];
  }

  admin::v1::MessageRecord Audit(const std::string& id) {
    admin::v1::GetMessageRequest request;
    request.set_message_id(id);
    admin::v1::MessageRecord record;
    const grpc::Status status =
        admin::v1::AuditService::NewStub(channel_)->GetMessage(
            As(officer_).get(), request, Into(&record));
    EXPECT_TRUE(status.ok()) << status.error_message();
    return record;
  }

  // Outcomes of the account's messages, from the beginning.
  std::vector<v1::Outcome> Watch(size_t count) {
    const auto context = As(submit_key_);
    v1::WatchRequest request;
    request.set_beginning(true);
    auto reader =
        v1::GatewayService::NewStub(channel_)->Watch(context.get(), request);
    std::vector<v1::Outcome> outcomes;
    v1::WatchResponse event;
    while (outcomes.size() < count && reader->Read(&event)) {
      if (event.has_outcome()) outcomes.push_back(event.outcome());
    }
    context->TryCancel();
    reader->Finish();
    EXPECT_EQ(outcomes.size(), count);
    return outcomes;
  }

  void OptOut(int n) {
    admin::v1::AddOptOutRequest request;
    request.set_recipient(Number(n));
    admin::v1::AddOptOutResponse response;
    const grpc::Status status =
        admin::v1::OptOutsService::NewStub(channel_)->AddOptOut(
            As(admin_key_).get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
  }

  std::string officer_;
};

TEST_F(HoldsTest, TheQueueShowsWhatHolds) {
  const std::string id = Hold(1);
  admin::v1::ListHoldsRequest request;
  admin::v1::ListHoldsResponse response = List();
  ASSERT_EQ(response.messages_size(), 1);
  EXPECT_EQ(response.held(), 1u);
  const admin::v1::HeldMessage& message = response.messages(0);
  EXPECT_EQ(message.message_id(), id);
  EXPECT_EQ(message.recipient(), "138****0001");
  EXPECT_EQ(message.text(), "");
  EXPECT_EQ(message.content_provider_id(), "shop");
  EXPECT_EQ(message.account_id(), "acc");
  ASSERT_EQ(message.reasons_size(), 1);
  EXPECT_EQ(message.reasons(0).rule(), kConflict);
  EXPECT_FALSE(message.reasons(0).sentence().empty());
  EXPECT_EQ(MillisOf(message.hold_time()), kTenInTheMorningMs);
  request.set_texts(true);
  EXPECT_EQ(List(request).messages(0).text(), kHeldText);

  admin::v1::GetHoldRequest get;
  get.set_message_id(id);
  admin::v1::HeldMessage got;
  ASSERT_TRUE(Holds()->GetHold(As(officer_).get(), get, Into(&got)).ok());
  EXPECT_EQ(got.text(), kHeldText);
  EXPECT_EQ(got.expire_time().seconds(), message.expire_time().seconds());
  get.set_message_id(SubmitOne(Notice(Number(2))).message_id());
  EXPECT_EQ(Holds()->GetHold(As(officer_).get(), get, Into(&got)).error_code(),
            grpc::StatusCode::NOT_FOUND);
  get.set_message_id("nonsense");
  EXPECT_EQ(Holds()->GetHold(As(officer_).get(), get, Into(&got)).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

// An id that nobody got, of each partition that an id can name.
TEST_F(HoldsTest, AnIdOfNoMessageIsSaidToBeNone) {
  const std::string id = Hold(1);
  for (const store::MessageId& forged :
       {store::MessageId{0, store::RecordRef::FromValue(12345)},
        store::MessageId{0, store::RecordRef::FromValue(1)},
        store::MessageId{900, store::RecordRef::FromValue(12345)}}) {
    admin::v1::GetHoldRequest get;
    get.set_message_id(store::ToString(forged));
    admin::v1::HeldMessage got;
    const grpc::Status status =
        Holds()->GetHold(As(officer_).get(), get, Into(&got));
    EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
    EXPECT_EQ(status.error_message(),
              "no such message, or it is no longer kept");
    EXPECT_EQ(FieldOf(status), "message_id");
    EXPECT_EQ(Release(get.message_id()).outcome(),
              admin::v1::HOLD_OUTCOME_NOT_HELD);
  }
}

TEST_F(HoldsTest, FiltersAreChecked) {
  Hold(1);
  const auto field = [this](const admin::v1::HoldFilter& filter) {
    admin::v1::ListHoldsRequest request;
    *request.mutable_filter() = filter;
    admin::v1::ListHoldsResponse response;
    return FieldOf(Holds()->ListHolds(As(officer_).get(), request, &response));
  };
  admin::v1::HoldFilter filter;
  filter.set_message_class(static_cast<v1::MessageClass>(77));
  EXPECT_EQ(field(filter), "filter.message_class");
  filter.Clear();
  filter.set_rule(std::string(257, 'x'));
  EXPECT_EQ(field(filter), "filter.rule");
  // The epoch is a time like others: nothing was held before it.
  admin::v1::ListHoldsRequest request;
  request.mutable_filter()->mutable_end_time()->set_seconds(0);
  EXPECT_EQ(List(request).messages_size(), 0);
  // A time to come is a mistake: nothing can be held since.
  filter.Clear();
  SetTimestamp(kTenInTheMorningMs + 3'600'000, *filter.mutable_start_time());
  EXPECT_EQ(field(filter), "filter.start_time");
}

TEST_F(HoldsTest, APageTokenIsOfItsFiltersOnly) {
  Hold(1);
  Hold(2);
  admin::v1::ListHoldsRequest request;
  request.set_page_size(1);
  const std::string token = List(request).next_page_token();
  ASSERT_FALSE(token.empty());
  request.set_page_token(token);
  request.mutable_filter()->set_account_id("acc");
  admin::v1::ListHoldsResponse response;
  EXPECT_EQ(FieldOf(Holds()->ListHolds(As(officer_).get(), request, &response)),
            "page_token");
  // Times may be counted from now, which is later on the next page.
  request.clear_filter();
  SetTimestamp(kTenInTheMorningMs - 1,
               *request.mutable_filter()->mutable_start_time());
  EXPECT_EQ(List(request).messages_size(), 1);
}

TEST_F(HoldsTest, AMisspelledRuleReleasesNothing) {
  Hold(1);
  for (const bool reject : {false, true}) {
    admin::v1::ReleaseHoldsRequest request;
    request.set_reason("case 118");
    request.mutable_selection()->mutable_filter()->set_rule(
        "opt-out-word-conflit");
    Judged judged;
    const grpc::Status status = Judge(request, reject, &judged);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(FieldOf(status), "selection.filter.rule");
    request.mutable_selection()->mutable_filter()->set_rule(kConflict);
    EXPECT_EQ(FieldOf(Judge(request, reject, &judged)), "selection.expected");
  }
}

TEST_F(HoldsTest, FiltersAndPages) {
  std::set<std::string> all;
  for (int n = 1; n <= 25; ++n) all.insert(Hold(n));
  clock_.Advance(absl::Minutes(10));
  const std::string late = Hold(26);
  admin::v1::ListHoldsRequest request;
  request.set_page_size(4);
  std::set<std::string> seen;
  int pages = 0;
  do {
    const admin::v1::ListHoldsResponse page = List(request);
    for (const auto& message : page.messages()) {
      EXPECT_TRUE(seen.insert(message.message_id()).second);
    }
    request.set_page_token(page.next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_GE(pages, 7);
  EXPECT_EQ(seen.size(), 26u);
  EXPECT_TRUE(seen.contains(late));

  request.Clear();
  SetTimestamp(kTenInTheMorningMs + 60'000,
               *request.mutable_filter()->mutable_start_time());
  ASSERT_EQ(List(request).messages_size(), 1);
  EXPECT_EQ(List(request).messages(0).message_id(), late);
  request.Clear();
  request.mutable_filter()->set_rule(kConflict);
  EXPECT_EQ(List(request).messages_size(), 26);
  request.Clear();
  request.mutable_filter()->set_content_provider_id("bank");
  EXPECT_EQ(List(request).messages_size(), 0);
  request.Clear();
  request.mutable_filter()->set_message_class(v1::MESSAGE_CLASS_NOTICE);
  EXPECT_EQ(List(request).messages_size(), 0);

  admin::v1::ListHoldsResponse response;
  request.Clear();
  // A rule that holds no message, and a misspelled one.
  request.mutable_filter()->set_rule("documents-invoices");
  EXPECT_EQ(List(request).messages_size(), 0);
  request.mutable_filter()->set_rule("opt-out-word-conflit");
  const grpc::Status unknown =
      Holds()->ListHolds(As(officer_).get(), request, &response);
  EXPECT_EQ(unknown.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(absl::StrContains(unknown.error_message(),
                                "did you mean 'opt-out-word-conflict'?"))
      << unknown.error_message();
  request.Clear();
  request.mutable_filter()->set_account_id("nobody");
  EXPECT_EQ(
      Holds()->ListHolds(As(officer_).get(), request, &response).error_code(),
      grpc::StatusCode::INVALID_ARGUMENT);
  request.Clear();
  request.set_page_token("made-up");
  EXPECT_EQ(
      Holds()->ListHolds(As(officer_).get(), request, &response).error_code(),
      grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(HoldsTest, AReleaseIsSeenByEverybody) {
  const std::string id = Hold(1, "k1");
  const admin::v1::JudgedHold judged = Release(id);
  EXPECT_EQ(judged.outcome(), admin::v1::HOLD_OUTCOME_DECIDED);
  EXPECT_EQ(judged.decision(), v1::DECISION_ACCEPTED);
  EXPECT_EQ(judged.reasons_size(), 0);
  EXPECT_TRUE(Held().empty());
  // A second release does nothing.
  EXPECT_EQ(Release(id).outcome(), admin::v1::HOLD_OUTCOME_NOT_HELD);

  const admin::v1::MessageRecord record = Audit(id);
  EXPECT_EQ(record.decision(), v1::DECISION_HELD);
  EXPECT_EQ(record.state(), v1::MESSAGE_STATE_QUEUED);
  ASSERT_EQ(record.events_size(), 1);
  EXPECT_EQ(record.events(0).state(), v1::MESSAGE_STATE_QUEUED);
  EXPECT_EQ(record.events(0).redecision(), admin::v1::REDECISION_RELEASED);
  EXPECT_FALSE(record.events(0).actor().empty());
  EXPECT_EQ(record.events(0).explanation(), "case 118");

  const v1::Outcome outcome = Watch(1)[0];
  EXPECT_EQ(outcome.message_id(), id);
  EXPECT_EQ(outcome.client_ref(), "1");
  EXPECT_EQ(outcome.state(), v1::MESSAGE_STATE_QUEUED);

  const v1::Verdict again = SubmitOne(HeldMessage(1, "k1"));
  EXPECT_EQ(again.message_id(), id);
  EXPECT_EQ(again.decision(), v1::DECISION_ACCEPTED);
  EXPECT_EQ(again.reasons_size(), 0);
  EXPECT_GE(again.would_reasons_size(), 1);

  admin::v1::GetDossierRequest dossier;
  dossier.set_recipient(Number(1));
  admin::v1::GetDossierResponse entries;
  ASSERT_TRUE(admin::v1::DossierService::NewStub(channel_)
                  ->GetDossier(As(officer_).get(), dossier, &entries)
                  .ok());
  ASSERT_EQ(entries.entries_size(), 1);
  EXPECT_EQ(entries.entries(0).message().state(), v1::MESSAGE_STATE_QUEUED);
  EXPECT_EQ(entries.entries(0).message().events(0).explanation(), "case 118");
}

TEST_F(HoldsTest, ARejectionIsSeenByEverybody) {
  const std::string id = Hold(1, "k1");
  Judged judged;
  ASSERT_TRUE(Judge(Named({id}), true, &judged).ok());
  EXPECT_EQ(judged[id].outcome(), admin::v1::HOLD_OUTCOME_DECIDED);
  EXPECT_EQ(judged[id].decision(), v1::DECISION_REJECTED);
  EXPECT_EQ(Release(id).outcome(), admin::v1::HOLD_OUTCOME_NOT_HELD);
  const admin::v1::MessageRecord record = Audit(id);
  EXPECT_EQ(record.state(), v1::MESSAGE_STATE_REJECTED);
  EXPECT_EQ(record.events(0).explanation(), "case 118");
  const v1::Outcome outcome = Watch(1)[0];
  EXPECT_EQ(outcome.state(), v1::MESSAGE_STATE_REJECTED);
  ASSERT_EQ(outcome.reasons_size(), 1);
  EXPECT_EQ(outcome.reasons(0).rule(), kConflict);
  // The rejection also answers a retry, which is not held again.
  const v1::Verdict again = SubmitOne(HeldMessage(1, "k1"));
  EXPECT_EQ(again.message_id(), id);
  EXPECT_EQ(again.decision(), v1::DECISION_REJECTED);
  EXPECT_EQ(again.reasons(0).rule(), kConflict);
  EXPECT_TRUE(Held().empty());
}

// An opt-out cancels a held message. A held message that its release would put
// over a limit is rejected.
TEST_F(HoldsTest, AnOptOutOrALimitMeanwhileStopsAHeldMessage) {
  const std::string cancelled = Hold(1);
  OptOut(1);
  EXPECT_EQ(Release(cancelled).outcome(), admin::v1::HOLD_OUTCOME_NOT_HELD);
  EXPECT_EQ(Audit(cancelled).state(), v1::MESSAGE_STATE_CANCELLED);

  const std::string held = Hold(2);
  const std::string other = Hold(3);
  // Other messages reach the limit meanwhile.
  ASSERT_EQ(SubmitOne(Commercial(Number(2))).decision(), v1::DECISION_ACCEPTED);
  v1::OutgoingMessage second = Commercial(Number(2));
  second.set_text("【云杉超市】会员日积分加倍。拒收请回复R");
  ASSERT_EQ(SubmitOne(second).decision(), v1::DECISION_ACCEPTED);
  const admin::v1::JudgedHold judged = Release(held);
  EXPECT_EQ(judged.outcome(), admin::v1::HOLD_OUTCOME_DECIDED);
  EXPECT_EQ(judged.decision(), v1::DECISION_REJECTED);
  ASSERT_EQ(judged.reasons_size(), 1);
  EXPECT_EQ(judged.reasons(0).code(), "FREQUENCY_LIMIT");
  EXPECT_EQ(Audit(held).state(), v1::MESSAGE_STATE_REJECTED);
  EXPECT_EQ(Held(), std::set<std::string>{other});
}

TEST_F(HoldsTest, NobodyReleasesMoreThanTheySaw) {
  ReleaseText(kHeldText);
  for (int n = 1; n <= 600; ++n) Hold(n);
  admin::v1::ReleaseHoldsRequest request;
  request.mutable_selection()->mutable_filter()->set_rule(kConflict);
  request.mutable_selection()->set_expected(599);
  request.set_reason("case 118");
  Judged judged;
  const grpc::Status status = Judge(request, false, &judged);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_TRUE(absl::StrContains(status.error_message(), "600"));
  EXPECT_TRUE(judged.empty());
  EXPECT_EQ(List().held(), 600u);
  request.mutable_selection()->set_expected(600);
  ASSERT_TRUE(Judge(request, false, &judged).ok());
  EXPECT_EQ(judged.size(), 600u);
  for (const auto& [id, one] : judged) {
    EXPECT_EQ(one.decision(), v1::DECISION_ACCEPTED);
  }
  EXPECT_EQ(List().held(), 0u);
}

// However many refused messages a number has, its held message is decided.
TEST_F(HoldsTest, AFloodedNumberCanBeDecided) {
  const std::string flooded = Hold(1);
  const std::string other = Hold(2);
  v1::SubmitRequest request;
  for (int i = 0; i < 1'000; ++i) {
    *request.add_messages() = Message(Number(1), v1::MESSAGE_CLASS_NOTICE, "");
  }
  v1::SubmitResponse response;
  for (int i = 0; i < 51; ++i) ASSERT_TRUE(Submit(request, &response).ok());
  Judged judged;
  ASSERT_TRUE(Judge(Named({flooded, other}), false, &judged).ok());
  EXPECT_EQ(judged[flooded].decision(), v1::DECISION_ACCEPTED);
  EXPECT_EQ(judged[other].decision(), v1::DECISION_ACCEPTED);
  EXPECT_TRUE(Held().empty());
}

TEST_F(HoldsTest, ReleasesAtTheSameTimeReleaseOnce) {
  std::vector<std::string> ids;
  for (int n = 1; n <= 200; ++n) ids.push_back(Hold(n));
  std::vector<Judged> judged(4);
  std::vector<std::thread> officers;
  for (Judged& one : judged) {
    officers.emplace_back(
        [&] { EXPECT_TRUE(Judge(Named(ids), false, &one).ok()); });
  }
  for (std::thread& officer : officers) officer.join();
  for (const std::string& id : ids) {
    int released = 0;
    for (Judged& one : judged) {
      released += one[id].outcome() == admin::v1::HOLD_OUTCOME_DECIDED;
    }
    EXPECT_EQ(released, 1) << id;
    EXPECT_EQ(Audit(id).events_size(), 1);
  }
}

TEST_F(HoldsTest, HeldOnesOutliveARestartAndExpire) {
  const std::string id = Hold(1);
  const std::string other = Hold(2);
  Restart();
  EXPECT_EQ(Held(), (std::set<std::string>{id, other}));
  EXPECT_EQ(Release(id).decision(), v1::DECISION_ACCEPTED);
  Restart();
  EXPECT_EQ(Held(), std::set<std::string>{other});
  EXPECT_EQ(Audit(id).state(), v1::MESSAGE_STATE_QUEUED);
  clock_.Advance(absl::Hours(12));  // Its send hours are over.
  const admin::v1::HoldOutcome outcome = Release(other).outcome();
  EXPECT_TRUE(outcome == admin::v1::HOLD_OUTCOME_EXPIRED ||
              outcome == admin::v1::HOLD_OUTCOME_NOT_HELD);
  EXPECT_TRUE(WaitFor("the message expires",
                      [&] { return Audit(other).events_size() > 0; }));
  EXPECT_EQ(Audit(other).state(), v1::MESSAGE_STATE_EXPIRED);
}

TEST_F(HoldsTest, WhoMayAndWhatIsAsked) {
  const std::string id = Hold(1);
  const std::string auditor = MakeKey("", {admin::v1::ROLE_AUDIT});
  admin::v1::ListHoldsResponse list;
  EXPECT_TRUE(Holds()->ListHolds(As(auditor).get(), {}, &list).ok());
  EXPECT_EQ(Holds()->ListHolds(As(submit_key_).get(), {}, &list).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  Judged judged;
  const auto code = [&](const admin::v1::ReleaseHoldsRequest& request,
                        const std::string& key = "") {
    return Judge(request, false, &judged, key).error_code();
  };
  EXPECT_EQ(code(Named({id}), auditor), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(code(Named({id}), "slk_nobody_x"),
            grpc::StatusCode::UNAUTHENTICATED);
  admin::v1::ReleaseHoldsRequest request = Named({id});
  request.set_reason(" ");
  EXPECT_EQ(code(request), grpc::StatusCode::INVALID_ARGUMENT);
  request = Named({id});
  request.mutable_selection()->mutable_filter();
  EXPECT_EQ(code(request), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(code(Named({})), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(code(Named({"nonsense"})), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Held(), std::set<std::string>{id});
  EXPECT_TRUE(judged.empty());
  // An id without a message.
  const std::string never = "00000000000000A";
  EXPECT_TRUE(Judge(Named({never}), false, &judged).ok());
  EXPECT_EQ(judged[never].outcome(), admin::v1::HOLD_OUTCOME_NOT_HELD);
}

}  // namespace
}  // namespace sluice::gateway
