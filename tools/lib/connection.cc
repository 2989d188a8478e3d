#include "tools/lib/connection.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gateway/host_port.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "rules/base/error_reason.h"
#include "rules/base/files.h"
#include "rules/base/status_macros.h"

namespace sluice::tools {
namespace {

// Batches of answers and audit pages are larger than gRPC's 4 MiB.
constexpr int kReceiveBytesMax = 64 << 20;

// A first start of sluiced compiles its rules before it listens.
constexpr absl::Duration kServerWait = absl::Seconds(10);
constexpr absl::Duration kSilentWait = absl::Milliseconds(300);
// How often gRPC tries a refused connection again; its default is 1 s and grows
// to two minutes.
constexpr int kReconnectMs = 200;
constexpr int kReconnectMsMax = 1000;

// gRPC ends the program when a header has other characters.
absl::StatusOr<std::string> CheckKey(absl::string_view key) {
  for (const char c : key) {
    if (!absl::ascii_isgraph(static_cast<unsigned char>(c))) {
      return absl::InvalidArgumentError(
          "the API key has a character that no key has (a space, a line end or "
          "a byte that is not ASCII). Copy it again");
    }
  }
  return std::string(key);
}

absl::StatusOr<std::string> ReadKeyFile(const std::string& path) {
  SLUICE_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  const absl::string_view key = absl::StripAsciiWhitespace(bytes);
  if (key.empty() || !CheckKey(key).ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": has no key (one line expected)"));
  }
  return std::string(key);
}

// gRPC's message without those of its inner layers.
std::string Gist(const grpc::Status& status, const std::string& server) {
  const std::string& message = status.error_message();
  if (message.empty()) return "the server does not support this call";
  const size_t cause = message.rfind(": ");
  if (status.error_code() != grpc::StatusCode::UNAVAILABLE ||
      message.find("last error: ") == std::string::npos ||
      cause == std::string::npos) {
    return message;
  }
  return absl::StrCat("cannot reach ", server, message.substr(cause));
}

// HOST:PORT, or a name with a scheme that gRPC knows (unix:/path).
bool IsAddress(absl::string_view server) {
  if (absl::StrContains(server, '/')) return true;
  const size_t colon = server.rfind(':');
  uint32_t port = 0;
  return colon != absl::string_view::npos && colon > 0 &&
         absl::SimpleAtoi(server.substr(colon + 1), &port) && port <= 65535;
}

// Whether what is sent to `server` stays on this machine.
bool IsHere(const std::string& server) {
  if (absl::StartsWith(server, "unix:")) return true;
  const auto address = gateway::ParseHostPort(server);
  return address.ok() && address->loopback;
}

absl::Status CheckPlaintext(const ConnectionOptions& options) {
  if (options.plaintext && !options.ca_file.empty()) {
    return absl::InvalidArgumentError(
        "--plaintext and --ca exclude each other: give one of them");
  }
  if (options.plaintext || !options.ca_file.empty() || IsHere(options.server)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "--server: ", options.server,
      " is not a loopback address, and without TLS anybody on the way can read "
      "the API key and the messages.\n  Give the server's certificate "
      "authority with --ca FILE, or allow plaintext with --plaintext."));
}

template <typename Detail>
std::optional<Detail> DetailOf(absl::string_view serialised_status) {
  google::rpc::Status status;
  if (!status.ParseFromArray(serialised_status.data(),
                             static_cast<int>(serialised_status.size()))) {
    return std::nullopt;
  }
  Detail found;
  for (const auto& detail : status.details()) {
    if (detail.UnpackTo(&found)) return found;
  }
  return std::nullopt;
}

// gRPC itself refuses the headers or trailers of a call, such as those of a
// proxy, and has lost the error that they told.
bool OfMetadata(const grpc::Status& status) {
  return absl::StrContains(status.error_message(), "metadata size");
}

std::optional<ErrorReason> ToldReason(const grpc::Status& status) {
  const auto info = DetailOf<google::rpc::ErrorInfo>(status.error_details());
  if (info) return ParseErrorReason(info->reason());
  // Sluice tells a reason with every error. Without one, gRPC itself refuses a
  // message that is larger than the server reads, and waiting does not help.
  if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED &&
      !OfMetadata(status)) {
    return ErrorReason::kBatchTooLarge;
  }
  return std::nullopt;
}

