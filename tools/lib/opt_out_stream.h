#pragma once

// Sends opt-outs through OptOutsService.ImportOptOuts in batches; counts the
// results and reports the opt-outs that the server did not understand.

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

// The results of an import so far.
struct ImportCounts {
  uint64_t added = 0;
  uint64_t existed = 0;
  uint64_t refused = 0;
  uint64_t cancelled = 0;  // Waiting messages cancelled.

  uint64_t opt_outs() const { return added + existed + refused; }
};

// One thread. Call Add() for each opt-out, then Finish() once.
class OptOutStream {
 public:
  // `connection` must outlive it. `refused` is called inside Add() and Finish()
  // with the tag of each opt-out that the server did not understand, and its
  // fault. `import_id` as in ImportOptOutsRequest.
  OptOutStream(
      const Connection& connection, size_t batch_size,
      std::function<void(uint64_t tag, const admin::v1::RefusedOptOut&)>
          refused,
      std::string import_id = {});

  // Errors: those of the stream or of a batch. After an error no more can be
  // sent; unanswered opt-outs may be recorded or not, and adding them again is
  // safe.
  absl::Status Add(uint64_t tag, admin::v1::AddOptOutRequest opt_out);
  absl::Status Finish();

  // Counts of the answered opt-outs.
  const ImportCounts& counts() const { return counts_; }
  // The import's id, as the answers say; empty before the first.
  const std::string& import_id() const { return answered_id_; }

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
  const std::string asked_id_;
  const std::function<void(uint64_t, const admin::v1::RefusedOptOut&)> refused_;
  const std::unique_ptr<admin::v1::OptOutsService::Stub> stub_;
  BatchStream<Batch, admin::v1::ImportOptOutsResponse> stream_;
  Batch pending_;
  ImportCounts counts_;
  std::string answered_id_;
};

}  // namespace sluice::tools
