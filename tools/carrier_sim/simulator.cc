#include "tools/carrier_sim/simulator.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "asio/co_spawn.hpp"
#include "asio/experimental/as_tuple.hpp"
#include "asio/post.hpp"
#include "asio/use_awaitable.hpp"
#include "filter/examine/segments.h"
#include "gateway/link/cmpp/msg_id.h"
#include "tools/carrier_sim/sim_session.h"

namespace sluice::sim {
namespace {

constexpr auto kAwait = asio::experimental::as_tuple(asio::use_awaitable);
constexpr auto kTick = std::chrono::milliseconds(2);

void RethrowIfAny(std::exception_ptr error) {
  if (error) std::rethrow_exception(error);
}

}  // namespace

Simulator::Simulator(asio::io_context& context, SimOptions options)
    : context_(context),
      options_(std::move(options)),
      log_(options_, stats_),
      acceptor_(context),
      tick_(context),
      random_(options_.seed),
      rate_(options_.segments_per_second),
      flow_share_(options_.flow_share) {
  for (const auto& [id, secret] : options_.accounts) {
    accounts_[id].secret = secret;
  }
}

Simulator::~Simulator() = default;

absl::StatusOr<uint16_t> Simulator::Start() {
  const absl::Status opened = log_.Open();
  if (!opened.ok()) return opened;
  const asio::ip::tcp::endpoint here(asio::ip::address_v4::loopback(),
                                     options_.port);
  asio::error_code error;
  acceptor_.open(here.protocol(), error);
  if (!error) {
    acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  }
  if (!error) acceptor_.bind(here, error);
  if (!error)
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("port ", options_.port, ": ", error.message()));
  }
  asio::co_spawn(
      context_, [this] { return Accept(); }, RethrowIfAny);
  asio::co_spawn(
      context_, [this] { return Tick(); }, RethrowIfAny);
  return acceptor_.local_endpoint().port();
}

asio::awaitable<void> Simulator::Accept() {
  while (!stopped_) {
    auto [error, socket] = co_await acceptor_.async_accept(kAwait);
    if (error) continue;  // The client left already, or Stop().
    ++stats_.sessions;
    auto session = std::make_shared<SimSession>(*this, std::move(socket));
    sessions_.push_back(session);
    session->Start();
  }
}

asio::awaitable<void> Simulator::Tick() {
  int ticks = 0;
  while (!stopped_) {
    tick_.expires_after(kTick);
    co_await tick_.async_wait(kAwait);
    std::erase_if(sessions_, [](const auto& s) { return !s->open(); });
    const absl::Time now = absl::Now();
    for (const auto& session : sessions_) session->Pump(now);
    if (++ticks % 50 == 0) log_.Flush();
  }
}

// Deliveries are sorted by time; nearly all of them are added at the end.
void Simulator::Add(Delivery delivery, SimAccount& account) {
  auto at = account.deliveries.end();
  while (at != account.deliveries.begin() && delivery.due < (at - 1)->due) {
    --at;
  }
  account.deliveries.insert(at, std::move(delivery));
}

uint64_t Simulator::NextMsgId(absl::Time now) {
  const int64_t second = absl::ToUnixSeconds(now);
  if (second != msg_id_second_) {
    msg_id_second_ = second;
    const absl::CivilSecond s =
        absl::ToCivilSecond(now, absl::FixedTimeZone(8 * 3600));
    msg_id_time_ = cmpp::MakeMsgId(
        {static_cast<uint32_t>(s.month()), static_cast<uint32_t>(s.day()),
         static_cast<uint32_t>(s.hour()), static_cast<uint32_t>(s.minute()),
         static_cast<uint32_t>(s.second()), 0, 0});
  }
  // At full speed 65,536 sequences a second are too few: use the codes of
  // several gateways.
  const uint32_t n = ++msg_ids_;
  return msg_id_time_ |
         cmpp::MakeMsgId(
             {0, 0, 0, 0, 0, options_.gateway_code + (n >> 16), n & 0xffff});
}

