#include "store/store.h"

#include <openssl/rand.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "filter/base/check.h"
#include "filter/base/mutex.h"
#include "filter/base/status_macros.h"
#include "store/control_journal.h"
#include "store/janitor.h"
#include "store/journal_reader.h"
#include "store/partition_clock.h"
#include "store/partition_writer.h"
#include "store/posix_journal_file.h"
#include "store/slot.h"
#include "store/views.h"

namespace sluice::store {

struct Store::State {
  State(const StoreOptions& o, Clock& c)
      : options(o), system_clock(c), clock(c) {}

  const StoreOptions options;
  Clock& system_clock;
  PartitionClock clock;
  std::atomic<std::shared_ptr<const filter::Snapshot>> snapshot;
  std::atomic<int64_t> undecided = 0;   // Messages in the inboxes.
  std::atomic<int64_t> unrecorded = 0;  // Refusals in the inboxes.

  Mutex mutex;
  std::function<void(int, Carrier)> on_work SLUICE_GUARDED_BY(mutex);
  std::map<int, std::function<void(int)>> subscribers SLUICE_GUARDED_BY(mutex);
  int next_token SLUICE_GUARDED_BY(mutex) = 1;

  std::unique_ptr<JournalFiles> control_files;
  std::unique_ptr<ControlJournal> control;

  struct One {
    std::unique_ptr<JournalFiles> files;
    std::unique_ptr<Views> views;
    JournalIdentity identity;
    std::unique_ptr<PartitionWriter> writer;
  };
  std::vector<One> partitions;
  std::unique_ptr<Janitor> janitor;  // Ends before what it borrows.

  absl::Status OpenPartition(int index, const JournalIdentity& store,
                             const std::function<void(const std::string&)>&);
  absl::StatusOr<std::unique_ptr<JournalFiles>> OpenFiles(
      const std::string& folder) const {
    if (options.open_files) return options.open_files(folder);
    return PosixJournalFiles::Open(folder);
  }
  void StartJanitor(const std::function<void(const std::string&)>& note);
  void Durable(int partition);
  void Work(int partition, Carrier carrier);
  absl::Status Hand(SubmitBatch& batch, bool check_only);
  absl::Status Hand(OptOutBatch& batch);
  template <typename NumberAt, typename NamesBatch>
  void Spread(BatchParts& batch, size_t count, NumberAt number_at,
              const NamesBatch& command);
};

namespace {

absl::Status MakeFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat(path, ": ", error.message()));
  }
  return absl::OkStatus();
}

// The store's id is in the control journal's identity; a new store draws one.
absl::StatusOr<JournalIdentity> IdentityOf(const JournalFiles& control,
                                           int partitions) {
  absl::StatusOr<JournalIdentity> identity = ReadIdentity(control);
  if (absl::IsNotFound(identity.status())) {
    JournalIdentity fresh;
    SLUICE_CHECK(RAND_bytes(fresh.store_id.data(),
                            static_cast<int>(fresh.store_id.size())) == 1);
    fresh.partition = kControlPartition;
    fresh.partition_count = static_cast<uint16_t>(partitions);
    return fresh;
  }
  if (identity.ok() && identity->partition_count != partitions) {
    return absl::InvalidArgumentError(absl::StrCat(
        "store.partitions: ", partitions, ", but the store was made with ",
        identity->partition_count, ", which is fixed"));
  }
  return identity;
}

}  // namespace

