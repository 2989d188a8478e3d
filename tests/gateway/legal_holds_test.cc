// Legal holds on a whole server: made, reviewed, ended, listed, kept over a
// restart, and told in the posture when nobody looked at them in time. What
// they keep is tested in tests/store/kept_records_test.cc.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "sluice/admin/v1/legal_holds.grpc.pb.h"
#include "sluice/admin/v1/operations.grpc.pb.h"
#include "tests/gateway/server_fixture.h"

namespace sluice::gateway {
namespace {

using admin::v1::CreateLegalHoldRequest;
using admin::v1::LegalHold;
using grpc::StatusCode;

class LegalHoldsTest : public ServerTest {
 protected:
  void SetUp() override {
    Start();
    MakeWorld();
  }

  std::unique_ptr<admin::v1::LegalHoldsService::Stub> Holds() {
    return admin::v1::LegalHoldsService::NewStub(channel_);
  }
  // So many days from now.
  void SetIn(int days, google::protobuf::Timestamp& time) const {
    time.set_seconds(absl::ToUnixSeconds(clock_.Now()) + days * 86'400);
  }
  CreateLegalHoldRequest Request() const {
    CreateLegalHoldRequest request;
    request.set_recipient("手机：138-0013-8000");
    request.set_owner("legal");
    request.set_reason("case 118");
    SetIn(30, *request.mutable_review_time());
    return request;
  }
  grpc::Status Create(const CreateLegalHoldRequest& request,
                      LegalHold* made = nullptr, const std::string& key = "") {
    admin::v1::CreateLegalHoldResponse response;
    const grpc::Status status = Holds()->CreateLegalHold(
        As(key.empty() ? admin_key_ : key).get(), request, &response);
    if (made != nullptr) *made = response.legal_hold();
    return status;
  }
  grpc::Status Review(uint32_t number, int days) {
    admin::v1::ReviewLegalHoldRequest request;
    request.set_number(number);
    request.set_reason("appeal");
    SetIn(days, *request.mutable_review_time());
    admin::v1::ReviewLegalHoldResponse response;
    return Holds()->ReviewLegalHold(As(admin_key_).get(), request, &response);
  }
  grpc::Status End(uint32_t number) {
    admin::v1::EndLegalHoldRequest request;
    request.set_number(number);
    request.set_reason("closed");
    admin::v1::EndLegalHoldResponse response;
    return Holds()->EndLegalHold(As(admin_key_).get(), request, &response);
  }
  std::vector<LegalHold> List(bool all) {
    admin::v1::ListLegalHoldsRequest request;
    request.set_all(all);
    request.set_page_size(2);
    std::vector<LegalHold> found;
    admin::v1::ListLegalHoldsResponse page;
    do {
      request.set_page_token(page.next_page_token());
      page.Clear();
      EXPECT_TRUE(
          Holds()->ListLegalHolds(As(admin_key_).get(), request, &page).ok());
      found.insert(found.end(), page.legal_holds().begin(),
                   page.legal_holds().end());
    } while (!page.next_page_token().empty());
    return found;
  }
  admin::v1::GetPostureResponse Posture() {
    admin::v1::GetPostureResponse posture;
    EXPECT_TRUE(admin::v1::OperationsService::NewStub(channel_)
                    ->GetPosture(As(admin_key_).get(), {}, &posture)
                    .ok());
    return posture;
  }
};

TEST_F(LegalHoldsTest, AreMadeReviewedAndEnded) {
  const std::string inspector = MakeKey("", {admin::v1::ROLE_AUDIT});
  CreateLegalHoldRequest request = Request();
  request.set_port_id("shop-ads");
  request.set_content_provider_id("云杉超市");
  LegalHold made;
  const grpc::Status status = Create(request, &made, inspector);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(made.number(), 1u);
  EXPECT_EQ(made.recipient(), "+8613800138000");
  EXPECT_EQ(made.port_id(), "shop-ads");
  EXPECT_EQ(made.content_provider_id(), "shop");
  EXPECT_EQ(made.reason(), "case 118");
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Create(Request()).ok());
  ASSERT_TRUE(Review(1, 90).ok());
  ASSERT_TRUE(End(2).ok());
  EXPECT_EQ(End(2).error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(Review(2, 90).error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(End(9).error_code(), StatusCode::NOT_FOUND);
  Restart();
  const std::vector<LegalHold> in_force = List(/*all=*/false);
  ASSERT_EQ(in_force.size(), 3u);
  EXPECT_EQ(in_force[0].number(), 4u);
  EXPECT_EQ(in_force[2].review_reason(), "appeal");
  const std::vector<LegalHold> all = List(/*all=*/true);
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[2].end_reason(), "closed");
  // Numbers are never given again.
  ASSERT_TRUE(End(4).ok());
  Restart();
  ASSERT_TRUE(Create(Request(), &made).ok());
  EXPECT_EQ(made.number(), 5u);
}

TEST_F(LegalHoldsTest, TheirReviewIsAskedForWhenItIsDue) {
  ASSERT_TRUE(Create(Request()).ok());
  EXPECT_EQ(Posture().overdue_legal_holds_size(), 0);
  clock_.Advance(absl::Hours(24 * 31));
  const admin::v1::GetPostureResponse posture = Posture();
  ASSERT_EQ(posture.overdue_legal_holds_size(), 1);
  EXPECT_EQ(posture.overdue_legal_holds(0).owner(), "legal");
  EXPECT_EQ(List(/*all=*/false).size(), 1u);  // It goes on.
  ASSERT_TRUE(Review(1, 30).ok());
  EXPECT_EQ(Posture().overdue_legal_holds_size(), 0);
}

TEST_F(LegalHoldsTest, WhatIsWrongIsSaid) {
  const auto fault = [this](const auto& change) {
    CreateLegalHoldRequest request = Request();
    change(request);
    const grpc::Status status = Create(request);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    return status.error_message();
  };
  EXPECT_TRUE(absl::StrContains(fault([](auto& r) { r.clear_recipient(); }),
                                "recipient: give a number"));
  EXPECT_TRUE(absl::StrContains(fault([](auto& r) { r.set_recipient("12"); }),
                                "recipient: "));
  EXPECT_TRUE(
      absl::StrContains(fault([](auto& r) { r.clear_owner(); }), "owner: "));
  EXPECT_TRUE(
      absl::StrContains(fault([](auto& r) { r.clear_reason(); }), "reason: "));
  EXPECT_TRUE(absl::StrContains(fault([](auto& r) { r.clear_review_time(); }),
                                "review_time: "));
  EXPECT_TRUE(absl::StrContains(
      fault([this](auto& r) { SetIn(-1, *r.mutable_review_time()); }),
      "review_time: "));
  EXPECT_TRUE(absl::StrContains(fault([this](auto& r) {
                                  SetIn(0, *r.mutable_from_time());
                                  SetIn(-1, *r.mutable_until_time());
                                }),
                                "until_time: "));
  EXPECT_TRUE(absl::StrContains(
      fault([](auto& r) { r.set_content_provider_id("shopp"); }), "shop"));
  EXPECT_TRUE(List(/*all=*/true).empty());
  const std::string officer = MakeKey("", {admin::v1::ROLE_OFFICER});
  EXPECT_EQ(Create(Request(), nullptr, officer).error_code(),
            StatusCode::PERMISSION_DENIED);
}

}  // namespace
}  // namespace sluice::gateway
