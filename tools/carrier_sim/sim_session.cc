#include "tools/carrier_sim/sim_session.h"

#include <chrono>
#include <exception>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "asio/co_spawn.hpp"
#include "asio/experimental/as_tuple.hpp"
#include "asio/use_awaitable.hpp"
#include "asio/write.hpp"
#include "gateway/link/cmpp/bodies.h"
#include "gateway/link/cmpp/login.h"
#include "gateway/link/cmpp/report.h"
#include "gateway/link/cmpp/result.h"

namespace sluice::sim {
namespace {

constexpr auto kAwait = asio::experimental::as_tuple(asio::use_awaitable);

}  // namespace

SimSession::SimSession(Simulator& simulator, asio::ip::tcp::socket socket)
    : sim_(simulator),
      number_(simulator.stats_.sessions),
      socket_(std::move(socket)),
      kick_(socket_.get_executor()),
      reader_(cmpp::kHeaderSize, cmpp::kPduSizeMax) {}

void SimSession::Start() {
  asio::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  const auto run = [this](asio::awaitable<void> (SimSession::*loop)()) {
    asio::co_spawn(
        socket_.get_executor(), [this, loop] { return (this->*loop)(); },
        [self = shared_from_this()](std::exception_ptr error) {
          if (error) std::rethrow_exception(error);
        });
  };
  run(&SimSession::ReadLoop);
  run(&SimSession::WriteLoop);
}

void SimSession::Close() {
  if (!open_) return;
  open_ = false;
  asio::error_code ignored;
  socket_.close(ignored);
  kick_.cancel();
  PutBack();
}

asio::awaitable<void> SimSession::ReadLoop() {
  while (open_) {
    const absl::Span<char> room = reader_.Room();
    auto [error, size] = co_await socket_.async_read_some(
        asio::buffer(room.data(), room.size()), kAwait);
    if (error) {
      Close();
      co_return;
    }
    reader_.Filled(size);
    now_ = absl::Now();
    HandleWhatCame();
    FinishRun();
  }
}

asio::awaitable<void> SimSession::WriteLoop() {
  while (open_) {
    if (out_.empty()) {
      if (close_when_written_) Close();
      if (!open_) co_return;
      kick_.expires_after(std::chrono::hours(1));
      co_await kick_.async_wait(kAwait);
      continue;
    }
    writing_.clear();
    writing_.swap(out_);
    auto [error, size] =
        co_await asio::async_write(socket_, asio::buffer(writing_), kAwait);
    if (error) Close();
  }
}

void SimSession::HandleWhatCame() {
  while (open_) {
    const absl::StatusOr<absl::string_view> pdu = reader_.Next();
    if (!pdu.ok()) {
      ++sim_.stats_.protocol_errors;
      return Close();
    }
    if (pdu->empty()) return;
    Handle(*pdu);
  }
}

void SimSession::FinishRun() {
  if (!open_) return;
  Pump(now_);
  out_ += answers_;
  answers_.clear();
  Kick();
}

template <class Body>
void SimSession::Say(const Body& body, uint32_t sequence, std::string& out) {
  if (sim_.IsSilent(now_)) return;
  if (!cmpp::AppendPdu(body, version_, sequence, out).ok()) {
    ++sim_.stats_.protocol_errors;
  }
}

// Where this run's answers go: `answers_` if the reports go first.
std::string& SimSession::Answers() {
  if (sim_.options_.answer_delay > absl::ZeroDuration()) {
    const absl::Time due = now_ + sim_.options_.answer_delay;
    if (delayed_answers_.empty() || delayed_answers_.back().first != due) {
      delayed_answers_.emplace_back(due, "");
    }
    return delayed_answers_.back().second;
  }
  return sim_.options_.reports_before_answers ? answers_ : out_;
}

void SimSession::Handle(absl::string_view pdu) {
  const absl::StatusOr<cmpp::Header> header = cmpp::DecodeHeader(pdu);
  const absl::string_view body = pdu.substr(cmpp::kHeaderSize);
  if (account_ == nullptr && header->command != cmpp::Command::kConnect) {
    ++sim_.stats_.protocol_errors;
    return Close();
  }
  switch (header->command) {
    case cmpp::Command::kConnect:
      return OnConnect(header->sequence, body);
    case cmpp::Command::kSubmit:
      return OnSubmit(header->sequence, body);
    case cmpp::Command::kDeliverResp:
      return OnDeliverResp(header->sequence, body);
    case cmpp::Command::kActiveTest:
      ++sim_.stats_.active_tests;
      if (sim_.options_.test_with_test) {
        return Say(cmpp::ActiveTest(), header->sequence, out_);
      }
      return Say(cmpp::ActiveTestResp(), header->sequence, out_);
    case cmpp::Command::kTerminate:
      Say(cmpp::TerminateResp(), header->sequence, out_);
      close_when_written_ = true;
      return;
    case cmpp::Command::kActiveTestResp:
    case cmpp::Command::kTerminateResp:
      return;
    default:
      ++sim_.stats_.protocol_errors;
  }
}

void SimSession::OnConnect(uint32_t sequence, absl::string_view body) {
  cmpp::Connect connect;
  cmpp::ConnectResp resp;
  if (!cmpp::TakePduBody(body, version_, connect).ok()) {
    ++sim_.stats_.protocol_errors;
    return Close();
  }
  const SimOptions& o = sim_.options_;
  version_ = o.only_30 || (connect.version >= 0x30 && !o.only_20)
                 ? cmpp::Version::k30
                 : cmpp::Version::k20;
  resp.version = static_cast<uint8_t>(
      o.login_version > 0 ? o.login_version : static_cast<uint32_t>(version_));
  const auto account = sim_.accounts_.find(connect.source_addr);
  if (account == sim_.accounts_.end()) {
    resp.status = 2;
  } else if (connect.authenticator !=
             cmpp::AuthenticatorSource(connect.source_addr,
                                       account->second.secret,
                                       connect.timestamp)) {
    resp.status = 3;
  }
  if (resp.status != 0) {
    ++sim_.stats_.logins_refused;
    Say(resp, sequence, out_);
    close_when_written_ = true;
    return;
  }
  ++sim_.stats_.logins;
  account_ = &account->second;
  resp.authenticator = cmpp::AuthenticatorIsmg(
      0, cmpp::ResultWidth(version_), connect.authenticator, account_->secret);
  if (sim_.options_.wrong_digest) resp.authenticator[0] ^= 0xff;
  Say(resp, sequence, out_);
}

// The result code: 0, or why the segment is not taken.
uint32_t SimSession::ResultFor() {
  const SimOptions& o = sim_.options_;
  if (sim_.Chance(sim_.flow_share_) || !sim_.WithinRate(now_)) {
    ++sim_.stats_.flow_controlled;
    return cmpp::kResultFlowControl;
  }
  if (o.result_every > 0 && sim_.stats_.segments % o.result_every == 0) {
    ++(o.result_code == cmpp::kResultFlowControl ? sim_.stats_.flow_controlled
                                                 : sim_.stats_.refused);
    return o.result_code;
  }
  return cmpp::kResultOk;
}

void SimSession::OnSubmit(uint32_t sequence, absl::string_view body) {
  const SimOptions& o = sim_.options_;
  ++sim_.stats_.segments;
  ++segments_;
  if (!cmpp::TakePduBody(body, version_, submit_).ok()) {
    ++sim_.stats_.protocol_errors;
    return Say(cmpp::SubmitResp{0, cmpp::kResultStructure}, sequence,
               Answers());
  }
  if (o.silence_after > 0 && sim_.stats_.segments > o.silence_after) {
    sim_.silent_ = true;
  }
  cmpp::SubmitResp resp;
  resp.result = ResultFor();
  if (resp.result == cmpp::kResultOk) {
    resp.msg_id = MsgIdOfSegment();
    TakeSegment(resp.msg_id);
  }
  if (sim_.Chance(o.silence_share)) {
    ++sim_.stats_.silences;
    sim_.silent_until_ = now_ + o.silence_time;
  }
  if (sim_.IsSilent(now_)) ++sim_.stats_.answers_withheld;
  Say(resp, sequence, Answers());
  const bool drops = o.drop_times == 0 || sim_.stats_.drops < o.drop_times;
  const bool drops_now = o.drop_after > 0 && segments_ >= o.drop_after && drops;
  if (drops_now || sim_.Chance(o.drop_share)) {
    ++sim_.stats_.drops;
    Close();
  }
}

// The header names the message by its reference, in its fourth octet.
uint64_t SimSession::MsgIdOfSegment() {
  if (!sim_.options_.one_id || submit_.pk_total == 1 ||
      submit_.dest_terminal_id.empty()) {
    return sim_.NextMsgId(now_);
  }
  const std::string message =
      absl::StrCat(submit_.src_id, " ", submit_.dest_terminal_id[0], " ",
                   submit_.content.substr(0, 4));
  const auto [found, added] = one_ids_.try_emplace(message, 0);
  if (added) found->second = sim_.NextMsgId(now_);
  const uint64_t msg_id = found->second;
  if (submit_.pk_number == submit_.pk_total) one_ids_.erase(found);
  return msg_id;
}

void SimSession::TakeSegment(uint64_t msg_id) {
  ++sim_.stats_.segments_taken;
  if (sim_.accounts_.size() > 1) sim_.owners_[submit_.src_id] = account_;
  for (const std::string& dest : submit_.dest_terminal_id) {
    sim_.log_.Take(submit_, dest, msg_id, number_, now_);
    const bool last = submit_.pk_number == submit_.pk_total;
    const bool reports = submit_.registered_delivery == 1;
    if (reports && (last || !sim_.options_.one_id)) AddReport(dest, msg_id);
    // A segment with several recipients gets consecutive ids.
    if (&dest != &submit_.dest_terminal_id.back()) {
      msg_id = sim_.NextMsgId(now_);
    }
  }
}

void SimSession::AddReport(const std::string& phone, uint64_t msg_id) {
  const int64_t minute = absl::ToUnixSeconds(now_) / 60;
  if (minute != submit_minute_) {
    submit_minute_ = minute;
    submit_time_ =
        absl::FormatTime("%y%m%d%H%M", now_, absl::FixedTimeZone(8 * 3600));
  }
  Delivery report;
  report.is_report = true;
  report.due = now_ + sim_.options_.report_delay;
  report.msg_id = msg_id;
  report.failed = sim_.Chance(sim_.options_.fail_share);
  report.submit_time = submit_time_;
  report.phone = phone;
  report.access_number = submit_.src_id;
  if (sim_.Chance(sim_.options_.doubled_share)) sim_.Add(report, *account_);
  if (sim_.Chance(sim_.options_.foreign_share)) {
    Delivery foreign = report;
    foreign.msg_id = sim_.NextMsgId(now_);
    sim_.Add(std::move(foreign), *account_);
  }
  sim_.Add(std::move(report), *account_);
}

// Makes Msg_Length of the DELIVER that begins at `begin` wrong, if it shall be.
void SimSession::Lie(size_t begin) {
  constexpr int kLengths[] = {0, 60, 71, 17, 255};
  int length = sim_.options_.msg_length;
  if (length < 0 && sim_.Chance(sim_.options_.lying_share)) {
    length = kLengths[sim_.random_() % std::size(kLengths)];
  }
  if (length < 0) return;
  ++sim_.stats_.lying_lengths;
  out_[begin + cmpp::kHeaderSize + cmpp::DeliverHeadSize(version_)] =
      static_cast<char>(length);
}

// A DELIVER that ends in the middle of its content.
void SimSession::DeliverCut(const cmpp::Deliver& deliver) {
  std::string pdu;
  if (!cmpp::AppendPdu(deliver, version_, ++sequence_, pdu).ok()) return;
  pdu.resize(cmpp::kHeaderSize + 40);
  pdu[3] = static_cast<char>(pdu.size());  // Total_Length is below 256.
  pdu[2] = 0;
  ++sim_.stats_.unreadable;
  out_ += pdu;
}

void SimSession::Deliver(Delivery delivery) {
  cmpp::Deliver deliver;
  deliver.dest_id = delivery.access_number;
  deliver.src_terminal_id = delivery.phone;
  deliver.msg_id = sim_.NextMsgId(now_);
  if (delivery.is_report) {
    cmpp::ReportBody body;
    body.msg_id = delivery.msg_id;
    body.stat = delivery.failed ? sim_.options_.fail_stat : "DELIVRD";
    body.submit_time = delivery.submit_time;
    body.done_time = delivery.submit_time;
    body.dest_terminal_id = delivery.phone;
    body.smsc_sequence = sequence_;
    deliver.registered_delivery = 1;
    link::AppendBody(body, deliver.content, cmpp::NumberWidth(version_))
        .IgnoreError();
  } else {
    deliver.msg_id = delivery.msg_id;  // The same in a repeat.
    deliver.msg_fmt = delivery.msg_fmt;
    deliver.tp_udhi = delivery.tp_udhi;
    deliver.content = delivery.content;
  }
  ++delivery.tries;
  if (sim_.Chance(sim_.options_.unreadable_share)) DeliverCut(deliver);
  const size_t begin = out_.size();
  Say(deliver, ++sequence_, out_);
  if (out_.size() > begin) Lie(begin);
  deadlines_.emplace_back(now_ + sim_.options_.deliver_timeout, sequence_);
  open_deliveries_[sequence_] = std::move(delivery);
}

void SimSession::OnDeliverResp(uint32_t sequence, absl::string_view body) {
  cmpp::DeliverResp resp;
  if (!cmpp::TakePduBody(body, version_, resp).ok()) {
    ++sim_.stats_.protocol_errors;
    return;
  }
  const auto it = open_deliveries_.find(sequence);
  if (it == open_deliveries_.end()) return;
  Delivery delivery = std::move(it->second);
  open_deliveries_.erase(it);
  if (resp.result != 0) return Repeat(std::move(delivery));
  if (!delivery.is_report) {
    ++sim_.stats_.mo_answered;
  } else {
    ++(delivery.failed ? sim_.stats_.reports_failed
                       : sim_.stats_.reports_delivered);
  }
}

void SimSession::Repeat(Delivery delivery) {
  if (delivery.tries >= sim_.options_.deliver_tries) {
    ++sim_.stats_.deliveries_given_up;
    return;
  }
  ++sim_.stats_.deliveries_repeated;
  delivery.due = now_ + sim_.options_.deliver_timeout;
  sim_.Add(std::move(delivery), *account_);
}

void SimSession::GiveUpOverdue(absl::Time now) {
  while (!deadlines_.empty()) {
    const auto [deadline, sequence] = deadlines_.front();
    const auto it = open_deliveries_.find(sequence);
    if (it != open_deliveries_.end()) {
      if (deadline > now) return;
      Delivery delivery = std::move(it->second);
      open_deliveries_.erase(it);
      Repeat(std::move(delivery));
    }
    deadlines_.pop_front();
  }
}

// The connection is closed: unanswered deliveries go over the next one.
void SimSession::PutBack() {
  for (auto& [sequence, delivery] : open_deliveries_) {
    account_->deliveries.push_front(std::move(delivery));
  }
  open_deliveries_.clear();
}

void SimSession::Pump(absl::Time now) {
  if (!open_ || account_ == nullptr || sim_.IsSilent(now)) return;
  now_ = now;
  GiveUpOverdue(now);
  while (!delayed_answers_.empty() && delayed_answers_.front().first <= now) {
    out_ += delayed_answers_.front().second;
    delayed_answers_.pop_front();
  }
  std::deque<Delivery>& waiting = account_->deliveries;
  while (!waiting.empty() && waiting.front().due <= now &&
         open_deliveries_.size() < sim_.options_.deliver_window) {
    Delivery next = std::move(waiting.front());
    waiting.pop_front();
    Deliver(std::move(next));
  }
  if (!out_.empty()) Kick();
}

}  // namespace sluice::sim
