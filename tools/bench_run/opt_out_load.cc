#include "tools/bench_run/opt_out_load.h"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "filter/base/mutex.h"
#include "sluice/v1/opt_outs.grpc.pb.h"
#include "tools/loadgen/texts.h"

namespace sluice::bench {
namespace {

constexpr size_t kCallsOnTheWay = 256;

struct Shared {
  const tools::Connection& officer;
  const uint64_t count;
  const uint64_t seed;
  const std::string& content_provider;
  std::atomic<uint64_t> next = 0;
  std::atomic<uint64_t> done = 0;
  std::atomic<size_t> running = kCallsOnTheWay;
  std::atomic<bool> failed = false;
  Mutex mutex;
  absl::Status status SLUICE_GUARDED_BY(mutex);
};

// One call after the other, until none is left.
class Lane {
 public:
  Lane(Shared& shared, std::shared_ptr<grpc::Channel> channel)
      : shared_(shared), stub_(v1::OptOuts::NewStub(std::move(channel))) {}

  void Next() {
    const uint64_t index = shared_.next++;
    if (index >= shared_.count || shared_.failed) {
      --shared_.running;
      return;
    }
    context_ = std::make_unique<grpc::ClientContext>();
    shared_.officer.Prepare(*context_);
    request_.set_recipient(load::NumberAt(index, shared_.seed));
    request_.mutable_scope()->set_content_provider_id(shared_.content_provider);
    request_.set_source(v1::OPT_OUT_SOURCE_IMPORT);
    stub_->async()->Add(context_.get(), &request_, &response_,
                        [this](const grpc::Status& status) { Ended(status); });
  }

 private:
  void Ended(const grpc::Status& status) {
    if (status.ok()) {
      ++shared_.done;
    } else {
      shared_.failed = true;
      MutexLock lock(shared_.mutex);
      shared_.status = shared_.officer.Explain(status);
    }
    Next();
  }

  Shared& shared_;
  const std::unique_ptr<v1::OptOuts::Stub> stub_;
  std::unique_ptr<grpc::ClientContext> context_;
  v1::AddOptOutRequest request_;
  v1::AddOptOutResponse response_;
};

}  // namespace

absl::Status LoadOptOuts(const tools::Connection& officer, uint64_t count,
                         uint64_t seed, const std::string& content_provider,
                         const std::function<void(uint64_t)>& progress) {
  Shared shared = {officer, count, seed, content_provider};
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (int i = 0; i < 4; ++i) channels.push_back(officer.NewChannel(100 + i));
  std::vector<std::unique_ptr<Lane>> lanes;
  for (size_t i = 0; i < kCallsOnTheWay; ++i) {
    lanes.push_back(
        std::make_unique<Lane>(shared, channels[i % channels.size()]));
  }
  for (auto& lane : lanes) lane->Next();
  while (shared.running > 0) {
    absl::SleepFor(absl::Milliseconds(20));
    progress(shared.done);
  }
  MutexLock lock(shared.mutex);
  return shared.status;
}

}  // namespace sluice::bench
