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
#include "absl/strings/str_replace.h"
#include "gateway/host_port.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "rules/base/error_reason.h"
#include "rules/base/files.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"

namespace sluice::tools {
namespace {

// Batches of answers and audit pages are larger than gRPC's 4 MiB.
constexpr int kReceiveBytesMax = 64 << 20;

constexpr char kVariable[] = "the variable SLUICE_KEY";

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
      return WithChinese(
          absl::InvalidArgumentError(
              "the API key has a character that no key has (a space, a line "
              "end or a byte that is not ASCII). Copy it again"),
          "API 密钥中有不该出现的字符（空格、换行或非 ASCII "
          "字节），请重新复制");
    }
  }
  return std::string(key);
}

// A file of the command line that cannot be read. It is no answer of the
// server, whose NOT_FOUND is about what a call names.
absl::Status NotRead(const absl::Status& status) {
  absl::Status not_read = absl::InvalidArgumentError(status.message());
  if (!absl::IsNotFound(status)) {
    return WithChinese(std::move(not_read),
                       absl::StrCat("无法读取文件：", status.message()));
  }
  return WithChinese(
      std::move(not_read),
      absl::StrReplaceAll(status.message(),
                          {{": no such file", "：没有这个文件"}}));
}

absl::StatusOr<std::string> ReadKeyFile(const std::string& path) {
  const absl::StatusOr<std::string> bytes = ReadFile(path);
  if (!bytes.ok()) return NotRead(bytes.status());
  const absl::string_view key = absl::StripAsciiWhitespace(*bytes);
  if (key.empty() || !CheckKey(key).ok()) {
    return WithChinese(absl::InvalidArgumentError(absl::StrCat(
                           path, ": has no key (one line expected)")),
                       absl::StrCat(path, "：没有密钥（应为一行）"));
  }
  return std::string(key);
}

// gRPC's message without those of its inner layers.
std::string Gist(const grpc::Status& status, const std::string& server,
                 Language language) {
  const std::string& message = status.error_message();
  if (message.empty()) {
    return Say(language, "服务器不支持这一调用",
               "the server does not support this call");
  }
  const size_t cause = message.rfind(": ");
  if (status.error_code() != grpc::StatusCode::UNAVAILABLE ||
      message.find("last error: ") == std::string::npos ||
      cause == std::string::npos) {
    return message;
  }
  const std::string why = message.substr(cause + 2);
  const bool refused = why == "Connection refused";
  return absl::StrCat(
      Say(language, "无法连接 ", "cannot reach "), server,
      Say(language, refused ? "：连接被拒绝" : "：（原文：$0）", ": $0", why));
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
    return WithChinese(
        absl::InvalidArgumentError(
            "--plaintext and --ca exclude each other: give one of them"),
        "--plaintext 和 --ca 不能同时使用：请只给出其一");
  }
  if (options.plaintext || !options.ca_file.empty() || IsHere(options.server)) {
    return absl::OkStatus();
  }
  return WithChinese(
      absl::InvalidArgumentError(absl::StrCat(
          "--server: ", options.server,
          " is not a loopback address, and without TLS anybody on the way can "
          "read the API key and the messages.\n  Give the server's certificate "
          "authority with --ca FILE, or allow plaintext with --plaintext.")),
      absl::StrCat("--server：", options.server,
                   " 不是回环地址，没有 TLS 时途中的任何人都能读到 API 密钥和短"
                   "信。\n  请用 --ca 文件 给出服务器证书的 CA，或用 "
                   "--plaintext 允许明文。"));
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

// Where the key is from.
std::string SourceText(const std::string& source, Language language) {
  return source == kVariable ? Say(language, "环境变量 SLUICE_KEY", kVariable)
                             : source;
}

std::string AboutKey(const std::string& source, Language language) {
  const std::string which =
      source.empty() ? Say(language, "请给出 API 密钥", "Give an API key")
                     : Say(language, "密钥来自 $0。请换一把",
                           "The key is from $0. Give another",
                           SourceText(source, language));
  return Say(language,
             "\n  $0：--key-file 文件、--key 或 SLUICE_KEY。sluiced "
             "首次启动时把管理员密钥写入 $1。",
             "\n  $0 with --key-file FILE, --key or SLUICE_KEY. The first "
             "start of sluiced writes an admin key to $1.",
             which, kDefaultKeyFile);
}

