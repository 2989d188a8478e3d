#include "gateway/link/cmpp/cmpp_link.h"

#include <utility>

#include "gateway/link/cmpp/link_core.h"

namespace sluice::cmpp {

CmppLink::CmppLink(asio::any_io_executor executor, CmppLinkOptions options,
                   link::LinkOwner& owner, const Clock& clock)
    : core_(std::make_shared<LinkCore>(*this, std::move(executor),
                                       std::move(options), owner, clock)) {}

CmppLink::~CmppLink() = default;

absl::string_view CmppLink::name() const { return core_->options().name; }

link::LinkFacts CmppLink::Facts() const { return core_->Facts(); }

void CmppLink::Start() { core_->Start(); }

void CmppLink::Send(std::vector<link::HandOver> hand_overs) {
  core_->Send(std::move(hand_overs));
}

void CmppLink::GiveBackWaiting(absl::string_view access_number) {
  core_->GiveBackWaiting(access_number);
}

void CmppLink::Stop(absl::Duration drain) { core_->Stop(drain); }

}  // namespace sluice::cmpp
