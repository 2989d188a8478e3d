#pragma once

// A whole server on the world's pack, two officers, and versions that add rules
// to it.

#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "rules/pack/pack_files.h"
#include "tests/gateway/server_fixture.h"

namespace sluice::gateway {

class RulesTest : public ServerTest {
 protected:
  void SetUp() override {
    pack_ = folder_.path() + "/pack";
    std::filesystem::copy(WorldPack(), pack_,
                          std::filesystem::copy_options::recursive);
    config_.mutable_rules()->set_pack(pack_);
    Start();
    MakeWorld();
    editor_ = MakeKey("", {admin::v1::ROLE_OFFICER});
    colleague_ = MakeKey("", {admin::v1::ROLE_OFFICER});
  }

  std::unique_ptr<admin::v1::RulesService::Stub> Rules() {
    return admin::v1::RulesService::NewStub(channel_);
  }
  // The key's id, as answers and records name it.
  static std::string IdOf(const std::string& key) { return key.substr(4, 10); }

  // Puts the world's pack with `rules` before its own as a draft.
  grpc::Status Put(const std::string& rules, admin::v1::RuleVersion* version) {
    admin::v1::PutDraftRequest put;
    auto files = *rules::ReadPackFiles(WorldPack());
    for (admin::v1::PackFile& file : files) {
      if (file.name() == "rules.yaml") {
        file.set_content(absl::StrReplaceAll(
            file.content(), {{"\nrules:\n", "\nrules:\n" + rules}}));
      }
      *put.add_files() = file;
    }
    put.set_reason("test");
    return Rules()->PutDraft(As(editor_).get(), put, Into(version));
  }

  // Puts the world's pack with `rules` before its own in force, after the
  // colleague approved it. Returns the version's number.
  uint32_t PublishWith(const std::string& rules) {
    admin::v1::RuleVersion version;
    grpc::Status status = Put(rules, &version);
    EXPECT_TRUE(status.ok()) << status.error_message();
    admin::v1::ApproveVersionRequest approve;
    approve.set_number(version.number());
    approve.set_reason("test");
    status =
        Rules()->ApproveVersion(As(colleague_).get(), approve, Into(&version));
    EXPECT_TRUE(status.ok()) << status.error_message();
    admin::v1::PublishVersionRequest publish;
    publish.set_number(version.number());
    publish.set_reason("test");
    status =
        Rules()->PublishVersion(As(editor_).get(), publish, Into(&version));
    EXPECT_TRUE(status.ok()) << status.error_message();
    return version.number();
  }

  // Submits one batch of notices of `content_provider` with this text, to
  // numbers from `first` on.
  std::vector<v1::Verdict> SubmitAll(const std::string& content_provider,
                                     const std::string& text, int first,
                                     int count) {
    v1::SubmitRequest request;
    for (int i = 0; i < count; ++i) {
      v1::OutgoingMessage& message = *request.add_messages();
      message = Message(Number(first + i), v1::MESSAGE_CLASS_NOTICE, text);
      message.set_on_behalf_of(content_provider);
    }
    v1::SubmitResponse response;
    const grpc::Status status = Submit(request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return {response.verdicts().begin(), response.verdicts().end()};
  }

  std::string pack_;
  std::string editor_;
  std::string colleague_;
};

}  // namespace sluice::gateway