absl::Status Store::State::OpenPartition(
    int index, const JournalIdentity& store,
    const std::function<void(const std::string&)>& note) {
  const std::string folder =
      absl::StrFormat("%s/partition-%03d", options.path, index);
  One& one = partitions[index];
  SLUICE_RETURN_IF_ERROR(MakeFolder(folder));
  SLUICE_RETURN_IF_ERROR(MakeFolder(folder + "/journal"));
  SLUICE_ASSIGN_OR_RETURN(one.files, OpenFiles(folder + "/journal"));
  SLUICE_ASSIGN_OR_RETURN(one.views, Views::Open(folder + "/views"));
  one.identity = store;
  one.identity.partition = static_cast<uint16_t>(index);
  PartitionOptions partition_options;
  partition_options.identity = one.identity;
  partition_options.sync = options.sync;
  partition_options.segment_bytes =
      static_cast<uint32_t>(options.segment_bytes);
  partition_options.checkpoint_cycle_bytes = options.checkpoint_cycle_bytes;
  partition_options.outbox_messages_max =
      options.outbox_messages_max / static_cast<uint32_t>(partitions.size());
  if (options.recipient_memory_bytes > 0) {
    partition_options.recipient_memory_bytes = std::max<uint64_t>(
        1, options.recipient_memory_bytes / partitions.size());
  }
  one.writer = std::make_unique<PartitionWriter>(
      partition_options,
      PartitionParts{
          .files = *one.files,
          .views = *one.views,
          .clock = clock,
          .snapshot = [this] { return snapshot.load(); },
          .note = note,
          .work = [this, index](Carrier carrier) { Work(index, carrier); },
          .durable = [this, index] { Durable(index); },
          .undecided = undecided,
          .unrecorded = unrecorded});
  return one.writer->Start();
}

void Store::State::StartJanitor(
    const std::function<void(const std::string&)>& note) {
  std::vector<RetainedJournal> journals;
  for (const One& one : partitions) {
    journals.push_back(
        {*one.files, one.identity, *one.views, one.writer->records()});
  }
  const int64_t kept_ms = int64_t{options.retention_days} * 86'400'000;
  janitor = std::make_unique<Janitor>(
      std::move(journals), [this, kept_ms] { return clock.NowMs() - kept_ms; },
      note);
}

void Store::State::Durable(int partition) {
  MutexLock lock(mutex);
  for (const auto& [token, callback] : subscribers) callback(partition);
}

void Store::State::Work(int partition, Carrier carrier) {
  MutexLock lock(mutex);
  if (on_work) on_work(partition, carrier);
}

Store::Store() = default;

absl::StatusOr<std::unique_ptr<Store>> Store::Open(
    const StoreOptions& options, Clock& clock, SnapshotPtr snapshot,
    std::function<void(const std::string&)> note) {
  if (options.partitions < 1 || options.partitions > 64) {
    return absl::InvalidArgumentError(absl::StrCat(
        "store.partitions: ", options.partitions, ", allowed is 1 to 64"));
  }
  std::unique_ptr<Store> store(new Store());
  store->state_ = std::make_unique<State>(options, clock);
  State& state = *store->state_;
  state.snapshot = std::move(snapshot);
  SLUICE_RETURN_IF_ERROR(MakeFolder(options.path + "/control"));
  // Numbers and texts are in here: nobody else on the machine reads them.
  ::chmod(options.path.c_str(), 0700);
  SLUICE_ASSIGN_OR_RETURN(state.control_files,
                          state.OpenFiles(options.path + "/control"));
  SLUICE_ASSIGN_OR_RETURN(const JournalIdentity identity,
                          IdentityOf(*state.control_files, options.partitions));
  JournalOpened opened;
  // Few records: a control segment is small, so that a store starts small.
  SLUICE_ASSIGN_OR_RETURN(
      state.control,
      ControlJournal::Open(*state.control_files, identity,
                           std::min<uint64_t>(options.segment_bytes, 8u << 20),
                           &opened));
  if (opened.bytes_cut > 0) {
    note(absl::StrCat("control journal: cut ", opened.bytes_cut,
                      " bytes of a half-written tail (", opened.cut_reason,
                      "); none was acknowledged"));
  }
  state.partitions.resize(options.partitions);
  for (int i = 0; i < options.partitions; ++i) {
    SLUICE_RETURN_IF_ERROR(state.OpenPartition(i, identity, note));
  }
  if (options.retention_days > 0) state.StartJanitor(note);
  return store;
}

Store::~Store() = default;

