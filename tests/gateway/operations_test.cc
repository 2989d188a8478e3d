// The service Operations on a whole server: steps of the clock, and the checks
// that are not enforced.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "store/store.h"
#include "tests/gateway/server_fixture.h"

namespace sluice::gateway {
namespace {

class OperationsTest : public ServerTest {
 protected:
  void SetUp() override {
    Start();
    MakeWorld();
  }

  admin::v1::ClockStatus Clock() {
    admin::v1::ClockStatus status;
    const grpc::Status called =
        admin::v1::OperationsService::NewStub(channel_)->GetClock(
            As(admin_key_).get(), {}, Into(&status));
    EXPECT_TRUE(called.ok()) << called.error_message();
    return status;
  }

  grpc::Status Accept(const std::string& key, const std::string& reason,
                      admin::v1::ClockStatus* status) {
    admin::v1::AcceptClockRequest request;
    request.set_reason(reason);
    return admin::v1::OperationsService::NewStub(channel_)->AcceptClock(
        As(key).get(), request, Into(status));
  }

  grpc::Status Accept(const admin::v1::AcceptClockRequest& request,
                      admin::v1::ClockStatus* status) {
    return admin::v1::OperationsService::NewStub(channel_)->AcceptClock(
        As(admin_key_).get(), request, Into(status));
  }

  // A request that names the system clock's time.
  admin::v1::AcceptClockRequest Named(absl::Duration off = {}) {
    admin::v1::AcceptClockRequest request;
    request.set_reason("looked at my watch");
    request.mutable_expected_time()->set_seconds(
        absl::ToUnixSeconds(clock_.Now() + off));
    return request;
  }

  grpc::Status TrySubmit() {
    v1::SubmitRequest request;
    *request.add_messages() = Notice(Number(1));
    v1::SubmitResponse response;
    return Submit(request, &response);
  }

