#include "gateway/entry/connections.h"

#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "gateway/entry/peer_name.h"
#include "rules/base/check.h"
#include "rules/base/thread_name.h"

namespace sluice::gateway {
namespace {

constexpr int kAcceptsAtOnce = 128;
// Octets that wait in the kernel, at most; more than HTTP/2 lets a stream send
// before the server answers.
constexpr int kReceiveBuffer = 128 << 10;
constexpr std::chrono::milliseconds kCheckEvery(100);
// The same in a flood of calls.
constexpr std::chrono::milliseconds kCheckFloodEvery(10);
constexpr std::chrono::seconds kReportEvery(60);
constexpr int64_t kForgivenEachCheck = 1024;
// How long accepting pauses when the process has no file left.
constexpr std::chrono::milliseconds kPause(100);

// Ids of events: the listeners and the eventfd are below those of connections.
constexpr uint64_t kStopId = 0;
constexpr uint64_t kFloodId = 999;
constexpr uint64_t kFirstConnectionId = 1'000;

// Reading is reported for strangers only: connections that are known cost
// nothing here however much they send. Hang-ups are always reported.
constexpr uint32_t kStrangerEvents = EPOLLIN | EPOLLRDHUP | EPOLLET;
constexpr uint32_t kKnownEvents = EPOLLRDHUP | EPOLLET;

void Watch(int epoll, int operation, int file, uint32_t events, uint64_t id) {
  epoll_event event = {};
  event.events = events;
  event.data.u64 = id;
  epoll_ctl(epoll, operation, file, &event);
}

void Signal(int event) {
  const uint64_t one = 1;
  // Cannot fail: the counter is far from full.
  SLUICE_CHECK(write(event, &one, sizeof(one)) == sizeof(one));
}

// Takes what the peer has sent from the socket, so that gRPC will not read it.
void Discard(int socket) {
  constexpr size_t kAtOnce = 1 << 20;
  // MSG_TRUNC copies nothing (tcp(7)).
  while (recv(socket, nullptr, kAtOnce, MSG_DONTWAIT | MSG_TRUNC) > 0) {
  }
}

// The kernel's counts of a connection; all 0 if it has none.
tcp_info TrafficOf(int socket) {
  tcp_info traffic = {};
  socklen_t size = sizeof(traffic);
  getsockopt(socket, IPPROTO_TCP, TCP_INFO, &traffic, &size);
  return traffic;
}

}  // namespace

Connections::Connections(ConnectionLimits limits)
    : limits_(limits),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      flood_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  SLUICE_CHECK(epoll_ >= 0 && stop_ >= 0 && flood_ >= 0);
  MutexLock lock(mutex_);
  last_id_ = kFirstConnectionId;
}

Connections::~Connections() {
  Stop();
  MutexLock lock(mutex_);
  for (const auto& [id, one] : connections_) close(one->socket);
  close(epoll_);
  close(stop_);
  close(flood_);
}

uint16_t Connections::Listen(const std::string& host, uint16_t port) {
  return listeners_.Open(host, port);
}

void Connections::Start(std::function<void(int)> serve) {
  serve_ = std::move(serve);
  Watch(epoll_, EPOLL_CTL_ADD, stop_, EPOLLIN, kStopId);
  Watch(epoll_, EPOLL_CTL_ADD, flood_, EPOLLIN | EPOLLET, kFloodId);
  for (size_t i = 0; i < listeners_.sockets().size(); ++i) {
    Watch(epoll_, EPOLL_CTL_ADD, listeners_.sockets()[i], EPOLLIN, i + 1);
  }
  thread_ = std::thread([this] {
    NameThisThread("connections");
    Run();
  });
}

void Connections::Stop() {
  if (!thread_.joinable()) return;
  Signal(stop_);
  thread_.join();
}

void Connections::CallMade() {
  if (++made_ - gone_ == kStraysMax + 1) Signal(flood_);
}

void Connections::Run() {
  auto check = Clock::now() + kCheckEvery;
  auto report = Clock::now() + kReportEvery;
  std::array<epoll_event, 256> events;
  for (;;) {
    const auto timeout = Strays() > kStraysMax ? kCheckFloodEvery : kCheckEvery;
    const int count =
        epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                   static_cast<int>(timeout.count()));
    for (int i = 0; i < count; ++i) {
      const uint64_t id = events[i].data.u64;
      if (id == kStopId) return;
      if (id == kFloodId) continue;
      if (id < kFirstConnectionId) {
        AcceptFrom(listeners_.sockets()[id - 1]);
      } else {
        Happened(id, events[i].events);
      }
    }
    if (Strays() > kStraysMax) EndFlood();
    Accept(Strays() <= kGreatFlood);
    const auto now = Clock::now();
    if (now >= check) {
      CheckAll();
      check = now + kCheckEvery;
    }
    if (now >= report) {
      Report();
      report = now + kReportEvery;
    }
  }
}

