// The lists of replies that people read, and the numbers that replies come
// from.

#include "gateway/admin/reply_search.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/dispatch/subscriber.h"
#include "tests/store/store_fixture.h"

namespace sluice::gateway {
namespace {

using admin::v1::ListRepliesRequest;
using admin::v1::ListRepliesResponse;

TEST(Subscriber, IsReadAsCarriersWriteIt) {
  for (const char* digits :
       {"13710000009", "8613710000009", "+8613710000009", "008613710000009",
        "013710000009", " 13710000009 "}) {
    EXPECT_EQ(SubscriberOf(digits), Phone{8613710000009}) << digits;
  }
  EXPECT_EQ(SubscriberOf("85291234567"), Phone{85291234567});
  EXPECT_EQ(SubscriberOf("+12125550123"), Phone{12125550123});
  EXPECT_EQ(SubscriberOf("12125550123"), Phone{12125550123});
  for (const char* digits : {"", "0", "10086", "12580", "abc", "1371000000",
                             "99999999999999999999"}) {
    EXPECT_FALSE(SubscriberOf(digits)) << digits;
  }
}

class ReplySearchTest : public store::StoreTest {
 protected:
  void SetUp() override { store_ = Open(4); }

  void Receive(const std::string& sender, const std::string& text,
               uint32_t part = 1, uint32_t parts = 1) {
    store::CarrierReply reply;
    reply.sender = sender;
    reply.recipient = SubscriberOf(sender);
    reply.link = "test";
    reply.access_number = "10690012";
    reply.text = reply.raw = text;
    reply.part = part;
    reply.parts = parts;
    store::Promised<absl::Status> done;
    reply.done = [&done](const absl::Status& status) { done.Set(status); };
    store_->Replied(std::move(reply));
    EXPECT_TRUE(done.Get().ok());
    clock_.Advance(absl::Seconds(1));
  }

  absl::StatusOr<ListRepliesResponse> List(const ListRepliesRequest& request) {
    const auto search =
        ReadReplySearch(request, store_->partitions(), store_->NowMs());
    if (!search.ok()) return search.status();
    return SearchReplies(*store_, *search);
  }

  // The texts of all pages.
  std::vector<std::string> Texts(ListRepliesRequest request) {
    std::vector<std::string> texts;
    do {
      const auto page = List(request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      for (const auto& reply : page->replies()) texts.push_back(reply.text());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return texts;
  }

  std::unique_ptr<store::Store> store_;
};

TEST_F(ReplySearchTest, PagesOfAllPartitionsAreNewestFirst) {
  std::vector<std::string> sent;
  for (int i = 0; i < 40; ++i) {
    sent.insert(sent.begin(), absl::StrCat("m", i));
    Receive(absl::StrCat(13800138000 + i * 7 % 40), sent.front());
  }
  ListRepliesRequest request;
  for (const int size : {1, 7, 40, 1000}) {
    request.set_page_size(size);
    EXPECT_EQ(Texts(request), sent) << size;
  }
  request.mutable_filter()->set_sender("13800138007");
  EXPECT_EQ(Texts(request), std::vector<std::string>{"m1"});
}

TEST_F(ReplySearchTest, FiltersByWhatWasMadeOfThem) {
  Receive("13800138000", "收到");
  Receive("13800138001", "退订");
  Receive("10086", "服务");
  ListRepliesRequest request;
  request.mutable_filter()->set_unclaimed(true);
  EXPECT_EQ(Texts(request), (std::vector<std::string>{"服务", "收到"}));
  request.mutable_filter()->set_unclaimed(false);
  request.mutable_filter()->set_review(true);
  const auto review = List(request);
  ASSERT_TRUE(review.ok());
  ASSERT_EQ(review->replies_size(), 1);
  EXPECT_EQ(review->replies(0).sender(), "10086");
  EXPECT_FALSE(review->replies(0).sender_known());
  EXPECT_EQ(review->replies(0).raw(), "服务");
}

TEST_F(ReplySearchTest, FiltersByTime) {
  for (const char* text : {"a", "b", "c"}) Receive("13800138000", text);
  ListRepliesRequest request;
  const int64_t begin = kTenInTheMorningMs / 1000;
  request.mutable_filter()->mutable_from_time()->set_seconds(begin + 1);
  request.mutable_filter()->mutable_until_time()->set_seconds(begin + 2);
  EXPECT_EQ(Texts(request), std::vector<std::string>{"b"});
  request.mutable_filter()->clear_until_time();
  request.mutable_filter()->mutable_from_time()->set_seconds(begin + 3'600);
  EXPECT_EQ(List(request).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(ReplySearchTest, APartIsShownUntilTheOthersHaveCome) {
  Receive("13800138000", "请帮", 1, 2);
  ListRepliesRequest request;
  request.mutable_filter()->set_unclaimed(true);
  EXPECT_EQ(Texts(request), std::vector<std::string>{"请帮"});
  Receive("13800138000", "我看", 2, 2);
  EXPECT_EQ(Texts(request), std::vector<std::string>{"请帮我看"});
}

TEST_F(ReplySearchTest, ATokenBelongsToItsFilter) {
  for (const char* text : {"a", "b"}) Receive("13800138000", text);
  ListRepliesRequest request;
  request.set_page_size(1);
  request.set_page_token(List(request)->next_page_token());
  ASSERT_TRUE(List(request).ok());
  request.mutable_filter()->set_unclaimed(true);
  EXPECT_EQ(List(request).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace sluice::gateway
