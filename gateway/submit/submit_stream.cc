#include "gateway/submit/submit_stream.h"

#include <array>
#include <memory>
#include <utility>

#include "gateway/submit/batch_stream.h"

namespace sluice::gateway {
namespace {

class SubmitStream final : public BatchStream {
 public:
  explicit SubmitStream(SubmitPipeline& pipeline)
      : BatchStream(
            {pipeline.callers(), pipeline.metrics(), pipeline.connections(),
             pipeline.retry_delay(), [&pipeline] { return pipeline.NowMs(); }},
            Rpc::kSubmitStream, kSlots),
        pipeline_(pipeline) {}

  void OnDone() override {
    for (std::unique_ptr<BatchWork>& work : works_) {
      if (work != nullptr) pipeline_.Give(std::move(work));
    }
    BatchStream::OnDone();
  }

 private:
  void Decide(size_t slot, const grpc::ByteBuffer& request) override {
    if (works_[slot] == nullptr) works_[slot] = pipeline_.Take();
    BatchWork& work = *works_[slot];
    work.key = key();
    work.language = language();
    work.check = false;
    pipeline_.Decide(work, request, [this, slot, &work] {
      if (!work.status.ok()) pipeline_.AnswerFault(work);
      Answered(slot);
    });
  }

  const grpc::ByteBuffer& AnswerOf(size_t slot) override {
    return works_[slot]->answer;
  }

  SubmitPipeline& pipeline_;
  std::array<std::unique_ptr<BatchWork>, kSlots> works_;
};

}  // namespace

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StartSubmitStream(
    SubmitPipeline& pipeline, grpc::CallbackServerContext* context) {
  auto* stream = new SubmitStream(pipeline);
  stream->Start(*context);
  return stream;
}

}  // namespace sluice::gateway
