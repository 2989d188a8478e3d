#include "gateway/http.h"

#include <httplib.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

// A request that was received whole, and the bytes of its answer.
class WholeRequest final : public httplib::Stream {
 public:
  explicit WholeRequest(std::string request) : request_(std::move(request)) {}

  std::string TakeAnswer() { return std::move(answer_); }

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* out, size_t room) override {
    const size_t size = std::min(room, request_.size() - read_);
    std::memcpy(out, request_.data() + read_, size);
    read_ += size;
    return static_cast<ssize_t>(size);
  }
  ssize_t write(const char* bytes, size_t size) override {
    answer_.append(bytes, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }

 private:
  const std::string request_;
  size_t read_ = 0;
  std::string answer_;
};

}  // namespace

// The HTTP library without its sockets: it reads requests, finds their pages
// and writes answers. Any thread.
class HttpServer::Library final : public httplib::Server {
 public:
  Library(Pages pages, const HttpBounds& bounds) {
    set_payload_max_length(bounds.body_bytes_max);
    // Only what answers tell callers: the front keeps these bounds.
    set_keep_alive_max_count(bounds.requests_per_connection_max);
    set_keep_alive_timeout(absl::ToInt64Seconds(bounds.head));
    Get("/healthz", [](const httplib::Request&, httplib::Response& response) {
      response.set_content("ok\n", "text/plain");
    });
    Get("/readyz", [not_ready = std::move(pages.not_ready),
                    warnings = std::move(pages.warnings)](
                       const httplib::Request&, httplib::Response& response) {
      const std::string why = not_ready();
      const std::string warning = warnings == nullptr ? "" : warnings();
      response.status = why.empty() ? 200 : 503;
      response.set_content(absl::StrCat(why.empty() ? "ok" : why, "\n",
                                        warning.empty() ? "" : "warning: ",
                                        warning, warning.empty() ? "" : "\n"),
                           "text/plain");
    });
    Get("/metrics", [metrics = std::move(pages.metrics)](
                        const httplib::Request&, httplib::Response& response) {
      response.set_content(metrics(), "text/plain; version=0.0.4");
    });
  }

  HttpAnswer Answer(std::string request, bool last) {
    WholeRequest stream(std::move(request));
    HttpAnswer answer;
    const bool answered = process_request(stream, last, answer.close, nullptr);
    answer.bytes = stream.TakeAnswer();
    answer.close = answer.close || last || !answered || answer.bytes.empty();
    return answer;
  }
};

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(
    const std::string& host, uint16_t port, Pages pages,
    const HttpBounds& bounds, std::shared_ptr<SSL_CTX> tls) {
  auto library = std::make_unique<Library>(std::move(pages), bounds);
  SLUICE_ASSIGN_OR_RETURN(
      std::unique_ptr<HttpFront> front,
      HttpFront::Start(
          host, port, bounds,
          [raw = library.get()](std::string request, bool last) {
            return raw->Answer(std::move(request), last);
          },
          std::move(tls)));
  return std::unique_ptr<HttpServer>(
      new HttpServer(std::move(library), std::move(front)));
}

HttpServer::HttpServer(std::unique_ptr<Library> library,
                       std::unique_ptr<HttpFront> front)
    : library_(std::move(library)), front_(std::move(front)) {}

HttpServer::~HttpServer() = default;

int HttpServer::port() const { return front_->port(); }

void HttpServer::UseTls(std::shared_ptr<SSL_CTX> tls) {
  front_->UseTls(std::move(tls));
}

}  // namespace sluice::gateway
