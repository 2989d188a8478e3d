// What callers and operators see when a closed segment is damaged: the damage,
// never the forged text and never "no such message".

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/gateway/server_fixture.h"

namespace sluice::gateway {
namespace {

class DamageTest : public ServerTest {
 protected:
  // A server whose first message, under a key, is in a closed segment, which
  // then is forged.
  void SetUp() override {
    config_.mutable_store()->set_partitions(1);
    Start();
    MakeWorld();
    message_ = Notice(Number(1));
    message_.set_key("order-1");
    first_ = SubmitOne(message_);
    ASSERT_EQ(first_.decision(), v1::DECISION_ACCEPTED);
    for (int n = 2; !std::filesystem::exists(Segment(2)); n += 1000) {
      v1::SubmitRequest request;
      for (int i = 0; i < 1000; ++i)
        *request.add_messages() = Notice(Number(n + i));
      v1::SubmitResponse response;
      ASSERT_TRUE(Submit(request, &response).ok());
    }
    Restart();
    ForgeText();
  }

  std::string Segment(int segment) const {
    return absl::StrCat(folder_.path(), "/store/partition-000/journal/000000",
                        segment, ".segment");
  }

  // Replaces "发出" in the first text with "取消".
  void ForgeText() { Forge(Segment(0), "发出", "取消"); }

  static std::string LastSegment(const std::string& folder) {
    std::string last;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
      if (file.path().extension() != ".segment") continue;
      last = std::max(last, file.path().string());
    }
    return last;
  }

  // Replaces the first `text` in a file by one of the same size.
  static void Forge(const std::string& path, const std::string& text,
                    const std::string& forged) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    std::string bytes(1 << 20, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.clear();
    const size_t at = bytes.find(text);
    ASSERT_NE(at, std::string::npos) << path;
    file.seekp(static_cast<std::streamoff>(at));
    file.write(forged.data(), static_cast<std::streamsize>(forged.size()));
    ASSERT_TRUE(file.good());
  }

  static void ExpectDamage(const grpc::Status& status) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::DATA_LOSS)
        << status.error_message();
    EXPECT_NE(status.error_message().find("segment 0 offset"),
              std::string::npos)
        << status.error_message();
  }

  v1::OutgoingMessage message_;
  v1::Verdict first_;
};

TEST_F(DamageTest, IsToldByEveryCall) {
  const auto audit = admin::v1::AuditService::NewStub(channel_);
  admin::v1::GetMessageRequest get;
  get.set_message_id(first_.message_id());
  admin::v1::GetMessageResponse got;
  ExpectDamage(audit->GetMessage(As(admin_key_).get(), get, &got));

  admin::v1::SearchMessagesRequest search;
  search.mutable_start_time()->set_seconds(kTenInTheMorningMs / 1000 - 3600);
  search.mutable_end_time()->set_seconds(kTenInTheMorningMs / 1000 + 3600);
  search.set_recipient(message_.recipient());
  admin::v1::SearchMessagesResponse found;
  ExpectDamage(audit->SearchMessages(As(admin_key_).get(), search, &found));
  search.clear_recipient();
  ExpectDamage(audit->SearchMessages(As(admin_key_).get(), search, &found));

  admin::v1::GetDossierRequest dossier;
  dossier.set_recipient(message_.recipient());
  admin::v1::GetDossierResponse story;
  ExpectDamage(admin::v1::DossierService::NewStub(channel_)->GetDossier(
      As(admin_key_).get(), dossier, &story));
  admin::v1::LookupOptOutsRequest lookup;
  lookup.set_recipient(message_.recipient());
  // Reads only what is about opt-outs: that is whole.
  admin::v1::LookupOptOutsResponse opt_outs;
  EXPECT_TRUE(admin::v1::OptOutsService::NewStub(channel_)
                  ->LookupOptOuts(As(admin_key_).get(), lookup, &opt_outs)
                  .ok());

  v1::WatchRequest watch;
  watch.set_beginning(true);
  const auto context = As(submit_key_);
  const auto gateway = v1::GatewayService::NewStub(channel_);
  const auto stream = gateway->Watch(context.get(), watch);
  v1::WatchResponse event;
  while (stream->Read(&event)) continue;
  ExpectDamage(stream->Finish());

  v1::GetMessageRequest own;
  own.mutable_message()->set_message_id(first_.message_id());
  v1::GetMessageResponse shown;
  ExpectDamage(gateway->GetMessage(As(submit_key_).get(), own, &shown));
  own.mutable_message()->clear_message_id();
  own.mutable_message()->set_key("order-1");
  own.mutable_message()->set_recipient(message_.recipient());
  ExpectDamage(gateway->GetMessage(As(submit_key_).get(), own, &shown));

  const v1::Verdict again = SubmitOne(message_);
  EXPECT_EQ(again.decision(), v1::DECISION_UNDECIDED);
  ASSERT_EQ(again.reasons_size(), 1) << again.DebugString();
  EXPECT_EQ(again.reasons(0).code(), "DATA_LOSS");
  EXPECT_EQ(again.reasons(0).field(), "key");
  EXPECT_NE(again.reasons(0).sentence(), "");
  EXPECT_EQ(again.message_id(), first_.message_id());
}

// The records of a number are shown; who looked it up is not known.
TEST_F(DamageTest, OfTheOperatorLogDoesNotHideADossier) {
  const auto dossiers = admin::v1::DossierService::NewStub(channel_);
  admin::v1::GetDossierRequest request;
  request.set_recipient(Number(1001));
  admin::v1::GetDossierResponse dossier;
  const auto context = As(admin_key_);
  context->AddMetadata("sluice-reason-bin", "case 118");
  ASSERT_TRUE(dossiers->GetDossier(context.get(), request, &dossier).ok());
  EXPECT_EQ(dossier.lookups_missing(), "");
  const int entries = dossier.entries_size();
  EXPECT_GT(entries, 0);
  Forge(LastSegment(folder_.path() + "/store/control"), "case 118", "case 119");
  const grpc::Status status =
      dossiers->GetDossier(As(admin_key_).get(), request, &dossier);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(dossier.lookups_missing(),
            "the operator log cannot be read, run `sluicectl store check`");
  EXPECT_EQ(dossier.lookups_size(), 0);
  EXPECT_EQ(dossier.entries_size(), entries);
}

}  // namespace
}  // namespace sluice::gateway
