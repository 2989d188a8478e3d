#include "tools/carrier_sim/control.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"

namespace sluice::sim {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

std::string Text(const Struct& object, const char* name) {
  const auto it = object.fields().find(name);
  return it == object.fields().end() ? "" : it->second.string_value();
}

// 0 if it is not given.
uint8_t Octet(const Struct& object, const char* name) {
  const auto it = object.fields().find(name);
  return it == object.fields().end()
             ? uint8_t{0}
             : static_cast<uint8_t>(it->second.number_value());
}

absl::Status ObeyMo(const Struct& mo, Simulator& simulator) {
  const std::string from = Text(mo, "from");
  const std::string to = Text(mo, "to");
  if (from.empty() || to.empty()) {
    return absl::InvalidArgumentError("mo: needs \"from\" and \"to\"");
  }
  if (mo.fields().contains("hex")) {
    simulator.SendRawMo(from, to, Octet(mo, "fmt"), Octet(mo, "udhi"),
                        absl::HexStringToBytes(Text(mo, "hex")));
    return absl::OkStatus();
  }
  simulator.SendMo(from, to, Text(mo, "text"));
  return absl::OkStatus();
}

absl::Status ObeyOne(const std::string& command, const Value& value,
                     Simulator& simulator,
                     const std::function<void(const std::string&)>& print) {
  if (command == "mo") return ObeyMo(value.struct_value(), simulator);
  if (command == "drop") {
    simulator.Drop();
  } else if (command == "silence") {
    simulator.Silence(value.bool_value());
  } else if (command == "rate") {
    simulator.SetRate(value.number_value());
  } else if (command == "flow_share") {
    simulator.SetFlowShare(value.number_value());
  } else if (command == "stats") {
    simulator.FlushLog();
    print(ToJson(simulator.Stats()));
  } else {
    return absl::InvalidArgumentError(
        absl::StrCat("unknown command \"", command,
                     "\"; there are mo, drop, silence, rate, "
                     "flow_share, stats"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Obey(absl::string_view line, Simulator& simulator,
                  const std::function<void(const std::string&)>& print) {
  Struct object;
  const auto parsed = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(line.data(), line.size()), &object);
  if (!parsed.ok()) return absl::InvalidArgumentError("not a JSON object");
  for (const auto& [command, value] : object.fields()) {
    SLUICE_RETURN_IF_ERROR(ObeyOne(command, value, simulator, print));
  }
  return absl::OkStatus();
}

}  // namespace sluice::sim
