#include "gateway/server.h"

#include <google/protobuf/descriptor.h>
#include <grpcpp/grpcpp.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "asio/executor_work_guard.hpp"
#include "asio/io_context.hpp"
#include "filter/policy/number_table.h"
#include "filter/policy/policy.h"
#include "gateway/admin/admin_context.h"
#include "gateway/admin/services.h"
#include "gateway/certificate_in_use.h"
#include "gateway/config.h"
#include "gateway/control/campaign_book.h"
#include "gateway/control/control_state.h"
#include "gateway/control/posture.h"
#include "gateway/corrections/correction_book.h"
#include "gateway/corrections/corrector.h"
#include "gateway/corrections/import_book.h"
#include "gateway/dispatch/dispatcher.h"
#include "gateway/dispatch/links.h"
#include "gateway/entry/call_counter.h"
#include "gateway/entry/call_gate.h"
#include "gateway/entry/connections.h"
#include "gateway/entry/file_limit.h"
#include "gateway/entry/gated_service.h"
#include "gateway/entry/open_calls.h"
#include "gateway/housekeeper.h"
#include "gateway/http.h"
#include "gateway/listen_fault.h"
#include "gateway/ported_numbers.h"
#include "gateway/readiness.h"
#include "gateway/redecide/rechecker.h"
#include "gateway/reloader.h"
#include "gateway/sandbox_clock.h"
#include "gateway/submit/gateway_service.h"
#include "gateway/submit/message_calls.h"
#include "gateway/submit/submit_pipeline.h"
#include "gateway/submit/watch.h"
#include "gateway/telemetry/log.h"
#include "gateway/telemetry/metrics.h"
#include "gateway/versions/pack_library.h"
#include "gateway/versions/rule_book.h"
#include "gateway/versions/rule_statistics.h"
#include "gateway/witness.h"
#include "gateway/witness_sink.h"
#include "rules/base/check.h"
#include "rules/base/fair_workers.h"
#include "rules/base/lasting_fault.h"
#include "rules/base/mutex.h"
#include "rules/base/status_macros.h"
#include "rules/base/thread_name.h"
#include "rules/base/workers.h"
#include "rules/pack/shipped_packs.h"
#include "rules/rule_set.h"
#include "store/folders.h"
#include "store/store.h"

