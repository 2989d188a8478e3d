// Witnesses of a real store's heads: files, HTTP on 127.0.0.1, and one that
// fails when the test says so.
#include "gateway/witness.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gateway/witness_sink.h"
#include "rules/base/files.h"
#include "store/proofs/kept_head.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/fakes/wait.h"
#include "tests/fakes/world.h"
#include "tests/gateway/certificate.h"

namespace sluice::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr WitnessPauses kQuick = {.look = absl::Milliseconds(1),
                                  .retry = absl::Milliseconds(1),
                                  .retry_max = absl::Milliseconds(8)};

// What a witness was given; it outlives its sink.
struct Given {
  Mutex mutex;
  std::vector<uint64_t> numbers SLUICE_GUARDED_BY(mutex);
  std::atomic<bool> fails = false;
  std::atomic<int> tried = 0;

  std::vector<uint64_t> Numbers() {
    MutexLock lock(mutex);
    return numbers;
  }
};

class FakeSink final : public WitnessSink {
 public:
  explicit FakeSink(Given& given) : given_(given) {}

  absl::StatusOr<std::optional<uint64_t>> Last() override {
    MutexLock lock(given_.mutex);
    if (given_.numbers.empty()) return std::nullopt;
    return given_.numbers.back();
  }
  absl::Status Give(const store::SignedHead& head) override {
    ++given_.tried;
    if (given_.fails) return absl::UnavailableError("cut off");
    MutexLock lock(given_.mutex);
    given_.numbers.push_back(head.head.number);
    return absl::OkStatus();
  }

 private:
  Given& given_;
};

class WitnessTest : public testing::Test {
 protected:
  void SetUp() override {
    store::StoreOptions options;
    options.path = folder_.path() + "/data";
    options.segment_bytes = 4u << 20;
    options.signing_key = folder_.path() + "/signing.key";
    auto store = store::Store::Open(options, clock_, WorldSnapshot(),
                                    [](const std::string&) {});
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    Sign();
  }

  // Another head.
  store::SignedHead Sign() {
    store::v1::Record record;
    record.mutable_operator_action()->set_reason("x");
    EXPECT_TRUE(store_->AppendControl(std::move(record)).ok());
    auto head = store_->SignHead();
    EXPECT_TRUE(head.ok()) << head.status();
    return head.value_or(store::SignedHead());
  }
  uint64_t newest() const { return store_->LastHead()->head.number; }

  std::unique_ptr<Witness> Start(std::unique_ptr<WitnessSink> sink) {
    return std::make_unique<Witness>(
        std::move(sink), *store_,
        [this](const std::string& line) {
          MutexLock lock(mutex_);
          lines_.push_back(line);
        },
        kQuick);
  }
  std::string Lines() {
    MutexLock lock(mutex_);
    return absl::StrJoin(lines_, "\n");
  }

  std::unique_ptr<WitnessSink> SinkOf(const std::string& file,
                                      const std::string& url = "",
                                      const std::string& ca = "") {
    config::v1::WitnessConfig config;
    config.set_file(file);
    config.set_url(url);
    config.set_ca_certificate(ca);
    return MakeWitnessSink(config, folder_.path());
  }

  TemporaryFolder folder_;
  FakeClock clock_{absl::FromUnixMillis(kTenInTheMorningMs)};
  std::unique_ptr<store::Store> store_;
  Mutex mutex_;
  std::vector<std::string> lines_ SLUICE_GUARDED_BY(mutex_);
};

TEST_F(WitnessTest, GetsEachHeadFromTheNewestOn) {
  Sign();
  const uint64_t first = newest();
  Given given;
  const auto witness = Start(std::make_unique<FakeSink>(given));
  ASSERT_TRUE(WaitFor("the newest", [&] { return !given.Numbers().empty(); }));
  Sign();
  Sign();
  ASSERT_TRUE(WaitFor("both", [&] { return given.Numbers().size() == 3; }));
  EXPECT_THAT(given.Numbers(), ElementsAre(first, first + 1, first + 2));
  EXPECT_EQ(witness->behind(), 0);
  EXPECT_EQ(Lines(), "");
}

// What was missed comes in order, also after a restart.
TEST_F(WitnessTest, GetsWhatItMissedAfterAnOutage) {
  const uint64_t first = newest();
  Given given;
  auto witness = Start(std::make_unique<FakeSink>(given));
  ASSERT_TRUE(WaitFor("the newest", [&] { return !given.Numbers().empty(); }));
  given.fails = true;
  for (int i = 0; i < 4; ++i) Sign();
  ASSERT_TRUE(WaitFor("it is behind", [&] { return witness->behind() == 4; }));
  const int tried = given.tried;
  ASSERT_TRUE(WaitFor("it tries", [&] { return given.tried > tried + 3; }));
  EXPECT_EQ(Lines(), "a witness cannot be given heads: cut off");
  witness = nullptr;
  Sign();
  given.fails = false;
  witness = Start(std::make_unique<FakeSink>(given));
  ASSERT_TRUE(WaitFor("all", [&] { return given.Numbers().size() == 6; }));
  EXPECT_THAT(given.Numbers(), ElementsAre(first, first + 1, first + 2,
                                           first + 3, first + 4, first + 5));
  ASSERT_TRUE(WaitFor("it counts", [&] { return witness->behind() == 0; }));
}

