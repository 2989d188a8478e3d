// AuditService.SearchMessages by the code of a carrier's answer or report, on a
// real store.

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "gateway/admin/audit_search.h"
#include "rules/base/error_reason.h"
#include "tests/fakes/wait.h"
#include "tests/store/store_fixture.h"

namespace sluice::gateway {
namespace {

using admin::v1::SearchMessagesRequest;

class CarrierCodeSearchTest : public store::StoreTest {
 protected:
  void SetUp() override { store_ = Open(4); }

  // Submits messages to `numbers` and hands all of them to a link.
  void HandOver(const std::vector<std::string>& numbers) {
    std::vector<store::Outgoing> outgoing;
    for (const std::string& number : numbers) {
      outgoing.push_back({.recipient = number});
    }
    ASSERT_TRUE(SubmitAll(*store_, outgoing).ok());
    for (int p = 0; p < store_->partitions(); ++p) {
      const auto items = TakeAllWork(*store_, p);
      ASSERT_TRUE(items.ok()) << items.status();
      for (const store::WorkItem& item : *items) taken_[item.recipient] = item;
    }
    clock_.Advance(absl::Seconds(1));
  }

  void Answer(const std::string& number, v1::MessageState state,
              const std::string& code) {
    const Phone phone = *ParsePhone(number);
    const store::WorkItem& item = taken_.at(phone);
    store::CarrierAnswer answer;
    answer.message = item.message;
    answer.recipient = phone;
    answer.link = "test";
    answer.state = state;
    answer.carrier_code = code;
    if (state == v1::MESSAGE_STATE_TAKEN) {
      answer.carrier_message_ids = {number + "-1", number + "-2"};
    }
    store::LinkRun run;
    run.written.push_back(item.message);
    run.answers.push_back(std::move(answer));
    store_->Ran(store_->PartitionOf(phone), std::move(run));
  }

  void Report(const std::string& number, const std::string& part,
              const std::string& code) {
    store::Promised<absl::Status> done;
    store::CarrierReport report;
    report.recipient = *ParsePhone(number);
    report.link = "test";
    report.carrier_message_id = number + part;
    report.carrier_code = code;
    report.state = code == "DELIVRD" ? v1::MESSAGE_STATE_DELIVERED
                                     : v1::MESSAGE_STATE_UNDELIVERED;
    report.done = [&done](const absl::Status& status) { done.Set(status); };
    const int partition = store_->PartitionOf(report.recipient);
    store::LinkRun run;
    run.reports.push_back(std::move(report));
    store_->Ran(partition, std::move(run));
    EXPECT_TRUE(done.Get().ok());
  }

  absl::StatusOr<admin::v1::SearchMessagesResponse> Page(
      SearchMessagesRequest request) {
    request.mutable_start_time()->set_seconds(1);
    const auto search =
        ReadSearch(request, *store_->snapshot()->registry, store_->NowMs());
    if (!search.ok()) return search.status();
    return RunSearch(*store_, *search, filter::Language::kEnglish);
  }

