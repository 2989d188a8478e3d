// Requests to erase a person's records on a whole server: previewed, recorded,
// listed, kept over a restart, and in the operator log. What goes and what
// stays is tested in tests/store/erasure_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "sluice/admin/v1/erasures.grpc.pb.h"
#include "sluice/admin/v1/history.grpc.pb.h"
#include "tests/gateway/server_fixture.h"

namespace sluice::gateway {
namespace {

using admin::v1::Erasure;
using admin::v1::ErasureOutlook;
using grpc::StatusCode;

class ErasuresTest : public ServerTest {
 protected:
  void SetUp() override {
    Start();
    MakeWorld();
  }

  std::unique_ptr<admin::v1::ErasuresService::Stub> Erasures() {
    return admin::v1::ErasuresService::NewStub(channel_);
  }
  grpc::Status Preview(const std::string& recipient, const std::string& key,
                       admin::v1::PreviewErasureResponse& response) {
    admin::v1::PreviewErasureRequest request;
    request.set_recipient(recipient);
    return Erasures()->PreviewErasure(As(key).get(), request, &response);
  }
  grpc::Status Create(const std::string& recipient, const std::string& reason,
                      const std::string& key, Erasure* made = nullptr) {
    admin::v1::CreateErasureRequest request;
    request.set_recipient(recipient);
    request.set_reason(reason);
    admin::v1::CreateErasureResponse response;
    const grpc::Status status =
        Erasures()->CreateErasure(As(key).get(), request, &response);
    if (made != nullptr) *made = response.erasure();
    return status;
  }
  std::vector<Erasure> List(const std::string& key) {
    admin::v1::ListErasuresRequest request;
    request.set_page_size(2);
    std::vector<Erasure> found;
    admin::v1::ListErasuresResponse page;
    do {
      request.set_page_token(page.next_page_token());
      page.Clear();
      EXPECT_TRUE(Erasures()->ListErasures(As(key).get(), request, &page).ok());
      EXPECT_LE(page.erasures_size(), 2);
      found.insert(found.end(), page.erasures().begin(), page.erasures().end());
    } while (!page.next_page_token().empty());
    return found;
  }
};

TEST_F(ErasuresTest, ArePreviewedRecordedAndListed) {
  const std::string inspector = MakeKey("", {admin::v1::ROLE_AUDIT});
  SubmitOne(Notice("13800138000"));
  admin::v1::PreviewErasureResponse preview;
  const grpc::Status status =
      Preview("手机：138-0013-8000", inspector, preview);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(preview.recipient(), "+8613800138000");
  EXPECT_GE(preview.outlook().by_law(), 1u);
  EXPECT_EQ(preview.outlook().due(), 0u);
  // The law asks for at least five months.
  const int64_t now = absl::ToUnixSeconds(clock_.Now());
  EXPECT_GE(preview.outlook().first_time().seconds(), now + 150 * 86'400);
  EXPECT_GE(preview.outlook().last_time().seconds(),
            preview.outlook().first_time().seconds());
  EXPECT_TRUE(List(inspector).empty());

  Erasure made;
  ASSERT_TRUE(
      Create("+86 138 0013 8000", "letter 118", admin_key_, &made).ok());
  EXPECT_EQ(made.number(), 1u);
  EXPECT_EQ(made.recipient(), "+8613800138000");
  EXPECT_EQ(made.reason(), "letter 118");
  EXPECT_EQ(made.outlook().by_law(), preview.outlook().by_law());
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(Create("13900139000", "letter 119", admin_key_).ok());
  }
  Restart();
  const std::vector<Erasure> all = List(inspector);
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[0].number(), 5u);
  EXPECT_EQ(all[0].outlook().by_law(), 0u);
  EXPECT_EQ(all[4].reason(), "letter 118");
  EXPECT_FALSE(all[4].author().empty());
  EXPECT_GE(all[4].outlook().by_law(), 1u);
  // Numbers go on after a restart.
  ASSERT_TRUE(Create("13900139000", "letter 120", admin_key_, &made).ok());
  EXPECT_EQ(made.number(), 6u);
}

TEST_F(ErasuresTest, AreInTheOperatorLogOfTheNumber) {
  admin::v1::PreviewErasureResponse preview;
  ASSERT_TRUE(Preview("13800138000", admin_key_, preview).ok());
  ASSERT_TRUE(Create("13800138000", "letter 118", admin_key_).ok());
  clock_.Advance(absl::Seconds(1));  // The log is read up to now.
  admin::v1::ListOperatorActionsRequest request;
  request.set_recipient("13800138000");
  request.mutable_start_time()->set_seconds(absl::ToUnixSeconds(clock_.Now()) -
                                            3'600);
  admin::v1::ListOperatorActionsResponse log;
  ASSERT_TRUE(admin::v1::HistoryService::NewStub(channel_)
                  ->ListOperatorActions(As(admin_key_).get(), request, &log)
                  .ok());
  std::vector<std::string> methods;
  for (const auto& action : log.actions()) {
    methods.push_back(action.method());
  }
  EXPECT_THAT(methods,
              testing::IsSupersetOf({"ErasuresService.PreviewErasure",
                                     "ErasuresService.CreateErasure"}));
}

TEST_F(ErasuresTest, RefuseWhatIsWrong) {
  admin::v1::PreviewErasureResponse preview;
  EXPECT_EQ(Preview("138", admin_key_, preview).error_code(),
            StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Create("138", "letter", admin_key_).error_code(),
            StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Create("13800138000", "", admin_key_).error_code(),
            StatusCode::INVALID_ARGUMENT);
  for (const auto role :
       {admin::v1::ROLE_OFFICER, admin::v1::ROLE_COMPLAINTS}) {
    const std::string key = MakeKey("", {role});
    EXPECT_EQ(Preview("13800138000", key, preview).error_code(),
              StatusCode::PERMISSION_DENIED);
    EXPECT_EQ(Create("13800138000", "letter", key).error_code(),
              StatusCode::PERMISSION_DENIED);
  }
  EXPECT_TRUE(List(admin_key_).empty());
}

}  // namespace
}  // namespace sluice::gateway