namespace sluice::gateway {
namespace {

using Note = std::function<void(const std::string&)>;

constexpr int kAdminThreads = 4;
constexpr size_t kAdminCallsMax = 256;
// Two: one large draft must not delay a publication.
constexpr int kSlowThreads = 2;
constexpr size_t kSlowCallsMax = 16;
constexpr int kPreviewThreads = 2;
constexpr size_t kPreviewsMax = 16;
// A rollback to a version that is not compiled keeps one busy for seconds.
constexpr int kUrgentThreads = 4;
constexpr size_t kUrgentCallsMax = 256;
// Four, of which one key has at most two: a search may take seconds.
constexpr int kLookupThreads = 4;
constexpr size_t kLookupsMax = 1024;
constexpr int kExportThreads = 2;
constexpr size_t kExportsMax = 16;
// A decision about all held messages of a rule may take a minute.
constexpr int kHoldThreads = 2;
constexpr size_t kHoldCallsMax = 256;
// Octets that gRPC reads of a connection before it begins the calls in them: of
// the least headers, some 300 calls.
constexpr int kReadMax = 8 << 10;
// Open files for everything but connections: journals, views, links, HTTP.
constexpr uint64_t kOtherFiles = 512;
// How long Stop() waits for calls, and then for carriers.
constexpr std::chrono::seconds kCallsDrain(3);
constexpr absl::Duration kLinksDrain = absl::Seconds(10);
constexpr std::chrono::seconds kTick(1);

std::string RulesFolder(const config::v1::Config& config) {
  return config.store().path() + "/rules";
}

// The snapshot before any party is registered, with the rules in the folder
// `pack`. `cache` may be null.
absl::StatusOr<filter::Snapshot> BaseSnapshot(
    const config::v1::Config& config, const std::string& pack,
    const rules::CompileCache* cache) {
  filter::Snapshot base;
  SLUICE_ASSIGN_OR_RETURN(base.rules, rules::RuleSet::Load(pack, cache));
  SLUICE_ASSIGN_OR_RETURN(base.policy, filter::Policy::Build(*base.rules));
  SLUICE_ASSIGN_OR_RETURN(base.numbers, ReadNumbers(config.rules()));
  SLUICE_ASSIGN_OR_RETURN(base.registry, filter::Registry::Build({}));
  base.carriers = TraitsOf(config);
  return base;
}

store::StoreOptions OptionsOf(const config::v1::Config& config) {
  store::StoreOptions options;
  options.path = config.store().path();
  options.partitions = static_cast<int>(config.store().partitions());
  options.sync = config.store().sync();
  options.segment_bytes = uint64_t{config.store().segment_mb()} << 20;
  options.recipient_memory_bytes =
      uint64_t{config.store().recipient_memory_mb()} << 20;
  options.scrub_bytes_per_second =
      uint64_t{config.store().scrub_mb_per_second()} << 20;
  options.retention_days = config.store().retention_days();
  options.signing_key = config.store().signing_key();
  if (options.signing_key.empty()) {
    options.signing_key = options.path + "/signing.key";
  }
  options.inbox_messages_max = config.limits().inbox_messages_max();
  options.outbox_messages_max = config.limits().outbox_messages_max();
  options.alarm = [](const std::string& line) { spdlog::error("{}", line); };
  return options;
}

// With the rules that were in force last: replay needs their limits to know how
// long a message counts, and the configured folder may have changed or have
// faults. With the rules in that folder if none were in force.
absl::StatusOr<filter::Snapshot> BaseSnapshot(
    const config::v1::Config& config, const rules::CompileCache& cache) {
  const PackLibrary library(RulesFolder(config));
  const std::string last = library.InForce();
  if (!last.empty()) {
    absl::StatusOr<filter::Snapshot> base =
        BaseSnapshot(config, library.PathOf(last), &cache);
    if (base.ok()) return base;
  }
  return BaseSnapshot(config, rules::PackFolder(config.rules().pack()), &cache);
}

void NoteRules(const PublishedRules& in_force, int64_t now_ms,
               const Note& note) {
  const rules::v1::PackHeader& header = in_force.rules->header();
  note(absl::StrCat("rule pack ", header.name(), " ", header.version(),
                    " in force as ", std::string(in_force.rules->id())));
  for (const std::string& notice : NoticesOf(header)) note(notice);
  const int not_enforced =
      PostureOf(in_force, {}, {}, now_ms).not_enforced_size();
  if (not_enforced > 0) {
    note(absl::StrCat(not_enforced,
                      " of its checks, limits and rules are not enforced: "
                      "`sluicectl posture` lists them"));
  }
}

}  // namespace

// Members are in the order of construction; Stop() destroys in reverse order.
struct Server::State {
  State(const config::v1::Config& c, Clock& base)
      : config(c), base_clock(base) {}

  const config::v1::Config config;
  Clock& base_clock;
  std::unique_ptr<Clock> sandbox_clock;
  Metrics metrics;
  Callers callers;
  std::unique_ptr<store::Store> store;
  std::vector<std::unique_ptr<Witness>> witnesses;
  std::unique_ptr<ControlState> control;
  std::unique_ptr<RuleStatistics> statistics;
  std::unique_ptr<RuleBook> rules;
  std::unique_ptr<CampaignBook> campaigns;
  std::unique_ptr<ImportBook> imports;
  std::unique_ptr<CorrectionBook> corrections;
  std::unique_ptr<Corrector> corrector;  // Ends before its arguments.
  std::unique_ptr<Rechecker> rechecker;  // Ends before its arguments.

  asio::io_context io;
  std::unique_ptr<Dispatcher> dispatcher;
  std::thread io_thread;

