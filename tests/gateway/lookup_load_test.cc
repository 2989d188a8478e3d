// Look-ups under load: one key searches a number with tens of thousands of
// messages without pause, by a hundred clients of which half leave before the
// answer. Opt-outs and the dossiers of other keys do not wait, and a stop of
// the server ends the searches.

#include <atomic>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "rules/base/mutex.h"
#include "store/store.h"
#include "tests/gateway/server_fixture.h"

namespace sluice::gateway {
namespace {

constexpr char kNumber[] = "13800138000";
constexpr int kSearches = 48;
constexpr int kRefused = 20'000;
constexpr absl::Duration kSoon = absl::Seconds(1);

class LookupLoadTest : public ServerTest {
 protected:
  void SetUp() override {
    Flood();
    Start();
    MakeWorld();
    searcher_ = MakeKey("", {admin::v1::ROLE_AUDIT});
    handler_ = MakeKey("", {admin::v1::ROLE_AUDIT});
  }
  void TearDown() override { Leave(); }

  // Refused messages of many accounts to the number, recorded singly, in the
  // store that the server will open.
  void Flood() {
    store::StoreOptions options;
    options.path = folder_.path() + "/store";
    options.sync = false;
    options.segment_bytes = 8 << 20;
    auto opened =
        store::Store::Open(options, clock_, WorldSnapshot(), [](auto&) {});
    ASSERT_TRUE(opened.ok()) << opened.status();
    store::Store& store = **opened;
    filter::ExamineScratch scratch;
    filter::Message message;
    message.recipient = kNumber;
    message.text = "no signature";
    message.message_class = MessageClass::kNotice;
    for (uint32_t n = 0; n < kRefused; n += 20) {
      store::SubmitBatch batch;
      batch.snapshot = store.snapshot();
      batch.account = {1000 + n};
      batch.messages.resize(20, message);
      batch.facts.resize(20);
      for (filter::MessageFacts& facts : batch.facts) {
        filter::Examine(*batch.snapshot, {AccountId{kAccountNumber}}, message,
                        store.NowMs(), scratch, facts);
        facts.account = batch.account;
      }
      std::atomic<bool> done = false;
      batch.done = [&done](const absl::Status& status) {
        EXPECT_TRUE(status.ok()) << status;
        done = true;
      };
      ASSERT_TRUE(store.Submit(batch).ok());
      ASSERT_TRUE(WaitFor("the messages are refused", [&] { return +done; }));
    }
  }

  // Searches again and again until the server is gone or Leave().
  void Search(std::chrono::milliseconds patience) {
    for (int i = 0; i < kSearches; ++i) {
      searches_.emplace_back([this, patience] {
        // Connections of their own: one with many calls that are reset is
        // closed, and others' calls on it with it.
        grpc::ChannelArguments own;
        own.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
        const auto stub =
            admin::v1::AuditService::NewStub(grpc::CreateCustomChannel(
                absl::StrCat("127.0.0.1:", server_->port()),
                grpc::InsecureChannelCredentials(), own));
        admin::v1::SearchMessagesRequest request;
        request.set_recipient(kNumber);
        request.mutable_start_time()->set_seconds(1);
        // Reads all, finds none.
        request.set_decision(v1::DECISION_ACCEPTED);
        while (!leave_) {
          const auto context = As(searcher_);
          context->set_deadline(std::chrono::system_clock::now() + patience);
          admin::v1::SearchMessagesResponse response;
          const grpc::Status status =
              stub->SearchMessages(context.get(), request, &response);
          MutexLock lock(mutex_);
          ended_.insert({status.error_code(), status.error_message()});
          if (status.error_code() == grpc::StatusCode::UNAVAILABLE) return;
        }
      });
    }
    ASSERT_TRUE(WaitFor("searches end", [this] {
      MutexLock lock(mutex_);
      return !ended_.empty();
    }));
  }
  void Leave() {
    leave_ = true;
    for (std::thread& one : searches_) one.join();
    searches_.clear();
  }

  // How long a call took.
  template <class Call>
  absl::Duration TimeOf(const char* what, Call call) {
    const absl::Time began = absl::Now();
    const grpc::Status status = call();
    EXPECT_TRUE(status.ok()) << what << ": " << status.error_message();
    return absl::Now() - began;
  }

  std::string searcher_;
  std::string handler_;
  std::vector<std::thread> searches_;
  std::atomic<bool> leave_ = false;
  Mutex mutex_;
  // Codes and texts with which searches ended.
  std::set<std::pair<grpc::StatusCode, std::string>> ended_
      SLUICE_GUARDED_BY(mutex_);
};

TEST_F(LookupLoadTest, NobodyElseWaits) {
  Search(std::chrono::milliseconds(100));
  Search(std::chrono::seconds(60));
  for (int i = 0; i < 5; ++i) {
    admin::v1::AddOptOutRequest opt_out;
    opt_out.set_recipient(Number(i));
    opt_out.mutable_scope()->set_content_provider_id("shop");
    opt_out.set_source(admin::v1::OPT_OUT_SOURCE_COMPLAINT);
    opt_out.set_evidence("ticket 9");
    admin::v1::AddOptOutResponse added;
    EXPECT_LT(
        TimeOf("AddOptOut",
               [&] {
                 return admin::v1::OptOutsService::NewStub(channel_)->AddOptOut(
                     As(admin_key_).get(), opt_out, &added);
               }),
        kSoon);
    admin::v1::GetDossierRequest dossier;
    dossier.set_recipient(Number(i));
    admin::v1::GetDossierResponse shown;
    EXPECT_LT(TimeOf("GetDossier",
                     [&] {
                       return admin::v1::DossierService::NewStub(channel_)
                           ->GetDossier(As(handler_).get(), dossier, &shown);
                     }),
              kSoon);
    EXPECT_EQ(shown.opt_outs_size(), 1);
  }
}

TEST_F(LookupLoadTest, AStopEndsTheSearches) {
  Search(std::chrono::seconds(60));
  const absl::Time began = absl::Now();
  server_->Stop();
  EXPECT_LT(absl::Now() - began, absl::Seconds(5));
  Leave();
  MutexLock lock(mutex_);
  EXPECT_TRUE(ended_.contains(
      {grpc::StatusCode::UNAVAILABLE, "the server is stopping"}));
}

}  // namespace
}  // namespace sluice::gateway