std::string AboutKey(const std::string& source) {
  return absl::StrCat(
      source.empty()
          ? "\n  Give an API key"
          : absl::StrCat("\n  The key is from ", source, ". Give another"),
      " with --key-file FILE, --key or SLUICE_KEY. The first start of sluiced "
      "writes an admin key to ",
      kDefaultKeyFile, ".");
}

// The public part of a key, `slk_ID_SECRET`; empty for another form.
std::string IdOf(absl::string_view key) {
  constexpr absl::string_view kPrefix = "slk_";
  if (!absl::ConsumePrefix(&key, kPrefix)) return "";
  const size_t end = key.find('_');
  return end == absl::string_view::npos ? "" : std::string(key.substr(0, end));
}

// "The key 7F3K from --key-file shop.key".
std::string WhichKey(const FoundKey& key) {
  if (key.source.empty()) return "This call";
  const std::string id = IdOf(key.key);
  return absl::StrCat("The key ", id, id.empty() ? "" : " ", "from ",
                      key.source);
}

std::string WhatNext(const grpc::Status& status,
                     std::optional<ErrorReason> reason,
                     const ConnectionOptions& options, const FoundKey& key) {
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
      // The server said so itself: it runs.
      if (reason) return "";
      return absl::StrCat(
          "\n  Is sluiced running at ", options.server,
          "? Start it with `sluiced` (an embedded store in ./sluice-data) or "
          "`sluiced --config sluice.yaml`, or name another with --server.",
          options.ca_file.empty() ? "\n  If the server uses TLS, give its "
                                    "certificate authority with --ca FILE."
                                  : "");
    case grpc::StatusCode::UNAUTHENTICATED:
      return AboutKey(key.source);
    case grpc::StatusCode::PERMISSION_DENIED:
      // Only a submitting key may act for an account.
      return absl::StrCat(
          "\n  ", WhichKey(key),
          " does not have the role. An administrator can create a key that has "
          "it: `sluicectl key create --role ROLE",
          reason == ErrorReason::kNeedsAccountKey ? " --account ACCOUNT`."
                                                  : "`.");
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      if (reason == ErrorReason::kBatchTooLarge) {
        return "\n  Send fewer messages at once (submit --batch); a call may "
               "have at most 4 MiB.";
      }
      if (!reason && OfMetadata(status)) return "";
      if (reason == ErrorReason::kDiskFull) {
        return "\n  Make room on the server's disk (store.path); it goes on by "
               "itself.";
      }
      return "\n  The server is overloaded: try again in a moment.";
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return "\n  Allow more time with --timeout SECONDS.";
    case grpc::StatusCode::UNIMPLEMENTED:
      // gRPC also reports this for a request that it cannot parse.
      return "\n  Is the server older than this program, or is a text on the "
             "command line not UTF-8?";
    default:
      return "";
  }
}

}  // namespace

absl::StatusOr<FoundKey> FindKey(const ConnectionOptions& options) {
  FoundKey found;
  if (!options.key.empty()) {
    SLUICE_ASSIGN_OR_RETURN(found.key, CheckKey(options.key));
    found.source = "--key";
  } else if (!options.key_file.empty()) {
    SLUICE_ASSIGN_OR_RETURN(found.key, ReadKeyFile(options.key_file));
    found.source = absl::StrCat("--key-file ", options.key_file);
  } else if (const char* key = std::getenv("SLUICE_KEY"); key != nullptr) {
    SLUICE_ASSIGN_OR_RETURN(found.key,
                            CheckKey(absl::StripAsciiWhitespace(key)));
    found.source = "the variable SLUICE_KEY";
  } else if (auto read = ReadKeyFile(kDefaultKeyFile); read.ok()) {
    found = {*std::move(read), kDefaultKeyFile};
  }
  return found;
}

