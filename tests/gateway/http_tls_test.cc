// HTTPS over real sockets, with OpenSSL as the caller: who is served, who is
// refused, and that callers who stall keep nobody waiting.
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "asio/co_spawn.hpp"
#include "asio/io_context.hpp"
#include "asio/use_future.hpp"
#include "gateway/http.h"
#include "gateway/http_stream.h"
#include "gateway/tls_files.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/fakes/wait.h"
#include "tests/gateway/certificate.h"
#include "tests/gateway/http_caller.h"

namespace sluice::gateway {
namespace {

constexpr char kHealth[] = "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n";

// A caller that trusts one certificate.
class TlsCaller {
 public:
  TlsCaller(int port, const std::string& trusted, int version = TLS1_3_VERSION)
      : caller_(port),
        context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free),
        ssl_(nullptr, SSL_free) {
    // Otherwise OpenSSL itself refuses old versions.
    SSL_CTX_set_security_level(context_.get(), 0);
    SSL_CTX_set_min_proto_version(context_.get(), version);
    SSL_CTX_set_max_proto_version(context_.get(), version);
    SSL_CTX_load_verify_locations(context_.get(), trusted.c_str(), nullptr);
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), caller_.socket());
  }

  bool Connect() {
    ERR_clear_error();
    return SSL_connect(ssl_.get()) == 1;
  }
  bool Send(const std::string& bytes) {
    return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) >
           0;
  }
  // Up to `size` bytes or the end.
  std::string Read(size_t size) {
    std::string all;
    char bytes[4096];
    while (all.size() < size) {
      const int read = SSL_read(ssl_.get(), bytes, sizeof(bytes));
      if (read <= 0) {
        ended_well_ = SSL_get_error(ssl_.get(), read) == SSL_ERROR_ZERO_RETURN;
        break;
      }
      all.append(bytes, static_cast<size_t>(read));
    }
    return all;
  }
  // The server said that nothing follows.
  bool ended_well() const { return ended_well_; }
  HttpCaller& caller() { return caller_; }

 private:
  HttpCaller caller_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
  bool ended_well_ = false;
};

