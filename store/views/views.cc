#include "store/views/views.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>

#include "absl/base/dynamic_annotations.h"
#include "absl/strings/str_cat.h"
#include "rules/base/error_reason.h"
#include "rules/base/status_macros.h"

namespace sluice::store {

namespace {

constexpr const char* kNames[kViews] = {"meta", "buckets", "by_number",
                                        "idle", "by_time", "statistics"};

absl::Status Translate(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  if (status.IsCorruption()) {
    return absl::DataLossError(
        absl::StrCat("views: ", status.ToString(),
                     "; delete the folder `views`, it is rebuilt at start"));
  }
  return absl::UnavailableError(absl::StrCat("views: ", status.ToString()));
}

rocksdb::Slice ToSlice(absl::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

absl::string_view ToView(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

rocksdb::Options OptionsOf(int view) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.max_background_jobs = 2;
  options.max_open_files = 256;
  options.keep_log_file_num = 2;
  options.write_buffer_size = 32u << 20;
  // The journal is the log of record; the views' own log only makes a write
  // atomic.
  options.max_total_wal_size = 64u << 20;
  if (static_cast<View>(view) == View::kBuckets) {
    // Few keys with large values, each written again and again.
    options.enable_blob_files = true;
    options.min_blob_size = 4096;
    options.enable_blob_garbage_collection = true;
  } else {
    rocksdb::BlockBasedTableOptions table;
    table.block_size = 16u << 10;
    if (static_cast<View>(view) == View::kByNumber ||
        static_cast<View>(view) == View::kByTime) {
      // Arrives as sorted files of random numbers: merging many at a time
      // writes each entry a few times instead of once a level. The entries
      // share a beginning with their neighbours, or are packed, so compression
      // saves little. A dossier searches each file, so a few are acceptable.
      options.compaction_style = rocksdb::kCompactionStyleUniversal;
      options.level0_file_num_compaction_trigger = 16;
      options.compression = rocksdb::kNoCompression;
    }
    if (static_cast<View>(view) == View::kIdle) {
      // Keys are read one by one, and only when they exist: small blocks, and
      // no filters where most keys are. The index shares the block cache, so
      // that this view's memory does not grow with it.
      table.block_size = 4u << 10;
      table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
      table.cache_index_and_filter_blocks = true;
      table.block_cache = rocksdb::NewLRUCache(32u << 20);
      options.optimize_filters_for_hits = true;
    }
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  }
  return options;
}

// Pairs that a seek forward steps over: a step costs a tenth of a seek.
constexpr int kSteps = 4;

}  // namespace

ViewCursor::ViewCursor(std::unique_ptr<rocksdb::Iterator> at)
    : at_(std::move(at)) {}

ViewCursor::~ViewCursor() = default;
ViewCursor::ViewCursor(ViewCursor&&) noexcept = default;

void ViewCursor::Seek(absl::string_view key) {
  at_->Seek(ToSlice(key));
  sought_ = true;
}

void ViewCursor::SeekForward(absl::string_view key) {
  for (int i = 0; sought_ && i < kSteps && at_->Valid(); ++i) {
    if (ToView(at_->key()) >= key) return;
    at_->Next();
  }
  if (sought_ && at_->Valid() && ToView(at_->key()) >= key) return;
  Seek(key);
}

void ViewCursor::SeekBack(absl::string_view key) {
  at_->SeekForPrev(ToSlice(key));
  sought_ = true;
}

void ViewCursor::Next() { at_->Next(); }

bool ViewCursor::valid() const { return at_->Valid(); }

absl::string_view ViewCursor::key() const { return ToView(at_->key()); }

absl::string_view ViewCursor::value() const { return ToView(at_->value()); }

absl::Status ViewCursor::status() const { return Translate(at_->status()); }

absl::StatusOr<std::unique_ptr<Views>> Views::Open(const std::string& path) {
  return Open(path, /*read_only=*/false);
}

absl::StatusOr<std::unique_ptr<Views>> Views::OpenToRead(
    const std::string& path) {
  return Open(path, /*read_only=*/true);
}

absl::StatusOr<std::unique_ptr<Views>> Views::Open(const std::string& path,
                                                   bool read_only) {
  std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions()}};
  std::vector<std::string> names(std::begin(kNames), std::end(kNames));
  if (read_only) {
    // An earlier program, which had fewer, may have written them.
    SLUICE_RETURN_IF_ERROR(
        Translate(rocksdb::DB::ListColumnFamilies(OptionsOf(0), path, &names)));
  }
  for (int view = 0; view < kViews; ++view) {
    if (std::find(names.begin(), names.end(), kNames[view]) == names.end()) {
      continue;
    }
    families.emplace_back(kNames[view], OptionsOf(view));
  }
  std::unique_ptr<Views> views(new Views());
  views->path_ = path;
  rocksdb::DB* db = nullptr;
  SLUICE_RETURN_IF_ERROR(Translate(
      read_only ? rocksdb::DB::OpenForReadOnly(OptionsOf(0), path, families,
                                               &views->handles_, &db)
                : rocksdb::DB::Open(OptionsOf(0), path, families,
                                    &views->handles_, &db)));
  views->db_.reset(db);
  // In the order of View.
  for (size_t i = 1; i < families.size(); ++i) {
    const size_t view = static_cast<size_t>(
        std::find(std::begin(kNames), std::end(kNames), families[i].name) -
        std::begin(kNames));
    views->by_view_[view] = views->handles_[i];
  }
  return views;
}

