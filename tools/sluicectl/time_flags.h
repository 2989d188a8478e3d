#pragma once

// Times in flags. The server's clock may differ from this machine's, so that
// "+2h" and "24h" count from the server's clock.

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

// For one command: asks for the server's clock at the first relative time, and
// counts all relative times from it. `context` must outlive it.
class TimeFlags {
 public:
  explicit TimeFlags(const Context& context) : context_(context) {}

  // A time, or how long ago. Errors: kInvalidArgument, which names the flag;
  // those of the call.
  absl::StatusOr<google::protobuf::Timestamp> Past(absl::string_view flag,
                                                   absl::string_view text);
  // A time, or how long from now, with or without a leading +.
  absl::StatusOr<google::protobuf::Timestamp> ToCome(absl::string_view flag,
                                                     absl::string_view text);

 private:
  using Parse = absl::StatusOr<absl::Time> (*)(absl::string_view, absl::Time);
  absl::StatusOr<google::protobuf::Timestamp> Read(absl::string_view flag,
                                                   absl::string_view text,
                                                   Parse parse);
  absl::StatusOr<absl::Time> Now();

  const Context& context_;
  std::optional<absl::Time> now_;
};

}  // namespace sluice::ctl
