#pragma once

// A link to a China Mobile gateway: CMPP 2.0 and 3.0, the SP's side.
//
//   Start ──► connect ──► login ──► up: read, write, watch ──► down ─┐
//                ▲                                                   │
//                └──────────── pause that grows, with chance ◄───────┘
//
// What a link promises is in gateway/link/link.h. Here is what CMPP adds:
//  - One number in a SUBMIT; fees are free; all PDUs that are ready leave in
//  one
//    write.
//  - A gateway that answers the login in the layout of 2.0 is spoken to in 2.0.
//  - ACTIVE_TEST of the peer is answered; only an ACTIVE_TEST_RESP, or any
//  other
//    PDU, shows that it lives. One that answers a test with a test gets an
//    answer and no test in return.
//  - A DELIVER that cannot be read is answered with "structure error" and left
//    out. An answer that cannot be read leaves its message in doubt.
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
  // Borrows owner and clock.
  CmppLink(asio::any_io_executor executor, CmppLinkOptions options,
           link::LinkOwner& owner, const Clock& clock);
  ~CmppLink() override;

  absl::string_view name() const override;
  void Start() override;
  void Send(std::vector<link::HandOver> hand_overs) override;
  void Stop(absl::Duration drain) override;

 private:
  // What still runs on the strand after this object is gone lives here.
  const std::shared_ptr<LinkCore> core_;
};

}  // namespace sluice::cmpp