  std::unique_ptr<Workers> workers;
  std::unique_ptr<Workers> slow_workers;
  std::unique_ptr<Workers> preview_workers;
  std::unique_ptr<Workers> urgent_workers;
  std::unique_ptr<FairWorkers> lookups;
  std::unique_ptr<FairWorkers> exports;
  std::unique_ptr<FairWorkers> hold_decisions;
  std::atomic<bool> reading_ends = false;  // See AdminContext::stopping.
  std::unique_ptr<OperatorLog> operator_log;
  std::unique_ptr<ControlHistory> history;
  std::unique_ptr<AdminContext> admin;
  std::unique_ptr<SubmitPipeline> pipeline;
  std::unique_ptr<Watches> watches;
  std::unique_ptr<MessageCalls> message_calls;
  std::unique_ptr<Connections> connections;
  std::unique_ptr<CallGate> gate;
  std::unique_ptr<CertificateInUse> certificate;  // Null: no TLS.
  std::vector<std::pair<std::string, std::unique_ptr<grpc::Service>>> services;
  std::unique_ptr<grpc::CallbackGenericService> unknown_methods;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor;
  std::unique_ptr<grpc::Server> server;
  std::unique_ptr<HttpServer> http;
  std::unique_ptr<Reloader> reloader;
  HostPort address;
  int port = 0;

  Mutex mutex;
  CondVar wake;
  bool stopping SLUICE_GUARDED_BY(mutex) = false;
  // A worker publishes planned versions and notifies `published` at its end.
  CondVar published;
  bool publishing SLUICE_GUARDED_BY(mutex) = false;
  Mutex ticking;           // One pass of the housekeeper at a time.
  LastingFault key_fault;  // No admin key can be made anew.
  std::unique_ptr<Housekeeper> housekeeper;
  std::thread housekeeper_thread;

  Clock& clock() {
    return sandbox_clock != nullptr ? *sandbox_clock : base_clock;
  }
  absl::Duration retry_delay() const {
    return absl::Milliseconds(config.limits().retry_delay_ms());
  }