absl::StatusOr<Connection> Connection::Open(const ConnectionOptions& options) {
  Connection connection;
  connection.options_ = options;
  if (!IsAddress(options.server)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--server: \"", options.server,
                     "\" is not HOST:PORT, such as ", kDefaultServer));
  }
  SLUICE_RETURN_IF_ERROR(CheckPlaintext(options));
  SLUICE_ASSIGN_OR_RETURN(connection.key_, FindKey(options));
  connection.credentials_ = grpc::InsecureChannelCredentials();
  if (!options.ca_file.empty()) {
    grpc::SslCredentialsOptions tls;
    SLUICE_ASSIGN_OR_RETURN(tls.pem_root_certs, ReadFile(options.ca_file));
    if (tls.pem_root_certs.find("-----BEGIN CERTIFICATE-----") ==
        std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat(options.ca_file, ": has no PEM certificate"));
    }
    connection.credentials_ = grpc::SslCredentials(tls);
  }
  connection.channel_ = connection.NewChannel(0);
  if (options.notes != nullptr) {
    connection.AwaitServer();
    // A first start of the server may have made the key meanwhile.
    SLUICE_ASSIGN_OR_RETURN(connection.key_, FindKey(options));
  }
  return connection;
}

void Connection::AwaitServer() const {
  const auto now = std::chrono::system_clock::now();
  const absl::Duration limit = std::min(kServerWait, options_.timeout);
  const auto until = [&](absl::Duration wait) {
    return now + absl::ToChronoMilliseconds(std::min(wait, limit));
  };
  if (channel_->WaitForConnected(until(kSilentWait))) return;
  *options_.notes << "waiting for sluiced at " << options_.server << ", "
                  << absl::FormatDuration(limit) << " at most" << std::endl;
  channel_->WaitForConnected(until(limit));
}

std::shared_ptr<grpc::Channel> Connection::NewChannel(int index) const {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kReceiveBytesMax);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMsMax);
  // The proxy of a variable such as http_proxy is another machine, perhaps.
  if (options_.ca_file.empty() && IsHere(options_.server)) {
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  }
  // Channels with equal arguments would share their connection.
  arguments.SetInt("sluice.channel", index);
  return grpc::CreateCustomChannel(options_.server, credentials_, arguments);
}

void Connection::Prepare(grpc::ClientContext& context, bool stream) const {
  if (!key_.key.empty()) {
    context.AddMetadata("authorization", absl::StrCat("Bearer ", key_.key));
  }
  context.AddMetadata("accept-language", options_.language);
  if (!stream) {
    context.set_deadline(std::chrono::system_clock::now() +
                         absl::ToChronoMilliseconds(options_.timeout));
  }
}

Connection Connection::WithKey(std::string key) const {
  Connection other = *this;
  other.key_ = {std::move(key), "a key that this program made"};
  return other;
}

absl::Status Connection::Explain(const grpc::Status& status) const {
  if (status.ok()) return absl::OkStatus();
  return ExplainWith(status, ToldReason(status));
}

absl::Status Connection::ExplainAnswer(
    const google::rpc::Status& status) const {
  if (status.code() == 0) return absl::OkStatus();
  const grpc::Status told(static_cast<grpc::StatusCode>(status.code()),
                          status.message(), status.SerializeAsString());
  std::optional<ErrorReason> reason = ToldReason(told);
  // gRPC itself answers no batch.
  if (reason == ErrorReason::kBatchTooLarge &&
      !DetailOf<google::rpc::ErrorInfo>(told.error_details())) {
    reason = ErrorReason::kOverloaded;
  }
  return ExplainWith(told, reason);
}

absl::Status Connection::ExplainWith(const grpc::Status& status,
                                     std::optional<ErrorReason> reason) const {
  std::string gist = Gist(status, options_.server);
  if (reason == ErrorReason::kDiskFull)
    gist = absl::StrCat("disk full: ", gist);
  absl::Status explained(
      static_cast<absl::StatusCode>(status.error_code()),
      absl::StrCat(gist, WhatNext(status, reason, options_, key_)));
  if (reason) explained = WithReason(std::move(explained), *reason);
  const auto bad = DetailOf<google::rpc::BadRequest>(status.error_details());
  if (!bad || bad->field_violations().empty()) return explained;
  return WithField(std::move(explained), bad->field_violations(0).field());
}

absl::Duration RetryDelay(absl::string_view serialised_status) {
  const auto retry = DetailOf<google::rpc::RetryInfo>(serialised_status);
  if (!retry) return absl::ZeroDuration();
  return absl::Seconds(retry->retry_delay().seconds()) +
         absl::Nanoseconds(retry->retry_delay().nanos());
}

}  // namespace sluice::tools
