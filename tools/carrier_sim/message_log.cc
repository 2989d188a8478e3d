#include "tools/carrier_sim/message_log.h"

#include <xxhash.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/link/cmpp/msg_id.h"
#include "gateway/link/text_decode.h"

namespace sluice::sim {
namespace {

constexpr size_t kBufferMax = 256 * 1024;
constexpr size_t kPartialsMax = 100'000;

uint64_t Hash(absl::string_view text) {
  return XXH3_64bits(text.data(), text.size());
}

}  // namespace

MessageLog::MessageLog(const SimOptions& options, SimStats& stats)
    : options_(options), stats_(stats) {}

MessageLog::~MessageLog() {
  Flush();
  if (file_ != nullptr) std::fclose(file_);
}

absl::Status MessageLog::Open() {
  if (options_.log_file.empty()) return absl::OkStatus();
  file_ = std::fopen(options_.log_file.c_str(), "we");
  if (file_ == nullptr) {
    return absl::UnavailableError(
        absl::StrCat(options_.log_file, ": ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

void MessageLog::Flush() {
  if (file_ == nullptr || buffer_.empty()) return;
  std::fwrite(buffer_.data(), 1, buffer_.size(), file_);
  std::fflush(file_);
  buffer_.clear();
}

void MessageLog::Take(const cmpp::Submit& submit, absl::string_view dest,
                      uint64_t msg_id, uint64_t connection, absl::Time now) {
  const link::UserData data =
      link::SplitUserData(submit.tp_udhi != 0, submit.content);
  if (data.parts <= 1) {
    ids_.assign(1, cmpp::MsgIdKey(msg_id));
    return Complete(submit, dest, data.text, ids_, now);
  }
  std::string key = absl::StrCat(connection, " ", submit.src_id, " ", dest, " ",
                                 data.reference, " ", data.parts);
  const auto [it, added] = partials_.try_emplace(key);
  Partial& partial = it->second;
  if (added) {
    partial.octets.resize(data.parts);
    partial.ids.resize(data.parts);
    partial.missing = data.parts;
    ++stats_.messages_incomplete;
    partials_order_.push_back(std::move(key));
  }
  std::string& id = partial.ids[data.part - 1];
  if (!id.empty()) {
    ++stats_.segments_repeated;
    return;
  }
  id = cmpp::MsgIdKey(msg_id);
  partial.octets[data.part - 1] = std::string(data.text);
  if (--partial.missing == 0) {
    --stats_.messages_incomplete;
    const Partial whole = std::move(partial);
    partials_.erase(it);
    std::string octets;
    for (const std::string& part : whole.octets) octets += part;
    Complete(submit, dest, octets, whole.ids, now);
  }
  if (partials_order_.size() > kPartialsMax) {
    partials_.erase(partials_order_.front());  // Still counted.
    partials_order_.pop_front();
  }
}

void MessageLog::Complete(const cmpp::Submit& submit, absl::string_view dest,
                          absl::string_view octets,
                          const std::vector<std::string>& ids, absl::Time now) {
  ++stats_.messages;
  // The hash is of the octets, so that counting needs no decoding.
  const uint64_t hash = Hash(octets) ^ Hash(dest) * 3 ^ Hash(submit.src_id) * 5;
  const uint32_t copy = ++copies_[hash];
  if (copy > 1) ++stats_.messages_repeated;
  if (file_ == nullptr) return;
  Write(submit, dest,
        link::DecodeText(static_cast<link::Coding>(submit.msg_fmt), octets),
        ids, copy, now);
}

void MessageLog::Write(const cmpp::Submit& submit, absl::string_view dest,
                       absl::string_view text,
                       const std::vector<std::string>& ids, uint32_t copy,
                       absl::Time now) {
  if (now != time_) {
    time_ = now;
    time_text_ = absl::FormatTime("%Y-%m-%dT%H:%M:%E3S%Ez", now,
                                  absl::FixedTimeZone(8 * 3600));
  }
  nlohmann::ordered_json line = {{"time", time_text_},
                                 {"src", submit.src_id},
                                 {"dest", std::string(dest)}};
  if (options_.log_digests) {
    line["digest"] = absl::StrCat(absl::Hex(Hash(text), absl::kZeroPad16));
  } else {
    line["text"] = std::string(text);
  }
  line["ids"] = ids;
  line["copy"] = copy;
  // Numbers are logged as the client sent them; invalid UTF-8 is replaced.
  absl::StrAppend(
      &buffer_,
      line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
      "\n");
  if (buffer_.size() > kBufferMax) Flush();
}

}  // namespace sluice::sim
