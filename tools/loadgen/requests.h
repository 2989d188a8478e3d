#pragma once

// Requests that cost next to nothing to send: serialised once, then copied with
// new recipients and keys in place of the old ones.

#include <cstdint>
#include <string>
#include <vector>

#include "grpcpp/support/byte_buffer.h"
#include "sluice/v1/gateway.pb.h"

namespace sluice::load {

struct RequestOptions {
  size_t batch = 256;
  v1::MessageClass message_class = v1::MESSAGE_CLASS_NOTICE;
  std::string sender;
  std::string on_behalf_of;
  bool keys = true;
  uint64_t recipients = 1'000'000;  // Distinct numbers, used in turn.
  uint64_t seed = 1;
  // Share of messages without their signature, which are rejected.
  double rejected_share = 0;
};

// Immutable after construction. Any thread.
class Requests {
 public:
  // `texts` begin with a 【signature】 and are used in turn.
  Requests(const RequestOptions& options,
           const std::vector<std::string>& texts);

  size_t batch() const { return options_.batch; }
  // Octets of one request, on average.
  size_t bytes() const;

  // Request number `n`: the recipients and keys from n * batch on.
  grpc::ByteBuffer Make(uint64_t n) const;

 private:
  struct Template {
    std::string bytes;
    std::vector<size_t> recipients_at;
    std::vector<size_t> keys_at;
  };

  const RequestOptions options_;
  // Distinguishes the keys of different runs.
  const uint64_t run_;
  std::vector<Template> templates_;
};

// Counts the verdicts of a serialised SubmitResponse without parsing it whole.
struct DecisionCounts {
  uint64_t by_decision[6] = {};
  // The code of the batch's status; 0: the batch was decided.
  int status_code = 0;
  uint64_t total() const;
};
// Returns false when the bytes are no SubmitResponse.
bool CountDecisions(const grpc::ByteBuffer& response, DecisionCounts& counts);

}  // namespace sluice::load