  absl::Status LookAtAddresses();
  absl::Status OpenStore(const Note& note);
  void StartWitnesses();
  void RecoverKey();
  absl::Status MakeLinks();
  void MakeConnections(const Note& note);
  void MakeWorkers();
  void MakeServices();
  void Serve(const std::string& name, std::unique_ptr<grpc::Service> service);
  void ServeWithoutKey();
  void Build(const std::shared_ptr<grpc::ServerCredentials>& credentials);
  absl::Status ReadCertificate();
  void WarnOfExpiry();
  absl::Status Listen();
  absl::Status ListenHttp();
  void Tick();
  void KeepHouse();
  void PublishPlannedRules();
  void AwaitPublication();
  void Stop();
};

absl::Status Server::State::OpenStore(const Note& note) {
  if (!config.sandbox().clock().empty()) {
    absl::Time start;
    std::string error;
    if (!absl::ParseTime(absl::RFC3339_full, config.sandbox().clock(), &start,
                         &error)) {
      return absl::InvalidArgumentError("sandbox.clock: not a time");
    }
    sandbox_clock = std::make_unique<SandboxClock>(base_clock, start);
    note(absl::StrCat("the clock starts at ", config.sandbox().clock(),
                      " (sandbox)"));
  }
  // The rules in force are read first: those of another folder must not take
  // their place only because these cannot be read.
  SLUICE_RETURN_IF_ERROR(store::CheckFolder(config.store().path()));
  SLUICE_RETURN_IF_ERROR(store::CheckTree(RulesFolder(config)));
  const rules::CompileCache cache(CacheFolder(RulesFolder(config)));
  SLUICE_ASSIGN_OR_RETURN(const filter::Snapshot base,
                          BaseSnapshot(config, cache));
  SLUICE_ASSIGN_OR_RETURN(
      store,
      store::Store::Open(OptionsOf(config), clock(),
                         std::make_shared<filter::Snapshot>(base), note));
  control = std::make_unique<ControlState>(*store, callers, base);
  SLUICE_RETURN_IF_ERROR(control->Replay());
  const std::string key_path = config.store().path() + "/admin.key";
  SLUICE_ASSIGN_OR_RETURN(const bool first, control->MakeFirstKey(key_path));
  if (first) note(absl::StrCat("created an admin key: ", key_path));
  RecoverKey();
  const std::string pack = rules::PackFolder(config.rules().pack());
  rules = std::make_unique<RuleBook>(
      *store, *control, config.store().path() + "/rules",
      config.rules().approval() == config::v1::APPROVAL_ONE_PERSON);
  statistics = std::make_unique<RuleStatistics>(
      RulesFolder(config) + "/statistics", *store, *control, base_clock);
  rules->OnPublished([this] { statistics->Follow(); });
  const std::string not_counted = statistics->Open();
  if (!not_counted.empty()) note(not_counted);
  SLUICE_RETURN_IF_ERROR(rules->Replay());
  SLUICE_ASSIGN_OR_RETURN(const std::string not_in_force, rules->Start(pack));
  if (!not_in_force.empty()) note(not_in_force);
  campaigns = std::make_unique<CampaignBook>(*store);
  SLUICE_RETURN_IF_ERROR(campaigns->Replay());
  imports = std::make_unique<ImportBook>(*store);
  corrections = std::make_unique<CorrectionBook>(*store, control->key_holders(),
                                                 rules->one_person());
  SLUICE_RETURN_IF_ERROR(
      store->ReadStanding([this](const store::v1::Record& record) {
        imports->Apply(record);
        corrections->Apply(record);
      }));
  NoteRules(control->rules_in_force(), store->NowMs(), note);
  return absl::OkStatus();
}

void Server::State::StartWitnesses() {
  for (const config::v1::WitnessConfig& witness : config.witnesses()) {
    witnesses.push_back(std::make_unique<Witness>(
        MakeWitnessSink(witness, config.store().path() + "/proofs"), *store,
        [](const std::string& line) { spdlog::error("{}", line); }));
  }
}

// Looks for the request of whoever owns the store's files.
void Server::State::RecoverKey() {
  const auto id = control->RecoverKey(config.store().path());
  if (!id.ok()) {
    const auto line = key_fault.Holds(
        absl::StrCat("no admin key was made anew: ", id.status().message()));
    if (line) spdlog::error("{}", *line);
    return;
  }
  key_fault = {};  // Another request is another fault.
  if (!id->empty()) {
    spdlog::warn(
        "the owner of the store's files had an admin key made anew: {}", *id);
  }
}

// Finds a port in use before a store is created. Listen() may still fail:
// another program may take the port meanwhile.
absl::Status Server::State::LookAtAddresses() {
  for (const auto& [setting, text] :
       {std::pair("listen.address", config.listen().address()),
        std::pair("listen.http_address", config.listen().http_address())}) {
    if (text.empty()) continue;
    SLUICE_ASSIGN_OR_RETURN(const HostPort at, ParseHostPort(text));
    SLUICE_RETURN_IF_ERROR(CheckListen(setting, at));
  }
  return absl::OkStatus();
}

absl::Status Server::State::MakeLinks() {
  dispatcher = std::make_unique<Dispatcher>(*store, base_clock, metrics);
  const CarrierTraitsTable traits = TraitsOf(config);
  if (config.links().empty()) {
    spdlog::warn(
        "no carrier link is configured: accepted messages wait and none is "
        "sent; see `links` in gateway/sluice.yaml");
  }
  for (const config::v1::LinkConfig& link : config.links()) {
    // The timeouts of links are real time, also with a sandbox clock.
    SLUICE_ASSIGN_OR_RETURN(
        std::unique_ptr<link::Link> made,
        MakeLink(link, traits, io.get_executor(), *dispatcher, base_clock));
    dispatcher->Add(std::move(made), CarriersOf(link), link.window());
  }
  const std::string unserved = UnservedCarriers(dispatcher->Status());
  if (!unserved.empty()) spdlog::warn("{}", unserved);
  io_thread = std::thread([this] {
    NameThisThread("links");
    const auto guard = asio::make_work_guard(io);
    io.run();
  });
  return absl::OkStatus();
}

void Server::State::MakeWorkers() {
  workers = std::make_unique<Workers>("admin", kAdminThreads, kAdminCallsMax);
  slow_workers =
      std::make_unique<Workers>("rules", kSlowThreads, kSlowCallsMax);
  preview_workers =
      std::make_unique<Workers>("previews", kPreviewThreads, kPreviewsMax);
  urgent_workers =
      std::make_unique<Workers>("urgent", kUrgentThreads, kUrgentCallsMax);
  lookups =
      std::make_unique<FairWorkers>("lookups", kLookupThreads, kLookupsMax);
  exports =
      std::make_unique<FairWorkers>("exports", kExportThreads, kExportsMax);
  hold_decisions =
      std::make_unique<FairWorkers>("holds", kHoldThreads, kHoldCallsMax);
}

void Server::State::MakeServices() {
  MakeWorkers();
  operator_log = std::make_unique<OperatorLog>(*store);
  history = std::make_unique<ControlHistory>(*store);
  admin = std::make_unique<AdminContext>(AdminContext{
      *store, callers, *control, *operator_log, *history, metrics, *connections,
      *workers, *slow_workers, *preview_workers, *urgent_workers, *lookups,
      *exports, *hold_decisions, reading_ends, retry_delay(),
      config.access().require_lookup_reason()});
  pipeline =
      std::make_unique<SubmitPipeline>(*store, callers, *campaigns, metrics,
                                       *connections, base_clock, retry_delay());
  watches = std::make_unique<Watches>(
      *store, callers, metrics, retry_delay(),
      WatchLimits{config.limits().watches_max(),
                  config.limits().watches_per_account_max(),
                  absl::Milliseconds(config.limits().watch_heartbeat_ms())});
  message_calls = std::make_unique<MessageCalls>(*store, callers, *campaigns,
                                                 metrics, retry_delay());
  Serve("sluice.v1.GatewayService",
        MakeGatewayService(*pipeline, *watches, *message_calls));
  corrector = std::make_unique<Corrector>(*store, *corrections, *imports);
  Serve("sluice.admin.v1.OptOutsService",
        MakeOptOutsService(*admin, *imports, *corrections, *corrector));
  Serve("sluice.admin.v1.RegistryService", MakeRegistryService(*admin));
  Serve("sluice.admin.v1.RepliesService", MakeRepliesService(*admin));
  Serve("sluice.admin.v1.StatisticsService", MakeStatisticsService(*admin));
  Serve("sluice.admin.v1.AuditService", MakeAuditService(*admin));
  Serve("sluice.admin.v1.ProofsService", MakeProofsService(*admin));
  Serve("sluice.admin.v1.DossierService", MakeDossierService(*admin));
  Serve("sluice.admin.v1.HistoryService", MakeHistoryService(*admin));
  Serve("sluice.admin.v1.LegalHoldsService", MakeLegalHoldsService(*admin));
  Serve("sluice.admin.v1.ErasuresService", MakeErasuresService(*admin));
  Serve("sluice.admin.v1.HoldsService",
        MakeHoldsService(*admin, *campaigns, *statistics));
  rechecker = std::make_unique<Rechecker>(*store, *campaigns);
  rules->OnRecheck([this](uint32_t number, const Actor& actor,
                          std::weak_ptr<const filter::Snapshot> before) {
    rechecker->Start(number, actor, std::move(before));
  });
  // A crash may have cut off the recheck that a block began.
  const auto version = rules->Find(0);
  if (version.ok() && !control->ListBlocks(/*all=*/false).empty() &&
      !rechecker->progress().running()) {
    rechecker->Start(version->number(), {"sluiced", "blocks in force at start"},
                     {}, Rechecker::Scope::kBlocked);
  }
  Serve("sluice.admin.v1.RulesService",
        MakeRulesService(*admin, *rules, *rechecker, *statistics,
                         rules::PackFolder(config.rules().pack())));
  Serve("sluice.admin.v1.CampaignsService",
        MakeCampaignsService(*admin, *campaigns));
  Serve("sluice.admin.v1.OperationsService",
        MakeOperationsService(*admin, *campaigns, rules->one_person(), [this] {
          return dispatcher->StatusWithWaiting();
        }));
  ServeWithoutKey();
}

void Server::State::ServeWithoutKey() {
  const std::string health = "grpc.health.v1.Health";
  const std::string reflection = "grpc.reflection.v1alpha.ServerReflection";
  std::vector<std::string> names = {health, reflection};
  for (const auto& [name, service] : services) names.push_back(name);
  services.emplace_back(health, MakeHealthService(names, *connections));
  services.emplace_back(reflection, MakeReflectionService(names, *connections));
  unknown_methods = MakeUnknownMethods(*connections);
}

// `service` behind the gate.
void Server::State::Serve(const std::string& name,
                          std::unique_ptr<grpc::Service> service) {
  const auto* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
          name);
  SLUICE_CHECK(descriptor != nullptr);
  services.emplace_back(
      name, MakeGatedService(std::move(service), *descriptor, *gate));
}

