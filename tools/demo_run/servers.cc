#include "tools/demo_run/servers.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "rules/base/status_macros.h"

namespace sluice::demo {
namespace {

constexpr absl::Duration kStartLimit = absl::Seconds(60);

struct LinkSetting {
  const char* name;
  const char* protocol;
  const char* sp_id;
  const char* carriers;
};
constexpr LinkSetting kLinks[] = {
    {"mobile", "cmpp20", "900001", "mobile"},
    {"unicom", "cmpp30", "900002", "unicom"},
    {"telecom", "cmpp30", "900003", "telecom, broadnet, unknown"},
};
constexpr char kSecret[] = "demo-secret";

// A path counts from where the demo was started, and not from the file that it
// is written into.
std::string PackOf(const ServerOptions& options) {
  if (!absl::StrContains(options.pack, '/')) return options.pack;
  return std::filesystem::absolute(options.pack).string();
}

std::string Configuration(const ServerOptions& options, int simulator_port) {
  std::string yaml = absl::StrCat(
      "listen:\n  address: 127.0.0.1:0\nstore:\n  path: ", options.folder,
      "/store\n  segment_mb: 64\nrules:\n  pack: ", PackOf(options),
      "\nsandbox:\n  clock: ", options.clock, "\nlinks:\n");
  for (const LinkSetting& link : kLinks) {
    absl::StrAppend(&yaml, "  - name: ", link.name,
                    "\n    protocol: ", link.protocol,
                    "\n    host: 127.0.0.1\n    port: ", simulator_port,
                    "\n    sp_id: \"", link.sp_id, "\"\n    secret: ", kSecret,
                    "\n    carriers: [", link.carriers,
                    "]\n    authenticator_check: enforce\n    sandbox: true\n");
  }
  return yaml;
}

absl::StatusOr<tools::ChildProcess> StartSimulator(const ServerOptions& options,
                                                   const std::string& log) {
  std::vector<std::string> arguments = {
      absl::StrCat(options.program_folder, "/carrier-sim"), "--log", log};
  for (const LinkSetting& link : kLinks) {
    arguments.insert(arguments.end(),
                     {"--account", absl::StrCat(link.sp_id, ":", kSecret)});
  }
  return tools::ChildProcess::Start(
      arguments, absl::StrCat(options.folder, "/carrier-sim.out"));
}

// The address in the line that begins with "listening ".
absl::StatusOr<std::string> ListensAt(tools::ChildProcess& process,
                                      const char* name) {
  const auto line = process.WaitForLine("listening ", kStartLimit);
  if (!line.ok()) {
    return absl::Status(line.status().code(),
                        absl::StrCat(name, ": ", line.status().message()));
  }
  const std::string marker = "listening ";
  return line->substr(line->find(marker) + marker.size());
}

std::string FieldOf(const google::protobuf::Struct& object, const char* name) {
  const auto found = object.fields().find(name);
  return found == object.fields().end() ? "" : found->second.string_value();
}

}  // namespace

absl::StatusOr<Servers> Servers::Start(const ServerOptions& options) {
  Servers servers;
  servers.simulator_log_ = absl::StrCat(options.folder, "/arrived.jsonl");
  SLUICE_ASSIGN_OR_RETURN(servers.simulator_,
                          StartSimulator(options, servers.simulator_log_));
  SLUICE_ASSIGN_OR_RETURN(const std::string port,
                          ListensAt(servers.simulator_, "carrier-sim"));
  const std::string path = absl::StrCat(options.folder, "/sluice.yaml");
  std::ofstream(path) << Configuration(options, std::stoi(port));
  SLUICE_ASSIGN_OR_RETURN(
      servers.sluiced_,
      tools::ChildProcess::Start(
          {absl::StrCat(options.program_folder, "/sluiced"), "--config", path},
          absl::StrCat(options.folder, "/sluiced.out")));
  SLUICE_ASSIGN_OR_RETURN(servers.address_,
                          ListensAt(servers.sluiced_, "sluiced"));
  servers.admin_key_file_ = absl::StrCat(options.folder, "/store/admin.key");
  return servers;
}

absl::Status Servers::Stop() {
  const int code = sluiced_.Stop();
  simulator_.Stop();
  if (code == 0) return absl::OkStatus();
  std::ifstream log(sluiced_.log_path());
  std::string text(std::istreambuf_iterator<char>(log), {});
  if (text.size() > 2000) text.erase(0, text.size() - 2000);
  return absl::InternalError(
      absl::StrCat("sluiced ended with code ", code, ":\n", text));
}

absl::StatusOr<std::vector<Arrived>> Servers::Arrivals() const {
  std::ifstream log(simulator_log_);
  std::vector<Arrived> arrived;
  size_t number = 0;
  for (std::string line; std::getline(log, line);) {
    ++number;
    google::protobuf::Struct object;
    if (!google::protobuf::util::JsonStringToMessage(line, &object).ok()) {
      return absl::DataLossError(
          absl::StrCat(simulator_log_, ":", number, ": no JSON object"));
    }
    arrived.push_back({FieldOf(object, "dest"), FieldOf(object, "text")});
  }
  return arrived;
}

absl::StatusOr<std::string> Servers::SimulatorCounts() const {
  std::ifstream out(simulator_.log_path());
  std::string last;
  for (std::string line; std::getline(out, line);) {
    if (!line.empty()) last = line;
  }
  if (!absl::StartsWith(last, "{")) {
    return absl::DataLossError("carrier-sim reported no counts");
  }
  return last;
}

}  // namespace sluice::demo
