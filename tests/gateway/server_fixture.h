#pragma once

// A whole server in process, on a store in a temporary folder, with the parties
// of tests/fakes/world.h. Its clock stands at ten in the morning until a test
// moves it.

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "gateway/config.h"
#include "gateway/server.h"
#include "gateway/versions/rule_book.h"
#include "sluice/admin/v1/audit.grpc.pb.h"
#include "sluice/admin/v1/campaigns.grpc.pb.h"
#include "sluice/admin/v1/dossier.grpc.pb.h"
#include "sluice/admin/v1/operations.grpc.pb.h"
#include "sluice/admin/v1/opt_outs.grpc.pb.h"
#include "sluice/admin/v1/registry.grpc.pb.h"
#include "sluice/admin/v1/rules.grpc.pb.h"
#include "sluice/v1/gateway.grpc.pb.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/fakes/wait.h"
#include "tests/fakes/world.h"
#include "tests/gateway/into.h"
#include "tests/gateway/party_client.h"

namespace sluice::gateway {

class ServerTest : public testing::Test {
 protected:
  // Change them before Start().
  config::v1::Config config_ = ConfigOfTests();
  bool with_links_ = false;  // Those of `config_`.

  static config::v1::Config ConfigOfTests() {
    config::v1::Config config = DefaultConfig();
    config.mutable_rules()->set_pack(WorldPack());
    return config;
  }

  void Start() {
    if (!with_links_) config_.clear_links();
    config_.mutable_listen()->set_address("127.0.0.1:0");
    config_.mutable_store()->set_path(folder_.path() + "/store");
    config_.mutable_store()->set_segment_mb(8);
    ShareCompiled();
    auto server = Server::Start(
        config_, clock_, [this](const std::string& s) { notes_.push_back(s); });
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    channel_ =
        grpc::CreateChannel("127.0.0.1:" + std::to_string(server_->port()),
                            grpc::InsecureChannelCredentials());
    std::ifstream(folder_.path() + "/store/admin.key") >> admin_key_;
  }

  // Stops and starts again on the same store.
  void Restart() {
    channel_ = nullptr;
    server_ = nullptr;
    Start();
  }

  // Makes the parties and a key of their account.
  void MakeWorld() {
    for (store::v1::Party party : WorldParties()) {
      party.clear_number();
      party.clear_revision();
      const grpc::Status status = Create(party);
      ASSERT_TRUE(status.ok()) << party.id() << ": " << status.error_message();
    }
    submit_key_ = MakeKey("acc", {admin::v1::ROLE_SUBMIT});
  }

  std::unique_ptr<grpc::ClientContext> As(const std::string& key) {
    auto context = std::make_unique<grpc::ClientContext>();
    if (!key.empty()) context->AddMetadata("authorization", "Bearer " + key);
    context->AddMetadata("accept-language", "en");
    context->set_deadline(std::chrono::system_clock::now() +
                          std::chrono::seconds(60));
    return context;
  }

  grpc::Status Create(const store::v1::Party& party) {
    return Parties().Create(party, "test");
  }
  PartyClient Parties() {
    return PartyClient(channel_, [this] { return As(admin_key_); });
  }

  std::string MakeKey(const std::string& account,
                      std::vector<admin::v1::Role> roles) {
    admin::v1::CreateKeyRequest request;
    request.set_account_id(account);
    for (const admin::v1::Role role : roles) request.add_roles(role);
    request.set_person(absl::StrCat("person ", ++persons_));
    admin::v1::CreateKeyResponse response;
    const grpc::Status status =
        admin::v1::RegistryService::NewStub(channel_)->CreateKey(
            As(admin_key_).get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.secret();
  }

  static std::string KeyId(const std::string& secret) {
    return secret.substr(4, secret.find('_', 4) - 4);
  }

  static v1::OutgoingMessage Message(const std::string& recipient,
                                     v1::MessageClass c,
                                     const std::string& text) {
    v1::OutgoingMessage message;
    message.set_recipient(recipient);
    message.set_on_behalf_of("shop");
    message.set_message_class(c);
    message.set_text(text);
    return message;
  }
  static v1::OutgoingMessage Notice(const std::string& recipient) {
    return Message(recipient, v1::MESSAGE_CLASS_NOTICE,
                   "【云杉超市】您的订单已发出，请留意查收。");
  }
  static v1::OutgoingMessage Commercial(const std::string& recipient) {
    return Message(recipient, v1::MESSAGE_CLASS_COMMERCIAL, kCommercialText);
  }
  // The nth mainland number of the tests.
  static std::string Number(int n) {
    return std::to_string(13'800'000'000 + n);
  }

  grpc::Status Submit(const v1::SubmitRequest& request,
                      v1::SubmitResponse* response) {
    return v1::GatewayService::NewStub(channel_)->Submit(As(submit_key_).get(),
                                                         request, response);
  }

  v1::Verdict SubmitOne(const v1::OutgoingMessage& message) {
    v1::SubmitRequest request;
    *request.add_messages() = message;
    v1::SubmitResponse response;
    const grpc::Status status = Submit(request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    if (response.verdicts_size() != 1) return {};
    return response.verdicts(0);
  }

  // As an officer who has looked at it: the shop's text is not held however
  // many numbers it goes to.
  void ReleaseText(const std::string& text) {
    admin::v1::ReleaseCampaignRequest request;
    request.set_content_provider_id("shop");
    request.set_text(text);
    request.set_reason("looked at it");
    admin::v1::ReleaseCampaignResponse response;
    const grpc::Status status =
        admin::v1::CampaignsService::NewStub(channel_)->ReleaseCampaign(
            As(admin_key_).get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
  }

  // Any bytes as the request of a unary call.
  grpc::Status CallRaw(const std::string& method, const std::string& bytes,
                       std::string* answer) {
    grpc::GenericStub stub(channel_);
    grpc::Slice slice(bytes);
    grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    grpc::CompletionQueue queue;
    const auto context = As(submit_key_);
    auto call = stub.PrepareUnaryCall(context.get(), method, request, &queue);
    call->StartCall();
    grpc::Status status;
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    if (status.ok()) {
      std::vector<grpc::Slice> slices;
      EXPECT_TRUE(response.Dump(&slices).ok());
      answer->clear();
      for (const auto& s : slices) {
        answer->append(reinterpret_cast<const char*>(s.begin()), s.size());
      }
    }
    return status;
  }

  // The tests of a program share compiled packs, because compilation always
  // gives the same result.
  void ShareCompiled() {
    static const TemporaryFolder shared;
    const std::string here = CacheFolder(folder_.path() + "/store/rules");
    if (std::filesystem::exists(here)) return;
    std::filesystem::create_directories(folder_.path() + "/store/rules");
    std::filesystem::create_directory_symlink(shared.path(), here);
  }

  TemporaryFolder folder_;
  FakeClock clock_{absl::FromUnixMillis(kTenInTheMorningMs)};
  std::vector<std::string> notes_;
  int persons_ = 0;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::string admin_key_;
  std::string submit_key_;
};

}  // namespace sluice::gateway
