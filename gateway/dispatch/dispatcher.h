#pragma once

// Joins links and store: asks for due messages when a link has room, hands them
// to the link, and tells the store what became of each.
//
// Nothing waits here. A link that has room asks one partition after the other
// until one has work; a partition that has none is left alone until it says
// that there is some (or for a second). What was taken and can no longer be
// given to its link goes back at once.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "filter/policy/ids.h"
#include "gateway/link/link.h"
#include "gateway/telemetry/metrics.h"
#include "rules/base/mutex.h"
#include "store/store.h"

namespace sluice::gateway {

// Any thread. `store` and `metrics` must outlive Stop(); the store must be
// destroyed first, since it calls back until then.
class Dispatcher final : public link::LinkOwner {
 public:
  // How long a message waits that the carrier would not take for the moment.
  static constexpr absl::Duration kRetryPause = absl::Seconds(1);

  Dispatcher(store::Store& store, Metrics& metrics);
  ~Dispatcher() override;

  // Which carriers' recipients a link serves.
  using Carriers = std::array<bool, kCarriers>;

  // Owns `link`, whose owner is this. Before Start().
  void Add(std::unique_ptr<link::Link> link, const Carriers& carriers,
           uint32_t window);

  // Starts all links.
  void Start();

  // Once a second: asks again where nothing was found.
  void Tick();

  // Takes no more work, lets the carriers answer for at most `drain`, and
  // returns when every link has stopped.
  void Stop(absl::Duration drain);

  struct LinkStatus {
    std::string name;
    bool up = false;
    uint64_t in_flight = 0;
  };
  std::vector<LinkStatus> Status() const;

  // link::LinkOwner.
  void FreeWindow(link::Link& link, uint32_t segments_free) override;
  void Written(link::Link& link, link::HandOverRef ref) override;
  void GivenBack(link::Link& link, link::HandOverRef ref) override;
  void Answered(link::Link& link, const link::Answer& answer) override;
  void LateAnswer(link::Link& link, link::HandOverRef ref, uint32_t part,
                  const std::string& message_id) override;
  void Reported(link::Link& link, link::Report report,
                link::Acknowledge acknowledge) override;
  void MoReceived(link::Link& link, link::Mo mo,
                  link::Acknowledge acknowledge) override;
  void StateChanged(link::Link& link, link::LinkState state,
                    absl::string_view why) override;
  void EndOfRun(link::Link& link) override;

 private:
  // A message at a link.
  struct Flight {
    int partition = 0;
    store::RecordRef message;
    Phone recipient;
  };

  // One link and what it has of ours.
  struct Line {
    std::unique_ptr<link::Link> link;
    Carriers carriers = {};
    uint32_t window = 0;

    mutable Mutex mutex;
    bool up SLUICE_GUARDED_BY(mutex) = false;
    bool stopped SLUICE_GUARDED_BY(mutex) = false;
    uint32_t free SLUICE_GUARDED_BY(mutex) = 0;
    // A partition has been asked and has not answered.
    bool asking SLUICE_GUARDED_BY(mutex) = false;
    size_t next_partition SLUICE_GUARDED_BY(mutex) = 0;
    // By partition: it had nothing; or it had a message with more parts than
    // there was room for; and how often it has called since the start.
    std::vector<bool> dry SLUICE_GUARDED_BY(mutex);
    std::vector<bool> more SLUICE_GUARDED_BY(mutex);
    std::vector<uint64_t> calls SLUICE_GUARDED_BY(mutex);
    link::HandOverRef last_ref SLUICE_GUARDED_BY(mutex) = 0;
    absl::flat_hash_map<link::HandOverRef, Flight> flights
        SLUICE_GUARDED_BY(mutex);
    // Unanswered ones, for answers that come late; the oldest is forgotten.
    std::vector<std::pair<link::HandOverRef, Flight>> late
        SLUICE_GUARDED_BY(mutex);
    size_t late_next SLUICE_GUARDED_BY(mutex) = 0;
    // The run under way, by partition.
    std::vector<store::LinkRun> runs SLUICE_GUARDED_BY(mutex);
  };

  Line& LineOf(const link::Link& link) const;
  void Work(int partition, Carrier carrier);
  void Ask(Line& line);
  // What `partition` gave when it had called `calls` times and there was room
  // for `segments`.
  void Take(Line& line, int partition, uint64_t calls, uint32_t segments,
            absl::StatusOr<store::Work> taken);
  void Forget(Line& line, link::HandOverRef ref, const Flight& flight)
      SLUICE_REQUIRES(line.mutex);

  store::Store& store_;
  Metrics& metrics_;
  std::vector<std::unique_ptr<Line>> lines_;  // Fixed from Start() on.

  mutable Mutex mutex_;
  CondVar changed_;
  size_t stopped_ SLUICE_GUARDED_BY(mutex_) = 0;
  bool stopping_ SLUICE_GUARDED_BY(mutex_) = false;
};

}  // namespace sluice::gateway