Views::~Views() {
  if (db_ == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* handle : handles_) {
    db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  }
  db_->Close().PermitUncheckedError();
}

rocksdb::ColumnFamilyHandle* Views::Handle(View view) const {
  return by_view_[static_cast<size_t>(view)];
}

absl::StatusOr<std::optional<std::string>> Views::Get(
    View view, absl::string_view key) const {
  std::string value;
  const rocksdb::Status status =
      db_->Get(rocksdb::ReadOptions(), Handle(view), ToSlice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  SLUICE_RETURN_IF_ERROR(Translate(status));
  return std::optional<std::string>(std::move(value));
}

absl::StatusOr<std::vector<std::optional<std::string>>> Views::GetAll(
    View view, const std::vector<std::string>& keys) const {
  std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> found(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  db_->MultiGet(rocksdb::ReadOptions(), Handle(view), keys.size(),
                slices.data(), found.data(), statuses.data());
  std::vector<std::optional<std::string>> values(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].IsNotFound()) continue;
    SLUICE_RETURN_IF_ERROR(Translate(statuses[i]));
    values[i] = found[i].ToString();
  }
  return values;
}

// Debian's RocksDB ends the process when a write finds no room.
absl::Status Views::CheckRoom() const {
  std::error_code error;
  const std::filesystem::space_info space =
      std::filesystem::space(path_, error);
  if (error || space.available >= kRoomMin) return absl::OkStatus();
  return WithReason(
      absl::UnavailableError(absl::StrCat(
          "only ", space.available >> 20, " MiB free on the disk of ", path_,
          ", ", kRoomMin >> 20, " needed to save the views")),
      ErrorReason::kDiskFull);
}

absl::Status Views::Write(const std::vector<Change>& changes) {
  SLUICE_RETURN_IF_ERROR(CheckRoom());
  rocksdb::WriteBatch batch;
  for (const Change& change : changes) {
    rocksdb::ColumnFamilyHandle* const handle = Handle(change.view);
    SLUICE_RETURN_IF_ERROR(Translate(
        change.value.has_value() ? batch.Put(handle, change.key, *change.value)
                                 : batch.Delete(handle, change.key)));
  }
  rocksdb::WriteOptions options;
  options.sync = true;
  return Apply([&] { return db_->Write(options, &batch); });
}

absl::Status Views::Ingest(
    View view, const std::function<absl::Status(const Put&)>& fill) {
  SLUICE_RETURN_IF_ERROR(CheckRoom());
  const std::string file = absl::StrCat(path_, "/ingest-", ++ingested_);
  rocksdb::SstFileWriter writer(
      rocksdb::EnvOptions(), OptionsOf(static_cast<int>(view)), Handle(view));
  SLUICE_RETURN_IF_ERROR(Translate(writer.Open(file)));
  SLUICE_RETURN_IF_ERROR(
      fill([&](absl::string_view key, absl::string_view value) {
        return Translate(writer.Put(ToSlice(key), ToSlice(value)));
      }));
  SLUICE_RETURN_IF_ERROR(Translate(writer.Finish()));
  rocksdb::IngestExternalFileOptions options;
  options.move_files = true;
  return Apply(
      [&] { return db_->IngestExternalFile(Handle(view), {file}, options); });
}

absl::Status Views::Empty(View view) {
  // Longer than any key.
  const std::string end(256, '\xff');
  rocksdb::WriteOptions options;
  options.sync = true;
  return Apply(
      [&] { return db_->DeleteRange(options, Handle(view), "", end); });
}

ViewCursor Views::Cursor(View view) const {
  rocksdb::ReadOptions options;
  return ViewCursor(std::unique_ptr<rocksdb::Iterator>(
      db_->NewIterator(options, Handle(view))));
}

// After a disk error RocksDB refuses writes until it is told to resume; the
// next write then finds out whether the disk works.
//
// Threads write each other's batches under locks that ThreadSanitizer does not
// see, and its hooks in memcpy are reached from the standard library, too,
// where tests/tsan.supp cannot tell RocksDB's strings from ours.
absl::Status Views::Apply(absl::FunctionRef<rocksdb::Status()> change) {
  ABSL_ANNOTATE_IGNORE_READS_AND_WRITES_BEGIN();
  const rocksdb::Status status = change();
  if (!status.ok()) db_->Resume().PermitUncheckedError();
  ABSL_ANNOTATE_IGNORE_READS_AND_WRITES_END();
  return Translate(status);
}

absl::Status Views::ScanBack(
    View view, absl::string_view begin, absl::string_view end,
    const std::function<bool(absl::string_view, absl::string_view)>& visit)
    const {
  const std::unique_ptr<rocksdb::Iterator> it(
      db_->NewIterator(rocksdb::ReadOptions(), Handle(view)));
  it->SeekForPrev(ToSlice(end));
  if (it->Valid() && ToView(it->key()) == end) it->Prev();
  for (; it->Valid() && ToView(it->key()) >= begin; it->Prev()) {
    if (!visit(ToView(it->key()), ToView(it->value()))) break;
  }
  return Translate(it->status());
}

absl::Status Views::ForEach(
    View view, absl::string_view begin, absl::string_view end,
    const std::function<bool(absl::string_view, absl::string_view)>& visit)
    const {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> it(
      db_->NewIterator(options, Handle(view)));
  for (it->Seek(ToSlice(begin)); it->Valid(); it->Next()) {
    if (!end.empty() && ToView(it->key()) >= end) break;
    if (!visit(ToView(it->key()), ToView(it->value()))) break;
  }
  return Translate(it->status());
}

}  // namespace sluice::store
