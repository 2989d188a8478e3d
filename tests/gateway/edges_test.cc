// The edges of the server: TLS, addresses in use, the HTTP pages and the log.
#include <httplib.h>
#include <signal.h>
#include <sys/resource.h>

#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/http.h"
#include "tests/gateway/certificate.h"
#include "tests/gateway/server_fixture.h"

namespace sluice::gateway {
namespace {

class EdgesTest : public ServerTest {
 protected:
  std::string Address() const {
    return absl::StrCat("127.0.0.1:", server_->port());
  }

  grpc::Status List(const std::shared_ptr<grpc::ChannelCredentials>& how) {
    admin::v1::ListPortsRequest request;
    admin::v1::ListPortsResponse response;
    return admin::v1::RegistryService::NewStub(
               grpc::CreateChannel(Address(), how))
        ->ListPorts(As(admin_key_).get(), request, &response);
  }

  absl::Status StartAnother() {
    return Server::Start(config_, clock_, [](const std::string&) {}).status();
  }
};

grpc::SslCredentialsOptions Trusting(const std::string& pem) {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = pem;
  return options;
}

TEST_F(EdgesTest, TlsServesThoseWhoTrustItsCertificateAndNobodyElse) {
  const Certificate ours(folder_.path());
  config_.mutable_listen()->set_tls_certificate(ours.certificate_path);
  config_.mutable_listen()->set_tls_key(ours.key_path);
  Start();
  const grpc::Status trusting =
      List(grpc::SslCredentials(Trusting(ours.Pem())));
  EXPECT_TRUE(trusting.ok()) << trusting.error_message();
  EXPECT_EQ(List(grpc::InsecureChannelCredentials()).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  TemporaryFolder elsewhere;
  const Certificate another(elsewhere.path());
  EXPECT_EQ(List(grpc::SslCredentials(Trusting(another.Pem()))).error_code(),
            grpc::StatusCode::UNAVAILABLE);
}

TEST_F(EdgesTest, ATakenAddressIsNamedWithWhatToDo) {
  config_.mutable_listen()->set_http_address("127.0.0.1:0");
  Start();
  TemporaryFolder elsewhere;
  config_.mutable_store()->set_path(elsewhere.path());
  config_.mutable_listen()->set_address(Address());
  const absl::Status grpc_taken = StartAnother();
  EXPECT_EQ(grpc_taken.code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(absl::StartsWith(
      grpc_taken.message(),
      absl::StrCat("listen.address ", Address(), ": already in use; ")))
      << grpc_taken;
  config_.mutable_listen()->set_address("127.0.0.1:0");
  const std::string http = absl::StrCat("127.0.0.1:", server_->http_port());
  config_.mutable_listen()->set_http_address(http);
  const absl::Status http_taken = StartAnother();
  EXPECT_TRUE(absl::StartsWith(
      http_taken.message(),
      absl::StrCat("listen.http_address ", http, ": already in use; ")))
      << http_taken;
}

TEST_F(EdgesTest, AnAddressOfNobodyHere) {
  config_.mutable_store()->set_path(folder_.path());
  config_.mutable_listen()->set_plaintext_anywhere(true);
  config_.mutable_listen()->set_address("192.0.2.1:7430");
  config_.clear_links();
  const absl::Status status = StartAnother();
  EXPECT_TRUE(absl::StartsWith(
      status.message(), "listen.address 192.0.2.1:7430: is not an address"))
      << status;
}

TEST_F(EdgesTest, HttpPages) {
  config_.mutable_listen()->set_http_address("127.0.0.1:0");
  Start();
  MakeWorld();
  SubmitOne(Notice(Number(1)));
  httplib::Client client("127.0.0.1", server_->http_port());
  const auto health = client.Get("/healthz");
  ASSERT_TRUE(health);
  EXPECT_EQ(health->status, 200);
  EXPECT_EQ(health->body, "ok\n");
  const auto ready = client.Get("/readyz");
  ASSERT_TRUE(ready);
  EXPECT_EQ(ready->status, 200) << ready->body;
  const auto metrics = client.Get("/metrics");
  ASSERT_TRUE(metrics);
  EXPECT_EQ(metrics->status, 200);
  EXPECT_TRUE(absl::StrContains(metrics->body, "\nsluice_")) << metrics->body;
  EXPECT_FALSE(absl::StrContains(metrics->body, Number(1)));
  EXPECT_EQ(client.Get("/nothing")->status, 404);
  // Not ready while the clock has stepped; the process still answers.
  clock_.Step(absl::Minutes(2));
  const auto stepped = client.Get("/readyz");
  ASSERT_TRUE(stepped);
  EXPECT_EQ(stepped->status, 503);
  EXPECT_TRUE(absl::StrContains(stepped->body, "system clock"))
      << stepped->body;
  EXPECT_EQ(client.Get("/healthz")->status, 200);
}

// Fails every write of this process, as a full or broken disk does.
class NoWrites {
 public:
  NoWrites() {
    signal(SIGXFSZ, SIG_IGN);
    EXPECT_EQ(getrlimit(RLIMIT_FSIZE, &before_), 0);
    rlimit none = before_;
    none.rlim_cur = 0;
    EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  }
  ~NoWrites() { EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &before_), 0); }

 private:
  rlimit before_ = {};
};

TEST_F(EdgesTest, ServesAgainAfterTheDiskFailed) {
  config_.mutable_listen()->set_http_address("127.0.0.1:0");
  Start();
  MakeWorld();
  httplib::Client client("127.0.0.1", server_->http_port());
  v1::SubmitRequest request;
  *request.add_messages() = Notice(Number(1));
  v1::SubmitResponse response;
  {
    const NoWrites broken;
    EXPECT_EQ(Submit(request, &response).error_code(),
              grpc::StatusCode::UNAVAILABLE);
    EXPECT_EQ(client.Get("/healthz")->status, 200);
  }
  // Serves again as soon as the disk writes.
  EXPECT_TRUE(WaitFor("the journal is written again",
                      [&] { return Submit(request, &response).ok(); }));
  EXPECT_EQ(client.Get("/readyz")->status, 200);
}

// A server that is stopped before its thread accepts.
TEST(HttpServer, EndsRightAfterItsStart) {
  for (int i = 0; i < 300; ++i) {
    const auto server =
        HttpServer::Start("127.0.0.1", 0,
                          {.metrics = [] { return std::string(); },
                           .not_ready = [] { return std::string(); }});
    ASSERT_TRUE(server.ok()) << server.status();
  }
}

TEST(HttpServer, NotReadySaysWhy) {
  std::string why = "partition 0 cannot write its journal";
  const auto server =
      HttpServer::Start("127.0.0.1", 0,
                        {.metrics = [] { return std::string(); },
                         .not_ready = [&] { return why; }});
  ASSERT_TRUE(server.ok()) << server.status();
  httplib::Client client("127.0.0.1", (*server)->port());
  EXPECT_EQ(client.Get("/readyz")->status, 503);
  EXPECT_EQ(client.Get("/readyz")->body, why + "\n");
  why.clear();
  EXPECT_EQ(client.Get("/readyz")->status, 200);
}

}  // namespace
}  // namespace sluice::gateway