  // Stops the server and returns the records of the control journal.
  std::vector<store::v1::Record> Control() {
    channel_ = nullptr;
    server_ = nullptr;
    store::StoreOptions options;
    options.path = config_.store().path();
    options.segment_bytes = uint64_t{config_.store().segment_mb()} << 20;
    std::vector<store::v1::Record> records;
    const auto store = store::Store::Open(options, clock_, WorldSnapshot(),
                                          [](const std::string&) {});
    EXPECT_TRUE(store.ok()) << store.status();
    if (!store.ok()) return records;
    EXPECT_TRUE((*store)
                    ->ReadControl([&records](const store::v1::Record& record) {
                      records.push_back(record);
                    })
                    .ok());
    return records;
  }
};

TEST_F(OperationsTest, AStepRefusesSubmitsUntilItIsAccepted) {
  ASSERT_TRUE(TrySubmit().ok());
  EXPECT_EQ(Clock().state(), admin::v1::CLOCK_STATE_SETTLED);
  EXPECT_EQ(Clock().offset().seconds(), 0);
  // A minute counts as drift, not as a step.
  clock_.Step(absl::Seconds(60));
  EXPECT_EQ(Clock().state(), admin::v1::CLOCK_STATE_SETTLED);
  ASSERT_TRUE(TrySubmit().ok());

  clock_.Step(absl::Minutes(30));
  const admin::v1::ClockStatus stepped = Clock();
  EXPECT_EQ(stepped.state(), admin::v1::CLOCK_STATE_STEPPED);
  EXPECT_EQ(stepped.offset().seconds(), 31 * 60);
  EXPECT_EQ(stepped.system_time().seconds() - stepped.decision_time().seconds(),
            31 * 60);
  EXPECT_EQ(TrySubmit().error_code(), grpc::StatusCode::UNAVAILABLE);

  admin::v1::ClockStatus accepted;
  EXPECT_EQ(Accept(admin_key_, " ", &accepted).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Accept(admin_key_, std::string(1001, 'x'), &accepted).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  const std::string officer = MakeKey("", {admin::v1::ROLE_OFFICER});
  EXPECT_EQ(Accept(officer, "ntp", &accepted).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(TrySubmit().error_code(), grpc::StatusCode::UNAVAILABLE);

  const grpc::Status status = Accept(admin_key_, "ntp was down", &accepted);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(accepted.state(), admin::v1::CLOCK_STATE_SETTLED);
  EXPECT_EQ(accepted.offset().seconds(), 0);
  ASSERT_TRUE(TrySubmit().ok());
  EXPECT_EQ(Accept(admin_key_, "again", &accepted).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);

  const std::string actor = admin_key_.substr(4, 10);
  std::vector<store::v1::Record> found;
  for (const store::v1::Record& record : Control()) {
    if (record.has_clock_accepted()) found.push_back(record);
  }
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].clock_accepted().step_ms(), 31 * 60'000);
  EXPECT_EQ(found[0].clock_accepted().actor(), actor);
  EXPECT_EQ(found[0].clock_accepted().reason(), "ntp was down");
}

TEST_F(OperationsTest, TheAcceptedTimeOutlivesARestart) {
  clock_.Step(absl::Hours(1));
  admin::v1::ClockStatus accepted;
  ASSERT_TRUE(Accept(admin_key_, "ntp was down", &accepted).ok());
  Restart();
  EXPECT_EQ(Clock().state(), admin::v1::CLOCK_STATE_SETTLED);
  EXPECT_TRUE(TrySubmit().ok());
}

TEST_F(OperationsTest, AStepBackIsSetRightAndNotAccepted) {
  clock_.Step(-absl::Minutes(5));
  EXPECT_EQ(Clock().state(), admin::v1::CLOCK_STATE_STEPPED);
  EXPECT_EQ(Clock().offset().seconds(), -5 * 60);
  admin::v1::ClockStatus accepted;
  const grpc::Status refused = Accept(admin_key_, "ntp", &accepted);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_TRUE(absl::StrContains(refused.error_message(), "300 s behind"))
      << refused.error_message();
  EXPECT_EQ(TrySubmit().error_code(), grpc::StatusCode::UNAVAILABLE);
  clock_.Step(absl::Minutes(5));
  EXPECT_TRUE(TrySubmit().ok());
}

TEST_F(OperationsTest, AStartFarAheadWaitsForSomebodyWhoNamesTheTime) {
  ASSERT_TRUE(TrySubmit().ok());
  clock_.Step(absl::Hours(24 * 400));
  Restart();
  EXPECT_EQ(Clock().state(), admin::v1::CLOCK_STATE_UNCONFIRMED);
  EXPECT_EQ(TrySubmit().error_code(), grpc::StatusCode::UNAVAILABLE);
  admin::v1::ClockStatus accepted;
  admin::v1::AcceptClockRequest request;
  request.set_reason("by habit");
  EXPECT_EQ(Accept(request, &accepted).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  const grpc::Status wrong = Accept(Named(-absl::Hours(24 * 400)), &accepted);
  EXPECT_EQ(wrong.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_TRUE(absl::StrContains(wrong.error_message(), "expected_time"))
      << wrong.error_message();
  EXPECT_EQ(Clock().state(), admin::v1::CLOCK_STATE_UNCONFIRMED);
  const grpc::Status right = Accept(Named(absl::Minutes(3)), &accepted);
  ASSERT_TRUE(right.ok()) << right.error_message();
  EXPECT_EQ(accepted.state(), admin::v1::CLOCK_STATE_SETTLED);
  EXPECT_TRUE(TrySubmit().ok());
}

TEST_F(OperationsTest, AMistakenFutureIsTakenBack) {
  ASSERT_TRUE(TrySubmit().ok());
  admin::v1::ClockStatus accepted;
  admin::v1::AcceptClockRequest back = Named();
  back.set_back(true);
  EXPECT_EQ(Accept(back, &accepted).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  clock_.Step(absl::Hours(24 * 400));
  ASSERT_TRUE(Accept(Named(), &accepted).ok());
  ASSERT_TRUE(TrySubmit().ok());
  clock_.Step(-absl::Hours(24 * 400));
  EXPECT_EQ(TrySubmit().error_code(), grpc::StatusCode::UNAVAILABLE);
  // The direction and the time must be named.
  EXPECT_EQ(Accept(Named(), &accepted).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  back.clear_expected_time();
  EXPECT_EQ(Accept(back, &accepted).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  // Records of a right clock are not taken back.
  clock_.Step(-absl::Hours(2));
  back = Named();
  back.set_back(true);
  const grpc::Status behind = Accept(back, &accepted);
  EXPECT_EQ(behind.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_TRUE(absl::StrContains(behind.error_message(), "clock that was right"))
      << behind.error_message();
  clock_.Step(absl::Hours(2));
  clock_.Advance(absl::Seconds(30));
  back = Named();
  back.set_back(true);
  const grpc::Status status = Accept(back, &accepted);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(accepted.state(), admin::v1::CLOCK_STATE_SETTLED);
  EXPECT_TRUE(TrySubmit().ok());
  Restart();
  EXPECT_EQ(Clock().state(), admin::v1::CLOCK_STATE_SETTLED);
  EXPECT_TRUE(TrySubmit().ok());
}

TEST_F(OperationsTest, NoRetentionWaitsInASmallStore) {
  admin::v1::GetRetentionResponse waiting;
  const auto stub = admin::v1::OperationsService::NewStub(channel_);
  ASSERT_TRUE(stub->GetRetention(As(admin_key_).get(), {}, &waiting).ok());
  EXPECT_EQ(waiting.waiting_size(), 0);
  admin::v1::AllowRetentionRequest request;
  request.set_reason("why not");
  admin::v1::AllowRetentionResponse allowed;
  EXPECT_EQ(stub->AllowRetention(As(admin_key_).get(), request, &allowed)
                .error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(OperationsTest, PostureSaysWhatIsNotEnforcedAndForWhom) {
  const auto read = [this](const std::string& key) {
    admin::v1::GetPostureResponse posture;
    const grpc::Status called =
        admin::v1::OperationsService::NewStub(channel_)->GetPosture(
            As(key).get(), {}, &posture);
    EXPECT_TRUE(called.ok()) << called.error_message();
    return posture;
  };
  const admin::v1::GetPostureResponse posture =
      read(MakeKey("", {admin::v1::ROLE_AUDIT}));
  EXPECT_EQ(posture.unserved_carriers_size(), 5);  // There is no link.
  ASSERT_EQ(posture.packs_size(), 1);
  const admin::v1::PackInForce& pack = posture.packs(0);
  EXPECT_EQ(pack.pack(), "cn-2015");
  EXPECT_EQ(pack.rule_set(), SubmitOne(Notice(Number(1))).rule_set());
  EXPECT_EQ(pack.effective_to(), "2026-04-30");
  EXPECT_EQ(pack.actor(), "sluiced");
  EXPECT_EQ(pack.publish_time().seconds(), kTenInTheMorningMs / 1000);
  ASSERT_EQ(pack.notices_size(), 2);
  EXPECT_TRUE(absl::StrContains(pack.notices(1), "2026-05-01"));
  // The start-up log has the same notices.
  for (const std::string& notice : pack.notices()) {
    EXPECT_EQ(std::count(notes_.begin(), notes_.end(), notice), 1) << notice;
  }
  EXPECT_TRUE(std::any_of(notes_.begin(), notes_.end(), [](const auto& note) {
    return absl::StrContains(note, "sluicectl posture");
  }));

  const auto find = [](const admin::v1::GetPostureResponse& from,
                       const std::string& code, const std::string& rule) {
    const admin::v1::NotEnforced* found = nullptr;
    for (const admin::v1::NotEnforced& line : from.not_enforced()) {
      if (line.code() == code && line.rule() == rule) found = &line;
    }
    return found;
  };
  const admin::v1::NotEnforced* consent = find(posture, "CONSENT_MISSING", "");
  ASSERT_NE(consent, nullptr);
  EXPECT_EQ(consent->mode(), rules::v1::CHECK_MODE_OBSERVE);
  EXPECT_EQ(consent->classes_size(), 0);
  EXPECT_EQ(consent->actor(), "sluiced");
  EXPECT_FALSE(consent->has_end_time());
  EXPECT_TRUE(absl::StrContains(consent->note(), "同意记录：对其先观察"));
  const admin::v1::NotEnforced* limit =
      find(posture, "FREQUENCY_LIMIT", "commercial-all-senders");
  ASSERT_NE(limit, nullptr);
  ASSERT_EQ(limit->classes_size(), 1);
  EXPECT_EQ(limit->classes(0), v1::MESSAGE_CLASS_COMMERCIAL);
  EXPECT_NE(find(posture, "CLASS_MISDECLARED", "promotion-in-service"),
            nullptr);
  EXPECT_NE(find(posture, "LINK_SHORTENED", ""), nullptr);
  // Enforced checks are not listed.
  EXPECT_EQ(find(posture, "FREQUENCY_LIMIT", "commercial-day"), nullptr);
  EXPECT_EQ(find(posture, "SENDER_NOT_OWNED", ""), nullptr);
}

class ImportedTest : public OperationsTest {
 protected:
  void SetUp() override {
    pack_ = folder_.path() + "/pack";
    std::filesystem::copy(WorldPack(), pack_,
                          std::filesystem::copy_options::recursive);
    // Consent is enforced; links are observed until a certain day.
    std::ifstream in(pack_ + "/policy.yaml");
    std::string policy{std::istreambuf_iterator<char>(in), {}};
    const std::string observed = "  - code: CONSENT_MISSING\n    mode: observe";
    const size_t at = policy.find(observed);
    ASSERT_NE(at, std::string::npos);
    policy.replace(at, observed.size(),
                   "  - code: CONSENT_MISSING\n    mode: enforce");
    const std::string until = "  - code: LINK_LIMIT\n    mode: observe";
    policy.replace(policy.find(until), until.size(),
                   until + "\n    observe_until: 2099-01-01");
    std::ofstream(pack_ + "/policy.yaml") << policy;
    config_.mutable_rules()->set_pack(pack_);
    OperationsTest::SetUp();
  }
  std::string pack_;
};

TEST_F(ImportedTest, AnImportIsListedUntilItsTimeIsOver) {
  store::v1::Party imported;
  imported.set_id("moved");
  imported.mutable_content_provider()->set_name("搬来的店");
  imported.mutable_content_provider()->mutable_import_time()->set_seconds(
      kTenInTheMorningMs / 1000 - 3600);
  ASSERT_TRUE(Create(imported).ok());
  const auto lines = [this](const std::string& code) {
    admin::v1::GetPostureResponse posture;
    EXPECT_TRUE(admin::v1::OperationsService::NewStub(channel_)
                    ->GetPosture(As(admin_key_).get(), {}, &posture)
                    .ok());
    std::vector<admin::v1::NotEnforced> found;
    for (const auto& line : posture.not_enforced()) {
      if (line.code() == code &&
          line.cause() != admin::v1::NOT_ENFORCED_CAUSE_CLASS_DUTY) {
        found.push_back(line);
      }
    }
    return found;
  };
  auto found = lines("CONSENT_MISSING");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].content_provider_id(), "moved");
  EXPECT_EQ(found[0].end_time().seconds() - found[0].start_time().seconds(),
            90 * 86'400);
  ASSERT_EQ(found[0].classes_size(), 1);
  EXPECT_EQ(found[0].classes(0), v1::MESSAGE_CLASS_COMMERCIAL);
  found = lines("LINK_LIMIT");
  ASSERT_EQ(found.size(), 1u);
  // The first moment of that day in Shanghai.
  EXPECT_EQ(found[0].end_time().seconds(), 4'070'880'000);
  clock_.Advance(absl::Hours(90 * 24));
  EXPECT_EQ(lines("CONSENT_MISSING").size(), 0u);
}

}  // namespace
}  // namespace sluice::gateway
