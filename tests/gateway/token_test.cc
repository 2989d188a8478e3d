// Tokens, which clients keep between calls, and statuses of failed calls.
#include "gateway/wire/token.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "gateway/wire/rpc_status.h"
#include "gateway/wire/utf8.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "tests/gateway/rpc_detail.h"

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

TEST(Token, APageTokenHasAsManyValuesAsItsCallWants) {
  const std::string token = EncodeToken(TokenKind::kHolds, {1, 2, 3});
  EXPECT_EQ(*DecodePageToken(TokenKind::kHolds, token, 3),
            (std::vector<uint64_t>{1, 2, 3}));
  for (const absl::Status& refused :
       {DecodePageToken(TokenKind::kHolds, token, 2).status(),
        DecodePageToken(TokenKind::kStats, token, 3).status()}) {
    EXPECT_EQ(sluice::FieldOf(refused), "page_token");
  }
}

TEST(Token, IsForItsScopeOnly) {
  const std::string token = EncodeToken(TokenKind::kDossier, {7}, "+861");
  EXPECT_EQ(*DecodePageToken(TokenKind::kDossier, token, 1, "+861"),
            std::vector<uint64_t>{7});
  for (const absl::string_view scope : {"", "+862"}) {
    EXPECT_FALSE(DecodePageToken(TokenKind::kDossier, token, 1, scope).ok());
  }
}

TEST(IdToken, ComesBackAsItWas) {
  for (const absl::string_view id : {"a", "shop-12.x", "12345678"}) {
    EXPECT_EQ(
        *DecodeIdPageToken(TokenKind::kPorts,
                           EncodeIdToken(TokenKind::kPorts, id, "s"), "s"),
        id);
  }
  EXPECT_EQ(*DecodeIdPageToken(TokenKind::kPorts, ""), "");
}

TEST(IdToken, WhatIsNoneIsRefused) {
  const std::string token = EncodeIdToken(TokenKind::kPorts, "shop", "s");
  const auto refused = [](TokenKind kind, absl::string_view bad,
                          absl::string_view scope) {
    const absl::Status status = DecodeIdPageToken(kind, bad, scope).status();
    return status.code() == absl::StatusCode::kInvalidArgument &&
           sluice::FieldOf(status) == "page_token";
  };
  for (size_t size = 1; size < token.size(); ++size) {
    EXPECT_TRUE(refused(TokenKind::kPorts, token.substr(0, size), "s"));
  }
  EXPECT_TRUE(refused(TokenKind::kKeys, token, "s"));
  EXPECT_TRUE(refused(TokenKind::kPorts, token, "t"));
  EXPECT_TRUE(refused(TokenKind::kPorts, "c2hvcA", "s"));  // "shop" alone.
  EXPECT_TRUE(
      refused(TokenKind::kPorts, EncodeIdToken(TokenKind::kPorts, ""), ""));
}

std::string ToldReason(const absl::Status& status) {
  const auto info =
      DetailOf<google::rpc::ErrorInfo>(ToGrpc(status, absl::Seconds(1)));
  EXPECT_EQ(info.domain(), "sluice");
  return info.reason();
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

TEST(RpcStatus, TellsOverloadsApart) {
  const absl::Status full = absl::ResourceExhaustedError("full");
  EXPECT_EQ(ToldReason(full), "OVERLOADED");
  EXPECT_EQ(ToldReason(WithReason(full, ErrorReason::kDiskFull)), "DISK_FULL");
  EXPECT_EQ(ToldReason(WithReason(full, ErrorReason::kRateLimited)),
            "RATE_LIMITED");
  EXPECT_EQ(ToldReason(absl::NotFoundError("no")), "NOT_FOUND");
}

TEST(RpcStatus, TellsTheChineseOfAnError) {
  const auto told = [](const absl::Status& status) {
    const auto info =
        DetailOf<google::rpc::ErrorInfo>(ToGrpc(status, absl::Seconds(1)));
    const auto chinese = info.metadata().find("message_zh");
    return chinese == info.metadata().end() ? "" : chinese->second;
  };
  EXPECT_EQ(told(absl::NotFoundError("there is no version 9")), "");
  const absl::Status both = WithChinese(
      InvalidField("number", "there is no version 9"), "没有版本 9");
  EXPECT_EQ(told(both), "没有版本 9");
  EXPECT_EQ(ToGrpc(both, absl::Seconds(1)).error_message(),
            "number: there is no version 9");
}

TEST(RpcStatus, TheFirstReasonStands) {
  const absl::Status full =
      WithReason(absl::ResourceExhaustedError("full"), ErrorReason::kDiskFull);
  EXPECT_EQ(ToldReason(WithReason(full, ErrorReason::kOverloaded)),
            "DISK_FULL");
}

TEST(RpcStatus, AMalformedFieldHasItsPath) {
  const grpc::Status status =
      ToGrpc(InvalidField("port.number", "3 or more digits are needed"),
             absl::Seconds(1));
  EXPECT_EQ(status.error_message(), "port.number: 3 or more digits are needed");
  const auto bad = DetailOf<google::rpc::BadRequest>(status);
  ASSERT_EQ(bad.field_violations_size(), 1);
  EXPECT_EQ(bad.field_violations(0).field(), "port.number");
  EXPECT_EQ(bad.field_violations(0).description(),
            "3 or more digits are needed");
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(status).reason(),
            "INVALID_ARGUMENT");
}

