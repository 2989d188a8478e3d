#include "tools/demo_run/outcomes.h"

#include "absl/time/clock.h"

namespace sluice::demo {

bool IsFinal(v1::MessageState state) {
  switch (state) {
    case v1::MESSAGE_STATE_REFUSED:
    case v1::MESSAGE_STATE_UNKNOWN:
    case v1::MESSAGE_STATE_DELIVERED:
    case v1::MESSAGE_STATE_UNDELIVERED:
    case v1::MESSAGE_STATE_NO_REPORT:
    case v1::MESSAGE_STATE_CANCELLED:
    case v1::MESSAGE_STATE_EXPIRED:
      return true;
    default:
      return false;
  }
}

Outcomes::Outcomes(const tools::Connection& connection)
    : stub_(v1::GatewayService::NewStub(connection.channel())) {
  connection.Prepare(context_, /*stream=*/true);
  thread_ = std::thread([this] { Read(); });
}

Outcomes::~Outcomes() {
  context_.TryCancel();
  thread_.join();
}

void Outcomes::Read() {
  v1::WatchRequest request;
  request.set_beginning(true);
  const auto stream = stub_->Watch(&context_, request);
  v1::WatchResponse event;
  while (stream->Read(&event)) {
    if (!event.has_outcome()) continue;
    const v1::Outcome& outcome = event.outcome();
    MutexLock lock(mutex_);
    v1::MessageState& state = states_[outcome.message_id()];
    if (!IsFinal(state) && IsFinal(outcome.state())) ++finals_;
    // An event may be repeated, and a part's event may come late.
    if (!IsFinal(state) || IsFinal(outcome.state())) state = outcome.state();
  }
  const grpc::Status status = stream->Finish();
  MutexLock lock(mutex_);
  status_ = status;
}

size_t Outcomes::finals() const {
  MutexLock lock(mutex_);
  return finals_;
}

bool Outcomes::WaitFor(size_t count, absl::Duration patience) const {
  size_t seen = finals();
  absl::Time changed = absl::Now();
  while (seen < count) {
    absl::SleepFor(absl::Milliseconds(10));
    const size_t now = finals();
    if (now != seen) {
      seen = now;
      changed = absl::Now();
    }
    if (absl::Now() - changed > patience) return false;
  }
  return true;
}

std::map<std::string, v1::MessageState> Outcomes::states() const {
  MutexLock lock(mutex_);
  return states_;
}

grpc::Status Outcomes::status() const {
  MutexLock lock(mutex_);
  return status_;
}

}  // namespace sluice::demo
