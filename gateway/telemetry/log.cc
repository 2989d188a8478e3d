#include "gateway/telemetry/log.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#include <spdlog/async.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace sluice::gateway {
namespace {

constexpr size_t kQueueLines = 8192;

// A line's text as a JSON string, with malformed UTF-8 replaced.
class JsonText final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& line, const std::tm&,
              spdlog::memory_buf_t& out) override {
    const nlohmann::json text =
        std::string(line.payload.data(), line.payload.size());
    const std::string quoted =
        text.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    out.append(quoted.data(), quoted.data() + quoted.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<JsonText>();
  }
};

// By default libraries write to standard error without level and format, and
// may quote their input. Logs only the file and line that reports: enough to
// investigate, and never a byte of a message.
void LogProtobuf(google::protobuf::LogLevel, const char* file, int line,
                 const std::string&) {
  spdlog::debug("protobuf reported a fault at {}:{}", file, line);
}

void LogGrpc(gpr_log_func_args* from) {
  spdlog::debug("gRPC reported a fault at {}:{}", from->file, from->line);
}

}  // namespace

void StartLog(const config::v1::Logging& logging) {
  spdlog::init_thread_pool(kQueueLines, 1);
  auto logger = std::make_shared<spdlog::async_logger>(
      "sluiced", std::make_shared<spdlog::sinks::stderr_sink_mt>(),
      spdlog::thread_pool(), spdlog::async_overflow_policy::overrun_oldest);
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  if (logging.format() == "json") {
    formatter->add_flag<JsonText>('*').set_pattern(
        R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","text":%*})");
  } else {
    formatter->set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
  }
  logger->set_formatter(std::move(formatter));
  logger->set_level(spdlog::level::from_str(logging.level()));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
  google::protobuf::SetLogHandler(LogProtobuf);
  gpr_set_log_function(LogGrpc);
}

uint64_t LogLinesDropped() {
  const auto pool = spdlog::thread_pool();
  return pool != nullptr ? pool->overrun_counter() : 0;
}

void StopLog() {
  google::protobuf::SetLogHandler(nullptr);
  gpr_set_log_function(nullptr);
  spdlog::shutdown();
}

}  // namespace sluice::gateway