SnapshotPtr Store::snapshot() const { return state_->snapshot.load(); }

void Store::Publish(SnapshotPtr snapshot) {
  state_->snapshot.store(std::move(snapshot));
}

int Store::PartitionOf(Phone recipient) const {
  return static_cast<int>(SlotOf(recipient.e164) % state_->partitions.size());
}

// Splits the batch's `count` items by the partition of their numbers, and gives
// `command`, which names the batch, to each partition that has a share.
template <typename NumberAt, typename NamesBatch>
void Store::State::Spread(BatchParts& batch, size_t count, NumberAt number_at,
                          const NamesBatch& command) {
  batch.parts.resize(partitions.size());
  for (auto& part : batch.parts) part.clear();
  for (uint32_t i = 0; i < count; ++i) {
    const Phone number = number_at(i);
    batch.parts[SlotOf(number.e164) % partitions.size()].push_back(i);
  }
  int open = 0;
  for (const auto& part : batch.parts) open += part.empty() ? 0 : 1;
  {
    MutexLock lock(batch.mutex);
    batch.status = absl::OkStatus();
  }
  batch.parts_open.store(open, std::memory_order_release);
  // The batch may be answered, and used again, as soon as its last part has
  // been pushed: nothing of it is touched after that.
  for (size_t i = 0, left = open; left > 0; ++i) {
    if (batch.parts[i].empty()) continue;
    --left;
    partitions[i].writer->Push(command);
  }
}

// Opt-outs are taken whatever the clock says and however much waits to go out.
absl::Status Store::State::Hand(OptOutBatch& batch) {
  for (const One& one : partitions) {
    SLUICE_RETURN_IF_ERROR(one.writer->Writable());
  }
  const auto count = static_cast<int64_t>(batch.entries.size());
  if (unrecorded.fetch_add(count, std::memory_order_relaxed) + count >
      options.inbox_messages_max) {
    unrecorded.fetch_sub(count, std::memory_order_relaxed);
    return absl::ResourceExhaustedError("too many opt-outs wait");
  }
  batch.results.assign(batch.entries.size(), {});
  Spread(
      batch, batch.entries.size(),
      [&batch](uint32_t i) { return batch.entries[i].recipient; },
      AddOptOutsCommand{&batch});
  return absl::OkStatus();
}

absl::Status Store::State::Hand(SubmitBatch& batch, bool check_only) {
  if (clock.Stepped()) {
    return absl::UnavailableError(
        "the system clock differs by more than a minute from the last records; "
        "set it right, or accept the step (sluicectl clock accept)");
  }
  for (const One& one : partitions) {
    SLUICE_RETURN_IF_ERROR(one.writer->Accepting());
  }
  const auto count = static_cast<int64_t>(batch.facts.size());
  if (undecided.load(std::memory_order_relaxed) + count >
      options.inbox_messages_max) {
    return absl::ResourceExhaustedError(
        "too many messages wait for a decision");
  }
  undecided.fetch_add(count, std::memory_order_relaxed);

  batch.answers.resize(batch.facts.size());
  for (Answer& answer : batch.answers) {
    answer.decision = v1::DECISION_UNDECIDED;
    answer.findings.clear();
  }
  Spread(
      batch, batch.facts.size(),
      [&batch](uint32_t i) { return batch.facts[i].recipient; },
      SubmitCommand{&batch, check_only});
  return absl::OkStatus();
}

absl::Status Store::Submit(SubmitBatch& batch) {
  return state_->Hand(batch, /*check_only=*/false);
}

absl::Status Store::Check(SubmitBatch& batch) {
  return state_->Hand(batch, /*check_only=*/true);
}

absl::Status Store::AddOptOuts(OptOutBatch& batch) {
  return state_->Hand(batch);
}

