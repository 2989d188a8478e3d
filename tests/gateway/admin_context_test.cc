// Registry, audit, dossier, opt-outs and rules against a whole server.
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/admin/audit_search.h"
#include "sluice/admin/v1/holds.grpc.pb.h"
#include "tests/gateway/rpc_detail.h"
#include "tests/gateway/server_fixture.h"

namespace sluice::gateway {
namespace {

class AdminContextTest : public ServerTest {
 protected:
  void SetUp() override {
    // Two, so that searches must merge partitions.
    config_.mutable_store()->set_partitions(2);
    Start();
    MakeWorld();
  }

  grpc::Status AddOptOut(const std::string& recipient,
                         admin::v1::AddOptOutResponse* response) {
    admin::v1::AddOptOutRequest request;
    request.set_recipient(recipient);
    request.mutable_scope()->set_content_provider_id("shop");
    request.set_source(admin::v1::OPT_OUT_SOURCE_COMPLAINT);
    request.set_evidence("ticket 9");
    return admin::v1::OptOutsService::NewStub(channel_)->AddOptOut(
        As(admin_key_).get(), request, response);
  }

  admin::v1::SearchMessagesRequest SearchAll() {
    admin::v1::SearchMessagesRequest request;
    request.mutable_start_time()->set_seconds(1);
    return request;
  }

