#include "gateway/submit_stream.h"

#include <array>
#include <memory>
#include <utility>

#include "gateway/batch_stream.h"

namespace sluice::gateway {
namespace {

class SubmitStream final : public BatchStream {
 public:
  explicit SubmitStream(Decider& decider)
      : BatchStream(
            {decider.callers(), decider.metrics(), decider.retry_delay(),
             [&decider] { return decider.NowMs(); }},
            Rpc::kSubmitStream, kSlots),
        decider_(decider) {}

  void OnDone() override {
    for (std::unique_ptr<BatchWork>& work : works_) {
      if (work != nullptr) decider_.Give(std::move(work));
    }
    BatchStream::OnDone();
  }

 private:
  void Decide(size_t slot, const grpc::ByteBuffer& request) override {
    if (works_[slot] == nullptr) works_[slot] = decider_.Take();
    BatchWork& work = *works_[slot];
    work.key = key();
    work.language = language();
    work.check = false;
    decider_.Decide(work, request, [this, slot, &work] {
      if (!work.status.ok()) decider_.AnswerFault(work);
      Answered(slot);
    });
  }

  const grpc::ByteBuffer& AnswerOf(size_t slot) override {
    return works_[slot]->answer;
  }

  Decider& decider_;
  std::array<std::unique_ptr<BatchWork>, kSlots> works_;
};

}  // namespace

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StartSubmitStream(
    Decider& decider, grpc::CallbackServerContext* context) {
  auto* stream = new SubmitStream(decider);
  stream->Start(*context);
  return stream;
}

}  // namespace sluice::gateway