void Server::State::MakeConnections(const Note& note) {
  const uint64_t files = RaiseFileLimit();
  const uint64_t room = files > kOtherFiles ? (files - kOtherFiles) / 2 : 1;
  ConnectionLimits limits;
  limits.connections_max =
      std::min<uint64_t>(config.limits().connections_max(), room);
  limits.per_network_max = config.limits().connections_per_address_max();
  limits.stranger_time = std::chrono::seconds(config.listen().idle_seconds());
  connections = std::make_unique<Connections>(limits);
  note(absl::StrCat("at most ", files, " open files, ", limits.connections_max,
                    " gRPC connections"));
  if (room < config.limits().connections_max()) {
    note(absl::StrCat("limits.connections_max is ",
                      config.limits().connections_max(),
                      ", which needs more open files: raise the limit (ulimit "
                      "-n, or LimitNOFILE of systemd) to ",
                      2 * config.limits().connections_max() + kOtherFiles));
  }
  gate = std::make_unique<CallGate>(
      callers, *connections, metrics, [this] { return store->NowMs(); },
      CallGate::Limits{config.limits().calls_per_key_max(),
                       config.limits().request_streams_per_key_max(),
                       std::chrono::seconds(config.limits().request_seconds()),
                       retry_delay()});
}

void Server::State::Build(
    const std::shared_ptr<grpc::ServerCredentials>& credentials) {
  const int idle_ms = static_cast<int>(config.listen().idle_seconds()) * 1000;
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(
      GRPC_ARG_MAX_CONCURRENT_STREAMS,
      static_cast<int>(config.limits().streams_per_connection_max()));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, idle_ms);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, idle_ms);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  // Otherwise gRPC lets a fast sender have megabytes under way on each stream
  // before anybody reads it.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder.AddChannelArgument(GRPC_ARG_TCP_MAX_READ_CHUNK_SIZE, kReadMax);
  // 4 MB of gzip may be 4 GB of request.
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  for (const auto algorithm : {GRPC_COMPRESS_GZIP, GRPC_COMPRESS_DEFLATE}) {
    builder.SetCompressionAlgorithmSupportStatus(algorithm, false);
  }
  builder.SetContextAllocator(MakeCallCounter(*connections));
  grpc::ResourceQuota quota("requests");
  quota.Resize(size_t{config.limits().request_memory_mb()} << 20);
  builder.SetResourceQuota(quota);
  // Above the limit of a call, so that the call itself can report its size.
  builder.SetMaxReceiveMessageSize(4 * kCallBytesMax);
  acceptor = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      credentials);
  for (const auto& [name, service] : services) {
    builder.RegisterService(service.get());
  }
  builder.RegisterCallbackGenericService(unknown_methods.get());
  server = builder.BuildAndStart();
}