TEST(RpcStatus, AFieldOfANestedMessageHasTheWholePath) {
  const grpc::Status status =
      ToGrpc(WithOuterField(InvalidField("end_time", "not a time"), "filter"),
             absl::Seconds(1));
  EXPECT_EQ(status.error_message(), "end_time: not a time");
  const auto bad = DetailOf<google::rpc::BadRequest>(status);
  ASSERT_EQ(bad.field_violations_size(), 1);
  EXPECT_EQ(bad.field_violations(0).field(), "filter.end_time");
  EXPECT_EQ(bad.field_violations(0).description(), "not a time");
}

// As grpc-message and grpc-status-details-bin have it.
size_t TrailerBytes(const grpc::Status& status) {
  size_t bytes = (status.error_details().size() + 2) / 3 * 4;
  for (const char c : status.error_message()) {
    bytes += c >= ' ' && c <= '~' && c != '%' ? 1 : 3;
  }
  return bytes;
}

TEST(RpcStatus, LongProseIsCutSoThatClientsGetTheError) {
  for (const absl::string_view piece : {"a", "%", "\n", "云", "a云", "😀"}) {
    std::string prose;
    while (prose.size() < 100'000) prose.append(piece.data(), piece.size());
    for (const absl::Status& failed :
         {InvalidField("text", prose), absl::NotFoundError(prose),
          InvalidField(prose, "unknown"),
          absl::ResourceExhaustedError(prose)}) {
      const grpc::Status status = ToGrpc(failed, absl::Seconds(1));
      EXPECT_LT(TrailerBytes(status), 7'500u) << piece;
      EXPECT_GT(status.error_message().size(), 500u) << piece;
      EXPECT_TRUE(absl::EndsWith(status.error_message(), "…")) << piece;
      EXPECT_EQ(ToUtf8(status.error_message()), status.error_message());
      EXPECT_EQ(ReasonOf(status), sluice::ReasonOf(failed));
      const std::string description =
          DetailOf<google::rpc::BadRequest>(status).SerializeAsString();
      EXPECT_LT(description.size(), 700u) << piece;
    }
  }
}

TEST(RpcStatus, ProseThatFitsIsWhole) {
  const std::string prose(2'000, 'x');
  const grpc::Status status =
      ToGrpc(InvalidField("text", prose), absl::Seconds(1));
  EXPECT_EQ(status.error_message(), "text: " + prose);
  EXPECT_EQ(FieldOf(status), "text");
}

TEST(RpcStatus, OthersHaveNoDelayAndNoField) {
  EXPECT_TRUE(ToGrpc(absl::OkStatus(), absl::Seconds(1)).ok());
  const grpc::Status status =
      ToGrpc(absl::NotFoundError("no"), absl::Seconds(1));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "no");
  EXPECT_FALSE(RetryInfoOf(status).has_retry_delay());
  EXPECT_EQ(DetailOf<google::rpc::BadRequest>(status).field_violations_size(),
            0);
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
