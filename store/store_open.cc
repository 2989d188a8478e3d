// Opening a store: its folders, its identity, its journals and partitions.

#include <openssl/rand.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/base/check.h"
#include "rules/base/status_macros.h"
#include "store/store_state.h"

namespace sluice::store {

namespace {

absl::Status MakeFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat(path, ": ", error.message()));
  }
  return absl::OkStatus();
}

// The store's id is in the control journal's identity; a new store draws a new
// id.
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
  Partition& partition = partitions[index];
  SLUICE_RETURN_IF_ERROR(MakeFolder(folder));
  SLUICE_RETURN_IF_ERROR(MakeFolder(folder + "/journal"));
  SLUICE_ASSIGN_OR_RETURN(partition.files, OpenFiles(folder + "/journal"));
  SLUICE_ASSIGN_OR_RETURN(partition.views, Views::Open(folder + "/views"));
  partition.identity = store;
  partition.identity.partition = static_cast<uint16_t>(index);
  PartitionOptions partition_options;
  partition_options.identity = partition.identity;
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
  partition.writer = std::make_unique<PartitionWriter>(
      partition_options,
      PartitionParts{
          .files = *partition.files,
          .views = *partition.views,
          .clock = clock,
          .snapshot = [this] { return snapshot.load(); },
          .note = note,
          .work = [this, index](Carrier carrier) { Work(index, carrier); },
          .durable = [this, index] { Durable(index); }});
  return partition.writer->Start();
}

void Store::State::StartJanitor(
    const std::function<void(const std::string&)>& note) {
  std::vector<RetainedJournal> journals;
  for (const Partition& partition : partitions) {
    journals.push_back({*partition.files, partition.identity, *partition.views,
                        partition.writer->records()});
  }
  const int64_t kept_ms = int64_t{options.retention_days} * 86'400'000;
  janitor = std::make_unique<Janitor>(
      std::move(journals), [this, kept_ms] { return clock.NowMs() - kept_ms; },
      note);
}

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
  // The store has numbers and texts: only this user may read it.
  ::chmod(options.path.c_str(), 0700);
  SLUICE_ASSIGN_OR_RETURN(state.control_files,
                          state.OpenFiles(options.path + "/control"));
  SLUICE_ASSIGN_OR_RETURN(const JournalIdentity identity,
                          IdentityOf(*state.control_files, options.partitions));
  JournalOpened opened;
  // Few records: control segments are small, so that a new store is small.
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

}  // namespace sluice::store
