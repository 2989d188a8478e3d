#pragma once

// A link to a China Mobile gateway: CMPP 2.0 and 3.0, the SP's side.
//
//   Start ──► connect ──► login ──► up: read, write, watch ──► down ─┐
//                ▲                                                   │
//                └────────── growing pause, with jitter ◄────────────┘
//
// gateway/link/link.h has the contract of a link. CMPP adds:
//  - A SUBMIT has one number. One write sends all PDUs that are ready.
//  - The link speaks the version in whose layout the gateway answers the login,
//    and does not log in when it is not clear what the gateway speaks.
//  - The link answers an ACTIVE_TEST, also when the peer sends it instead of an
//    ACTIVE_TEST_RESP. Any PDU shows that the peer lives.
//  - A DELIVER is read in spite of a wrong Msg_Length. One that cannot be read
//    is answered with "structure error", counted and logged. A SUBMIT_RESP that
//    cannot be read makes its message kUnknown.
//  - A segment is written when the carrier's host has it. When that takes too
//    long the connection is reset, which takes back what the kernel still has.
//  - After the carrier's TERMINATE nothing new is sent; the answer waits for
//    the open answers, for as long as the options say.
//  - A PDU length out of bounds closes the connection.

#include <memory>
#include <string>
#include <vector>

#include "asio/any_io_executor.hpp"
#include "gateway/link/cmpp/options.h"
#include "gateway/link/link.h"
#include "rules/base/clock.h"

namespace sluice::cmpp {

class LinkCore;

class CmppLink final : public link::Link {
 public:
  // `options` passed Validate(). The link makes its own strand on `executor`.
  // Borrows `owner` and `clock`.
  CmppLink(asio::any_io_executor executor, CmppLinkOptions options,
           link::LinkOwner& owner, const Clock& clock);
  ~CmppLink() override;

  absl::string_view name() const override;
  link::LinkFacts Facts() const override;
  void Start() override;
  void Send(std::vector<link::HandOver> hand_overs) override;
  void GiveBackWaiting(absl::string_view access_number) override;
  void Stop(absl::Duration drain) override;

 private:
  // Holds the state of the handlers that run on the strand after this object is
  // destroyed.
  const std::shared_ptr<LinkCore> core_;
};

}  // namespace sluice::cmpp
