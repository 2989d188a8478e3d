#include "tools/sluicectl/time_flags.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/operations.grpc.pb.h"
#include "tools/lib/words.h"

namespace sluice::ctl {

absl::StatusOr<google::protobuf::Timestamp> TimeFlags::Past(
    absl::string_view flag, absl::string_view text) {
  return Read(flag, text, tools::ParsePastTime);
}

absl::StatusOr<google::protobuf::Timestamp> TimeFlags::ToCome(
    absl::string_view flag, absl::string_view text) {
  return Read(flag, absl::StripPrefix(text, "+"), tools::ParseTimeToCome);
}

absl::StatusOr<google::protobuf::Timestamp> TimeFlags::Read(
    absl::string_view flag, absl::string_view text, Parse parse) {
  if (const auto time = tools::ParseTime(text); time.ok()) {
    return tools::ToTimestamp(*time);
  }
  // A malformed time is reported without asking the server.
  const auto here = parse(text, absl::Now());
  if (!here.ok()) {
    const std::string chinese = ChineseOf(here.status());
    absl::Status fault = absl::InvalidArgumentError(
        absl::StrCat(flag, " ", here.status().message()));
    return chinese.empty() ? fault
                           : WithChinese(std::move(fault),
                                         absl::StrCat(flag, " ", chinese));
  }
  SLUICE_ASSIGN_OR_RETURN(const absl::Time now, Now());
  SLUICE_ASSIGN_OR_RETURN(const absl::Time time, parse(text, now));
  return tools::ToTimestamp(time);
}

absl::StatusOr<absl::Time> TimeFlags::Now() {
  if (now_) return *now_;
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context_.connection));
  const auto stub = admin::v1::OperationsService::NewStub(connection.channel());
  admin::v1::GetClockResponse response;
  const absl::Status status =
      connection.Call(*stub, &admin::v1::OperationsService::Stub::GetClock,
                      admin::v1::GetClockRequest(), response);
  if (status.ok()) {
    now_ = tools::FromTimestamp(response.clock().decision_time());
  } else if (status.code() == absl::StatusCode::kPermissionDenied ||
             status.code() == absl::StatusCode::kUnimplemented) {
    // A key for complaints may search but not read the clock; for a search this
    // machine's clock is good enough.
    now_ = absl::Now();
  } else {
    return status;
  }
  return *now_;
}

}  // namespace sluice::ctl
