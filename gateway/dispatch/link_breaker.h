#pragma once

// Decides what of a carrier link is paused: the whole link, or single access
// numbers that the carrier refuses while it takes messages from others.
//
// An access number is paused when its own outcomes say so (circuit_breaker.h)
// and the carrier treats the others better: of their answers among the link's
// last 64 outcomes, fewer than half are refusals with that code. Otherwise,
// also when there are no others, the link is paused. Missing answers always
// pause it.
//
// A probe of the link is the least urgent message that waits: one that the
// carrier refuses, or does not answer, is lost. It is of a paused access number
// only when nothing else waits in any partition and a probe of that one is due,
// too: the carrier may take others while it refuses that one. A link that was
// paused for missing answers goes on when a probe is refused: that is an
// answer.
//
// What the link holds then and has not begun to write is given back; what it
// has written, at most its window, goes.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/dispatch/circuit_breaker.h"
#include "store/partition/partition.h"

namespace sluice::gateway {

// What the outcome of a message decides.
enum class ProbeOf : uint8_t { kNothing, kLink, kNumber };

// Not thread-safe. Times are monotonic.
class LinkBreaker {
 public:
  // Access numbers that are watched at a time. Senders may lengthen theirs by
  // digits of their own; those beyond the limit count for the link only.
  static constexpr size_t kNumbersMax = 1024;

  // A pause begins or ends. `access_number` is empty for the link.
  struct Change {
    bool paused = false;
    std::string access_number;
    BreakerCause cause;
    absl::Duration after;  // At its end: how long it was.
  };

  // The link asks so many partitions, one after the other.
  explicit LinkBreaker(size_t partitions = 1)
      : partitions_(partitions), link_(bounds_) {}

  bool paused() const { return link_.open(); }
  // Only while the link is paused.
  const BreakerCause& cause() const { return link_.cause(); }
  // Paused access numbers and why, sorted.
  std::vector<std::pair<std::string, BreakerCause>> PausedNumbers() const;

  // Whether the link may send a message of this access number, which is a probe
  // of `probe`. What was asked for before a pause may come after it began.
  bool MaySend(absl::string_view access_number, ProbeOf probe) const;

  // Whether the link may have messages now. Then limits `request` to those, and
  // begins the probes that are due.
  bool Admit(absl::Duration now, store::WorkRequest& request);
  // The answer to an admitted request: the access numbers of its messages, in
  // order. Returns what each message is a probe of; a probe without a message
  // is asked for again. `cut_short` as in store::Work.
  std::vector<ProbeOf> Came(const std::vector<std::string>& access_numbers,
                            bool cut_short = false);

  // The carrier took or refused a message, or did not answer. Returns what
  // that changes.
  std::optional<Change> Ended(absl::string_view access_number, ProbeOf probe,
                              MessageEnd end, absl::Duration now);
  // The probe was given back unsent.
  void Unused(absl::string_view access_number, ProbeOf probe);
  // The carrier asked to send the probe later.
  void PutOff(absl::string_view access_number, ProbeOf probe,
              absl::Duration now);

 private:
  CircuitBreaker* Find(absl::string_view access_number, ProbeOf probe);
  CircuitBreaker* Of(absl::string_view access_number);
  std::optional<Change> EndedProbe(absl::string_view access_number,
                                   ProbeOf probe, const MessageEnd& end,
                                   absl::Duration now);
  bool OthersDoBetter(const MessageEnd& refused) const;

  const BreakerBounds bounds_;
  const size_t partitions_;
  CircuitBreaker link_;
  absl::flat_hash_map<std::string, CircuitBreaker> numbers_;
  // Probes that were asked for and have not come.
  bool asked_link_ = false;
  // Partitions in a row that had no message for a probe of the link.
  size_t empty_partitions_ = 0;
  std::vector<std::string> asked_numbers_;
};

}  // namespace sluice::gateway