// The public part of a key, `slk_ID_SECRET`; empty for another form.
std::string IdOf(absl::string_view key) {
  constexpr absl::string_view kPrefix = "slk_";
  if (!absl::ConsumePrefix(&key, kPrefix)) return "";
  const size_t end = key.find('_');
  return end == absl::string_view::npos ? "" : std::string(key.substr(0, end));
}

// "The key 7F3K from --key-file shop.key".
std::string WhichKey(const FoundKey& key, Language language) {
  if (key.source.empty()) return Say(language, "这一调用", "This call");
  const std::string id = IdOf(key.key);
  return Say(language, "密钥$2（来自 $1）", "The key $0from $1",
             id.empty() ? "" : id + " ", SourceText(key.source, language),
             id.empty() ? "" : " " + id);
}

std::string WhereIsServer(const ConnectionOptions& options, Language language) {
  std::string where = Say(
      language,
      "\n  sluiced 是否在 $0 运行？用 `sluiced`（内嵌存储在 ./sluice-data）或 "
      "`sluiced --config sluice.yaml` 启动，或用 --server 指定另一台。",
      "\n  Is sluiced running at $0? Start it with `sluiced` (an embedded "
      "store in ./sluice-data) or `sluiced --config sluice.yaml`, or name "
      "another with --server.",
      options.server);
  if (!options.ca_file.empty()) return where;
  return where + Say(language,
                     "\n  如果服务器使用 TLS，请用 --ca 文件 给出其证书的 CA。",
                     "\n  If the server uses TLS, give its certificate "
                     "authority with --ca FILE.");
}

std::string NeedsRole(std::optional<ErrorReason> reason, const FoundKey& key,
                      Language language) {
  // Only a submitting key may act for an account.
  const char* const account =
      reason == ErrorReason::kNeedsAccountKey ? " --account ACCOUNT" : "";
  return Say(language,
             "\n  $0没有所需的角色。管理员可以创建具备该角色的密钥：`sluicectl "
             "key create --role ROLE$1`。",
             "\n  $0 does not have the role. An administrator can create a key "
             "that has it: `sluicectl key create --role ROLE$1`.",
             WhichKey(key, language), account);
}

std::string WhatNext(const grpc::Status& status,
                     std::optional<ErrorReason> reason,
                     const ConnectionOptions& options, const FoundKey& key,
                     Language language) {
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
      // The server said so itself: it runs.
      if (reason) return "";
      return WhereIsServer(options, language);
    case grpc::StatusCode::UNAUTHENTICATED:
      return AboutKey(key.source, language);
    case grpc::StatusCode::PERMISSION_DENIED:
      return NeedsRole(reason, key, language);
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      if (reason == ErrorReason::kBatchTooLarge) {
        return Say(
            language,
            "\n  请减少每次提交的数量（submit --batch）；一次调用最多 4 MiB。",
            "\n  Send fewer messages at once (submit --batch); a call may have "
            "at most 4 MiB.");
      }
      if (!reason && OfMetadata(status)) return "";
      if (reason == ErrorReason::kDiskFull) {
        return Say(
            language,
            "\n  请清理服务器磁盘（store.path）；腾出空间后自动恢复。",
            "\n  Make room on the server's disk (store.path); it goes on "
            "by itself.");
      }
      return Say(language, "\n  服务器繁忙，请稍后再试。",
                 "\n  The server is overloaded: try again in a moment.");
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return Say(language, "\n  用 --timeout SECONDS 延长时限。",
                 "\n  Allow more time with --timeout SECONDS.");
    case grpc::StatusCode::UNIMPLEMENTED:
      // gRPC also reports this for a request that it cannot parse.
      return Say(language,
                 "\n  服务器是否比本程序旧，或者命令行中的文字不是 UTF-8？",
                 "\n  Is the server older than this program, or is a text on "
                 "the command line not UTF-8?");
    default:
      return "";
  }
}

// What kind of error it is, before what the server says of it in English.
absl::string_view ChineseKind(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return "参数有误";
    case absl::StatusCode::kNotFound:
      return "找不到";
    case absl::StatusCode::kAlreadyExists:
      return "已经存在";
    case absl::StatusCode::kUnauthenticated:
      return "密钥无效";
    case absl::StatusCode::kPermissionDenied:
      return "没有权限";
    case absl::StatusCode::kFailedPrecondition:
      return "当前状态不允许";
    case absl::StatusCode::kResourceExhausted:
      return "超出限制";
    case absl::StatusCode::kDeadlineExceeded:
      return "超时";
    case absl::StatusCode::kUnavailable:
      return "暂时无法处理";
    default:
      return "服务器出错";
  }
}

