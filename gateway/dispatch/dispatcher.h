#pragma once

// Joins links and store: asks for due messages when a link has room, hands them
// to the link, and tells the store the outcome of each message.
//
// The dispatcher queues no messages. A link with room asks one partition after
// the other until a partition has work. A partition without work is not asked
// again until it calls or Tick() comes. Work that arrives after its link went
// down, was paused or took back its offer is given back at once. A link or
// access number that the carrier refuses or does not answer gets only probes:
// see link_breaker.h.

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
#include "gateway/dispatch/link_monitor.h"
#include "gateway/link/link.h"
#include "gateway/telemetry/link_status.h"
#include "gateway/telemetry/metrics.h"
#include "rules/base/clock.h"
#include "rules/base/mutex.h"
#include "store/store.h"

namespace sluice::gateway {

// Any thread. All arguments must outlive Stop(). Destroy the store before the
// dispatcher: the store calls back until it is destroyed.
class Dispatcher final : public link::LinkOwner {
 public:
  // `clock` measures answers and pauses.
  Dispatcher(store::Store& store, const Clock& clock, Metrics& metrics);
  ~Dispatcher() override;

  // The carriers whose recipients a link serves.
  using Carriers = std::array<bool, kCarriers>;

  // Takes `link`, whose owner is this dispatcher. Before Start().
  void Add(std::unique_ptr<link::Link> link, const Carriers& carriers,
           uint32_t window);

  // Starts all links.
  void Start();

  // To be called once a second: asks dry partitions again.
  void Tick();

  // Stops asking for work, waits at most `drain` for the answers of the
  // carriers, and returns when every link has stopped and the work that was
  // asked for has been given back to the store.
  void Stop(absl::Duration drain);

  // All links, in the order of Add(); without what waits for them. Never waits
  // for the store.
  std::vector<LinkStatus> Status() const;
  // With what waits for them. Waits for the store's writers.
  std::vector<LinkStatus> StatusWithWaiting() const;

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
    LinkMonitor::HandedOver handed_over;
  };

  // One link and the messages it holds.
  struct Line {
    Line(std::unique_ptr<link::Link> the_link, uint32_t the_window,
         size_t partitions, absl::Time now)
        : link(std::move(the_link)),
          window(the_window),
          monitor(link->name(), partitions, now) {}

    const std::unique_ptr<link::Link> link;
    Carriers carriers = {};
    const uint32_t window;

    mutable Mutex mutex;
    LinkMonitor monitor SLUICE_GUARDED_BY(mutex);
    bool up SLUICE_GUARDED_BY(mutex) = false;
    uint32_t free SLUICE_GUARDED_BY(mutex) = 0;
    // A partition has been asked, and its answer has not been dealt with.
    bool asking SLUICE_GUARDED_BY(mutex) = false;
    CondVar asked;  // It has been.
    size_t next_partition SLUICE_GUARDED_BY(mutex) = 0;
    // By partition: it had no work that fits; it has a message with more
    // segments than there was room for; the number of its calls since the
    // start.
    std::vector<bool> dry SLUICE_GUARDED_BY(mutex);
    std::vector<bool> more SLUICE_GUARDED_BY(mutex);
    std::vector<uint64_t> calls SLUICE_GUARDED_BY(mutex);
    link::HandOverRef last_ref SLUICE_GUARDED_BY(mutex) = 0;
    absl::flat_hash_map<link::HandOverRef, Flight> flights
        SLUICE_GUARDED_BY(mutex);
    // Flights that ended UNKNOWN, for late answers; the oldest is overwritten.
    std::vector<std::pair<link::HandOverRef, Flight>> late
        SLUICE_GUARDED_BY(mutex);
    size_t late_next SLUICE_GUARDED_BY(mutex) = 0;
    // The events of the current run, by partition.
    std::vector<store::LinkRun> runs SLUICE_GUARDED_BY(mutex);
  };

  LinkMonitor::Moment Now() const;
  Line& LineOf(const link::Link& link) const;
  void Work(int partition, Carrier carrier);
  void Ask(Line& line);
  // Takes the work of `partition`, which had called `calls` times when it was
  // asked for `segments`.
  void Take(Line& line, int partition, uint64_t calls, uint32_t segments,
            absl::StatusOr<store::Work> taken);
  // Whether the link still may have the message that it asked for.
  bool IsWelcome(const Line& line, const LinkMonitor::HandedOver& message) const
      SLUICE_REQUIRES(line.mutex);
  // Lets the link give back what it shall not send because of `pauses`, which
  // came from its monitor. Without the line's mutex.
  void GiveBackPaused(Line& line, const std::vector<std::string>& pauses);
  void Forget(Line& line, link::HandOverRef ref, const Flight& flight)
      SLUICE_REQUIRES(line.mutex);

  store::Store& store_;
  const Clock& clock_;
  Metrics& metrics_;
  std::vector<std::unique_ptr<Line>> lines_;  // Fixed from Start() on.

  mutable Mutex mutex_;
  CondVar changed_;
  size_t stopped_ SLUICE_GUARDED_BY(mutex_) = 0;
  bool stopping_ SLUICE_GUARDED_BY(mutex_) = false;
};

}  // namespace sluice::gateway
