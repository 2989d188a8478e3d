#pragma once

// The log of the simulated carrier, for a comparison message by message: joins
// segments, counts complete copies and writes each complete message as a line
// of JSON:
//
//   {"time":"2026-11-22T10:00:00.123+08:00","src":"1069...","dest":"138...",
//    "text":"...","ids":["bb1c06038d271f17"],"copy":1}
//
// `copy` counts complete messages with this sender, recipient and text: 2 means
// that the message came twice. With digests, "digest" (XXH3-64 of the text,
// hexadecimal) replaces "text".

#include <cstdint>
#include <cstdio>
#include <deque>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/link/cmpp/submit.h"
#include "tools/carrier_sim/sim_options.h"

namespace sluice::sim {

// One thread.
class MessageLog {
 public:
  // Adds counts to `stats`, which must outlive the log.
  MessageLog(const SimOptions& options, SimStats& stats);
  ~MessageLog();
  MessageLog(const MessageLog&) = delete;
  MessageLog& operator=(const MessageLog&) = delete;

  // Errors: kUnavailable (the log file cannot be written).
  absl::Status Open();

  // Takes a segment that the carrier accepted on its nth connection, for one of
  // its recipients.
  //
  // Segments are joined within a connection only. A message that a client began
  // on another connection stays incomplete: a restarted client begins its
  // references anew, and one of 8 bits soon names another message to the same
  // number.
  void Take(const cmpp::Submit& submit, absl::string_view dest, uint64_t msg_id,
            uint64_t connection, absl::Time now);

  // Writes the buffered lines.
  void Flush();

 private:
  // A message with missing segments.
  struct Partial {
    std::vector<std::string> octets;
    std::vector<std::string> ids;  // Empty: missing.
    uint32_t missing = 0;
  };

  void Complete(const cmpp::Submit& submit, absl::string_view dest,
                absl::string_view octets, const std::vector<std::string>& ids,
                absl::Time now);
  void Write(const cmpp::Submit& submit, absl::string_view dest,
             absl::string_view text, const std::vector<std::string>& ids,
             uint32_t copy, absl::Time now);

  const SimOptions& options_;
  SimStats& stats_;
  std::FILE* file_ = nullptr;
  std::string buffer_;
  std::vector<std::string> ids_;  // Of the current message; reused.
  // By connection, sender, recipient, reference and count.
  absl::flat_hash_map<std::string, Partial> partials_;
  std::deque<std::string> partials_order_;          // May hold complete ones.
  absl::flat_hash_map<uint64_t, uint32_t> copies_;  // By a hash of all three.
  absl::Time time_ = absl::InfinitePast();          // The time in time_text_.
  std::string time_text_;
};

}  // namespace sluice::sim
