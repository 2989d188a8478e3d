// What a CMPP link does with each PDU, and what other threads bring it.

#include <utility>
#include <variant>

#include "asio/post.hpp"
#include "gateway/link/cmpp/bodies.h"
#include "gateway/link/cmpp/deliver_reader.h"
#include "gateway/link/cmpp/link_core.h"
#include "gateway/link/cmpp/msg_id.h"
#include "gateway/link/cmpp/result.h"

namespace sluice::cmpp {
namespace {

link::SegmentAnswer AnswerOf(Reaction reaction) {
  switch (reaction) {
    case Reaction::kTaken:
      return link::SegmentAnswer::kTaken;
    case Reaction::kRetry:
      return link::SegmentAnswer::kNotTaken;
    case Reaction::kConfigure:
    case Reaction::kFail:
      break;
  }
  return link::SegmentAnswer::kRefused;
}

}  // namespace

// One DELIVER in the owner's hands. When the last copy of `acknowledge` goes
// without a call, its place is free again and the carrier will repeat it.
class LinkCore::DeliverTicket {
 public:
  DeliverTicket(std::weak_ptr<LinkCore> core, uint64_t session,
                uint32_t sequence, uint64_t msg_id)
      : core_(std::move(core)),
        session_(session),
        sequence_(sequence),
        msg_id_(msg_id) {}
  ~DeliverTicket() { Use(false); }
  DeliverTicket(const DeliverTicket&) = delete;
  DeliverTicket& operator=(const DeliverTicket&) = delete;

  void Use(bool answer) {
    if (used_.exchange(true)) return;
    if (const std::shared_ptr<LinkCore> core = core_.lock()) {
      core->Put({session_, sequence_, msg_id_, answer});
    }
  }

 private:
  const std::weak_ptr<LinkCore> core_;
  const uint64_t session_;
  const uint32_t sequence_;
  const uint64_t msg_id_;
  std::atomic<bool> used_ = false;
};

void LinkCore::HandleWhatCame() {
  bool any = false;
  while (open_) {
    const absl::StatusOr<absl::string_view> pdu = reader_.Next();
    if (!pdu.ok()) {
      Close(pdu.status().message());
      return;
    }
    if (pdu->empty()) break;
    any = true;
    Handle(*pdu);
  }
  if (any) keepalive_.Heard(clock_.Monotonic());
}

void LinkCore::Handle(absl::string_view pdu) {
  const absl::StatusOr<Header> header = DecodeHeader(pdu);
  if (!header.ok()) return Close(header.status().message());
  const absl::string_view body = pdu.substr(kHeaderSize);
  switch (header->command) {
    case Command::kSubmitResp:
      return OnSubmitResp(*header, body);
    case Command::kDeliver:
      return OnDeliver(*header, body);
    case Command::kActiveTest:
      return QueueControl(ActiveTestResp(), header->sequence);
    case Command::kTerminate:
      QueueControl(TerminateResp(), header->sequence);
      close_when_written_ = true;
      return;
    case Command::kTerminateResp:
      if (terminating_) Close("stopped");
      return;
    default:
      // ACTIVE_TEST_RESP has done its work by coming. CMPP has no answer for a
      // command that it does not know.
      return;
  }
}

void LinkCore::OnSubmitResp(const Header& header, absl::string_view body) {
  SubmitResp resp;
  if (!TakePduBody(body, version_, resp).ok()) {
    return flight_.AnsweredUnreadably(header.sequence);
  }
  const ResultMeaning meaning = MeaningOf(resp.result, options_.retry_codes);
  if (meaning.reaction == Reaction::kRetry) {
    pace_.SlowDown(clock_.Monotonic());
  }
  flight_.Answered(header.sequence, AnswerOf(meaning.reaction), resp.result,
                   meaning.text, MsgIdKey(resp.msg_id));
}

void LinkCore::OnDeliver(const Header& header, absl::string_view body) {
  if (!TakePduBody(body, version_, deliver_).ok()) {
    const absl::StatusOr<uint64_t> msg_id =
        ByteReader(body).TakeBigEndian<uint64_t>();
    return AnswerDeliver(header.sequence, msg_id.value_or(0), kResultStructure);
  }
  if (deliveries_open_ >= options_.deliveries_open_max) {
    return AnswerDeliver(header.sequence, deliver_.msg_id, kResultFlowControl);
  }
  auto read = ReadDeliver(deliver_);
  if (!read.ok()) {
    return AnswerDeliver(header.sequence, deliver_.msg_id, kResultStructure);
  }
  ++deliveries_open_;
  auto ticket = std::make_shared<DeliverTicket>(
      weak_from_this(), session_, header.sequence, deliver_.msg_id);
  link::Acknowledge acknowledge = [ticket = std::move(ticket)] {
    ticket->Use(true);
  };
  if (auto* report = std::get_if<link::Report>(&*read)) {
    owner_.Reported(link_, std::move(*report), std::move(acknowledge));
  } else {
    owner_.MoReceived(link_, std::move(std::get<link::Mo>(*read)),
                      std::move(acknowledge));
  }
}

void LinkCore::AnswerDeliver(uint32_t sequence, uint64_t msg_id,
                             uint32_t result) {
  QueueControl(DeliverResp{msg_id, result}, sequence);
}

void LinkCore::Send(std::vector<link::HandOver> hand_overs) {
  if (hand_overs.empty()) return;
  uint32_t segments = 0;
  for (const link::HandOver& h : hand_overs) segments += h.parts;
  segments_coming_ += segments;
  bool post = false;
  {
    MutexLock lock(inbox_mutex_);
    if (hand_overs_.empty()) {
      hand_overs_ = std::move(hand_overs);
    } else {
      std::move(hand_overs.begin(), hand_overs.end(),
                std::back_inserter(hand_overs_));
    }
    post = !std::exchange(drain_posted_, true);
  }
  if (post) PostDrain();
}

void LinkCore::Put(const Acknowledged& acknowledged) {
  bool post = false;
  {
    MutexLock lock(inbox_mutex_);
    acknowledged_.push_back(acknowledged);
    post = !std::exchange(drain_posted_, true);
  }
  if (post) PostDrain();
}

void LinkCore::PostDrain() {
  asio::post(strand_, [self = shared_from_this()] {
    self->DrainInbox();
    self->Kick();
  });
}

void LinkCore::DrainInbox() {
  std::vector<link::HandOver> hand_overs;
  std::vector<Acknowledged> acknowledged;
  {
    MutexLock lock(inbox_mutex_);
    hand_overs.swap(hand_overs_);
    acknowledged.swap(acknowledged_);
    drain_posted_ = false;
  }
  for (const Acknowledged& a : acknowledged) {
    if (!open_ || a.session != session_) continue;
    --deliveries_open_;
    if (a.answer) AnswerDeliver(a.sequence, a.msg_id, kResultOk);
  }
  for (link::HandOver& h : hand_overs) TakeHandOver(std::move(h));
}

void LinkCore::TakeHandOver(link::HandOver hand_over) {
  segments_coming_ -= hand_over.parts;
  if (stopped_) return;
  const bool room = flight_.held() < 2 * segments_max_;
  if (!open_ || stopping_ || !room) {
    owner_.GivenBack(link_, hand_over.ref);
    return;
  }
  flight_.Add(std::move(hand_over));
}

}  // namespace sluice::cmpp