void Store::AddOptOut(OptOutEntry entry,
                      std::function<void(absl::StatusOr<OptOutResult>)> done) {
  auto batch = std::make_shared<OptOutBatch>();
  batch->entries.push_back(std::move(entry));
  // The batch holds itself until it has been answered.
  batch->done = [batch, done](const absl::Status& status) {
    if (status.ok()) {
      done(batch->results[0]);
    } else {
      done(status);
    }
  };
  const absl::Status handed = AddOptOuts(*batch);
  if (handed.ok()) return;
  batch->done = nullptr;
  done(handed);
}

void Store::RemoveOptOut(
    OptOutEntry entry, std::string proof, int64_t consented_ms,
    std::function<void(absl::StatusOr<std::vector<RecordRef>>)> done) {
  const int partition = PartitionOf(entry.recipient);
  state_->partitions[partition].writer->Push(RemoveOptOutCommand{
      std::move(entry), std::move(proof), consented_ms, std::move(done)});
}

int Store::partitions() const {
  return static_cast<int>(state_->partitions.size());
}

void Store::TakeWork(int partition, WorkRequest request) {
  state_->partitions[partition].writer->Push(
      TakeWorkCommand{std::move(request)});
}

void Store::GiveBack(int partition, RecordRef message, Phone,
                     std::string carrier_code, int64_t again_ms) {
  state_->partitions[partition].writer->Push(
      GiveBackCommand{message, std::move(carrier_code), again_ms});
}

void Store::Ran(int partition, LinkRun run) {
  state_->partitions[partition].writer->Push(std::move(run));
}

void Store::Replied(CarrierReply reply) {
  const int partition = PartitionOf(reply.recipient);
  state_->partitions[partition].writer->Push(std::move(reply));
}

void Store::OnWork(
    std::function<void(int partition, Carrier carrier)> callback) {
  MutexLock lock(state_->mutex);
  state_->on_work = std::move(callback);
}

absl::StatusOr<v1::Record> Store::Read(const MessageId& id) const {
  if (id.partition >= state_->partitions.size()) {
    return absl::NotFoundError("no such message");
  }
  const State::One& one = state_->partitions[id.partition];
  if (id.record.position() >= one.writer->durable_end()) {
    return absl::NotFoundError("no such message");
  }
  SLUICE_ASSIGN_OR_RETURN(const std::string bytes,
                          one.writer->records().ReadChecked(id.record));
  v1::Record record;
  if (!record.ParseFromString(bytes)) {
    return absl::DataLossError("the record does not parse");
  }
  return record;
}

absl::StatusOr<std::vector<FoundRecord>> Store::RecordsOf(Phone recipient,
                                                          RecordRef before,
                                                          size_t limit) const {
  const State::One& one = state_->partitions[PartitionOf(recipient)];
  SLUICE_ASSIGN_OR_RETURN(const std::vector<RecordRef> refs,
                          one.writer->index().Find(recipient, before, limit));
  std::vector<FoundRecord> found;
  for (const RecordRef ref : refs) {
    absl::StatusOr<std::string> bytes = one.writer->records().Read(ref);
    // Removed by retention: it is no longer to be shown.
    if (absl::IsFailedPrecondition(bytes.status()) ||
        absl::IsNotFound(bytes.status())) {
      continue;
    }
    if (!bytes.ok()) return bytes.status();
    found.push_back({ref, *std::move(bytes)});
  }
  return found;
}

absl::StatusOr<RecordRef> Store::Scan(
    int partition, RecordRef from,
    const std::function<bool(RecordRef, absl::string_view)>& visit) const {
  const State::One& one = state_->partitions[partition];
  JournalReader reader(*one.files, one.identity, from.position());
  const Position end = one.writer->durable_end();
  RecordRef next = from;
  for (;;) {
    SLUICE_ASSIGN_OR_RETURN(const bool more, reader.Next(end));
    if (!more) return next;
    const GroupView& group = reader.group();
    const bool first = reader.position() == from.position();
    for (uint32_t i = first ? from.index() : 0; i < group.count(); ++i) {
      if (group.Removed(i)) continue;
      const RecordRef ref(reader.position(), i);
      if (!visit(ref, group.Record(i))) return RecordRef(ref.position(), i + 1);
    }
    next = RecordRef(reader.next_position(), 0);
  }
}

