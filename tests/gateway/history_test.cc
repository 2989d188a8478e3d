// The registry's past, and the operator log, through a whole server.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "sluice/admin/v1/history.grpc.pb.h"
#include "sluice/admin/v1/replies.grpc.pb.h"
#include "tests/gateway/server_fixture.h"

namespace sluice::gateway {
namespace {

using admin::v1::ListOperatorActionsRequest;
using admin::v1::ListOperatorActionsResponse;
using admin::v1::ListPartiesRequest;
using admin::v1::ListPartiesResponse;
using admin::v1::ListPartyChangesRequest;
using admin::v1::ListPartyChangesResponse;
using grpc::StatusCode;

class HistoryTest : public ServerTest {
 protected:
  void SetUp() override {
    Start();
    MakeWorld();
  }

  std::unique_ptr<admin::v1::HistoryService::Stub> History() {
    return admin::v1::HistoryService::NewStub(channel_);
  }
  int64_t NowMs() const { return absl::ToUnixMillis(clock_.Now()); }
  static void Set(int64_t ms, google::protobuf::Timestamp& time) {
    time.set_seconds(ms / 1000);
    time.set_nanos(static_cast<int32_t>(ms % 1000 * 1'000'000));
  }

  void ChangeAlias(const std::string& alias, uint64_t revision) {
    admin::v1::UpdatePortRequest request;
    request.mutable_port()->set_id("shop-ads");
    request.mutable_port()->set_alias(alias);
    request.mutable_port()->set_revision(revision);
    request.mutable_update_mask()->add_paths("alias");
    request.set_reason("alias " + alias);
    admin::v1::UpdatePortResponse response;
    const grpc::Status status =
        admin::v1::RegistryService::NewStub(channel_)->UpdatePort(
            As(admin_key_).get(), request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }

  grpc::Status Changes(const ListPartyChangesRequest& request,
                       ListPartyChangesResponse& response) {
    response.Clear();
    return History()->ListPartyChanges(As(admin_key_).get(), request,
                                       &response);
  }
  // All of them, a page after the other.
  std::vector<admin::v1::PartyChange> AllChanges(
      ListPartyChangesRequest request) {
    std::vector<admin::v1::PartyChange> all;
    ListPartyChangesResponse page;
    do {
      const grpc::Status status = Changes(request, page);
      EXPECT_TRUE(status.ok()) << status.error_message();
      if (!status.ok()) break;
      all.insert(all.end(), page.changes().begin(), page.changes().end());
      request.set_page_token(page.next_page_token());
    } while (!page.next_page_token().empty());
    return all;
  }

  std::vector<std::string> AliasesAt(int64_t ms) {
    ListPartiesRequest request;
    request.set_kind(admin::v1::PARTY_KIND_PORT);
    Set(ms, *request.mutable_as_of_time());
    request.set_page_size(1);
    std::vector<std::string> aliases;
    ListPartiesResponse page;
    do {
      page.Clear();
      const grpc::Status status =
          History()->ListParties(As(admin_key_).get(), request, &page);
      EXPECT_TRUE(status.ok()) << status.error_message();
      if (!status.ok()) break;
      for (const auto& party : page.parties()) {
        aliases.push_back(party.port().id() + "=" + party.port().alias());
      }
      request.set_page_token(page.next_page_token());
    } while (!page.next_page_token().empty());
    return aliases;
  }

  grpc::Status Dossier(const std::string& key, const std::string& number,
                       const std::string& reason = "") {
    admin::v1::GetDossierResponse response;
    return Dossier(key, number, reason, response);
  }
  grpc::Status Dossier(const std::string& key, const std::string& number,
                       const std::string& reason,
                       admin::v1::GetDossierResponse& response) {
    admin::v1::GetDossierRequest request;
    request.set_recipient(number);
    const auto context = As(key);
    if (!reason.empty()) context->AddMetadata("sluice-reason-bin", reason);
    return admin::v1::DossierService::NewStub(channel_)->GetDossier(
        context.get(), request, &response);
  }
  ListOperatorActionsResponse Actions(ListOperatorActionsRequest request,
                                      const std::string& key = "") {
    request.mutable_start_time()->set_seconds(1);
    clock_.Advance(absl::Milliseconds(5));
    ListOperatorActionsResponse response;
    const grpc::Status status = History()->ListOperatorActions(
        As(key.empty() ? admin_key_ : key).get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
};

TEST_F(HistoryTest, ChangesTellWhatWasBeforeAndAfter) {
  ListPartyChangesRequest request;
  request.set_page_size(2);
  const size_t made = AllChanges(request).size();
  EXPECT_GE(made, WorldParties().size());
  clock_.Advance(absl::Hours(1));
  const int64_t before = NowMs();
  ChangeAlias("first", 1);
  clock_.Advance(absl::Hours(1));
  ChangeAlias("second", 2);
  EXPECT_EQ(AllChanges(request).size(), made + 2);

  request.set_kind(admin::v1::PARTY_KIND_PORT);
  request.set_party_id("second");  // Its name now.
  std::vector<admin::v1::PartyChange> changes = AllChanges(request);
  ASSERT_EQ(changes.size(), 3u);
  EXPECT_FALSE(changes[0].has_before());
  EXPECT_EQ(changes[1].after().port().alias(), "first");
  EXPECT_EQ(changes[2].before().port().alias(), "first");
  EXPECT_EQ(changes[2].after().port().alias(), "second");
  EXPECT_EQ(changes[2].after().port().revision(), 3u);
  EXPECT_EQ(changes[2].party_id(), "shop-ads");
  EXPECT_EQ(changes[2].kind(), admin::v1::PARTY_KIND_PORT);
  EXPECT_EQ(changes[2].reason(), "alias second");
  EXPECT_EQ(changes[2].change_time().seconds(), NowMs() / 1000);
  EXPECT_FALSE(changes[2].actor().empty());

  request.set_newest_first(true);
  changes = AllChanges(request);
  ASSERT_EQ(changes.size(), 3u);
  EXPECT_EQ(changes[0].after().port().alias(), "second");
  EXPECT_EQ(changes[2].after().port().revision(), 1u);

  request.clear_party_id();
  Set(before, *request.mutable_start_time());
  Set(before + 1000, *request.mutable_end_time());
  changes = AllChanges(request);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].after().port().alias(), "first");
}

// By the key, by its holder's name, and after a start.
TEST_F(HistoryTest, ChangesOfAPerson) {
  admin::v1::CreateKeyRequest make;
  make.add_roles(admin::v1::ROLE_ADMIN);
  make.set_person("王敏");
  admin::v1::CreateKeyResponse made;
  ASSERT_TRUE(admin::v1::RegistryService::NewStub(channel_)
                  ->CreateKey(As(admin_key_).get(), make, &made)
                  .ok());
  const std::string other = admin_key_;
  admin_key_ = made.secret();
  ChangeAlias("hers", 1);
  admin_key_ = other;
  Restart();
  for (const std::string& actor : {made.key().id(), std::string("王敏")}) {
    ListPartyChangesRequest request;
    request.set_actor(actor);
    const auto changes = AllChanges(request);
    ASSERT_EQ(changes.size(), 1u) << actor;
    EXPECT_EQ(changes[0].actor(), made.key().id());
    EXPECT_EQ(changes[0].actor_person(), "王敏");
    EXPECT_EQ(changes[0].before().port().revision(), 1u);
  }
  ListPartyChangesRequest request;
  request.set_actor("nobody");
  ListPartyChangesResponse response;
  const grpc::Status status = Changes(request, response);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(absl::StrContains(status.error_message(),
                                "actor: neither the id of a key"))
      << status.error_message();
}

TEST_F(HistoryTest, TheRegistryAsItWas) {
  const int64_t made = NowMs();
  const std::vector<std::string> then = AliasesAt(made);
  EXPECT_GE(then.size(), 1u);
  clock_.Advance(absl::Hours(1));
  ChangeAlias("later", 1);
  EXPECT_EQ(AliasesAt(made), then);
  EXPECT_EQ(AliasesAt(NowMs() - 1), then);
  EXPECT_NE(AliasesAt(NowMs()), then);
  EXPECT_TRUE(AliasesAt(made - 3'600'000).empty());

  ListPartiesRequest request;
  ListPartiesResponse response;
  const auto fault = [&] {
    const grpc::Status status =
        History()->ListParties(As(admin_key_).get(), request, &response);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    return status.error_message();
  };
  EXPECT_TRUE(absl::StartsWith(fault(), "kind: "));
  request.set_kind(admin::v1::PARTY_KIND_PORT);
  EXPECT_TRUE(absl::StartsWith(fault(), "as_of_time: "));
  Set(NowMs() + 3'600'000, *request.mutable_as_of_time());
  EXPECT_TRUE(absl::StartsWith(fault(), "as_of_time: "));
}

TEST_F(HistoryTest, OperatorActionsWithNamesAndReasons) {
  const std::string handler = MakeKey("", {admin::v1::ROLE_COMPLAINTS});
  const std::string inspector = MakeKey("", {admin::v1::ROLE_AUDIT});
  ASSERT_TRUE(Dossier(handler, Number(1), "投诉 118").ok());
  ASSERT_TRUE(Dossier(inspector, Number(1)).ok());
  ASSERT_TRUE(Dossier(handler, Number(2)).ok());
  ListOperatorActionsRequest request;
  request.set_recipient(Number(1));
  ListOperatorActionsResponse found = Actions(request, inspector);
  ASSERT_EQ(found.actions_size(), 2);
  EXPECT_EQ(found.actions(0).method(), "DossierService.GetDossier");
  EXPECT_EQ(found.actions(0).recipient(), "+86" + Number(1));
  EXPECT_FALSE(absl::StrContains(found.actions(0).subject(), Number(1)));
  EXPECT_EQ(found.actions(0).reason(), "投诉 118");
  EXPECT_TRUE(absl::StartsWith(found.actions(0).actor_person(), "person "));
  EXPECT_EQ(found.actions(1).reason(), "");

  request.set_actor(found.actions(0).actor_person());
  EXPECT_EQ(Actions(request).actions_size(), 1);
  request.clear_actor();
  // Reading the log is in the log.
  request.set_method("listoperatoractions");
  EXPECT_EQ(Actions(request).actions_size(), 2);
  request.set_method("GetDosier");
  request.mutable_start_time()->set_seconds(1);
  const grpc::Status status =
      History()->ListOperatorActions(As(inspector).get(), request, &found);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(absl::StrContains(status.error_message(), "'GetDossier'"))
      << status.error_message();
  EXPECT_EQ(History()
                ->ListOperatorActions(As(handler).get(), request, &found)
                .error_code(),
            StatusCode::PERMISSION_DENIED);
}

TEST_F(HistoryTest, PagesOfOperatorActions) {
  for (int i = 0; i < 600; ++i) {
    if (i % 100 == 99) clock_.Advance(absl::Minutes(10));
    ASSERT_TRUE(Dossier(admin_key_, Number(i)).ok());
  }
  ListOperatorActionsRequest request;
  request.set_method("GetDossier");
  request.mutable_start_time()->set_seconds(1);
  request.set_page_size(250);
  clock_.Advance(absl::Milliseconds(5));
  ListOperatorActionsResponse page;
  std::vector<std::string> numbers;
  do {
    page.Clear();
    const grpc::Status status =
        History()->ListOperatorActions(As(admin_key_).get(), request, &page);
    ASSERT_TRUE(status.ok()) << status.error_message();
    for (const auto& action : page.actions()) {
      numbers.push_back(action.recipient());
    }
    request.set_page_token(page.next_page_token());
  } while (!page.next_page_token().empty());
  ASSERT_EQ(numbers.size(), 600u);
  for (int i = 0; i < 600; ++i) EXPECT_EQ(numbers[i], "+86" + Number(i));
  // The last hundred minutes but the last ten.
  request.clear_page_token();
  Set(NowMs() - 20 * 60'000, *request.mutable_start_time());
  Set(NowMs() - 10 * 60'000, *request.mutable_end_time());
  page.Clear();
  ASSERT_TRUE(History()
                  ->ListOperatorActions(As(admin_key_).get(), request, &page)
                  .ok());
  EXPECT_EQ(page.actions_size(), 100);
}

TEST_F(HistoryTest, AReasonMayBeRequired) {
  config_.mutable_access()->set_require_lookup_reason(true);
  Restart();
  const grpc::Status refused = Dossier(admin_key_, Number(1));
  EXPECT_EQ(refused.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(
      absl::StartsWith(refused.error_message(), "lookup_reason: say why"))
      << refused.error_message();
  EXPECT_EQ(Dossier(admin_key_, Number(1), "  ").error_code(),
            StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Dossier(admin_key_, Number(1), std::string(1001, 'x')).error_code(),
            StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Dossier(admin_key_, Number(1), "\xff").error_code(),
            StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(Dossier(admin_key_, Number(1), "case 7").ok());
  // What is no look-up of people needs none.
  ListOperatorActionsRequest request;
  EXPECT_EQ(Actions(request).actions(0).reason(), "case 7");
}

TEST_F(HistoryTest, ADossierSaysWhoLookedTheNumberUp) {
  const std::string handler = MakeKey("", {admin::v1::ROLE_COMPLAINTS});
  const std::string inspector = MakeKey("", {admin::v1::ROLE_AUDIT});
  admin::v1::GetDossierResponse dossier;
  ASSERT_TRUE(Dossier(handler, Number(1), "case 7", dossier).ok());
  EXPECT_EQ(dossier.lookups_size(), 0);
  EXPECT_EQ(dossier.lookups_missing(),
            "to see who looked the number up needs the role audit or admin");
  ASSERT_TRUE(Dossier(inspector, Number(1), "", dossier).ok());
  EXPECT_EQ(dossier.lookups_missing(), "");
  ASSERT_EQ(dossier.lookups_size(), 1);
  EXPECT_EQ(dossier.lookups(0).actor(), KeyId(handler));
  EXPECT_EQ(dossier.lookups(0).method(), "DossierService.GetDossier");
  EXPECT_EQ(dossier.lookups(0).reason(), "case 7");
  ASSERT_TRUE(Dossier(inspector, Number(1), "", dossier).ok());
  ASSERT_EQ(dossier.lookups_size(), 2);
  EXPECT_EQ(dossier.lookups(0).actor(), KeyId(inspector));
  ASSERT_TRUE(Dossier(inspector, Number(2), "", dossier).ok());
  EXPECT_EQ(dossier.lookups_size(), 0);
}

}  // namespace
}  // namespace sluice::gateway