absl::Status Server::State::ReadCertificate() {
  if (config.listen().tls_key().empty()) return absl::OkStatus();
  SLUICE_ASSIGN_OR_RETURN(certificate,
                          CertificateInUse::Read(config.listen(), absl::Now()));
  WarnOfExpiry();
  return absl::OkStatus();
}

void Server::State::WarnOfExpiry() {
  if (certificate == nullptr) return;
  const std::string notice = certificate->DailyNotice(absl::Now());
  if (!notice.empty()) spdlog::warn("{}", notice);
}

absl::Status Server::State::Listen() {
  SLUICE_ASSIGN_OR_RETURN(address, ParseHostPort(config.listen().address()));
  SLUICE_RETURN_IF_ERROR(ReadCertificate());
  port = connections->Listen(address.host, address.port);
  if (port == 0) return ListenFault("listen.address", address);
  Build(certificate == nullptr ? grpc::InsecureServerCredentials()
                               : certificate->for_grpc());
  if (server == nullptr) {
    return absl::UnavailableError(
        config.listen().tls_key().empty()
            ? "the gRPC service cannot start"
            : "the gRPC service cannot start; check listen.tls_certificate and "
              "listen.tls_key");
  }
  connections->Start([this](int socket) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters one;
    one.fd = socket;
    acceptor->HandleNewConnection(&one);
  });
  return absl::OkStatus();
}

