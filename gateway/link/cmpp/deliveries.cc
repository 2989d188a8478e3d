#include "gateway/link/cmpp/deliveries.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <utility>
#include <variant>

#include "gateway/link/cmpp/deliver_body.h"
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
  const absl::Status taken = TakeDeliver(body, version_, deliver_, fault_);
  if (!taken.ok()) {
    return Unreadable(ByteReader(body).TakeBigEndian<uint64_t>().value_or(0),
                      taken);
  }
  auto read = ReadDeliver(deliver_);
  if (!read.ok()) return Unreadable(deliver_.msg_id, read.status());
  const auto* const mo = std::get_if<link::Mo>(&*read);
  uint32_t& open = mo != nullptr ? open_mos_ : open_reports_;
  if (open >= context_.options.deliveries_open_max) {
    return DeliverResp{deliver_.msg_id, kResultFlowControl};
  }
  if (mo != nullptr && deliver_.registered_delivery != 0) {
    fault_ = "Registered_Delivery: says status report, and is a message";
  }
  if (!fault_.empty()) {
    // Without its sender nobody can act on a reply.
    if (mo != nullptr && mo->sender.empty()) {
      return Unreadable(deliver_.msg_id, absl::InvalidArgumentError(fault_));
    }
    Odd(fault_);
  }
  ++open;
  auto ticket = std::make_shared<DeliverTicket>(
      inbox_, Acknowledged{session_, sequence, deliver_.msg_id, mo != nullptr});
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

DeliverResp Deliveries::Unreadable(uint64_t msg_id, const absl::Status& why) {
  ++context_.notes.unreadable_delivers;
  const auto line =
      context_.notes.unreadable.Add(why.message(), context_.clock.Monotonic());
  if (line) {
    spdlog::warn(
        "link {}: DELIVERs could not be read and were answered with 1 "
        "(structure): {}",
        std::string(context_.link.name()), *line);
  }
  return {msg_id, kResultStructure};
}

void Deliveries::Odd(absl::string_view fault) {
  const auto line = context_.notes.odd.Add(fault, context_.clock.Monotonic());
  if (line) {
    spdlog::warn("link {}: DELIVERs were read in spite of a wrong layout: {}",
                 std::string(context_.link.name()), *line);
  }
}

std::optional<DeliverResp> Deliveries::Settle(
    const Acknowledged& acknowledged) {
  if (acknowledged.session != session_) return std::nullopt;
  --(acknowledged.is_mo ? open_mos_ : open_reports_);
  if (!acknowledged.answer) return std::nullopt;
  return DeliverResp{acknowledged.msg_id, kResultOk};
}

}  // namespace sluice::cmpp
