#pragma once

// All CMPP bodies together, for code that treats every PDU alike: the
// explainer, the fuzzer and the tests. A session decodes only the bodies it
// expects.

#include <cstddef>

#include "gateway/link/cmpp/connect.h"
#include "gateway/link/cmpp/control.h"
#include "gateway/link/cmpp/deliver.h"
#include "gateway/link/cmpp/header.h"
#include "gateway/link/cmpp/query.h"
#include "gateway/link/cmpp/submit.h"

namespace sluice::cmpp {

// The version in whose layout a body of `size` octets is. Responses of the two
// versions differ only in the width of the result, and some gateways answer a
// 3.0 request in the layout of 2.0: for a response the length decides, and
// `spoken` only when neither length matches.
constexpr Version LayoutOf(Command command, size_t size, Version spoken) {
  size_t rest = 0;  // Octets of the response without its result.
  switch (command) {
    case Command::kConnectResp:
      rest = 17;
      break;
    case Command::kSubmitResp:
    case Command::kDeliverResp:
      rest = 8;
      break;
    case Command::kCancelResp:
      break;
    default:
      return spoken;
  }
  if (size == rest + ResultWidth(Version::k20)) return Version::k20;
  if (size == rest + ResultWidth(Version::k30)) return Version::k30;
  return spoken;
}

// Reads the body of a PDU, header excluded, in the layout that LayoutOf finds.
template <class Body>
absl::Status TakePduBody(absl::string_view body, Version spoken, Body& into) {
  return link::TakeBody(body, into,
                        LayoutOf(Body::kCommand, body.size(), spoken));
}

// Calls use(Body()) with an empty body of the type of `command`. Returns false
// for an unknown command.
template <class Use>
bool WithBody(Command command, Use&& use) {
  switch (command) {
    case Command::kConnect:
      return use(Connect()), true;
    case Command::kConnectResp:
      return use(ConnectResp()), true;
    case Command::kTerminate:
      return use(Terminate()), true;
    case Command::kTerminateResp:
      return use(TerminateResp()), true;
    case Command::kSubmit:
      return use(Submit()), true;
    case Command::kSubmitResp:
      return use(SubmitResp()), true;
    case Command::kDeliver:
      return use(Deliver()), true;
    case Command::kDeliverResp:
      return use(DeliverResp()), true;
    case Command::kQuery:
      return use(Query()), true;
    case Command::kQueryResp:
      return use(QueryResp()), true;
    case Command::kCancel:
      return use(Cancel()), true;
    case Command::kCancelResp:
      return use(CancelResp()), true;
    case Command::kActiveTest:
      return use(ActiveTest()), true;
    case Command::kActiveTestResp:
      return use(ActiveTestResp()), true;
  }
  return false;
}

}  // namespace sluice::cmpp