bool Simulator::WithinRate(absl::Time now) {
  if (rate_ == 0) return true;
  // Allows the segments of a tenth of a second at once.
  const double most = std::max(1.0, rate_ / 10);
  const double passed = absl::ToDoubleSeconds(now - counted_at_);
  counted_at_ = now;
  segments_left_ = std::min(most, segments_left_ + passed * rate_);
  if (segments_left_ < 1) return false;
  --segments_left_;
  return true;
}

bool Simulator::Chance(double share) {
  if (share <= 0) return false;
  return std::uniform_real_distribution<double>(0, 1)(random_) < share;
}

// The account that last sent from this access number; otherwise a connected
// account; otherwise the first.
SimAccount* Simulator::AccountFor(const std::string& access_number) {
  if (accounts_.empty()) return nullptr;
  const auto owner = owners_.find(access_number);
  if (owner != owners_.end()) return owner->second;
  for (const auto& session : sessions_) {
    if (session->open() && session->account() != nullptr) {
      return session->account();
    }
  }
  return &accounts_.begin()->second;
}

void Simulator::SendMo(std::string from, std::string to, std::string text) {
  const filter::Segments segments = filter::EncodeSegments(
      text, filter::CarrierTraits(),
      static_cast<uint16_t>(absl::ToUnixMicros(absl::Now())));
  for (const std::string& octets : segments.octets) {
    SendRawMo(from, to, static_cast<uint8_t>(segments.coding),
              segments.has_header ? 1 : 0, octets);
  }
}

void Simulator::SendRawMo(std::string from, std::string to, uint8_t msg_fmt,
                          uint8_t tp_udhi, std::string content) {
  Delivery mo;
  mo.phone = std::move(from);
  mo.access_number = std::move(to);
  mo.msg_fmt = msg_fmt;
  mo.tp_udhi = tp_udhi;
  mo.content = std::move(content);
  asio::post(context_, [this, mo = std::move(mo)]() mutable {
    SimAccount* account = AccountFor(mo.access_number);
    if (account == nullptr) return;
    const absl::Time now = absl::Now();
    mo.due = now;
    mo.msg_id = NextMsgId(now);
    Add(std::move(mo), *account);
    for (const auto& session : sessions_) session->Pump(now);
  });
}

void Simulator::Drop() {
  asio::post(context_, [this] {
    stats_.drops += sessions_.size();
    for (const auto& session : sessions_) session->Close();
  });
}

void Simulator::Silence(bool silent) {
  asio::post(context_, [this, silent] { silent_ = silent; });
}

void Simulator::SetRate(double segments_per_second) {
  asio::post(context_, [this, segments_per_second] {
    rate_ = std::max(0.0, segments_per_second);
  });
}

void Simulator::SetFlowShare(double share) {
  asio::post(context_, [this, share] { flow_share_ = share; });
}

void Simulator::Stop() {
  asio::post(context_, [this] {
    stopped_ = true;
    asio::error_code ignored;
    acceptor_.close(ignored);
    tick_.cancel();
    for (const auto& session : sessions_) session->Close();
    log_.Flush();
  });
}

SimStats Simulator::CountStats() {
  SimStats stats = stats_;
  for (const auto& [id, account] : accounts_) {
    for (const Delivery& delivery : account.deliveries) {
      stats.reports_waiting += delivery.is_report;
    }
  }
  for (const auto& session : sessions_) {
    stats.reports_waiting += session->deliveries_open();
  }
  return stats;
}

SimStats Simulator::Stats() {
  std::promise<SimStats> counted;
  asio::post(context_, [&] { counted.set_value(CountStats()); });
  return counted.get_future().get();
}

void Simulator::FlushLog() {
  std::promise<void> flushed;
  asio::post(context_, [&] {
    log_.Flush();
    flushed.set_value();
  });
  flushed.get_future().get();
}

}  // namespace sluice::sim
