#pragma once

// Accepts the connections of the gRPC service and decides which may stay. gRPC
// serves them; here is what gRPC cannot do: a limit of connections for each
// address, and an end for connections that never show a key, send much without
// a key, or make calls only to reset them.
//
// What a connection that is known has sent and no call has taken is bounded
// too: gRPC reads a request to its end, of whatever size, before anybody sees
// it.
//
// A stranger is a connection without a call with a valid key so far. It may
// stay for a while and send a little; when there are too many connections, the
// oldest stranger goes first, so that idle connections keep nobody out.

#include <sys/socket.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "gateway/entry/listeners.h"
#include "rules/base/mutex.h"

namespace sluice::gateway {

// What the calls of a connection have taken of what it sent. Any thread.
class Intake {
 public:
  // Most octets of a request on its way, with all that goes around it.
  static constexpr int64_t kReading = 5 << 20;
  // Of a request that is not read yet: the window of a stream.
  static constexpr int64_t kWaiting = 128 << 10;
  // What goes around a request: headers, frames, acknowledgements.
  static constexpr int64_t kAround = 16 << 10;

  // A call may have `bytes` more on their way, or, negative, less.
  void Allow(int64_t bytes) { allowed_ += bytes; }
  // A request of `bytes` has been taken, or a call with as much was refused.
  void Take(int64_t bytes) { taken_ += bytes + kAround; }
  // One of the connection's calls without a key has ended.
  void EndOpenCall() { --open_calls_; }

 private:
  friend class Connections;
  std::atomic<int64_t> allowed_ = 0;
  std::atomic<int64_t> taken_ = 0;
  std::atomic<int> open_calls_ = 0;
};

struct ConnectionLimits {
  size_t connections_max = 0;
  // Of one address; see NetworkOf().
  size_t per_network_max = 0;
  // How long a connection may be a stranger.
  std::chrono::seconds stranger_time{0};
};

// Any thread may call the functions.
class Connections {
 public:
  using Clock = std::chrono::steady_clock;

  // Octets that a stranger may send: enough for a TLS handshake and for health
  // checks, too little to fill memory.
  static constexpr uint64_t kStrangerBytesMax = 256 << 10;
  // Octets that a known connection may send beyond what its calls may have on
  // their way: the first windows of a thousand streams, whose calls have not
  // begun yet.
  static constexpr int64_t kSurplusBytesMax = 64 << 20;
  // Octets that a known connection may send while the server sends nothing.
  // Flow control makes the server answer the octets of requests sooner than
  // that, so these are headers without an end.
  static constexpr uint64_t kUnansweredBytesMax = 16 << 20;
  // Calls without a valid key that a connection may make at once, and how many
  // more a second.
  static constexpr double kFaultsMax = 2000;
  static constexpr double kFaultsPerSecond = 100;
  // As how many of them a call counts that is reset before its request is
  // complete. gRPC begins such calls faster than it ends them, so a flood of
  // them must be seen early.
  static constexpr double kResetFaults = 20;
  // As how many a refused call counts: a caller that tries too much is not
  // closed for it, unless there is a flood.
  static constexpr double kRefusedFaults = 0.05;
  // Calls of one connection in progress that need no key: health checks and
  // reflection.
  static constexpr int kOpenCallsMax = 16;
  // Calls that gRPC has made and not ended, but for those that were let in,
  // about 17 KB each. A caller that resets its calls makes gRPC begin more of
  // them than it ends, and in the end begin nothing but them. With more than
  // these, the connections that may have made them are closed.
  static constexpr int64_t kStraysMax = 4096;
  // Fewer new calls than this since connections were closed are no flood any
  // more: gRPC is ending what it has.
  static constexpr int64_t kFloodCallsMin = 512;
  // A connection that has sent more octets, unanswered, in such a flood is
  // part of it: flow control lets no request have more.
  static constexpr uint64_t kFloodBytesMax = 160 << 10;
  // With so many strays, new connections wait until gRPC has ended some, and
  // fewer octets are enough: a sender whose batch waits may be closed with the
  // others, and submits it again.
  static constexpr int64_t kGreatFlood = 2 * kStraysMax;
  static constexpr uint64_t kGreatFloodBytesMax = 4 << 10;
  // One that has sent fewer than these is no part of it.
  static constexpr uint64_t kFloodBytesMin = 1 << 10;