// The server's own Chinese, or its English after what kind of error it is.
std::string ChineseGist(const grpc::Status& status, const absl::Status& error,
                        const std::string& server) {
  if (const auto info =
          DetailOf<google::rpc::ErrorInfo>(status.error_details())) {
    const auto told = info->metadata().find("message_zh");
    if (told != info->metadata().end()) return told->second;
  }
  const std::string gist = Gist(status, server, Language::kChinese);
  if (gist != status.error_message()) return gist;
  return absl::StrCat(ChineseKind(error.code()), "：",
                      MessageWithoutField(error));
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
    found.source = kVariable;
  } else if (auto read = ReadKeyFile(kDefaultKeyFile); read.ok()) {
    found = {*std::move(read), kDefaultKeyFile};
  }
  return found;
}

absl::StatusOr<Connection> Connection::Open(const ConnectionOptions& options) {
  Connection connection;
  connection.options_ = options;
  if (!IsAddress(options.server)) {
    return WithChinese(
        absl::InvalidArgumentError(absl::StrCat("--server: \"", options.server,
                                                "\" is not HOST:PORT, such as ",
                                                kDefaultServer)),
        absl::StrCat("--server：“", options.server,
                     "”不是“主机:端口”的形式，例如 ", kDefaultServer));
  }
  SLUICE_RETURN_IF_ERROR(CheckPlaintext(options));
  SLUICE_ASSIGN_OR_RETURN(connection.key_, FindKey(options));
  connection.credentials_ = grpc::InsecureChannelCredentials();
  if (!options.ca_file.empty()) {
    grpc::SslCredentialsOptions tls;
    auto certificates = ReadFile(options.ca_file);
    if (!certificates.ok()) return NotRead(certificates.status());
    tls.pem_root_certs = *std::move(certificates);
    if (tls.pem_root_certs.find("-----BEGIN CERTIFICATE-----") ==
        std::string::npos) {
      return WithChinese(absl::InvalidArgumentError(absl::StrCat(
                             options.ca_file, ": has no PEM certificate")),
                         absl::StrCat(options.ca_file, "：没有 PEM 证书"));
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
  *options_.notes << Say(options_.language == "en" ? Language::kEnglish
                                                   : Language::kChinese,
                         "正在等待 $0 的 sluiced，最多 $1",
                         "waiting for sluiced at $0, $1 at most",
                         options_.server, absl::FormatDuration(limit))
                  << std::endl;
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
  if (!options_.lookup_reason.empty()) {
    context.AddMetadata("sluice-reason-bin", options_.lookup_reason);
  }
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
  std::string gist = Gist(status, options_.server, Language::kEnglish);
  if (reason == ErrorReason::kDiskFull)
    gist = absl::StrCat("disk full: ", gist);
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  absl::Status told(code, gist);
  const auto bad = DetailOf<google::rpc::BadRequest>(status.error_details());
  if (bad && !bad->field_violations().empty()) {
    told = WithField(std::move(told), bad->field_violations(0).field());
  }
  const std::string chinese = absl::StrCat(
      reason == ErrorReason::kDiskFull ? "磁盘已满：" : "",
      ChineseGist(status, told, options_.server),
      WhatNext(status, reason, options_, key_, Language::kChinese));
  absl::Status explained(
      code, absl::StrCat(gist, WhatNext(status, reason, options_, key_,
                                        Language::kEnglish)));
  if (reason) explained = WithReason(std::move(explained), *reason);
  const std::string field = FieldOf(told);
  if (!field.empty()) explained = WithField(std::move(explained), field);
  return WithChinese(std::move(explained), chinese);
}

absl::Duration RetryDelay(absl::string_view serialised_status) {
  const auto retry = DetailOf<google::rpc::RetryInfo>(serialised_status);
  if (!retry) return absl::ZeroDuration();
  return absl::Seconds(retry->retry_delay().seconds()) +
         absl::Nanoseconds(retry->retry_delay().nanos());
}

}  // namespace sluice::tools
