#include "tools/sluicectl/rules/journal_preview.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/rules.grpc.pb.h"
#include "tools/lib/connection.h"
#include "tools/lib/progress.h"

namespace sluice::ctl {

absl::StatusOr<admin::v1::PreviewResult> PreviewJournal(
    const Context& context, const admin::v1::PreviewVersionRequest& request) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::RulesService::NewStub(connection.channel());
  grpc::ClientContext call;
  connection.Prepare(call, /*stream=*/true);
  admin::v1::PreviewVersionResponse response;
  grpc::Status status;
  {
    tools::Progress progress(context.err, context.progress && !context.json,
                             context.Say("短信", "messages"), 0);
    const auto stream = stub->PreviewVersion(&call, request);
    while (stream->Read(&response)) {
      // Estimates the total from the share that is done.
      const auto all = response.done() > 0
                           ? static_cast<double>(response.messages()) /
                                 std::min(1.0, response.done())
                           : 0.0;
      progress.Set(response.messages(), static_cast<uint64_t>(all));
    }
    status = stream->Finish();
  }
  SLUICE_RETURN_IF_ERROR(connection.Explain(status));
  if (!response.has_result()) {
    return ErrorOf(
        absl::StatusCode::kInternal,
        SayBoth("服务器的应答中没有结果", "the server's answer has no result"));
  }
  return std::move(*response.mutable_result());
}

}  // namespace sluice::ctl
