// The bounds of the HTTP port, over real sockets: what is refused, what is
// closed, and that health answers meanwhile. The same against the program, with
// its memory: tests/attack/http_attack.test.mjs.
#include "gateway/http.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/http_framing.h"
#include "tests/fakes/wait.h"
#include "tests/gateway/http_caller.h"

namespace sluice::gateway {
namespace {

const struct {
  const char* name;
  const char* headers;
  size_t body_bytes;
  int refusal;
} kFrames[] = {
    {"no body", "Host: a\r\n", 0, 0},
    {"a length", "Host: a\r\nContent-Length: 7\r\n", 7, 0},
    {"any case, any spaces", "cOnTeNt-lEnGtH:\t 7 \r\n", 7, 0},
    {"the largest body", "Content-Length: 100\r\n", 100, 0},
    {"a body that is too large", "Content-Length: 101\r\n", 0, 413},
    {"more than a number holds", "Content-Length: 99999999999999999999999\r\n",
     0, 413},
    {"the same length twice", "Content-Length: 7\r\nContent-Length: 7\r\n", 7,
     0},
    {"two lengths", "Content-Length: 7\r\nContent-Length: 8\r\n", 0, 400},
    {"a negative length", "Content-Length: -1\r\n", 0, 400},
    {"a signed length", "Content-Length: +1\r\n", 0, 400},
    {"a list of lengths", "Content-Length: 7, 7\r\n", 0, 400},
    {"no length after all", "Content-Length:\r\n", 0, 400},
    {"chunks", "Transfer-Encoding: chunked\r\n", 0, 411},
    {"chunks with a space", "Transfer-Encoding : chunked\r\n", 0, 411},
    {"chunks and a length",
     "Content-Length: 7\r\nTransfer-Encoding: identity\r\n", 0, 411},
    {"a continued line", "X: y\r\n Content-Length: 7\r\n", 0, 400},
    {"a line that ends early", "X: y\nContent-Length: 7\r\n", 0, 400},
};

TEST(HttpFraming, Table) {
  for (const auto& c : kFrames) {
    const HttpFrame frame =
        FrameOf(absl::StrCat("POST / HTTP/1.1\r\n", c.headers, "\r\n"), 100);
    EXPECT_EQ(frame.body_bytes, c.body_bytes) << c.name;
    EXPECT_EQ(frame.refusal, c.refusal) << c.name;
  }
}

TEST(HttpFraming, HidesEveryRange) {
  const std::string head =
      "GET / HTTP/1.1\r\nRange: a\r\nX: Range: b\r\nrAnGe: c\r\n\r\n";
  std::string request = head + "\nRange: of the body";
  HideRanges(request, head.size());
  EXPECT_EQ(request,
            "GET / HTTP/1.1\r\nX-Rng: a\r\nX: Range: b\r\nX-Rng: c\r\n\r\n"
            "\nRange: of the body");
}

std::string Request(absl::string_view target) {
  return absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: a\r\n\r\n");
}

class HttpTest : public testing::Test {
 protected:
  void Start() {
    auto server = HttpServer::Start("127.0.0.1", 0,
                                    {.metrics = [this] { return Metrics(); },
                                     .not_ready = [] { return ""; }},
                                    bounds_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  void TearDown() override { Release(); }

  std::string Metrics() {
    std::unique_lock lock(mutex_);
    ++scrapes_;
    released_.wait(lock, [this] { return !hold_; });
    return metrics_;
  }
  void Release() {
    const std::lock_guard lock(mutex_);
    hold_ = false;
    released_.notify_all();
  }
  int scrapes() {
    const std::lock_guard lock(mutex_);
    return scrapes_;
  }

  HttpCaller Connect() { return HttpCaller(server_->port()); }
  // The answer to `bytes` on a connection of its own, which stays open for
  // sending.
  std::string Ask(absl::string_view bytes) {
    HttpCaller caller = Connect();
    caller.Send(bytes);
    return caller.ReadAll();
  }
  testing::AssertionResult Healthy() {
    const auto begin = std::chrono::steady_clock::now();
    HttpCaller caller = Connect();
    caller.Send("GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n");
    const std::string answer = caller.ReadAll();
    const auto took = std::chrono::steady_clock::now() - begin;
    if (absl::StartsWith(answer, "HTTP/1.1 200 OK\r\n") &&
        took < std::chrono::seconds(1)) {
      return testing::AssertionSuccess();
    }
    return testing::AssertionFailure()
           << "'" << answer << "' after " << took.count() / 1'000'000 << " ms";
  }

  HttpBounds bounds_ = {.head = absl::Milliseconds(300),
                        .body = absl::Milliseconds(300),
                        .answer = absl::Milliseconds(300)};
  std::mutex mutex_;
  std::condition_variable released_;
  bool hold_ = false;
  int scrapes_ = 0;
  std::string metrics_ = "sluice_x 1\n";
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpTest, RefusesWhatIsTooLarge) {
  Start();
  const std::string long_line(20'000, 'x');
  std::string lines;
  for (int i = 0; i < 3'000; ++i) lines += "A: b\r\n";
  const struct {
    const char* name;
    std::string request;
    const char* status;
  } cases[] = {
      {"a long target", "GET /" + long_line + " HTTP/1.1\r\n\r\n", " 431 "},
      {"a target that the library refuses",
       "GET /" + std::string(9'000, 'x') + " HTTP/1.1\r\n\r\n", " 414 "},
      {"a long header", "GET / HTTP/1.1\r\nA: " + long_line, " 431 "},
      {"many headers", "GET / HTTP/1.1\r\n" + lines, " 431 "},
      {"a large body", "POST /metrics HTTP/1.1\r\nContent-Length: 1025\r\n\r\n",
       " 413 "},
      {"chunks", "POST /metrics HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
       " 411 "},
      {"no HTTP", "hello\r\n\r\n", " 400 "},
  };
  for (const auto& c : cases) {
    const std::string answer = Ask(c.request);
    EXPECT_TRUE(absl::StrContains(answer.substr(0, 20), c.status))
        << c.name << ": " << answer;
  }
  EXPECT_TRUE(Healthy());
}

TEST_F(HttpTest, TakesWhatIsWithinItsBounds) {
  Start();
  const std::string close = "Connection: close\r\n\r\n";
  std::string lines;
  for (int i = 0; i < 1'500; ++i) lines += "A: b\r\n";
  EXPECT_TRUE(absl::StrContains(
      Ask("GET /healthz HTTP/1.1\r\n" + lines + close), " 200 OK"));
  EXPECT_TRUE(absl::StrContains(
      Ask("GET /healthz HTTP/1.1\r\nContent-Length: 1024\r\n" + close +
          std::string(1024, 'x')),
      " 200 OK"));
  EXPECT_TRUE(absl::StrContains(
      Ask("POST /metrics HTTP/1.1\r\nContent-Length: 2\r\n" + close + "hi"),
      " 404 "));
}

// A deadline counts from the beginning, not from the last octet.
TEST_F(HttpTest, ClosesSlowSenders) {
  Start();
  const struct {
    const char* begun;
    bool goes_on;
  } cases[] = {
      {"", false},
      {"G", true},
      {"GET /healthz HTTP/1.1\r\nA: b\r\n", true},
      {"POST /metrics HTTP/1.1\r\nContent-Length: 900\r\n\r\nx", true},
  };
  for (const auto& c : cases) {
    HttpCaller caller = Connect();
    caller.Send(c.begun);
    const auto closed = [&] {
      if (c.goes_on) caller.Send("y");
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      return caller.Closed();
    };
    EXPECT_TRUE(
        WaitFor("the server closes it", closed, std::chrono::seconds(5)))
        << c.begun;
  }
}

TEST_F(HttpTest, ClosesCallersWhoDoNotReadTheirAnswer) {
  metrics_ = std::string(32 << 20, 'x');
  bounds_.unsent_bytes_max = 128 << 20;
  Start();
  HttpCaller caller = Connect();
  caller.Send(Request("/metrics"));
  EXPECT_TRUE(WaitFor("it is scraped", [&] { return scrapes() == 1; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  EXPECT_LT(caller.ReadAll().size(), metrics_.size());
}

TEST_F(HttpTest, UnreadAnswersMakeRoomForOthers) {
  // More than the kernel takes.
  metrics_ = std::string(16 << 20, 'x');
  bounds_.unsent_bytes_max = 40 << 20;
  bounds_.answer = absl::Minutes(1);
  Start();
  std::vector<HttpCaller> callers;
  for (int i = 0; i < 6; ++i) {
    callers.push_back(Connect());
    callers.back().Send(Request("/metrics"));
    ASSERT_TRUE(absl::StrContains(callers.back().ReadTo("\r\n"), " 200 "));
  }
  EXPECT_TRUE(Healthy());
  // The two that fit are served, those before were closed.
  for (size_t i = 0; i < callers.size(); ++i) {
    callers[i].EndSending();
    EXPECT_EQ(callers[i].ReadAll().size() > metrics_.size(), i >= 4) << i;
  }
}

TEST_F(HttpTest, AnswersPipelinedRequestsInOrder) {
  bounds_.requests_per_connection_max = 5;
  Start();
  std::string requests;
  for (int i = 0; i < 10; ++i) {
    requests += Request(i % 2 == 0 ? "/metrics" : "/nothing");
  }
  const std::string all = Ask(requests);
  std::string order;
  for (size_t at = 0; (at = all.find("HTTP/1.1 ", at)) != std::string::npos;) {
    order += all.substr(at + 9, 3) + " ";
    at += 9;
  }
  EXPECT_EQ(order, "200 404 200 404 200 ");
  EXPECT_TRUE(absl::StrContains(all, "Connection: close"));
}

TEST_F(HttpTest, KeepsAConnection) {
  bounds_.head = absl::Seconds(10);
  Start();
  HttpCaller caller = Connect();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(caller.Send(Request("/healthz")));
    EXPECT_TRUE(absl::StrContains(caller.ReadTo("ok\n"), " 200 OK")) << i;
  }
}

TEST_F(HttpTest, AnswersAHalfClosedConnection) {
  Start();
  HttpCaller caller = Connect();
  caller.Send(Request("/metrics"));
  caller.EndSending();
  EXPECT_TRUE(absl::EndsWith(caller.ReadAll(), "sluice_x 1\n"));
}

// Each range would be a part of the answer.
TEST_F(HttpTest, AnswersRangesWithTheWholePage) {
  metrics_ = std::string(100'000, 'x');
  Start();
  std::string ranges = "bytes=0-";
  for (int i = 0; i < 2'600; ++i) ranges += ",0-";
  const std::string answer =
      Ask(absl::StrCat("GET /metrics HTTP/1.1\r\nRange: ", ranges,
                       "\r\nConnection: close\r\n\r\n"));
  EXPECT_TRUE(absl::StartsWith(answer, "HTTP/1.1 200 OK"));
  EXPECT_LT(answer.size(), 101'000u);
}

TEST_F(HttpTest, HealthWaitsForNoSlowPage) {
  hold_ = true;
  bounds_.waiting_max = 4;
  Start();
  std::vector<HttpCaller> callers;
  for (int i = 0; i < 4; ++i) {
    callers.push_back(Connect());
    callers.back().Send(Request("/metrics"));
  }
  // Two are at the workers and two wait; a fifth is refused.
  ASSERT_TRUE(WaitFor("the workers are busy", [&] { return scrapes() == 2; }));
  ASSERT_TRUE(WaitFor("a fifth is refused", [&] {
    HttpCaller fifth = Connect();
    fifth.Send(Request("/metrics"));
    return absl::StrContains(fifth.ReadTo("\r\n"), " 503 ");
  }));
  EXPECT_TRUE(Healthy());
  Release();
  for (HttpCaller& caller : callers) {
    caller.EndSending();
    EXPECT_TRUE(absl::EndsWith(caller.ReadAll(), "sluice_x 1\n"));
  }
}

TEST_F(HttpTest, ManyConnectionsOfOneAddressCloseItsOldest) {
  bounds_.head = absl::Minutes(1);
  bounds_.connections_max = 40;
  bounds_.connections_per_address_max = 20;
  Start();
  std::vector<HttpCaller> callers;
  for (int i = 0; i < 100; ++i) {
    callers.push_back(Connect());
    ASSERT_TRUE(callers.back().connected());
    callers.back().Send(i % 2 == 0 ? "" : "GET /he");
    if (i % 10 == 9) EXPECT_TRUE(Healthy()) << i;
  }
  int open = 0;
  for (HttpCaller& caller : callers) open += caller.Closed() ? 0 : 1;
  EXPECT_GE(open, 15);
  EXPECT_LE(open, 20);
  // The newest is served when it sends its request at last.
  EXPECT_FALSE(callers.back().Closed());
  callers.back().Send("althz HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(absl::StrContains(callers.back().ReadTo("ok\n"), " 200 OK"));
}

// With connections that are silent, half sent, and at a worker.
TEST_F(HttpTest, EndsWithOpenConnections) {
  hold_ = true;
  bounds_.head = absl::Minutes(1);
  Start();
  HttpCaller silent = Connect();
  HttpCaller half = Connect();
  half.Send("GET /");
  HttpCaller waiting = Connect();
  waiting.Send(Request("/metrics"));
  ASSERT_TRUE(WaitFor("it is at a worker", [&] { return scrapes() == 1; }));
  std::thread release([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    Release();
  });
  server_ = nullptr;
  release.join();
  EXPECT_TRUE(silent.Closed());
  EXPECT_TRUE(half.Closed());
}

}  // namespace
}  // namespace sluice::gateway
