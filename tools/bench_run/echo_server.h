#pragma once

// A gRPC server without any logic, for the floor: the same calls and the same
// bytes as Gateway.

namespace sluice::bench {

// Serves until a signal ends the process. Submit returns the request's bytes.
// SubmitStream reads each request into messages with bytes fields and answers
// with a verdict for each message. Prints "listening HOST:PORT".
int ServeEcho();

}  // namespace sluice::bench
