#include "gateway/link/cmpp/deliveries.h"

#include <atomic>
#include <utility>
#include <variant>

#include "gateway/link/cmpp/bodies.h"
#include "gateway/link/cmpp/deliver_reader.h"
#include "gateway/link/cmpp/result.h"

namespace sluice::cmpp {
namespace {

// One DELIVER in the owner's hands. When the last copy of `acknowledge` is
// destroyed without a call, the DELIVER is no longer open and the carrier will
// repeat it.
class DeliverTicket {
 public:
  DeliverTicket(std::weak_ptr<Inbox> inbox, const Acknowledged& acknowledged)
      : inbox_(std::move(inbox)), acknowledged_(acknowledged) {}
  ~DeliverTicket() { Use(false); }
  DeliverTicket(const DeliverTicket&) = delete;
  DeliverTicket& operator=(const DeliverTicket&) = delete;

  // Any thread.
  void Use(bool answer) {
    if (used_.exchange(true)) return;
    if (const std::shared_ptr<Inbox> inbox = inbox_.lock()) {
      Acknowledged acknowledged = acknowledged_;
      acknowledged.answer = answer;
      inbox->Put(acknowledged);
    }
  }

 private:
  const std::weak_ptr<Inbox> inbox_;
  const Acknowledged acknowledged_;
  std::atomic<bool> used_ = false;
};

}  // namespace

Deliveries::Deliveries(const LinkContext& context, Version version,
                       uint64_t session, std::weak_ptr<Inbox> inbox)
    : context_(context),
      version_(version),
      session_(session),
      inbox_(std::move(inbox)) {}

std::optional<DeliverResp> Deliveries::Take(uint32_t sequence,
                                            absl::string_view body) {
  if (!TakePduBody(body, version_, deliver_).ok()) {
    ++context_.notes.unreadable_delivers;
    const absl::StatusOr<uint64_t> msg_id =
        ByteReader(body).TakeBigEndian<uint64_t>();
    return DeliverResp{msg_id.value_or(0), kResultStructure};
  }
  if (open_ >= context_.options.deliveries_open_max) {
    return DeliverResp{deliver_.msg_id, kResultFlowControl};
  }
  auto read = ReadDeliver(deliver_);
  if (!read.ok()) {
    ++context_.notes.unreadable_delivers;
    return DeliverResp{deliver_.msg_id, kResultStructure};
  }
  ++open_;
  auto ticket = std::make_shared<DeliverTicket>(
      inbox_, Acknowledged{session_, sequence, deliver_.msg_id});
  link::Acknowledge acknowledge = [ticket = std::move(ticket)] {
    ticket->Use(true);
  };
  if (auto* report = std::get_if<link::Report>(&*read)) {
    context_.owner.Reported(context_.link, std::move(*report),
                            std::move(acknowledge));
  } else {
    context_.owner.MoReceived(context_.link,
                              std::move(std::get<link::Mo>(*read)),
                              std::move(acknowledge));
  }
  return std::nullopt;
}

std::optional<DeliverResp> Deliveries::Settle(
    const Acknowledged& acknowledged) {
  if (acknowledged.session != session_) return std::nullopt;
  --open_;
  if (!acknowledged.answer) return std::nullopt;
  return DeliverResp{acknowledged.msg_id, kResultOk};
}

}  // namespace sluice::cmpp
