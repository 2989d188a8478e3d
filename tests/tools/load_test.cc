#include <set>
#include <string>

#include "grpcpp/impl/codegen/proto_utils.h"
#include "gtest/gtest.h"
#include "tools/lib/display_width.h"
#include "tools/loadgen/histogram.h"
#include "tools/loadgen/requests.h"
#include "tools/loadgen/texts.h"

namespace sluice::load {
namespace {

v1::SubmitRequest Parse(grpc::ByteBuffer bytes) {
  v1::SubmitRequest request;
  EXPECT_TRUE(grpc::SerializationTraits<v1::SubmitRequest>::Deserialize(
                  &bytes, &request)
                  .ok());
  return request;
}

grpc::ByteBuffer Serialise(const google::protobuf::Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

TEST(Requests, EachHasItsOwnRecipientsAndKeys) {
  RequestOptions options;
  options.batch = 10;
  options.recipients = 25;
  options.message_class = v1::MESSAGE_CLASS_VERIFICATION;
  const Requests requests(options, MakeTexts("店", 7, 1));
  std::set<std::string> keys;
  std::set<std::string> recipients;
  for (uint64_t n = 0; n < 200; ++n) {
    const v1::SubmitRequest request = Parse(requests.Make(n));
    ASSERT_EQ(request.messages_size(), 10);
    for (int i = 0; i < 10; ++i) {
      const v1::OutgoingMessage& message = request.messages(i);
      EXPECT_EQ(message.recipient(), NumberAt((n * 10 + i) % 25, 1));
      EXPECT_EQ(message.message_class(), v1::MESSAGE_CLASS_VERIFICATION);
      recipients.insert(message.recipient());
      keys.insert(message.key());
    }
  }
  EXPECT_EQ(keys.size(), 2000u);
  EXPECT_EQ(recipients.size(), 25u);
}

TEST(Requests, AShareHasNoSignature) {
  RequestOptions options;
  options.batch = 1000;
  options.rejected_share = 0.25;
  const Requests requests(options, MakeTexts("店", 100, 1));
  size_t without = 0;
  const v1::SubmitRequest request = Parse(requests.Make(0));
  for (const v1::OutgoingMessage& message : request.messages()) {
    if (message.text().rfind("【店】", 0) != 0) ++without;
  }
  EXPECT_NEAR(static_cast<double>(without), 250, 60);
}

TEST(CountDecisions, ReadsWhatProtobufWrites) {
  v1::SubmitResponse response;
  for (const v1::Decision decision :
       {v1::DECISION_ACCEPTED, v1::DECISION_REJECTED, v1::DECISION_ACCEPTED}) {
    v1::Verdict& verdict = *response.add_verdicts();
    verdict.set_message_id("0123456789ABCDE");
    verdict.set_decision(decision);
    verdict.add_reasons()->set_code("X");
    verdict.set_parts(2);
  }
  DecisionCounts counts;
  EXPECT_TRUE(CountDecisions(Serialise(response), counts));
  EXPECT_EQ(counts.by_decision[v1::DECISION_ACCEPTED], 2u);
  EXPECT_EQ(counts.by_decision[v1::DECISION_REJECTED], 1u);
  EXPECT_EQ(counts.total(), 3u);
  EXPECT_EQ(counts.status_code, 0);

  v1::SubmitResponse fault;
  fault.mutable_status()->set_code(8);
  EXPECT_TRUE(CountDecisions(Serialise(fault), counts));
  EXPECT_EQ(counts.status_code, 8);

  const std::string bytes = response.SerializeAsString();
  const grpc::Slice cut(bytes.substr(0, bytes.size() - 1));
  EXPECT_FALSE(CountDecisions(grpc::ByteBuffer(&cut, 1), counts));
}

TEST(Texts, AreVariedAndOfAboutSixtyCharacters) {
  const auto texts = MakeTexts("小店", 1000, 7);
  EXPECT_EQ(texts, MakeTexts("小店", 1000, 7));
  EXPECT_EQ(std::set<std::string>(texts.begin(), texts.end()).size(), 1000u);
  size_t characters = 0;
  for (const std::string& text : texts) {
    characters += tools::SplitGlyphs(text).size();
  }
  EXPECT_NEAR(static_cast<double>(characters) / 1000, 60, 5);
}

TEST(Texts, NumbersAreDistinctAndWellFormed) {
  std::set<std::string> seen;
  for (uint64_t i = 0; i < 100'000; ++i) {
    const std::string number = NumberAt(i, 3);
    ASSERT_EQ(number.size(), 11u);
    ASSERT_EQ(number[0], '1');
    ASSERT_TRUE(seen.insert(number).second) << number;
  }
}

TEST(Histogram, PercentilesAreWithinABucket) {
  Histogram histogram;
  for (int i = 1; i <= 1000; ++i) histogram.Add(absl::Microseconds(i));
  EXPECT_NEAR(absl::ToDoubleMicroseconds(histogram.Percentile(0.5)), 500, 20);
  EXPECT_NEAR(absl::ToDoubleMicroseconds(histogram.Percentile(0.99)), 990, 35);
  EXPECT_EQ(histogram.Percentile(1), absl::Microseconds(1000));
  EXPECT_EQ(histogram.max(), absl::Microseconds(1000));
  EXPECT_EQ(Histogram().Percentile(0.5), absl::ZeroDuration());
}

}  // namespace
}  // namespace sluice::load