// More than are read at once, and again from the place that was kept.
TEST_F(WitnessTest, GetsAllHeadsOfSeveralOutages) {
  const uint64_t first = newest();
  Given given;
  const auto witness = Start(std::make_unique<FakeSink>(given));
  ASSERT_TRUE(WaitFor("the newest", [&] { return !given.Numbers().empty(); }));
  for (const int missed : {130, 3, 2}) {
    given.fails = true;
    for (int i = 0; i < missed; ++i) Sign();
    given.fails = false;
    ASSERT_TRUE(
        WaitFor("all", [&] { return given.Numbers().back() == newest(); }));
  }
  const std::vector<uint64_t> numbers = given.Numbers();
  ASSERT_EQ(numbers.size(), newest() - first + 1);
  for (size_t i = 0; i < numbers.size(); ++i) EXPECT_EQ(numbers[i], first + i);
}

TEST_F(WitnessTest, AFileHasHeadsOneAfterTheOther) {
  const std::string path = folder_.path() + "/heads.txt";
  const store::SignedHead first = Sign();
  const auto sink = SinkOf(path);
  EXPECT_EQ(*sink->Last(), std::nullopt);
  ASSERT_TRUE(sink->Give(first).ok());
  EXPECT_EQ(*sink->Last(), first.head.number);
  // A crash cuts the next one off; it is given again.
  const store::SignedHead second = Sign();
  std::ofstream(path, std::ios::app) << "\n" << second.text.substr(0, 60);
  EXPECT_EQ(*sink->Last(), first.head.number);
  ASSERT_TRUE(sink->Give(second).ok());
  EXPECT_EQ(*sink->Last(), second.head.number);
  const auto kept = store::ReadKeptHeads(*ReadFile(path));
  ASSERT_TRUE(kept.ok()) << kept.status();
  ASSERT_EQ(kept->size(), 2u);
  EXPECT_TRUE((*kept)[0].Is(first));
  EXPECT_TRUE((*kept)[1].Is(second));
  const auto nowhere = SinkOf(folder_.path() + "/no/heads.txt");
  EXPECT_THAT(std::string(nowhere->Give(first).message()),
              HasSubstr("/no/heads.txt cannot be opened"));
}