class HttpTlsTest : public testing::Test {
 protected:
  void Start() {
    auto server = HttpServer::Start("127.0.0.1", 0,
                                    {.metrics = [this] { return metrics_; },
                                     .not_ready = [] { return ""; }},
                                    bounds_, ContextOf(ours_));
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  static std::shared_ptr<SSL_CTX> ContextOf(const Certificate& certificate) {
    const auto files = ReadTlsFiles(certificate.certificate_path,
                                    certificate.key_path, absl::Now());
    EXPECT_TRUE(files.ok()) << files.status();
    return files.ok() ? files->context : nullptr;
  }
  TlsCaller CallerOf(const Certificate& trusted, int version = TLS1_3_VERSION) {
    return TlsCaller(server_->port(), trusted.certificate_path, version);
  }
  testing::AssertionResult Healthy(const Certificate& trusted,
                                   int version = TLS1_3_VERSION) {
    TlsCaller caller = CallerOf(trusted, version);
    if (!caller.Connect()) return testing::AssertionFailure() << "no TLS";
    caller.Send(kHealth);
    const std::string answer = caller.Read(10'000);
    if (absl::StartsWith(answer, "HTTP/1.1 200 OK\r\n") &&
        absl::EndsWith(answer, "ok\n") && caller.ended_well()) {
      return testing::AssertionSuccess();
    }
    return testing::AssertionFailure() << answer;
  }

  HttpBounds bounds_ = {.head = absl::Milliseconds(500),
                        .body = absl::Milliseconds(500),
                        .answer = absl::Seconds(10)};
  std::string metrics_ = "sluice_x 1\n";
  TemporaryFolder folder_;
  TemporaryFolder elsewhere_;
  const Certificate ours_{folder_.path()};
  const Certificate another_{elsewhere_.path()};
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpTlsTest, ServesNewVersionsOfTlsToThoseWhoTrustIt) {
  Start();
  EXPECT_TRUE(Healthy(ours_, TLS1_3_VERSION));
  EXPECT_TRUE(Healthy(ours_, TLS1_2_VERSION));
  EXPECT_FALSE(CallerOf(ours_, TLS1_1_VERSION).Connect());
  EXPECT_FALSE(CallerOf(another_).Connect());
}

// A context of which OpenSSL makes no session, as without memory: it refuses
// to combine these two.
std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> UselessContext() {
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(
      SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  EXPECT_EQ(SSL_CTX_enable_ct(context.get(), SSL_CT_VALIDATION_PERMISSIVE), 1);
  EXPECT_EQ(SSL_CTX_add_custom_ext(context.get(),
                                   TLSEXT_TYPE_signed_certificate_timestamp,
                                   SSL_EXT_TLS1_2_SERVER_HELLO, nullptr,
                                   nullptr, nullptr, nullptr, nullptr),
            1);
  return context;
}

TEST(HttpStream, WithoutASessionIsNotPlaintext) {
  const auto context = UselessContext();
  ASSERT_EQ(SSL_new(context.get()), nullptr);
  ERR_clear_error();
  asio::io_context io;
  HttpStream stream(asio::ip::tcp::socket(io), context.get());
  auto begin = asio::co_spawn(io, stream.Handshake(), asio::use_future);
  io.run();
  EXPECT_EQ(begin.get(), HttpStream::Begin::kFailed);
}

TEST_F(HttpTlsTest, ServesLargePagesAndSeveralRequests) {
  metrics_ = std::string(3 << 20, 'x');
  Start();
  TlsCaller caller = CallerOf(ours_);
  ASSERT_TRUE(caller.Connect());
  for (const char* last : {"", "Connection: close\r\n"}) {
    ASSERT_TRUE(caller.Send(
        absl::StrCat("GET /metrics HTTP/1.1\r\nHost: a\r\n", last, "\r\n")));
    const std::string answer = caller.Read(metrics_.size());
    EXPECT_TRUE(absl::StartsWith(answer, "HTTP/1.1 200 OK\r\n"));
    EXPECT_GE(answer.size(), metrics_.size());
    // The headers are in it.
    caller.Read(metrics_.size() + answer.find("\r\n\r\n") + 4 - answer.size());
  }
  caller.Read(1);
  EXPECT_TRUE(caller.ended_well());
}

TEST_F(HttpTlsTest, TellsCallersWithoutTlsWhatToDo) {
  Start();
  HttpCaller caller(server_->port());
  caller.Send(kHealth);
  const std::string answer = caller.ReadAll();
  EXPECT_TRUE(absl::StartsWith(answer, "HTTP/1.1 400 Bad Request\r\n"))
      << answer;
  EXPECT_TRUE(absl::EndsWith(answer,
                             "\r\n\r\nthis port speaks HTTPS: use "
                             "https://\n"))
      << answer;
  EXPECT_TRUE(Healthy(ours_));
}

TEST_F(HttpTlsTest, ClosesWhatIsNeitherTlsNorHttp) {
  bounds_.head = absl::Minutes(1);
  Start();
  HttpCaller caller(server_->port());
  caller.Send(std::string(100, '\1'));
  caller.ReadAll();  // An alert, perhaps.
  EXPECT_TRUE(WaitFor("the server closes it", [&] { return caller.Closed(); }));
}

// Silent, within the first record, and after the handshake.
TEST_F(HttpTlsTest, StalledCallersKeepNobodyWaitingAndAreClosed) {
  bounds_.connections_max = 60;
  bounds_.connections_per_address_max = 60;
  Start();
  std::vector<HttpCaller> stalled;
  std::vector<TlsCaller> connected;
  for (int i = 0; i < 20; ++i) {
    stalled.emplace_back(server_->port());
    if (i % 2 == 0)
      stalled.back().Send(absl::string_view("\x16\x03\x01\x02", 4));
    connected.push_back(CallerOf(ours_));
    ASSERT_TRUE(connected.back().Connect()) << i;
    if (i % 5 == 0) EXPECT_TRUE(Healthy(ours_)) << i;
  }
  for (HttpCaller& caller : stalled) {
    EXPECT_TRUE(WaitFor("it is closed", [&] { return caller.Closed(); }));
  }
  for (TlsCaller& caller : connected) {
    EXPECT_TRUE(
        WaitFor("it is closed", [&] { return caller.caller().Closed(); }));
  }
}

TEST_F(HttpTlsTest, NewConnectionsGetANewCertificate) {
  bounds_.head = absl::Seconds(30);
  Start();
  TlsCaller open = CallerOf(ours_);
  ASSERT_TRUE(open.Connect());
  server_->UseTls(ContextOf(another_));
  EXPECT_TRUE(WaitFor("it has the new certificate",
                      [&] { return CallerOf(another_).Connect(); }));
  EXPECT_FALSE(CallerOf(ours_).Connect());
  open.Send(kHealth);
  EXPECT_TRUE(absl::StartsWith(open.Read(10'000), "HTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpTlsTest, EndsWithOpenConnections) {
  bounds_.head = absl::Minutes(1);
  Start();
  HttpCaller silent(server_->port());
  HttpCaller half(server_->port());
  half.Send(absl::string_view("\x16\x03\x01\x02", 4));
  TlsCaller connected = CallerOf(ours_);
  ASSERT_TRUE(connected.Connect());
  server_ = nullptr;
  EXPECT_TRUE(silent.Closed());
  EXPECT_TRUE(half.Closed());
}

}  // namespace
}  // namespace sluice::gateway