void Connections::Accept(bool accepts) {
  if (std::exchange(accepts_, accepts) == accepts) return;
  for (size_t i = 0; i < listeners_.sockets().size(); ++i) {
    Watch(epoll_, EPOLL_CTL_MOD, listeners_.sockets()[i], accepts ? EPOLLIN : 0,
          i + 1);
  }
}

void Connections::AcceptFrom(int listener) {
  for (int i = 0; i < kAcceptsAtOnce; ++i) {
    sockaddr_storage address = {};
    socklen_t size = sizeof(address);
    const int socket = accept4(listener, reinterpret_cast<sockaddr*>(&address),
                               &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0 && (errno == EMFILE || errno == ENFILE)) {
      // The connection still waits, and epoll would report it at once.
      std::this_thread::sleep_for(kPause);
    }
    if (socket < 0) return;
    const int yes = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer,
               sizeof(kReceiveBuffer));
    if (Add(socket, address)) {
      serve_(socket);
    } else {
      close(socket);
    }
  }
}

bool Connections::Add(int socket, const sockaddr_storage& address) {
  auto one = std::make_unique<Connection>();
  one->peer = PeerName(address);
  one->network = NetworkOf(address);
  one->accepted = one->last_fault = Clock::now();
  MutexLock lock(mutex_);
  if (by_peer_.contains(one->peer) || !MakeRoom(one->network)) {
    ++closed_[static_cast<size_t>(Reason::kRefused)];
    return false;
  }
  one->socket = fcntl(socket, F_DUPFD_CLOEXEC, 0);
  if (one->socket < 0) return false;
  one->id = ++last_id_;
  Network& network = networks_[one->network];
  ++network.open;
  network.strangers.insert(one->id);
  strangers_.insert(one->id);
  by_peer_[one->peer] = one.get();
  Watch(epoll_, EPOLL_CTL_ADD, one->socket, kStrangerEvents, one->id);
  connections_[one->id] = std::move(one);
  return true;
}

// False: all connections that a new one of `network` could replace are known.
bool Connections::MakeRoom(const std::string& network) {
  const auto found = networks_.find(network);
  if (found != networks_.end() &&
      found->second.open >= limits_.per_network_max) {
    if (found->second.strangers.empty()) return false;
    Close(*found->second.strangers.begin(), Reason::kReplaced);
  }
  if (connections_.size() < limits_.connections_max) return true;
  if (strangers_.empty()) return false;
  Close(*strangers_.begin(), Reason::kReplaced);
  return true;
}

void Connections::Happened(uint64_t id, uint32_t events) {
  MutexLock lock(mutex_);
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  if ((events & (EPOLLHUP | EPOLLERR)) != 0) {
    Forget(id);
  } else {
    CheckTraffic(*found->second);
  }
}

void Connections::CheckAll() {
  const auto now = Clock::now();
  MutexLock lock(mutex_);
  while (!strangers_.empty()) {
    const Connection& oldest = *connections_[*strangers_.begin()];
    if (now - oldest.accepted < limits_.stranger_time) break;
    Close(oldest.id, Reason::kTime);
  }
  std::vector<uint64_t> known;
  for (const auto& [id, one] : connections_) {
    if (!one->stranger) known.push_back(id);
  }
  for (const uint64_t id : known) CheckTraffic(*connections_[id]);
}

// The connections that have reset calls, or made refused ones, and those that
// send on though nobody answers. If there are none, the one that has sent most.
void Connections::EndFlood() {
  if (made_ - made_before_ < kFloodCallsMin) return;
  made_before_ = made_;
  const uint64_t bytes_max =
      Strays() > kGreatFlood ? kGreatFloodBytesMax : kFloodBytesMax;
  MutexLock lock(mutex_);
  std::vector<uint64_t> suspects;
  const Connection* worst = nullptr;
  for (const auto& [id, one] : connections_) {
    Measure(*one);
    if (one->faults > 0 || one->unanswered > bytes_max) {
      suspects.push_back(id);
    }
    if (worst == nullptr || one->unanswered > worst->unanswered) {
      worst = one.get();
    }
  }
  if (suspects.empty() && worst != nullptr &&
      worst->unanswered > kFloodBytesMin) {
    suspects.push_back(worst->id);
  }
  for (const uint64_t id : suspects) Close(id, Reason::kFaults);
}

// `one` may be gone afterwards.
void Connections::CheckTraffic(Connection& one) {
  Measure(one);
  if (one.stranger) {
    if (one.received > kStrangerBytesMax) Close(one.id, Reason::kBytes);
    return;
  }
  if (one.surplus > one.intake->allowed_ + kSurplusBytesMax ||
      one.unanswered > kUnansweredBytesMax) {
    Close(one.id, Reason::kSurplus);
  }
}

