#include "gateway/witness_sink.h"

#include <fcntl.h>
#include <httplib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gateway/host_port.h"
#include "rules/base/files.h"
#include "rules/base/mutex.h"
#include "rules/base/status_macros.h"
#include "store/journal/sha256.h"

namespace sluice::gateway {
namespace {

constexpr time_t kTimeoutSeconds = 10;
// More than a head of 64 partitions has.
constexpr off_t kHeadBytesMax = 64 << 10;
// Of a witness's answer, which says nothing that is needed.
constexpr size_t kAnswerBytesMax = 64 << 10;

// Heads one after the other, with a line feed before each that is not the
// first: so a head that was cut off by a crash ends before the next.
class FileSink final : public WitnessSink {
 public:
  explicit FileSink(std::string path) : path_(std::move(path)) {}

  // Its own last head: the file may have been moved here, or be empty.
  absl::StatusOr<std::optional<uint64_t>> Last() override {
    const int file = ::open(path_.c_str(), O_RDONLY | kOpenFlags);
    if (file < 0 && errno == ENOENT) return std::nullopt;
    if (file < 0) return Failed("cannot be opened");
    const absl::Cleanup close = [file] { ::close(file); };
    SLUICE_ASSIGN_OR_RETURN(const off_t size, SizeOf(file));
    const off_t begin = std::max<off_t>(0, size - 2 * kHeadBytesMax);
    std::string end(static_cast<size_t>(size - begin), '\0');
    const ssize_t read = ::pread(file, end.data(), end.size(), begin);
    if (read != static_cast<ssize_t>(end.size()))
      return Failed("cannot be read");
    return LastIn(end);
  }

  absl::Status Give(const store::SignedHead& head) override {
    const int file =
        ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | kOpenFlags, 0644);
    if (file < 0) return Failed("cannot be opened");
    const absl::Cleanup close = [file] { ::close(file); };
    SLUICE_ASSIGN_OR_RETURN(const off_t size, SizeOf(file));
    const bool first = size == 0;
    // First, so that the next call does it again after an error.
    if (first) SLUICE_RETURN_IF_ERROR(SyncFolder());
    const std::string text = absl::StrCat(first ? "" : "\n", head.text);
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written != static_cast<ssize_t>(text.size()) || ::fsync(file) != 0) {
      return Failed("cannot be written");
    }
    return absl::OkStatus();
  }

 private:
  // A pipe that nobody reads is not waited for.
  static constexpr int kOpenFlags = O_CLOEXEC | O_NONBLOCK;

  absl::StatusOr<off_t> SizeOf(int file) const {
    struct stat found = {};
    if (::fstat(file, &found) != 0) return Failed("cannot be read");
    if (S_ISREG(found.st_mode)) return found.st_size;
    return absl::UnavailableError(absl::StrCat(path_, " is not a plain file"));
  }

  // Makes the name of a new file durable.
  absl::Status SyncFolder() const {
    const std::string parent =
        std::filesystem::path(path_).parent_path().string();
    const std::string folder = parent.empty() ? "." : parent;
    const int opened = ::open(folder.c_str(), O_RDONLY | O_CLOEXEC);
    if (opened < 0) return Failed("is in a folder that cannot be opened");
    const absl::Cleanup close = [opened] { ::close(opened); };
    if (::fsync(opened) == 0) return absl::OkStatus();
    return Failed("is in a folder that cannot be synced");
  }

  // The last whole head.
  static std::optional<uint64_t> LastIn(absl::string_view text) {
    constexpr absl::string_view kTitle = "sluice head 1\n";
    size_t at = text.rfind(kTitle);
    while (at != absl::string_view::npos) {
      absl::string_view one = text.substr(at);
      one = absl::StripTrailingAsciiWhitespace(one);
      const auto head = store::ParseHead(absl::StrCat(one, "\n"));
      if (head.ok()) return head->head.number;
      text = text.substr(0, at);
      at = text.rfind(kTitle);
    }
    return std::nullopt;
  }

  absl::Status Failed(absl::string_view what) const {
    return absl::UnavailableError(
        absl::StrCat(path_, " ", what, ": ", std::strerror(errno)));
  }

  const std::string path_;
};

