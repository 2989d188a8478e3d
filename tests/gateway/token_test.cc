// Tokens and statuses: what clients hold between calls and see when one fails.
#include "gateway/wire/token.h"

#include <gtest/gtest.h>

#include "gateway/wire/rpc_status.h"
#include "gateway/wire/utf8.h"
#include "google/rpc/error_details.pb.h"

namespace sluice::gateway {
namespace {

const std::vector<uint64_t> kValues = {0, 1, uint64_t{1} << 62, 77};

TEST(Token, ComesBackAsItWas) {
  for (const auto& values : {std::vector<uint64_t>{}, {5}, kValues}) {
    const std::string token = EncodeToken(TokenKind::kWatch, values);
    EXPECT_EQ(*DecodeToken(TokenKind::kWatch, token), values);
  }
}

TEST(Token, EveryTruncationAndChangeIsRefused) {
  const std::string token = EncodeToken(TokenKind::kWatch, kValues);
  for (size_t size = 0; size < token.size(); ++size) {
    EXPECT_FALSE(DecodeToken(TokenKind::kWatch, token.substr(0, size)).ok());
    std::string changed = token;
    changed[size] = changed[size] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(DecodeToken(TokenKind::kWatch, changed).ok()) << size;
  }
  EXPECT_FALSE(DecodeToken(TokenKind::kWatch, token + "AAAA").ok());
  EXPECT_FALSE(DecodeToken(TokenKind::kWatch, "not base64!").ok());
}

TEST(Token, IsForOneCallOnly) {
  const std::string token = EncodeToken(TokenKind::kWatch, kValues);
  EXPECT_FALSE(DecodeToken(TokenKind::kDossier, token).ok());
}

google::rpc::RetryInfo RetryInfoOf(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  google::rpc::RetryInfo info;
  for (const auto& detail : details.details()) detail.UnpackTo(&info);
  return info;
}

TEST(RpcStatus, OverloadAlwaysSaysWhenToRetry) {
  const grpc::Status status =
      ToGrpc(absl::ResourceExhaustedError("full"), absl::Milliseconds(1250));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(RetryInfoOf(status).retry_delay().seconds(), 1);
  EXPECT_EQ(RetryInfoOf(status).retry_delay().nanos(), 250'000'000);
}

TEST(RpcStatus, ItsOwnDelayWins) {
  const grpc::Status status = ToGrpc(
      WithRetryDelay(absl::ResourceExhaustedError("x"), absl::Seconds(7)),
      absl::Milliseconds(1));
  EXPECT_EQ(RetryInfoOf(status).retry_delay().seconds(), 7);
}

TEST(RpcStatus, OthersHaveNoDetails) {
  EXPECT_TRUE(ToGrpc(absl::OkStatus(), absl::Seconds(1)).ok());
  const grpc::Status status =
      ToGrpc(absl::NotFoundError("no"), absl::Seconds(1));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "no");
  EXPECT_TRUE(status.error_details().empty());
}

TEST(ToUtf8, ReplacesWhatIsNotText) {
  EXPECT_EQ(ToUtf8("云 ok"), "云 ok");
  EXPECT_EQ(ToUtf8("a\xff"
                   "b\xe4"),
            "a\uFFFDb\uFFFD");
  EXPECT_EQ(ToUtf8(""), "");
}

}  // namespace
}  // namespace sluice::gateway
