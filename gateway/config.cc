#include "gateway/config.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "filter/policy/number_table.h"
#include "gateway/link_settings.h"
#include "gateway/setting_faults.h"
#include "gateway/tls_files.h"
#include "gateway/witness_sink.h"
#include "rules/base/error_reason.h"
#include "rules/base/faults.h"
#include "rules/base/files.h"
#include "rules/base/status_macros.h"
#include "rules/pack/shipped_packs.h"
#include "rules/pack/yaml.h"

namespace sluice::gateway {
namespace {

namespace fs = std::filesystem;

constexpr char kAddress[] = "127.0.0.1:7430";
constexpr uint32_t kPartitionsMax = 64;
constexpr int kWitnessesMax = 8;
constexpr uint32_t kSegmentMbMax = 256;
constexpr uint32_t kSecondsMax = 3600;
constexpr uint32_t kInboxMessagesMax = 10'000'000;
constexpr uint32_t kOutboxMessagesMax = 1'000'000'000;

using Fill = std::function<uint32_t(const std::string& path, uint32_t value,
                                    uint32_t by_default)>;

void FillDefaults(const Fill& fill, config::v1::Limits& limits) {
  limits.set_inbox_messages_max(
      fill("limits.inbox_messages_max", limits.inbox_messages_max(), 65'536));
  limits.set_outbox_messages_max(fill(
      "limits.outbox_messages_max", limits.outbox_messages_max(), 10'000'000));
  limits.set_retry_delay_ms(
      fill("limits.retry_delay_ms", limits.retry_delay_ms(), 200));
  limits.set_watches_max(
      fill("limits.watches_max", limits.watches_max(), 1000));
  limits.set_watches_per_account_max(fill(
      "limits.watches_per_account_max", limits.watches_per_account_max(), 16));
  limits.set_watch_heartbeat_ms(
      fill("limits.watch_heartbeat_ms", limits.watch_heartbeat_ms(), 15'000));
  limits.set_connections_max(
      fill("limits.connections_max", limits.connections_max(), 4096));
  limits.set_connections_per_address_max(
      fill("limits.connections_per_address_max",
           limits.connections_per_address_max(), 1024));
  limits.set_streams_per_connection_max(
      fill("limits.streams_per_connection_max",
           limits.streams_per_connection_max(), 1000));
  limits.set_calls_per_key_max(
      fill("limits.calls_per_key_max", limits.calls_per_key_max(), 1024));
  limits.set_request_streams_per_key_max(
      fill("limits.request_streams_per_key_max",
           limits.request_streams_per_key_max(), 32));
  limits.set_request_seconds(
      fill("limits.request_seconds", limits.request_seconds(), 30));
  limits.set_request_memory_mb(
      fill("limits.request_memory_mb", limits.request_memory_mb(), 512));
}

// Sets defaults for settings that are not in `positions`, the settings of the
// file. A 0 that the file sets stays, for Checker to report.
void FillDefaults(const rules::YamlPositions& positions,
                  config::v1::Config& config) {
  const auto fill = [&positions](const std::string& path, uint32_t value,
                                 uint32_t by_default) {
    return positions.Has(path) ? value : by_default;
  };
  if (config.listen().address().empty()) {
    config.mutable_listen()->set_address(kAddress);
  }
  config.mutable_listen()->set_idle_seconds(
      fill("listen.idle_seconds", config.listen().idle_seconds(), 30));
  config::v1::StoreConfig& store = *config.mutable_store();
  if (store.path().empty()) store.set_path("./sluice-data");
  store.set_partitions(fill("store.partitions", store.partitions(), 1));
  if (!store.has_sync()) store.set_sync(true);
  store.set_recipient_memory_mb(
      fill("store.recipient_memory_mb", store.recipient_memory_mb(), 4096));
  store.set_retention_days(
      fill("store.retention_days", store.retention_days(), 395));
  store.set_segment_mb(
      fill("store.segment_mb", store.segment_mb(), kSegmentMbMax));
  store.set_scrub_mb_per_second(
      fill("store.scrub_mb_per_second", store.scrub_mb_per_second(), 4));
  if (config.rules().pack().empty()) {
    config.mutable_rules()->set_pack("cn-2015");
  }
  if (config.rules().approval() == config::v1::APPROVAL_UNSPECIFIED) {
    config.mutable_rules()->set_approval(config::v1::APPROVAL_TWO_PERSONS);
  }
  config.mutable_access();  // Its default is false.
  for (int i = 0; i < config.carriers_size(); ++i) {
    config::v1::CarrierConfig& carrier = *config.mutable_carriers(i);
    carrier.set_reference_bits(
        fill(absl::StrCat("carriers[", i, "].reference_bits"),
             carrier.reference_bits(), 8));
  }
  for (int i = 0; i < config.links_size(); ++i) {
    FillLinkDefaults(positions, absl::StrCat("links[", i, "]"),
                     *config.mutable_links(i));
  }
  FillDefaults(fill, *config.mutable_limits());
  config::v1::Logging& logging = *config.mutable_logging();
  if (logging.format().empty()) logging.set_format("text");
  if (logging.level().empty()) logging.set_level("info");
}

// Checks what the schema cannot express. A fault has the position of the
// setting.
class Checker {
 public:
  Checker(const std::string& file, const rules::YamlPositions& positions,
          rules::Faults& faults)
      : faults_(file, positions, faults), all_read_(faults.empty()) {}

  void Check(config::v1::Config& config) {
    CheckListen(config.listen());
    CheckStore(config.store());
    CheckRules(config.rules());
    CheckCarriers(config);
    std::set<std::string> names;
    for (int i = 0; i < config.links_size(); ++i) {
      const std::string path = absl::StrCat("links[", i, "]");
      CheckLink(path, *config.mutable_links(i), faults_);
      if (!names.insert(config.links(i).name()).second) {
        Fault(path + ".name", "the name is used twice");
      }
    }
    // These compare settings, so all settings must have been read.
    if (all_read_) {
      for (int i = 0; i < config.links_size(); ++i) CheckAlike(config, i);
      CheckSandbox(config);
    }
    CheckWitnesses(config);
    const config::v1::Limits& limits = config.limits();
    CheckRange("limits.inbox_messages_max", limits.inbox_messages_max(), 1,
               kInboxMessagesMax);
    CheckRange("limits.outbox_messages_max", limits.outbox_messages_max(), 1,
               kOutboxMessagesMax);
    CheckRange("limits.retry_delay_ms", limits.retry_delay_ms(), 1, 60'000);
    CheckRange("limits.watches_max", limits.watches_max(), 1, 10'000);
    CheckRange("limits.watches_per_account_max",
               limits.watches_per_account_max(), 1, 10'000);
    CheckRange("limits.watch_heartbeat_ms", limits.watch_heartbeat_ms(), 10,
               600'000);
    CheckCallLimits(limits);
    faults_.CheckOneOf("logging.format", config.logging().format(),
                       {"text", "json"});
    faults_.CheckOneOf("logging.level", config.logging().level(),
                       {"debug", "info", "warning", "error"});
  }

 private:
  void Fault(absl::string_view path, absl::string_view what) {
    faults_.Add(path, what);
  }

  void CheckRange(absl::string_view path, uint32_t value, uint32_t min,
                  uint32_t max) {
    faults_.CheckRange(path, value, min, max);
  }

  void CheckCallLimits(const config::v1::Limits& limits) {
    CheckRange("limits.connections_max", limits.connections_max(), 10, 100'000);
    CheckRange("limits.connections_per_address_max",
               limits.connections_per_address_max(), 1, 100'000);
    CheckRange("limits.streams_per_connection_max",
               limits.streams_per_connection_max(), 1, 10'000);
    CheckRange("limits.calls_per_key_max", limits.calls_per_key_max(), 1,
               100'000);
    CheckRange("limits.request_streams_per_key_max",
               limits.request_streams_per_key_max(), 1, 10'000);
    CheckRange("limits.request_seconds", limits.request_seconds(), 1,
               kSecondsMax);
    CheckRange("limits.request_memory_mb", limits.request_memory_mb(), 32,
               65'536);
  }

  void CheckAddress(absl::string_view path, const std::string& address,
                    bool anywhere) {
    const absl::StatusOr<HostPort> parsed = ParseHostPort(address);
    if (!parsed.ok()) {
      Fault(path, parsed.status().message());
    } else if (!parsed->loopback && !anywhere) {
      Fault(path,
            "is not a loopback address, and the connection would be plaintext; "
            "set tls_certificate and tls_key, or plaintext_anywhere: true");
    }
  }

  void CheckListen(const config::v1::Listen& listen) {
    CheckRange("listen.idle_seconds", listen.idle_seconds(), 1, 86'400);
    const bool tls =
        !listen.tls_certificate().empty() && !listen.tls_key().empty();
    if (listen.tls_certificate().empty() != listen.tls_key().empty()) {
      Fault(listen.tls_key().empty() ? "listen.tls_certificate"
                                     : "listen.tls_key",
            "set both tls_certificate and tls_key, or neither");
    }
    if (tls && faults_.IsReadable("listen")) CheckTls(listen);
    const bool anywhere = tls || listen.plaintext_anywhere();
    CheckAddress("listen.address", listen.address(), anywhere);
    if (!listen.http_address().empty()) {
      CheckAddress("listen.http_address", listen.http_address(), anywhere);
      CheckOverlap(listen);
    }
  }

  void CheckTls(const config::v1::Listen& listen) {
    const auto facts =
        ReadTlsFiles(listen.tls_certificate(), listen.tls_key(), absl::Now());
    if (facts.ok()) return;
    const std::string field = FieldOf(facts.status());
    Fault(absl::StrCat("listen.", field), MessageWithoutField(facts.status()));
  }

  void CheckOverlap(const config::v1::Listen& listen) {
    const auto grpc = ParseHostPort(listen.address());
    const auto http = ParseHostPort(listen.http_address());
    if (!grpc.ok() || !http.ok() || !Overlap(*grpc, *http)) return;
    Fault("listen.http_address",
          absl::StrCat("has the port of listen.address, ", grpc->port,
                       "; each needs its own"));
  }

  void CheckWitnesses(const config::v1::Config& config) {
    if (config.witnesses_size() > kWitnessesMax) {
      Fault("witnesses", absl::StrCat("at most ", kWitnessesMax));
    }
    for (int i = 0; i < config.witnesses_size(); ++i) {
      const config::v1::WitnessConfig& witness = config.witnesses(i);
      const std::string path = absl::StrCat("witnesses[", i, "]");
      if (witness.file().empty() == witness.url().empty()) {
        Fault(path, "give either file or url");
        continue;
      }
      if (witness.url().empty()) continue;
      const auto url = ReadWitnessUrl(witness.url());
      if (!url.ok()) Fault(path + ".url", url.status().message());
    }
  }

  void CheckStore(const config::v1::StoreConfig& store) {
    CheckRange("store.partitions", store.partitions(), 1, kPartitionsMax);
    // A full group and the end of a segment must fit.
    CheckRange("store.segment_mb", store.segment_mb(), 2, kSegmentMbMax);
    CheckRange("store.recipient_memory_mb", store.recipient_memory_mb(), 16,
               1u << 22);
    CheckRange("store.scrub_mb_per_second", store.scrub_mb_per_second(), 0,
               1024);
    if (store.retention_days() < kRetentionDaysMin) {
      Fault("store.retention_days",
            absl::StrCat("RETENTION_BELOW_MINIMUM: ", store.retention_days(),
                         " days, at least ", kRetentionDaysMin));
    }
  }

  static std::string NoShippedPack(const std::string& pack,
                                   const std::string& folder) {
    const std::vector<std::string> shipped = rules::ShippedPacks();
    const std::string searched =
        std::filesystem::path(folder).parent_path().string();
    return absl::StrCat(
        shipped.empty()
            ? absl::StrCat("no pack '", pack, "': the folder ", searched,
                           ", beside the program's, has none")
            : absl::StrCat("no pack '", pack, "' comes with Sluice",
                           rules::Suggestion(pack, shipped), " (in ", searched,
                           ")"),
        "; write your own folder with a slash: ./", pack);
  }

  void CheckRules(const config::v1::RulesConfig& rules) {
    const std::string folder = rules::PackFolder(rules.pack());
    std::error_code none;
    if (!std::filesystem::is_directory(folder, none)) {
      Fault("rules.pack", absl::StrContains(rules.pack(), '/')
                              ? absl::StrCat("no folder ", folder)
                              : NoShippedPack(rules.pack(), folder));
    }
    for (int i = 0; i < rules.portability_size(); ++i) {
      if (!ReadFile(rules.portability(i)).ok()) {
        Fault(absl::StrCat("rules.portability[", i, "]"),
              absl::StrCat("cannot read the file ", rules.portability(i)));
      }
    }
  }

  void CheckCarriers(const config::v1::Config& config) {
    std::set<std::string> names;
    for (int i = 0; i < config.carriers_size(); ++i) {
      const config::v1::CarrierConfig& carrier = config.carriers(i);
      const std::string path = absl::StrCat("carriers[", i, "].");
      faults_.CheckCarrierName(path + "name", carrier.name());
      if (!names.insert(carrier.name()).second) {
        Fault(path + "name", "the name is used twice");
      }
      if (carrier.reference_bits() != 8 && carrier.reference_bits() != 16) {
        Fault(path + "reference_bits",
              absl::StrCat(carrier.reference_bits(), ", allowed: 8, 16"));
      }
    }
  }

  // A link encodes all messages alike, so its carriers must have the same
  // reference_bits.
  void CheckAlike(const config::v1::Config& config, int index) {
    const auto bits_of = [&config](const std::string& name) -> uint32_t {
      for (const config::v1::CarrierConfig& carrier : config.carriers()) {
        if (carrier.name() == name) return carrier.reference_bits();
      }
      return 8;
    };
    const config::v1::LinkConfig& link = config.links(index);
    for (int i = 1; i < link.carriers_size(); ++i) {
      if (bits_of(link.carriers(i)) == bits_of(link.carriers(0))) continue;
      Fault(absl::StrCat("links[", index, "].carriers[", i, "]"),
            "has other reference_bits than the link's first carrier; give it a "
            "link of its own");
    }
  }

  void CheckSandbox(const config::v1::Config& config) {
    const std::string& clock = config.sandbox().clock();
    if (clock.empty()) return;
    absl::Time start;
    std::string error;
    if (!absl::ParseTime(absl::RFC3339_full, clock, &start, &error)) {
      Fault("sandbox.clock",
            "is not a time as in RFC 3339, such as 2026-03-02T10:00:00+08:00");
    }
    for (const config::v1::LinkConfig& link : config.links()) {
      if (link.sandbox()) continue;
      Fault("sandbox.clock",
            absl::StrCat("link ", link.name(),
                         " is not a sandbox link: remove sandbox.clock, or set "
                         "sandbox: true on the link"));
    }
  }

  SettingFaults faults_;
  const bool all_read_;
};

// Whether a file has nothing but comments, perhaps because it was cut off or
// not written yet.
bool IsBlank(absl::string_view content) {
  for (absl::string_view line : absl::StrSplit(content, '\n')) {
    line = absl::StripAsciiWhitespace(absl::StripPrefix(line, "\xef\xbb\xbf"));
    const bool marker = line == "---" || line == "...";
    if (!line.empty() && line[0] != '#' && !marker) return false;
  }
  return true;
}

void Resolve(const fs::path& folder, std::string& path) {
  if (path.empty() || folder.empty() || fs::path(path).is_absolute()) return;
  path = (folder / path).lexically_normal().string();
}

// Relative paths count from the configuration file, wherever the server is
// started.
void ResolvePaths(const fs::path& folder, config::v1::Config& config) {
  config::v1::Listen& listen = *config.mutable_listen();
  Resolve(folder, *listen.mutable_tls_certificate());
  Resolve(folder, *listen.mutable_tls_key());
  Resolve(folder, *config.mutable_store()->mutable_path());
  Resolve(folder, *config.mutable_store()->mutable_signing_key());
  for (config::v1::WitnessConfig& witness : *config.mutable_witnesses()) {
    Resolve(folder, *witness.mutable_file());
    Resolve(folder, *witness.mutable_ca_certificate());
  }
  // Without a slash it is the name of a pack that comes with Sluice.
  if (absl::StrContains(config.rules().pack(), '/')) {
    Resolve(folder, *config.mutable_rules()->mutable_pack());
  }
  for (std::string& path : *config.mutable_rules()->mutable_portability()) {
    Resolve(folder, path);
  }
  for (config::v1::LinkConfig& link : *config.mutable_links()) {
    Resolve(folder, *link.mutable_secret_file());
  }
}

}  // namespace

config::v1::Config DefaultConfig() {
  config::v1::Config config;
  config::v1::LinkConfig& link = *config.add_links();
  link.set_name("sandbox");
  link.set_protocol("cmpp20");
  link.set_host("127.0.0.1");
  link.set_port(7890);
  link.set_sp_id("900001");
  link.set_secret("secret88");  // The default of carrier-sim.
  for (const char* carrier :
       {"mobile", "unicom", "telecom", "broadnet", "unknown"}) {
    link.add_carriers(carrier);
  }
  link.set_sandbox(true);
  FillDefaults({}, config);
  return config;
}

absl::StatusOr<config::v1::Config> LoadConfig(const std::string& path) {
  std::error_code none;
  if (std::filesystem::is_directory(path, none)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": is a folder; name the file, such as ",
                     (std::filesystem::path(path) / "sluice.yaml").string()));
  }
  const absl::StatusOr<std::string> content = ReadFile(path);
  if (!content.ok()) {
    return absl::NotFoundError(absl::StrCat("cannot read the file ", path));
  }
  return ParseConfig(path, *content);
}

absl::StatusOr<config::v1::Config> ParseConfig(const std::string& file,
                                               absl::string_view content) {
  config::v1::Config config;
  rules::YamlPositions positions;
  rules::Faults faults;
  rules::LoadYaml(file, content, &config, positions, faults);
  if (faults.empty() && IsBlank(content)) {
    return absl::InvalidArgumentError(
        absl::StrCat(file,
                     ": has no setting; start without --config for the "
                     "defaults, or see gateway/sluice.yaml"));
  }
  ResolvePaths(fs::path(file).parent_path(), config);
  FillDefaults(positions, config);
  Checker(file, positions, faults).Check(config);
  SLUICE_RETURN_IF_ERROR(faults.ToStatus());
  return config;
}

}  // namespace sluice::gateway