absl::Status Server::State::ListenHttp() {
  if (config.listen().http_address().empty()) return absl::OkStatus();
  SLUICE_ASSIGN_OR_RETURN(const HostPort at,
                          ParseHostPort(config.listen().http_address()));
  SLUICE_ASSIGN_OR_RETURN(
      http,
      HttpServer::Start(
          at.host, at.port,
          {.metrics =
               [this] {
                 for (int p = 0; p < store->partitions(); ++p) {
                   metrics.SetPartition(p, store->Stats(p));
                 }
                 for (const auto& [journal, n] : store->DamagedPlaces()) {
                   metrics.SetDamage(journal, n);
                 }
                 metrics.SetLogDropped(LogLinesDropped());
                 metrics.SetRolledBack(control->rolled_back().size());
                 metrics.SetExemptions(control->ListExemptions(false).size());
                 metrics.SetBlocks(control->ListBlocks(false).size());
                 metrics.SetClock(store->ReadClock());
                 metrics.SetRetentionWaits(store->WaitingRetentions().size());
                 for (size_t i = 0; i < witnesses.size(); ++i) {
                   metrics.SetWitnessBehind(i + 1, witnesses[i]->behind());
                 }
                 for (const auto& link : dispatcher->StatusWithWaiting()) {
                   metrics.SetLink(link);
                 }
                 return metrics.Text();
               },
           .not_ready =
               [this] { return NotReady(*store, dispatcher->Status()); },
           .warnings =
               [this] { return UnservedCarriers(dispatcher->Status()); }},
          HttpBounds(),
          certificate == nullptr ? nullptr : certificate->files()->context));
  return absl::OkStatus();
}

// A worker publishes, and compiles what a rollback would need: compilation
// takes seconds, and the housekeeper must not wait for it.
void Server::State::PublishPlannedRules() {
  if (!rules->HasPlans() && !rules->NeedsRollbackReady()) return;
  {
    MutexLock lock(mutex);
    if (std::exchange(publishing, true)) return;
  }
  const auto end = [this] {
    MutexLock lock(mutex);
    publishing = false;
    published.NotifyAll();
  };
  const bool queued = slow_workers->Run([this, end] {
    rules->PublishWhatIsDue();
    rules->KeepRollbackReady();
    end();
  });
  if (!queued) end();
}

void Server::State::AwaitPublication() {
  MutexLock lock(mutex);
  while (publishing) published.Wait(mutex);
}

// All work that the clock starts.
void Server::State::Tick() {
  MutexLock one_at_a_time(ticking);
  dispatcher->Tick();
  housekeeper->Tick();
  statistics->Tick();
  gate->EndLateRequests();
  WarnOfExpiry();
  RecoverKey();
  PublishPlannedRules();
}

