#pragma once

// Refusals through OptOutsService.ImportOptOuts: batches, counts, and the
// refusals that the server did not understand.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "sluice/admin/v1/opt_outs.grpc.pb.h"
#include "tools/lib/batch_stream.h"
#include "tools/lib/connection.h"

namespace sluice::tools {

// What became of an import so far.
struct ImportCounts {
  uint64_t added = 0;
  uint64_t existed = 0;
  uint64_t refused = 0;
  uint64_t cancelled = 0;  // Waiting messages.

  uint64_t opt_outs() const { return added + existed + refused; }
};

// One thread. Add() as many as there are, then Finish() once.
class OptOutStream {
 public:
  // `connection` must outlive it. `refused` is called inside Add() and Finish()
  // with the caller's own number for a refusal that the server did not
  // understand, and what is wrong with it.
  OptOutStream(
      const Connection& connection, size_t batch_size,
      std::function<void(uint64_t tag, const admin::v1::RefusedOptOut&)>
          refused);

  // Errors: those of the stream or of a batch. Nothing more can be sent after
  // one; what was on its way may be recorded or not, and adding it again
  // changes nothing that is.
  absl::Status Add(uint64_t tag, admin::v1::AddOptOutRequest opt_out);
  absl::Status Finish();

  // Answered so far.
  const ImportCounts& counts() const { return counts_; }

 private:
  struct Batch {
    admin::v1::ImportOptOutsRequest request;
    std::vector<uint64_t> tags;
    size_t bytes = 0;
  };

  absl::Status SendPending();
  absl::Status TakeCounts(const Batch& batch,
                          const admin::v1::ImportOptOutsResponse& response);

  const size_t batch_size_;
  const std::function<void(uint64_t, const admin::v1::RefusedOptOut&)> refused_;
  const std::unique_ptr<admin::v1::OptOutsService::Stub> stub_;
  BatchStream<Batch, admin::v1::ImportOptOutsResponse> stream_;
  Batch pending_;
  ImportCounts counts_;
};

}  // namespace sluice::tools