absl::StatusOr<RecordRef> Store::Seek(int partition, int64_t time_ms) const {
  const State::One& one = state_->partitions[partition];
  SLUICE_ASSIGN_OR_RETURN(const std::vector<uint32_t> segments,
                          ListSegments(*one.files));
  // The time of the first record that `reader` comes to; the records of a
  // journal are in the order of their times.
  const Position end = one.writer->durable_end();
  v1::Record record;
  const auto time_of = [&](JournalReader& reader) -> absl::StatusOr<int64_t> {
    for (;;) {
      SLUICE_ASSIGN_OR_RETURN(const bool more, reader.Next(end));
      if (!more) return std::numeric_limits<int64_t>::max();
      for (uint32_t i = 0; i < reader.group().count(); ++i) {
        if (reader.group().Removed(i)) continue;
        const absl::string_view bytes = reader.group().Record(i);
        if (!record.ParseFromArray(bytes.data(),
                                   static_cast<int>(bytes.size()))) {
          return absl::DataLossError("a record does not parse");
        }
        return record.at_ms();
      }
    }
  };
  // The last segment that begins before the time, by halving.
  size_t low = 0;
  size_t high = segments.size();
  while (high - low > 1) {
    const size_t middle = (low + high) / 2;
    JournalReader reader(*one.files, one.identity,
                         Position(segments[middle], 0));
    SLUICE_ASSIGN_OR_RETURN(const int64_t at_ms, time_of(reader));
    (at_ms < time_ms ? low : high) = middle;
  }
  if (segments.empty()) return RecordRef();
  JournalReader reader(*one.files, one.identity, Position(segments[low], 0));
  RecordRef last;
  for (;;) {
    SLUICE_ASSIGN_OR_RETURN(const int64_t at_ms, time_of(reader));
    if (at_ms == std::numeric_limits<int64_t>::max()) {
      return last == RecordRef() ? RecordRef(end, 0) : last;
    }
    // Records of the group before may be of the same millisecond.
    if (at_ms >= time_ms) {
      return last == RecordRef() ? RecordRef(reader.position(), 0) : last;
    }
    last = RecordRef(reader.position(), 0);
  }
}

RecordRef Store::DurableEnd(int partition) const {
  return RecordRef(state_->partitions[partition].writer->durable_end(), 0);
}

int Store::Subscribe(std::function<void(int)> callback) {
  MutexLock lock(state_->mutex);
  const int token = state_->next_token++;
  state_->subscribers[token] = std::move(callback);
  return token;
}

void Store::Unsubscribe(int token) {
  MutexLock lock(state_->mutex);
  state_->subscribers.erase(token);
}

absl::Status Store::AppendControl(v1::Record record) {
  record.set_at_ms(NowMs());
  return state_->control->Append(std::move(record));
}

absl::Status Store::ReadControl(
    const std::function<void(const v1::Record&)>& visit) const {
  return state_->control->Read(visit);
}

int64_t Store::NowMs() const { return state_->clock.NowMs(); }

ClockReading Store::ReadClock() const {
  ClockReading reading;
  reading.stepped = state_->clock.Stepped();
  reading.now_ms = state_->clock.NowMs();
  reading.system_ms = absl::ToUnixMillis(state_->system_clock.Now());
  return reading;
}

void Store::AcceptClock() { state_->clock.Accept(); }

PartitionStats Store::Stats(int partition) const {
  Mutex mutex;
  CondVar changed;
  bool ready = false;
  PartitionStats stats;
  state_->partitions[partition].writer->Push(
      StatsCommand{[&](const PartitionStats& s) {
        MutexLock lock(mutex);
        stats = s;
        ready = true;
        changed.NotifyAll();
      }});
  MutexLock lock(mutex);
  while (!ready) changed.Wait(mutex);
  return stats;
}

}  // namespace sluice::store
