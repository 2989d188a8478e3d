#pragma once

// Times that flags give. A server elsewhere does not go by this machine's
// clock, so that "+2h" and "24h" count from the one it decides by.

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

// Of one command: asks the server for its clock when the first relative time
// is read, and counts all of them from that. `context` outlives it.
class TimeFlags {
 public:
  explicit TimeFlags(const Context& context) : context_(context) {}

  // A time, or how long ago. Errors: kInvalidArgument, which names the flag;
  // those of the call.
  absl::StatusOr<google::protobuf::Timestamp> Past(absl::string_view flag,
                                                   absl::string_view text);
  // A time, or in how long, with a + before it or without.
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