class HttpSink final : public WitnessSink {
 public:
  // `url` must be one that ReadWitnessUrl() reads.
  HttpSink(const config::v1::WitnessConfig& config, const std::string& state)
      : url_(*ReadWitnessUrl(config.url())),
        client_(url_.server),
        state_(absl::StrCat(
            state, "/witness-",
            absl::BytesToHexString(
                store::AsBytes(store::Sha256(config.url())).substr(0, 8)))) {
    client_.set_connection_timeout(kTimeoutSeconds);
    client_.set_read_timeout(kTimeoutSeconds);
    client_.set_write_timeout(kTimeoutSeconds);
    client_.set_follow_location(false);
    client_.enable_server_certificate_verification(true);
    client_.set_socket_options([this](int socket) { KeepSocket(socket); });
    if (!config.ca_certificate().empty()) {
      client_.set_ca_cert_path(config.ca_certificate());
    }
  }

  absl::StatusOr<std::optional<uint64_t>> Last() override {
    const absl::StatusOr<std::string> text = ReadFile(state_);
    if (absl::IsNotFound(text.status())) return std::nullopt;
    if (!text.ok()) return text.status();
    uint64_t number = 0;
    if (absl::SimpleAtoi(*text, &number)) return number;
    return std::nullopt;
  }

  absl::Status Give(const store::SignedHead& head) override {
    if (Stopped()) return Failed("the server stops");
    const absl::Cleanup forget = [this] { ForgetSocket(); };
    size_t answered = 0;
    httplib::Request request;
    request.method = "POST";
    request.path = url_.path;
    request.set_header("Content-Type", "text/plain; charset=utf-8");
    request.body = head.text;
    request.content_receiver = [&answered](const char*, size_t size, uint64_t,
                                           uint64_t) {
      answered += size;
      return answered <= kAnswerBytesMax;
    };
    const httplib::Result result = client_.send(request);
    if (answered > kAnswerBytesMax) {
      return Failed("an answer of more than 64 KiB");
    }
    if (!result) {
      return Failed(httplib::to_string(result.error()));
    }
    if (result->status < 200 || result->status > 299) {
      return Failed(absl::StrCat("status ", result->status));
    }
    return ReplaceFile(state_, absl::StrCat(head.head.number, "\n"));
  }

  // Not the client's stop(), which waits while it connects.
  void Stop() override {
    MutexLock lock(mutex_);
    stopped_ = true;
    if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
  }

 private:
  // A copy of the number: the client may close its own at any time.
  void KeepSocket(int socket) {
    ForgetSocket();
    MutexLock lock(mutex_);
    socket_ = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
  }
  void ForgetSocket() {
    MutexLock lock(mutex_);
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  bool Stopped() {
    MutexLock lock(mutex_);
    return stopped_;
  }

  // The path may hold a secret.
  absl::Status Failed(absl::string_view what) const {
    return absl::UnavailableError(absl::StrCat(url_.server, ": ", what));
  }

  const WitnessUrl url_;
  httplib::Client client_;
  const std::string state_;

  Mutex mutex_;
  bool stopped_ SLUICE_GUARDED_BY(mutex_) = false;
  int socket_ SLUICE_GUARDED_BY(mutex_) = -1;  // Of the call that runs now.
};

}  // namespace

absl::StatusOr<WitnessUrl> ReadWitnessUrl(absl::string_view url) {
  const auto bad = [](absl::string_view what) {
    return absl::InvalidArgumentError(what);
  };
  WitnessUrl read;
  const bool secure = absl::ConsumePrefix(&url, "https://");
  if (!secure && !absl::ConsumePrefix(&url, "http://")) {
    return bad("must begin with https://");
  }
  const size_t slash = url.find('/');
  const absl::string_view host = url.substr(0, slash);
  read.path = slash == url.npos ? "/" : std::string(url.substr(slash));
  if (host.empty() || absl::StrContains(host, '@')) {
    return bad("must be https://host/path, without a user");
  }
  const size_t colon = host.rfind(':');
  const bool has_port =
      colon != host.npos && host.find(']', colon) == host.npos;
  const std::string with_port = absl::StrCat(host, has_port ? ""
                                                   : secure ? ":443"
                                                            : ":80");
  const absl::StatusOr<HostPort> parsed = ParseHostPort(with_port);
  if (!parsed.ok()) return parsed.status();
  if (!secure && !parsed->loopback) {
    return bad("http:// is for loopback addresses only: use https://");
  }
  for (const char c : url) {
    if (!absl::ascii_isgraph(static_cast<unsigned char>(c))) {
      return bad("must have printable ASCII characters only");
    }
  }
  read.server = absl::StrCat(secure ? "https://" : "http://", host);
  return read;
}

std::unique_ptr<WitnessSink> MakeWitnessSink(
    const config::v1::WitnessConfig& config, const std::string& state) {
  if (config.url().empty()) return std::make_unique<FileSink>(config.file());
  return std::make_unique<HttpSink>(config, state);
}

}  // namespace sluice::gateway