  // All pages of a search.
  std::vector<admin::v1::MessageRecord> Search(
      admin::v1::SearchMessagesRequest request) {
    std::vector<admin::v1::MessageRecord> found;
    for (int page = 0; page < 1000; ++page) {
      admin::v1::SearchMessagesResponse response;
      const grpc::Status status =
          admin::v1::AuditService::NewStub(channel_)->SearchMessages(
              As(admin_key_).get(), request, &response);
      EXPECT_TRUE(status.ok()) << status.error_message();
      for (const auto& message : response.messages()) found.push_back(message);
      if (response.next_page_token().empty()) return found;
      request.set_page_token(response.next_page_token());
    }
    ADD_FAILURE() << "the pages do not end";
    return found;
  }
};

TEST_F(AdminContextTest, FirstStartMakesAnAdminKeyThatOnlyItsOwnerReads) {
  struct stat file;
  const std::string path = folder_.path() + "/store/admin.key";
  ASSERT_EQ(stat(path.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
  EXPECT_TRUE(std::any_of(
      notes_.begin(), notes_.end(),
      [](const std::string& n) { return absl::StrContains(n, "admin.key"); }));
  const std::string first = admin_key_;
  Restart();
  EXPECT_EQ(admin_key_, first);
  admin::v1::ListKeysResponse keys;
  ASSERT_TRUE(admin::v1::RegistryService::NewStub(channel_)
                  ->ListKeys(As(first).get(), {}, &keys)
                  .ok());
  EXPECT_EQ(keys.keys_size(), 2);
}

TEST_F(AdminContextTest, TheLastAdminKeyStays) {
  admin::v1::RevokeKeyRequest request;
  request.set_id(admin_key_.substr(4, 10));
  admin::v1::ApiKey key;
  EXPECT_EQ(admin::v1::RegistryService::NewStub(channel_)
                ->RevokeKey(As(admin_key_).get(), request, Into(&key))
                .error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);  // Without a reason.
  request.set_reason("test");
  const auto stub = admin::v1::RegistryService::NewStub(channel_);
  EXPECT_EQ(
      stub->RevokeKey(As(admin_key_).get(), request, Into(&key)).error_code(),
      grpc::StatusCode::FAILED_PRECONDITION);
  const std::string second = MakeKey("", {admin::v1::ROLE_ADMIN});
  EXPECT_TRUE(stub->RevokeKey(As(second).get(), request, Into(&key)).ok());
  EXPECT_EQ(
      stub->RevokeKey(As(admin_key_).get(), request, Into(&key)).error_code(),
      grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(AdminContextTest, AStaleRevisionIsRefused) {
  const auto stub = admin::v1::RegistryService::NewStub(channel_);
  admin::v1::GetContentProviderRequest get;
  get.set_id("shop");
  admin::v1::ContentProvider read;
  ASSERT_TRUE(
      stub->GetContentProvider(As(admin_key_).get(), get, Into(&read)).ok());
  admin::v1::UpdateContentProviderRequest update;
  *update.mutable_content_provider() = read;
  update.mutable_update_mask()->add_paths("state");
  update.set_reason("test");
  admin::v1::ContentProvider changed;
  const auto call = [&] {
    return stub->UpdateContentProvider(As(admin_key_).get(), update,
                                       Into(&changed));
  };
  // An update that changes nothing makes no new revision.
  ASSERT_TRUE(call().ok());
  EXPECT_EQ(changed.revision(), read.revision());
  update.mutable_content_provider()->set_state(
      admin::v1::PARTY_STATE_SUSPENDED);
  ASSERT_TRUE(call().ok());
  EXPECT_EQ(changed.revision(), read.revision() + 1);
  EXPECT_EQ(changed.record_number(), read.record_number());
  EXPECT_EQ(call().error_code(), grpc::StatusCode::ABORTED);
  // The suspension applies to new messages, also after a restart.
  EXPECT_EQ(SubmitOne(Notice(Number(1))).reasons(0).code(),
            "PROVIDER_SUSPENDED");
  Restart();
  EXPECT_EQ(SubmitOne(Notice(Number(1))).reasons(0).code(),
            "PROVIDER_SUSPENDED");
}

TEST_F(AdminContextTest, PartiesThatCannotBe) {
  store::v1::Party party = WorldParties().front();
  EXPECT_EQ(Create(party).error_code(), grpc::StatusCode::ALREADY_EXISTS);
  party.set_id("Not An Id");
  EXPECT_EQ(Create(party).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  store::v1::Party orphan;
  orphan.set_id("orphan");
  orphan.mutable_signature()->set_name("无主签名");
  orphan.mutable_signature()->set_content_provider_id("nobody");
  EXPECT_EQ(Create(orphan).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(AdminContextTest, WhatAPartyMustHold) {
  const auto error_of = [this](const store::v1::Party& party) {
    const grpc::Status status = Create(party);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    return status.error_message();
  };
  store::v1::Party party;
  party.set_id("new");
  party.mutable_content_provider()->set_name("  ");
  EXPECT_EQ(error_of(party),
            "content_provider.name: 1 to 400 bytes are needed");
  party.mutable_licensee()->set_name("Riverside");
  party.mutable_licensee()->add_license_areas("Guangdong");
  EXPECT_EQ(error_of(party),
            "licensee.license_areas: 'Guangdong' is neither all nor a "
            "province of ISO 3166-2, such as CN-GD");
  party.mutable_port()->set_number("10");
  EXPECT_EQ(error_of(party), "port.number: 3 or more digits are needed");
  party.mutable_signature()->set_name("小店");
  store::v1::FiledContact& contact = *party.mutable_signature()->add_contacts();
  EXPECT_EQ(error_of(party),
            "signature.contacts[0].kind: link, email, phone, qq and "
            "wechat are allowed");
  contact.set_kind(rules::v1::CONTACT_KIND_LINK);
  contact.set_value("Example.CN");
  EXPECT_EQ(error_of(party),
            "signature.contacts[0].value: write it as example.cn");
  contact.set_value("example.cn");
  *party.mutable_signature()->add_contacts() = contact;
  party.mutable_signature()
      ->mutable_contacts(1)
      ->mutable_expire_time()
      ->set_nanos(-1);
  EXPECT_EQ(error_of(party), "signature.contacts[1].expire_time: not a time");
  for (int i = 0; i < 1'000; ++i) {
    *party.mutable_signature()->add_contacts() = contact;
  }
  EXPECT_EQ(error_of(party), "signature.contacts: at most 1000 are allowed");

  EXPECT_EQ(Parties().Create(WorldParties().front(), "").error_message(),
            "reason: say why, for the journal; it must not be empty");
}

// A program finds the field without reading the prose.
TEST_F(AdminContextTest, APartysMalformedFieldIsTold) {
  const auto field = [this](const store::v1::Party& party) {
    return FieldOf(Create(party));
  };
  store::v1::Party party;
  party.set_id("Not An Id");
  party.mutable_port()->set_number("10690001");
  EXPECT_EQ(field(party), "port.id");
  party.set_id("new");
  party.mutable_port()->set_number("10");
  EXPECT_EQ(field(party), "port.number");
  party.mutable_signature()->set_name("无主签名");
  party.mutable_signature()->set_content_provider_id("nobody");
  EXPECT_EQ(field(party), "signature.content_provider_id");
  store::v1::Template& text = *party.mutable_template_();
  text.set_content_provider_id("shop");
  text.set_message_class(v1::MESSAGE_CLASS_NOTICE);
  text.set_text("订单{code}已发货");
  EXPECT_EQ(field(party), "template.text");
  text.add_variables()->set_name("code");
  EXPECT_EQ(field(party), "template.variables");
}

TEST_F(AdminContextTest, AMalformedFieldOfACallIsTold) {
  const auto context = [this] { return As(admin_key_); };

  admin::v1::CreateKeyRequest key;
  admin::v1::CreateKeyResponse made;
  const auto registry = admin::v1::RegistryService::NewStub(channel_);
  EXPECT_EQ(FieldOf(registry->CreateKey(context().get(), key, &made)), "roles");

  admin::v1::AddOptOutRequest opt_out;
  admin::v1::AddOptOutResponse added;
  const auto opt_outs = admin::v1::OptOutsService::NewStub(channel_);
  opt_out.set_recipient("12345");
  EXPECT_EQ(FieldOf(opt_outs->AddOptOut(context().get(), opt_out, &added)),
            "recipient");
  opt_out.set_recipient(Number(1));
  opt_out.mutable_scope()->add_classes(static_cast<v1::MessageClass>(99));
  const grpc::Status refused =
      opt_outs->AddOptOut(context().get(), opt_out, &added);
  EXPECT_EQ(FieldOf(refused), "scope.classes");
  EXPECT_EQ(refused.error_message(), "scope.classes: not a known class");

  admin::v1::SearchMessagesRequest search = SearchAll();
  admin::v1::SearchMessagesResponse found;
  search.set_page_token("AAAA");
  EXPECT_EQ(FieldOf(admin::v1::AuditService::NewStub(channel_)->SearchMessages(
                context().get(), search, &found)),
            "page_token");

  admin::v1::ListHoldsRequest list;
  admin::v1::ListHoldsResponse held;
  const auto holds = admin::v1::HoldsService::NewStub(channel_);
  list.mutable_filter()->set_account_id("nobody");
  EXPECT_EQ(FieldOf(holds->ListHolds(context().get(), list, &held)),
            "filter.account_id");
  admin::v1::ReleaseHoldsRequest release;
  admin::v1::ReleaseHoldsResponse judged;
  release.set_reason("test");
  *release.mutable_selection()->mutable_filter() = list.filter();
  const auto releasing = context();
  const auto stream = holds->ReleaseHolds(releasing.get(), release);
  EXPECT_FALSE(stream->Read(&judged));
  EXPECT_EQ(FieldOf(stream->Finish()), "selection.filter.account_id");

  admin::v1::CreateExemptionRequest exempt;
  admin::v1::CreateExemptionResponse exemption;
  const auto rules = admin::v1::RulesService::NewStub(channel_);
  EXPECT_EQ(
      FieldOf(rules->CreateExemption(context().get(), exempt, &exemption)),
      "reason");
  exempt.set_reason("test");
  exempt.set_rule("some-rule");
  exempt.set_content_provider_id("shop");
  EXPECT_EQ(
      FieldOf(rules->CreateExemption(context().get(), exempt, &exemption)),
      "duration");
}

// An older client does not name fields that it does not know.
TEST_F(AdminContextTest, AnUpdateLeavesWhatItsMaskDoesNotName) {
  const auto stub = admin::v1::RegistryService::NewStub(channel_);
  admin::v1::UpdateAccountRequest update;
  admin::v1::Account& account = *update.mutable_account();
  account.set_id("acc");
  account.set_revision(1);
  account.set_name("Sender 2");
  update.set_reason("test");
  admin::v1::Account changed;
  const auto fault = [&](const std::vector<std::string>& fields) {
    update.clear_update_mask();
    for (const std::string& field : fields) {
      update.mutable_update_mask()->add_paths(field);
    }
    const grpc::Status status =
        stub->UpdateAccount(As(admin_key_).get(), update, Into(&changed));
    EXPECT_TRUE(status.ok() ||
                status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
    return status.error_message();
  };
  EXPECT_EQ(fault({}), "update_mask: name the fields to change");
  EXPECT_EQ(fault({"nonsense"}),
            "update_mask: Account has no field 'nonsense'");
  EXPECT_EQ(fault({"*"}),
            "update_mask: '*': name whole fields of Account, such as name");
  EXPECT_EQ(fault({"contentProviderIds"}),
            "update_mask: 'contentProviderIds': name whole fields of Account, "
            "such as content_provider_ids");
  EXPECT_EQ(fault({"calling_codes.first"}),
            "update_mask: 'calling_codes.first': name whole fields of Account, "
            "such as calling_codes");
  EXPECT_EQ(fault({"state"}),
            "state: a state is needed where update_mask names it");
  EXPECT_EQ(fault({""}), "update_mask: Account has no field ''");
  EXPECT_EQ(
      fault({std::string(100'000, 'x')}),
      "update_mask: Account has no field '" + std::string(61, 'x') + "…'");
  for (const char* ours : {"id", "revision", "record_number", "update_time"}) {
    EXPECT_EQ(fault({ours}), absl::StrCat("update_mask: ", ours,
                                          " is not for callers to change"));
  }
  EXPECT_EQ(fault({"name"}), "");
  EXPECT_EQ(changed.name(), "Sender 2");
  EXPECT_EQ(changed.licensee_id(), "lic");
  EXPECT_EQ(changed.content_provider_ids_size(), 2);
  EXPECT_EQ(changed.revision(), 2u);
  // A named field that the caller leaves empty is cleared.
  account.set_revision(2);
  EXPECT_EQ(fault({"content_provider_ids"}), "");
  EXPECT_EQ(changed.content_provider_ids_size(), 0);
  EXPECT_EQ(changed.name(), "Sender 2");
}

// What is not there, is there already, or has changed is named by its field.
TEST_F(AdminContextTest, TheFieldIsToldWithEveryCode) {
  const auto stub = admin::v1::RegistryService::NewStub(channel_);
  const auto context = [this] { return As(admin_key_); };
  const auto expect = [](const grpc::Status& status, grpc::StatusCode code,
                         const std::string& field) {
    EXPECT_EQ(status.error_code(), code) << status.error_message();
    EXPECT_EQ(FieldOf(status), field) << status.error_message();
  };
  admin::v1::GetPortRequest get;
  admin::v1::GetPortResponse got;
  const grpc::Status none = stub->GetPort(context().get(), get, &got);
  expect(none, grpc::StatusCode::NOT_FOUND, "id");
  EXPECT_EQ(none.error_message(), "id: no such party of this kind: ''");

  admin::v1::UpdateAccountRequest update;
  admin::v1::UpdateAccountResponse updated;
  update.set_reason("test");
  update.mutable_account()->set_id("nobody");
  expect(stub->UpdateAccount(context().get(), update, &updated),
         grpc::StatusCode::NOT_FOUND, "account.id");
  update.mutable_account()->set_id("acc");
  update.mutable_account()->set_revision(7);
  expect(stub->UpdateAccount(context().get(), update, &updated),
         grpc::StatusCode::ABORTED, "account.revision");
  expect(Create(WorldParties().front()), grpc::StatusCode::ALREADY_EXISTS,
         "licensee.id");

  admin::v1::CreateKeyRequest key;
  admin::v1::CreateKeyResponse made;
  key.add_roles(admin::v1::ROLE_AUDIT);
  key.set_account_id("nobody");
  key.set_person("王敏");
  expect(stub->CreateKey(context().get(), key, &made),
         grpc::StatusCode::NOT_FOUND, "account_id");
  admin::v1::RevokeKeyRequest revoke;
  admin::v1::RevokeKeyResponse revoked;
  revoke.set_reason("test");
  expect(stub->RevokeKey(context().get(), revoke, &revoked),
         grpc::StatusCode::NOT_FOUND, "id");
}

TEST_F(AdminContextTest, KeysOfAnAccountThatIsNot) {
  admin::v1::ListKeysRequest request;
  request.set_account_id("nosuch");
  admin::v1::ListKeysResponse keys;
  EXPECT_EQ(admin::v1::RegistryService::NewStub(channel_)
                ->ListKeys(As(admin_key_).get(), request, &keys)
                .error_code(),
            grpc::StatusCode::NOT_FOUND);
  const grpc::Status denied =
      admin::v1::RegistryService::NewStub(channel_)->ListKeys(
          As(submit_key_).get(), {}, &keys);
  EXPECT_EQ(denied.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(denied.error_message(),
            "RegistryService.ListKeys needs an API key with the role admin");
}

TEST_F(AdminContextTest, ListsComeInPages) {
  admin::v1::ListPortsRequest request;
  request.set_page_size(1);
  std::vector<std::string> ids;
  do {
    admin::v1::ListPortsResponse response;
    ASSERT_TRUE(admin::v1::RegistryService::NewStub(channel_)
                    ->ListPorts(As(admin_key_).get(), request, &response)
                    .ok());
    for (const auto& port : response.ports()) ids.push_back(port.id());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(ids, (std::vector<std::string>{"bank-ads", "bank-service",
                                           "shop-ads", "shop-service"}));
}

TEST_F(AdminContextTest, APageTokenIsOfItsListOnly) {
  const auto stub = admin::v1::RegistryService::NewStub(channel_);
  admin::v1::ListPortsRequest ports;
  ports.set_page_size(1);
  admin::v1::ListPortsResponse page;
  ASSERT_TRUE(stub->ListPorts(As(admin_key_).get(), ports, &page).ok());
  const std::string token = page.next_page_token();
  admin::v1::ListSignaturesRequest signatures;
  signatures.set_page_token(token);
  admin::v1::ListSignaturesResponse others;
  EXPECT_EQ(
      FieldOf(stub->ListSignatures(As(admin_key_).get(), signatures, &others)),
      "page_token");
  admin::v1::ListKeysRequest keys;
  keys.set_page_token(token);
  admin::v1::ListKeysResponse listed;
  EXPECT_EQ(FieldOf(stub->ListKeys(As(admin_key_).get(), keys, &listed)),
            "page_token");
  for (const std::string& bad : {token.substr(0, token.size() - 4),
                                 std::string("c2hvcA"), std::string("!")}) {
    ports.set_page_token(bad);
    EXPECT_EQ(FieldOf(stub->ListPorts(As(admin_key_).get(), ports, &page)),
              "page_token")
        << bad;
  }
}

// A client receives at most 4 MiB.
TEST_F(AdminContextTest, APageOfLargePartiesEndsEarly) {
  store::v1::Party party;
  for (int i = 0; i < 16; ++i) {
    party.set_id(absl::StrCat("big-", i + 10));
    store::v1::Signature& signature = *party.mutable_signature();
    signature.Clear();
    signature.set_name(absl::StrCat("大号", i));
    signature.set_content_provider_id("shop");
    for (int n = 0; n < 1'000; ++n) {
      store::v1::FiledContact& contact = *signature.add_contacts();
      contact.set_kind(rules::v1::CONTACT_KIND_LINK);
      const std::string label(60, 'a');
      contact.set_value(
          absl::StrCat(label, ".", label, ".", label, ".n", n, ".example.cn"));
    }
    ASSERT_TRUE(Create(party).ok());
  }
  admin::v1::ListSignaturesRequest request;
  request.set_page_size(1'000);
  size_t listed = 0;
  int pages = 0;
  do {
    admin::v1::ListSignaturesResponse response;
    const grpc::Status status =
        admin::v1::RegistryService::NewStub(channel_)->ListSignatures(
            As(admin_key_).get(), request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_LT(response.ByteSizeLong(), 4u << 20);
    listed += static_cast<size_t>(response.signatures_size());
    request.set_page_token(response.next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(listed, 18u);
  EXPECT_GT(pages, 1);
}

TEST_F(AdminContextTest, AuditShowsOneMessageWhole) {
  v1::OutgoingMessage message = Notice(Number(1));
  message.set_client_ref("ref-1");
  const v1::Verdict verdict = SubmitOne(message);
  admin::v1::GetMessageRequest get;
  get.set_message_id(verdict.message_id());
  admin::v1::MessageRecord record;
  const auto stub = admin::v1::AuditService::NewStub(channel_);
  ASSERT_TRUE(stub->GetMessage(As(admin_key_).get(), get, Into(&record)).ok());
  EXPECT_EQ(record.text(), message.text());
  EXPECT_EQ(record.recipient(), "+86" + Number(1));
  EXPECT_EQ(record.account_id(), "acc");
  EXPECT_EQ(record.content_provider_id(), "shop");
  EXPECT_EQ(record.port_id(), "shop-service");
  EXPECT_EQ(record.client_ref(), "ref-1");
  EXPECT_EQ(record.state(), v1::MESSAGE_STATE_QUEUED);
  get.set_message_id("nonsense");
  EXPECT_EQ(
      stub->GetMessage(As(admin_key_).get(), get, Into(&record)).error_code(),
      grpc::StatusCode::INVALID_ARGUMENT);
  get.set_message_id("000000000000000");
  EXPECT_EQ(
      stub->GetMessage(As(admin_key_).get(), get, Into(&record)).error_code(),
      grpc::StatusCode::NOT_FOUND);
}

TEST_F(AdminContextTest, SearchFindsAllInOrderOverPages) {
  std::set<std::string> ids;
  for (int i = 0; i < 25; ++i) {
    ids.insert(SubmitOne(Notice(Number(i))).message_id());
  }
  admin::v1::SearchMessagesRequest request = SearchAll();
  request.set_page_size(4);
  const std::vector<admin::v1::MessageRecord> found = Search(request);
  ASSERT_EQ(found.size(), 25u);
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(ids.erase(found[i].message_id()), 1u);
    if (i == 0) continue;
    EXPECT_LE(found[i - 1].decide_time().seconds() * 1000 +
                  found[i - 1].decide_time().nanos() / 1'000'000,
              found[i].decide_time().seconds() * 1000 +
                  found[i].decide_time().nanos() / 1'000'000);
  }
}

TEST_F(AdminContextTest, ASearchIsChecked) {
  const auto fault = [this](const admin::v1::SearchMessagesRequest& request) {
    admin::v1::SearchMessagesResponse response;
    return admin::v1::AuditService::NewStub(channel_)
        ->SearchMessages(As(admin_key_).get(), request, &response)
        .error_message();
  };
  EXPECT_EQ(fault({}), "start_time: is required");
  admin::v1::SearchMessagesRequest request = SearchAll();
  request.mutable_start_time()->set_nanos(-1);
  EXPECT_EQ(fault(request), "start_time: not a time");
  request = SearchAll();
  request.mutable_end_time()->set_seconds(1);
  EXPECT_EQ(fault(request),
            "end_time: 1970-01-01 08:00:01 +08:00 is not after the start, "
            "1970-01-01 08:00:01 +08:00");
  request = SearchAll();
  request.set_decision(static_cast<v1::Decision>(77));
  EXPECT_EQ(fault(request), "decision: not a known decision");
}

TEST_F(AdminContextTest, SearchByField) {
  for (int i = 0; i < 6; ++i) SubmitOne(Notice(Number(i)));
  SubmitOne(Notice("12345"));
  admin::v1::SearchMessagesRequest request = SearchAll();
  request.set_reason("RECIPIENT_INVALID");
  EXPECT_EQ(Search(request).size(), 1u);
  request = SearchAll();
  request.set_decision(v1::DECISION_ACCEPTED);
  EXPECT_EQ(Search(request).size(), 6u);
  request = SearchAll();
  request.set_content_provider_id("bank");
  EXPECT_EQ(Search(request).size(), 0u);
  request = SearchAll();
  request.set_recipient("+86 " + Number(2));
  request.set_page_size(1);
  SubmitOne(Notice(Number(2)));
  EXPECT_EQ(Search(request).size(), 2u);
  request = SearchAll();
  request.mutable_end_time()->set_seconds(1'700'000'000);
  EXPECT_EQ(Search(request).size(), 0u);
}

TEST(AuditSearch, ObservedAloneIsAnyReasonThatWas) {
  store::v1::Record record;
  store::v1::RecordedReason& reason = *record.mutable_decided()->add_reasons();
  reason.set_code("LINK_LIMIT");
  gateway::Search search;
  search.observed = true;
  EXPECT_FALSE(Matches(search, record));
  reason.set_observed(true);
  EXPECT_TRUE(Matches(search, record));
  search.reason = "CONTENT_UNWANTED";
  EXPECT_FALSE(Matches(search, record));
}

TEST(AuditSearch, CodeAndRuleAreOfOneReason) {
  store::v1::Record record;
  const auto add = [&record](const char* code, const char* rule) {
    store::v1::RecordedReason& reason =
        *record.mutable_decided()->add_reasons();
    reason.set_code(code);
    reason.set_rule(rule);
  };
  add("CONTENT_PROHIBITED", "invoices");
  add("CONTENT_UNWANTED", "loans");
  gateway::Search search;
  search.rule = "loans";
  EXPECT_TRUE(Matches(search, record));
  search.reason = "CONTENT_PROHIBITED";
  EXPECT_FALSE(Matches(search, record));
  search.rule = "invoices";
  EXPECT_TRUE(Matches(search, record));
  search.observed = true;
  EXPECT_FALSE(Matches(search, record));
}

TEST_F(AdminContextTest, SearchRefusesWhatItCannotRead) {
  const auto stub = admin::v1::AuditService::NewStub(channel_);
  admin::v1::SearchMessagesResponse response;
  admin::v1::SearchMessagesRequest request;
  EXPECT_EQ(stub->SearchMessages(As(admin_key_).get(), request, &response)
                .error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);  // No start_time.
  request = SearchAll();
  request.set_reason("NO_SUCH_CODE");
  EXPECT_EQ(stub->SearchMessages(As(admin_key_).get(), request, &response)
                .error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  request = SearchAll();
  request.set_page_token("AAAA");
  EXPECT_EQ(stub->SearchMessages(As(admin_key_).get(), request, &response)
                .error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(AdminContextTest, AnOptOutCancelsAndBlocksAndIsReversedByConsent) {
  ASSERT_EQ(SubmitOne(Commercial(Number(1))).decision(), v1::DECISION_ACCEPTED);
  admin::v1::AddOptOutResponse added;
  ASSERT_TRUE(AddOptOut(Number(1), &added).ok());
  EXPECT_FALSE(added.existed());
  EXPECT_EQ(added.cancelled(), 1u);
  EXPECT_EQ(added.opt_out().evidence(), "ticket 9");
  EXPECT_EQ(added.opt_out().scope().content_provider_id(), "shop");
  EXPECT_EQ(SubmitOne(Commercial(Number(1))).reasons(0).code(),
            "RECIPIENT_OPTED_OUT");
  EXPECT_EQ(SubmitOne(Notice(Number(1))).decision(), v1::DECISION_ACCEPTED);
  ASSERT_TRUE(AddOptOut(Number(1), &added).ok());
  EXPECT_TRUE(added.existed());

  admin::v1::RemoveOptOutRequest remove;
  remove.set_recipient(Number(1));
  *remove.mutable_scope() = added.opt_out().scope();
  admin::v1::RemoveOptOutResponse removed;
  const auto stub = admin::v1::OptOutsService::NewStub(channel_);
  EXPECT_EQ(
      stub->RemoveOptOut(As(admin_key_).get(), remove, &removed).error_code(),
      grpc::StatusCode::INVALID_ARGUMENT);  // No proof.
  remove.set_proof("call of today, recording 17");
  remove.mutable_consent_time()->set_seconds(kTenInTheMorningMs / 1000 -
                                             86'400);
  EXPECT_EQ(
      stub->RemoveOptOut(As(admin_key_).get(), remove, &removed).error_code(),
      grpc::StatusCode::INVALID_ARGUMENT);  // Older than the opt-out.
  *remove.mutable_consent_time() = added.opt_out().create_time();
  remove.mutable_consent_time()->set_seconds(remove.consent_time().seconds() +
                                             1);
  // The consent is later than the opt-out and before now.
  clock_.Advance(absl::Seconds(5));
  const grpc::Status status =
      stub->RemoveOptOut(As(admin_key_).get(), remove, &removed);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(removed.removed_size(), 1);
  EXPECT_EQ(SubmitOne(Commercial(Number(1))).decision(), v1::DECISION_ACCEPTED);

  admin::v1::LookupOptOutsRequest lookup;
  lookup.set_recipient(Number(1));
  admin::v1::LookupOptOutsResponse found;
  ASSERT_TRUE(stub->LookupOptOuts(As(admin_key_).get(), lookup, &found).ok());
  ASSERT_EQ(found.opt_outs_size(), 1);
  EXPECT_TRUE(found.opt_outs(0).has_remove_time());
}

TEST_F(AdminContextTest, DossierTellsANumbersStoryNewestFirst) {
  SubmitOne(Notice(Number(1)));
  SubmitOne(Commercial(Number(1)));
  admin::v1::AddOptOutResponse added;
  ASSERT_TRUE(AddOptOut(Number(1), &added).ok());
  SubmitOne(Commercial(Number(1)));
  std::vector<admin::v1::DossierEntry> all;
  for (const int page_size : {1, 2, 50}) {
    admin::v1::GetDossierRequest request;
    request.set_recipient("+86 138-0000-0001");
    request.set_page_size(page_size);
    std::vector<admin::v1::DossierEntry> entries;
    int pages = 0;
    do {
      admin::v1::GetDossierResponse response;
      ASSERT_TRUE(admin::v1::DossierService::NewStub(channel_)
                      ->GetDossier(As(admin_key_).get(), request, &response)
                      .ok());
      EXPECT_EQ(response.opt_outs_size(), pages++ == 0 ? 1 : 0);
      for (const auto& entry : response.entries()) entries.push_back(entry);
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    // Rejected, opt-out, cancelled, notice.
    ASSERT_EQ(entries.size(), 4u) << page_size;
    EXPECT_EQ(entries[0].message().state(), v1::MESSAGE_STATE_REJECTED);
    EXPECT_TRUE(entries[1].has_opt_out());
    EXPECT_EQ(entries[2].message().state(), v1::MESSAGE_STATE_CANCELLED);
    EXPECT_EQ(entries[2].message().events_size(), 1);
    EXPECT_EQ(entries[3].message().state(), v1::MESSAGE_STATE_QUEUED);
    if (all.empty()) all = entries;
    for (size_t i = 0; i < all.size(); ++i) {
      EXPECT_EQ(entries[i].DebugString(), all[i].DebugString());
    }
  }
}

TEST_F(AdminContextTest, RolesReachAsFarAsTheySay) {
  const std::string audit = MakeKey("", {admin::v1::ROLE_AUDIT});
  admin::v1::GetDossierRequest dossier;
  dossier.set_recipient(Number(1));
  admin::v1::GetDossierResponse found;
  EXPECT_TRUE(admin::v1::DossierService::NewStub(channel_)
                  ->GetDossier(As(audit).get(), dossier, &found)
                  .ok());
  admin::v1::AddOptOutRequest add;
  add.set_recipient(Number(1));
  admin::v1::AddOptOutResponse added;
  EXPECT_EQ(admin::v1::OptOutsService::NewStub(channel_)
                ->AddOptOut(As(audit).get(), add, &added)
                .error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

class RulesTest : public ServerTest {
 protected:
  void SetUp() override {
    pack_ = folder_.path() + "/pack";
    std::filesystem::copy(WorldPack(), pack_,
                          std::filesystem::copy_options::recursive);
    config_.mutable_rules()->set_pack(pack_);
    config_.mutable_rules()->set_approval(config::v1::APPROVAL_ONE_PERSON);
    logger_before_ = spdlog::default_logger();
    spdlog::set_default_logger(std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log_)));
    Start();
    MakeWorld();
  }
  void TearDown() override { spdlog::set_default_logger(logger_before_); }
  grpc::Status Reload(admin::v1::RuleSetStatus* status) {
    admin::v1::ReloadRulesRequest request;
    request.set_reason("test");
    return admin::v1::RulesService::NewStub(channel_)->ReloadRules(
        As(admin_key_).get(), request, Into(status));
  }
  void Append(const std::string& file, const std::string& text) {
    std::ofstream(pack_ + "/" + file, std::ios::app) << text;
  }
  std::string pack_;
  std::ostringstream log_;
  std::shared_ptr<spdlog::logger> logger_before_;
};

TEST_F(RulesTest, ABadPackLeavesTheOldOneInForce) {
  admin::v1::RuleSetStatus before;
  ASSERT_TRUE(admin::v1::RulesService::NewStub(channel_)
                  ->GetRuleSetStatus(As(admin_key_).get(), {}, Into(&before))
                  .ok());
  EXPECT_EQ(before.pack(), "cn-2015");
  EXPECT_GT(before.rules(), 0u);
  Append("pack.yaml", "\nno_such_key: 1\n");
  admin::v1::RuleSetStatus status;
  const grpc::Status refused = Reload(&status);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(absl::StrContains(refused.error_message(), "pack.yaml:"))
      << refused.error_message();
  EXPECT_EQ(SubmitOne(Notice(Number(1))).rule_set(), before.rule_set());
  const std::string log = log_.str();
  EXPECT_TRUE(absl::StrContains(log, "[error]")) << log;
  EXPECT_TRUE(absl::StrContains(log, before.rule_set() + " (cn-2015 1.0: "));
  EXPECT_TRUE(absl::StrContains(log, "stays in force"));
  // File, line and column.
  EXPECT_TRUE(absl::StrContains(log, "pack.yaml:")) << log;
  EXPECT_TRUE(absl::StrContains(log, ":1: ")) << log;
}

TEST_F(RulesTest, AGoodPackDecidesWhatComesAfter) {
  const std::string before = SubmitOne(Notice(Number(1))).rule_set();
  Append("pack.yaml", "\n# changed\n");
  admin::v1::RuleSetStatus status;
  const grpc::Status reloaded = Reload(&status);
  ASSERT_TRUE(reloaded.ok()) << reloaded.error_message();
  EXPECT_NE(status.rule_set(), before);
  EXPECT_EQ(SubmitOne(Notice(Number(1))).rule_set(), status.rule_set());
  const std::string log = log_.str();
  EXPECT_TRUE(absl::StrContains(log, "was " + before + " (cn-2015")) << log;
  EXPECT_TRUE(absl::StrContains(
      log, absl::StrCat("now ", status.rule_set(),
                        " (cn-2015 1.0: ", status.rules(), " rules)")))
      << log;
}

}  // namespace
}  // namespace sluice::gateway