  explicit Connections(ConnectionLimits limits);
  // Calls Stop().
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  // Listens and returns the port; `port` 0: any free one. Returns 0 if no
  // address of `host` can be used. Call it once.
  uint16_t Listen(const std::string& host, uint16_t port);

  // Accepts connections from now on, on a thread of its own. `serve` takes the
  // socket over and closes it.
  void Start(std::function<void(int socket)> serve);

  // Ends the thread; accepts no more. The connections stay open.
  void Stop();

  // `peer` is the connection's other end, see PeerName().
  // The connection has made a call with a valid key. Never null.
  std::shared_ptr<Intake> Trust(absl::string_view peer);
  // The connection has made a call without a valid key (1), has reset a call
  // before its request was complete (kResetFaults), or has made another call
  // that was refused (kRefusedFaults).
  void Blame(absl::string_view peer, double faults);

  // The connection has made a call that needs no key. Call EndOpenCall() when
  // the call ends. Null: it has too many of them.
  std::shared_ptr<Intake> MadeOpenCall(absl::string_view peer);

  // gRPC has made a call, and has ended one, whatever became of it.
  void CallMade();
  void CallEnded() { ++gone_; }
  // A call has been let in, and has ended.
  void CallAdmitted() { ++gone_; }
  void AdmittedEnded() { --gone_; }

  size_t open() const;

 private:
  // Why connections were closed.
  enum class Reason { kRefused, kReplaced, kTime, kBytes, kSurplus, kFaults };
  static constexpr size_t kReasons = 6;

  struct Connection {
    uint64_t id = 0;
    int socket = -1;  // A duplicate of the one that gRPC has.
    std::string peer;
    std::string network;
    Clock::time_point accepted;
    bool stranger = true;
    double faults = 0;
    Clock::time_point last_fault;
    uint64_t received = 0;  // Octets, when last looked at.
    uint64_t sent = 0;
    uint64_t unanswered = 0;  // Received since the server last sent something.
    int64_t surplus = 0;      // Of those, not taken by calls.
    std::shared_ptr<Intake> intake = std::make_shared<Intake>();
  };
  struct Network {
    size_t open = 0;
    std::set<uint64_t> strangers;  // Ids; the oldest first.
  };

  void Run();
  // New connections wait in the kernel while it is false.
  void Accept(bool accepts);
  void AcceptFrom(int listener);
  bool Add(int socket, const sockaddr_storage& address);
  bool MakeRoom(const std::string& network) SLUICE_REQUIRES(mutex_);
  void Happened(uint64_t id, uint32_t events);
  void BlameOne(Connection& one, double faults) SLUICE_REQUIRES(mutex_);
  int64_t Strays() const { return made_ - gone_; }
  void CheckAll();
  void EndFlood();
  void Measure(Connection& one) SLUICE_REQUIRES(mutex_);
  void CheckTraffic(Connection& one) SLUICE_REQUIRES(mutex_);
  void Close(uint64_t id, Reason reason) SLUICE_REQUIRES(mutex_);
  void Forget(uint64_t id) SLUICE_REQUIRES(mutex_);
  void ForgetStranger(const Connection& one) SLUICE_REQUIRES(mutex_);
  void Report();

  const ConnectionLimits limits_;
  Listeners listeners_;
  int epoll_ = -1;
  int stop_ = -1;                  // An eventfd: the thread ends.
  int flood_ = -1;                 // An eventfd: too many strays.
  std::atomic<int64_t> made_ = 0;  // Calls.
  std::atomic<int64_t> gone_ = 0;  // Of those, no strays any more.
  int64_t made_before_ = 0;        // When connections were closed last.
  std::function<void(int)> serve_;
  std::thread thread_;
  bool accepts_ = true;

  mutable Mutex mutex_;
  uint64_t last_id_ SLUICE_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_map<uint64_t, std::unique_ptr<Connection>> connections_
      SLUICE_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, Connection*> by_peer_
      SLUICE_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, Network> networks_ SLUICE_GUARDED_BY(mutex_);
  std::set<uint64_t> strangers_ SLUICE_GUARDED_BY(mutex_);
  std::array<uint64_t, kReasons> closed_ SLUICE_GUARDED_BY(mutex_) = {};
};

}  // namespace sluice::gateway