void Connections::Measure(Connection& one) {
  const tcp_info traffic = TrafficOf(one.socket);
  const auto more =
      static_cast<int64_t>(traffic.tcpi_bytes_received - one.received);
  const int64_t taken = one.intake->taken_.exchange(0);
  one.received = traffic.tcpi_bytes_received;
  // What goes around calls is only estimated and must not add up over days.
  one.surplus =
      std::max<int64_t>(0, one.surplus + more - taken - kForgivenEachCheck);
  one.unanswered = one.sent == traffic.tcpi_bytes_sent
                       ? one.unanswered + static_cast<uint64_t>(more)
                       : 0;
  one.sent = traffic.tcpi_bytes_sent;
}

std::shared_ptr<Intake> Connections::Trust(absl::string_view peer) {
  MutexLock lock(mutex_);
  const auto found = by_peer_.find(peer);
  // Closed meanwhile.
  if (found == by_peer_.end()) return std::make_shared<Intake>();
  Connection& one = *found->second;
  if (one.stranger) {
    ForgetStranger(one);
    one.stranger = false;
    Watch(epoll_, EPOLL_CTL_MOD, one.socket, kKnownEvents, one.id);
  }
  return one.intake;
}

std::shared_ptr<Intake> Connections::MadeOpenCall(absl::string_view peer) {
  MutexLock lock(mutex_);
  const auto found = by_peer_.find(peer);
  // Closed meanwhile.
  if (found == by_peer_.end()) return std::make_shared<Intake>();
  std::shared_ptr<Intake> intake = found->second->intake;
  BlameOne(*found->second, kRefusedFaults);
  if (intake->open_calls_ >= kOpenCallsMax) return nullptr;
  ++intake->open_calls_;
  return intake;
}

void Connections::Blame(absl::string_view peer, double faults) {
  MutexLock lock(mutex_);
  const auto found = by_peer_.find(peer);
  if (found != by_peer_.end()) BlameOne(*found->second, faults);
}

// `one` may be gone afterwards.
void Connections::BlameOne(Connection& one, double faults) {
  const auto now = Clock::now();
  const std::chrono::duration<double> passed = now - one.last_fault;
  one.last_fault = now;
  one.faults =
      std::max(0.0, one.faults - passed.count() * kFaultsPerSecond) + faults;
  if (one.faults > kFaultsMax) Close(one.id, Reason::kFaults);
}

size_t Connections::open() const {
  MutexLock lock(mutex_);
  return connections_.size();
}

// gRPC finds its socket shut down and closes it.
void Connections::Close(uint64_t id, Reason reason) {
  ++closed_[static_cast<size_t>(reason)];
  const int socket = connections_[id]->socket;
  if (reason != Reason::kTime) {
    // A reset: nothing of what the peer still sends waits in the kernel.
    const linger reset = {1, 0};
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
  }
  shutdown(socket, SHUT_RDWR);
  Discard(socket);
  Forget(id);
}

void Connections::Forget(uint64_t id) {
  const auto found = connections_.find(id);
  const Connection& one = *found->second;
  if (one.stranger) ForgetStranger(one);
  Network& network = networks_[one.network];
  if (--network.open == 0) networks_.erase(one.network);
  by_peer_.erase(one.peer);
  // Closing would not end the events while gRPC still has its socket.
  epoll_ctl(epoll_, EPOLL_CTL_DEL, one.socket, nullptr);
  close(one.socket);
  connections_.erase(found);
}

void Connections::ForgetStranger(const Connection& one) {
  strangers_.erase(one.id);
  networks_[one.network].strangers.erase(one.id);
}

void Connections::Report() {
  std::array<uint64_t, kReasons> closed;
  size_t open = 0;
  {
    MutexLock lock(mutex_);
    closed = std::exchange(closed_, {});
    open = connections_.size();
  }
  const auto count = [&closed](Reason reason) {
    return closed[static_cast<size_t>(reason)];
  };
  if (std::all_of(closed.begin(), closed.end(),
                  [](uint64_t n) { return n == 0; })) {
    return;
  }
  spdlog::warn(
      "gRPC connections closed in the last minute: {} that showed no valid key "
      "in time, {} without a key that sent too much, {} that made too many "
      "calls without a key or reset them, {} that sent more than its calls may "
      "have; for "
      "limits.connections_max or limits.connections_per_address_max: {} "
      "without a key, {} new ones; open: {}",
      count(Reason::kTime), count(Reason::kBytes), count(Reason::kFaults),
      count(Reason::kSurplus), count(Reason::kReplaced),
      count(Reason::kRefused), open);
}

}  // namespace sluice::gateway
