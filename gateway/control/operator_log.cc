#include "gateway/control/operator_log.h"

#include <memory>
#include <utility>

#include "sluice/store/v1/record.pb.h"

namespace sluice::gateway {

OperatorLog::OperatorLog(store::Store& store) : store_(store) {}

std::future<absl::Status> OperatorLog::Note(const Key& key, Rpc rpc,
                                            Phone about, std::string subject,
                                            std::string reason) {
  store::v1::Record record;
  record.set_recipient(about.e164);
  store::v1::OperatorAction& action = *record.mutable_operator_action();
  action.set_actor(key.id);
  action.set_method(std::string(Name(rpc)));
  action.set_subject(std::move(subject));
  action.set_reason(std::move(reason));
  auto durable = std::make_shared<std::promise<absl::Status>>();
  std::future<absl::Status> answer = durable->get_future();
  const bool queued =
      writers_.Run([this, durable, record = std::move(record)]() mutable {
        durable->set_value(store_.AppendControl(std::move(record)));
      });
  if (!queued) {
    durable->set_value(absl::ResourceExhaustedError(
        "too many operator calls are waiting for the journal"));
  }
  return answer;
}

}  // namespace sluice::gateway
