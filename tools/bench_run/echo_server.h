#pragma once

// gRPC with nothing behind it, for the floor: the same calls and the same bytes
// as Gateway, and no thought about them.

namespace sluice::bench {

// Serves until the process is ended by a signal. Submit gives the request's
// bytes back. SubmitStream reads each request into messages with bytes fields
// and answers with a verdict for each message. Prints "listening HOST:PORT".
int ServeEcho();

}  // namespace sluice::bench