// Where a file was expected; a person may have set it up so.
TEST_F(WitnessTest, RefusesAPipeOrAFolder) {
  const std::string path = folder_.path() + "/heads.pipe";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const store::SignedHead head = Sign();
  const auto sink = SinkOf(path);
  const std::string refused = path + " is not a plain file";
  EXPECT_EQ(sink->Last().status(), absl::UnavailableError(refused));
  // Nobody reads it, then somebody does.
  EXPECT_TRUE(absl::IsUnavailable(sink->Give(head)));
  const int reader = open(path.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  EXPECT_EQ(sink->Give(head), absl::UnavailableError(refused));
  close(reader);
  EXPECT_TRUE(absl::IsUnavailable(SinkOf(folder_.path())->Last().status()));
}

// A server on any free port of this machine.
template <class Library>
class HttpWitness {
 public:
  template <class... Args>
  explicit HttpWitness(Args... args) : server_(args...) {
    server_.Post("/heads", [this](const httplib::Request& request,
                                  httplib::Response& response) {
      MutexLock lock(mutex_);
      response.status = status_;
      if (!answer_.empty()) {
        response.status = 200;
        response.set_content(answer_, "text/plain");
      }
      if (status_ == 204) got_.push_back(request.body);
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
  }
  ~HttpWitness() {
    server_.stop();
    thread_.join();
  }
  int port() const { return port_; }
  void SetStatus(int status) {
    MutexLock lock(mutex_);
    status_ = status;
  }
  void SetAnswer(std::string answer) {
    MutexLock lock(mutex_);
    answer_ = std::move(answer);
  }
  std::vector<std::string> Got() {
    MutexLock lock(mutex_);
    return got_;
  }

 private:
  Library server_;
  int port_ = 0;
  Mutex mutex_;
  int status_ SLUICE_GUARDED_BY(mutex_) = 204;
  std::string answer_ SLUICE_GUARDED_BY(mutex_);  // Not empty: status 200.
  std::vector<std::string> got_ SLUICE_GUARDED_BY(mutex_);
  std::thread thread_;
};

TEST_F(WitnessTest, AServerGetsHeadsByPost) {
  HttpWitness<httplib::Server> server;
  const std::string url =
      absl::StrCat("http://127.0.0.1:", server.port(), "/heads");
  const store::SignedHead first = Sign();
  EXPECT_EQ(*SinkOf("", url)->Last(), std::nullopt);
  ASSERT_TRUE(SinkOf("", url)->Give(first).ok());
  EXPECT_THAT(server.Got(), ElementsAre(first.text));
  EXPECT_EQ(*SinkOf("", url)->Last(), first.head.number);
  server.SetStatus(503);
  EXPECT_EQ(SinkOf("", url)->Give(Sign()).message(),
            absl::StrCat("http://127.0.0.1:", server.port(), ": status 503"));
  EXPECT_EQ(*SinkOf("", url)->Last(), first.head.number);
  server.SetStatus(204);
  const auto witness = Start(SinkOf("", url));
  ASSERT_TRUE(WaitFor("the second", [&] { return server.Got().size() == 2; }));
  EXPECT_EQ(server.Got()[1], store_->LastHead()->text);
}

TEST_F(WitnessTest, EndsAnAnswerThatIsTooLong) {
  HttpWitness<httplib::Server> server;
  const std::string url =
      absl::StrCat("http://127.0.0.1:", server.port(), "/heads");
  const store::SignedHead head = Sign();
  server.SetAnswer(std::string((64 << 10) + 1, 'x'));
  EXPECT_THAT(std::string(SinkOf("", url)->Give(head).message()),
              HasSubstr("an answer of more than 64 KiB"));
  EXPECT_EQ(*SinkOf("", url)->Last(), std::nullopt);
  server.SetAnswer(std::string(64 << 10, 'x'));
  const absl::Status given = SinkOf("", url)->Give(head);
  EXPECT_TRUE(given.ok()) << given;
}

// Accepts nothing: the kernel completes a few connections, and leaves the later
// ones waiting.
class DeafServer {
 public:
  explicit DeafServer(int before_it) : socket_(Make()) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(socket_, any, size), 0);
    EXPECT_EQ(listen(socket_, 0), 0);
    EXPECT_EQ(getsockname(socket_, any, &size), 0);
    port_ = ntohs(address.sin_port);
    for (int i = 0; i < before_it; ++i) {
      others_.push_back(Make());
      connect(others_.back(), any, size);
    }
  }
  ~DeafServer() {
    for (const int other : others_) close(other);
    close(socket_);
  }
  std::string url() const {
    return absl::StrCat("http://127.0.0.1:", port_, "/heads");
  }

 private:
  static int Make() {
    return ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  }

  const int socket_;
  int port_ = 0;
  std::vector<int> others_;
};

// Neither for a connection nor for an answer, which may take ten seconds each.
TEST_F(WitnessTest, AStopWaitsForNoServer) {
  for (const int before_it : {0, 8}) {
    SCOPED_TRACE(before_it);
    const DeafServer server(before_it);
    std::vector<std::unique_ptr<Witness>> witnesses;
    for (int i = 0; i < 3; ++i) {
      witnesses.push_back(Start(SinkOf("", server.url())));
    }
    ASSERT_TRUE(WaitFor("they are behind", [&] {
      for (const auto& witness : witnesses) {
        if (witness->behind() == 0) return false;
      }
      return true;
    }));
    const absl::Time begin = absl::Now();
    Witness::StopAll(witnesses);
    EXPECT_LT(absl::Now() - begin, absl::Seconds(5));
  }
}

TEST_F(WitnessTest, ChecksTheCertificateOfAServer) {
  const Certificate certificate(folder_.path());
  HttpWitness<httplib::SSLServer> server(certificate.certificate_path.c_str(),
                                         certificate.key_path.c_str());
  const std::string url =
      absl::StrCat("https://127.0.0.1:", server.port(), "/heads");
  const store::SignedHead head = Sign();
  const absl::Status refused = SinkOf("", url)->Give(head);
  EXPECT_TRUE(absl::IsUnavailable(refused)) << refused;
  EXPECT_TRUE(server.Got().empty());
  const absl::Status given =
      SinkOf("", url, certificate.certificate_path)->Give(head);
  EXPECT_TRUE(given.ok()) << given;
  EXPECT_THAT(server.Got(), ElementsAre(head.text));
}

TEST(WitnessUrl, IsHttpsOrOfThisMachine) {
  const auto url = ReadWitnessUrl("https://witness.example.cn/heads?a=1");
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_EQ(url->server, "https://witness.example.cn");
  EXPECT_EQ(url->path, "/heads?a=1");
  EXPECT_EQ(ReadWitnessUrl("https://h:8443")->path, "/");
  EXPECT_TRUE(ReadWitnessUrl("http://127.0.0.1:80/x").ok());
  EXPECT_TRUE(ReadWitnessUrl("http://[::1]:80/x").ok());
  for (const char* bad :
       {"", "witness.example.cn", "http://203.0.113.7/x", "https://",
        "https:///x", "https://a@b/x", "https://h:99999/x", "https://h/a b"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ReadWitnessUrl(bad).status())) << bad;
  }
}

}  // namespace
}  // namespace sluice::gateway