void Server::State::KeepHouse() {
  for (;;) {
    {
      MutexLock lock(mutex);
      if (!stopping) wake.WaitFor(mutex, kTick);
      if (stopping) return;
    }
    Tick();
  }
}

void Server::State::Stop() {
  {
    MutexLock lock(mutex);
    if (stopping) return;
    stopping = true;
    wake.NotifyAll();
  }
  if (housekeeper_thread.joinable()) housekeeper_thread.join();
  if (watches != nullptr) watches->Stop();
  reading_ends = true;
  if (message_calls != nullptr) message_calls->Stop();
  if (connections != nullptr) connections->Stop();
  if (server != nullptr) {
    server->Shutdown(std::chrono::system_clock::now() + kCallsDrain);
    server->Wait();
  }
  reloader = nullptr;
  http = nullptr;
  if (dispatcher != nullptr && io_thread.joinable()) {
    dispatcher->Stop(kLinksDrain);
  }
  if (control != nullptr) control->JournalFailures().IgnoreError();
  server = nullptr;
  acceptor = nullptr;
  services.clear();
  certificate = nullptr;
  gate = nullptr;
  connections = nullptr;
  message_calls = nullptr;
  watches = nullptr;
  pipeline = nullptr;
  workers = nullptr;
  slow_workers = nullptr;
  preview_workers = nullptr;
  urgent_workers = nullptr;
  lookups = nullptr;
  exports = nullptr;
  hold_decisions = nullptr;
  rechecker = nullptr;
  corrector = nullptr;
  corrections = nullptr;
  imports = nullptr;
  campaigns = nullptr;
  operator_log = nullptr;
  housekeeper = nullptr;
  if (statistics != nullptr) {
    const absl::Status kept = statistics->Save();
    if (!kept.ok()) {
      spdlog::error("the hit counts since the last save are lost: {}",
                    std::string(kept.message()));
    }
  }
  rules = nullptr;
  statistics = nullptr;
  control = nullptr;
  Witness::StopAll(witnesses);
  // Before the dispatcher, which it calls until it is destroyed.
  store = nullptr;
  io.stop();
  if (io_thread.joinable()) io_thread.join();
  dispatcher = nullptr;
}

absl::Status Server::CheckFiles(const config::v1::Config& config) {
  return BaseSnapshot(config, rules::PackFolder(config.rules().pack()), nullptr)
      .status();
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(
    const config::v1::Config& config, Clock& clock, Note note) {
  std::unique_ptr<Server> server(
      new Server(std::make_unique<State>(config, clock)));
  State& state = *server->state_;
  SLUICE_RETURN_IF_ERROR(state.LookAtAddresses());
  SLUICE_RETURN_IF_ERROR(state.OpenStore(note));
  state.StartWitnesses();
  SLUICE_RETURN_IF_ERROR(state.MakeLinks());
  state.MakeConnections(note);
  state.MakeServices();
  SLUICE_RETURN_IF_ERROR(state.Listen());
  SLUICE_RETURN_IF_ERROR(state.ListenHttp());
  state.reloader =
      std::make_unique<Reloader>(state.config, *state.control, *state.rules,
                                 state.certificate.get(), state.http.get());
  state.dispatcher->Start();
  state.housekeeper = std::make_unique<Housekeeper>(
      state.base_clock, *state.store, *state.control, state.metrics);
  state.housekeeper_thread = std::thread([&state] {
    NameThisThread("housekeeper");
    state.KeepHouse();
  });
  return server;
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() { Stop(); }

const std::string& Server::host() const { return state_->address.host; }
int Server::port() const { return state_->port; }
int Server::http_port() const {
  return state_->http != nullptr ? state_->http->port() : 0;
}

void Server::Reload(const std::string& why) { state_->reloader->Reload(why); }

void Server::Tick() {
  state_->Tick();
  state_->AwaitPublication();
}

void Server::Stop() { state_->Stop(); }

}  // namespace sluice::gateway