  // The recipients of all pages.
  std::vector<std::string> Find(SearchMessagesRequest request) {
    std::vector<std::string> found;
    for (int pages = 0; pages < 100; ++pages) {
      const auto page = Page(request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      for (const auto& message : page->messages()) {
        found.push_back(message.recipient().substr(3));
      }
      if (page->next_page_token().empty()) return found;
      request.set_page_token(page->next_page_token());
    }
    ADD_FAILURE() << "the pages do not end";
    return found;
  }
  std::vector<std::string> WithCode(const std::string& code,
                                    uint32_t page_size = 0) {
    SearchMessagesRequest request;
    request.set_carrier_code(code);
    request.set_page_size(page_size);
    return Find(request);
  }

  std::map<Phone, store::WorkItem> taken_;
  std::unique_ptr<store::Store> store_;
};

using Numbers = std::vector<std::string>;

TEST_F(CarrierCodeSearchTest, FindsAnswersGivenBackAndReportsOfAnyPart) {
  const Numbers all = {"13800000001", "13800000002", "13800000003",
                       "13800000004", "13800000005"};
  HandOver(all);
  Answer(all[0], v1::MESSAGE_STATE_REFUSED, "8");
  Answer(all[1], v1::MESSAGE_STATE_TAKEN, "0");
  Report(all[1], "-2", "MK:0008");  // Of the last part.
  Answer(all[2], v1::MESSAGE_STATE_TAKEN, "0");
  Report(all[2], "-1", "DELIVRD");
  const Phone given_back = *ParsePhone(all[3]);
  store_->GiveBack(store_->PartitionOf(given_back),
                   taken_.at(given_back).message, given_back, "8", 0);
  // The last one was never answered; its number's partition is up to date when
  // a later command is durable.
  ASSERT_TRUE(SubmitAll(*store_, {{.recipient = all[3], .key = "later"}}).ok());
  for (int p = 0; p < 4; ++p) store_->Stats(p);
  ASSERT_TRUE(WaitFor("the give-back to be durable",
                      [&] { return WithCode("8").size() == 2; }));
  EXPECT_EQ(WithCode("8"), (Numbers{all[0], all[3]}));
  EXPECT_EQ(WithCode("mk:0008"), Numbers{all[1]});
  EXPECT_EQ(WithCode("MK:0008"), Numbers{all[1]});
  EXPECT_EQ(WithCode("delivrd"), Numbers{all[2]});
  EXPECT_EQ(WithCode("MK:00"), Numbers());
  EXPECT_EQ(WithCode("9"), Numbers());
  EXPECT_EQ(WithCode("").size(), 6u);
  SearchMessagesRequest one;
  one.set_carrier_code("0");
  one.set_recipient(all[1]);
  EXPECT_EQ(Find(one), Numbers{all[1]});
  one.set_recipient(all[0]);
  EXPECT_EQ(Find(one), Numbers());
}

TEST_F(CarrierCodeSearchTest, PagesHaveEachMessageOnceInOrder) {
  Numbers all;
  Numbers refused;
  for (int i = 0; i < 60; ++i) {
    all.push_back(std::to_string(13800000100 + i));
    HandOver({all.back()});
    Answer(all.back(), v1::MESSAGE_STATE_REFUSED, i % 3 == 0 ? "12" : "9");
    if (i % 3 == 0) refused.push_back(all.back());
  }
  ASSERT_TRUE(WaitFor("all answers to be durable", [&] {
    return WithCode("12").size() + WithCode("9").size() == all.size();
  }));
  for (const uint32_t page_size : {1, 2, 7, 19, 20, 1000}) {
    EXPECT_EQ(WithCode("12", page_size), refused) << page_size;
  }
}

TEST_F(CarrierCodeSearchTest, APageTokenBelongsToItsFilters) {
  HandOver({"13800000001", "13800000002"});
  for (const char* number : {"13800000001", "13800000002"}) {
    Answer(number, v1::MESSAGE_STATE_REFUSED, "MK:8");
  }
  ASSERT_TRUE(WaitFor("the answers to be durable",
                      [&] { return WithCode("MK:8").size() == 2; }));
  SearchMessagesRequest request;
  request.set_carrier_code("MK:8");
  request.set_page_size(1);
  request.set_page_token(Page(request)->next_page_token());
  ASSERT_NE(request.page_token(), "");
  // The same filters, written otherwise, and another size.
  request.set_carrier_code("mk:8");
  request.set_page_size(5);
  EXPECT_TRUE(Page(request).ok());
  for (const char* other : {"", "MK:9"}) {
    request.set_carrier_code(other);
    const absl::Status status = Page(request).status();
    EXPECT_EQ(FieldOf(status), "page_token") << status;
  }
  request.set_carrier_code("MK:8");
  request.set_decision(v1::DECISION_HELD);
  EXPECT_EQ(FieldOf(Page(request).status()), "page_token");
  request.set_carrier_code(std::string(65, 'x'));
  EXPECT_EQ(FieldOf(Page(request).status()), "carrier_code");
}

}  // namespace
}  // namespace sluice::gateway
