#pragma once

// The database under the views of one partition: RocksDB, one column family for
// each view. Written in bulk by background threads, never by the partition's
// writer. The journal is the truth: a lost database is rebuilt from it.

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Iterator;
class Status;
}  // namespace rocksdb

namespace sluice::store {

enum class View : uint8_t {
  kMeta,        // How current the other views are.
  kBuckets,     // Checkpoints, by bucket: checkpoint.h.
  kByNumber,    // Records by number: number_index.h.
  kIdle,        // Numbers out of memory: idle_entry.h.
  kByTime,      // Decisions by their properties: time_index.h.
  kStatistics,  // Counts by hour and day: journal_counter.h.
};
inline constexpr int kViews = 6;

// Reads the pairs of a view in the order of their keys, as they were when it
// was made. One thread. What key() and value() return is valid until it moves.
class ViewCursor {
 public:
  ~ViewCursor();
  ViewCursor(ViewCursor&&) noexcept;

  // Goes to the first pair that is not before `key`. SeekForward() is for a
  // place that is not before the present one, and cheap when it is near.
  void Seek(absl::string_view key);
  void SeekForward(absl::string_view key);
  // Goes to the last pair that is not after `key`.
  void SeekBack(absl::string_view key);
  void Next();

  // Whether it is at a pair.
  bool valid() const;
  absl::string_view key() const;
  absl::string_view value() const;
  // Why it is not valid; OK: no more pairs. Errors: kUnavailable, kDataLoss.
  absl::Status status() const;

 private:
  friend class Views;
  explicit ViewCursor(std::unique_ptr<rocksdb::Iterator> at);

  std::unique_ptr<rocksdb::Iterator> at_;
  bool sought_ = false;
};

// Any thread.
class Views {
 public:
  // Free bytes on the disk below which nothing is written: room for a write
  // buffer, the file it becomes and the file they merge into.
  static constexpr uint64_t kRoomMin = 192u << 20;

  // Errors: kUnavailable, kDataLoss (then delete the folder: a start rebuilds
  // it).
  static absl::StatusOr<std::unique_ptr<Views>> Open(const std::string& path);
  // Opens the views read-only; another process may have them open. Read only
  // kMeta and kBuckets then: an earlier program may have had no other view.
  static absl::StatusOr<std::unique_ptr<Views>> OpenToRead(
      const std::string& path);
  ~Views();

  // nullopt: the key does not exist.
  absl::StatusOr<std::optional<std::string>> Get(View view,
                                                 absl::string_view key) const;

  // The values of many keys, in their order, with one read.
  absl::StatusOr<std::vector<std::optional<std::string>>> GetAll(
      View view, const std::vector<std::string>& keys) const;

  // Whether the disk has room for a write. Errors: kUnavailable, with
  // ErrorReason::kDiskFull.
  absl::Status CheckRoom() const;

  // Writes all changes in order, atomically and durably.
  // Errors: kUnavailable; those of CheckRoom(). Ingest() has the same errors.
  struct Change {
    View view = View::kMeta;
    std::string key;
    std::optional<std::string> value;  // nullopt: the key is deleted.
  };
  absl::Status Write(const std::vector<Change>& changes);

  // Adds the pairs that `fill` puts as one file. `fill` must put at least one
  // pair, in the order of the keys. The new value replaces that of an existing
  // key.
  using Put = std::function<absl::Status(absl::string_view key,
                                         absl::string_view value)>;
  absl::Status Ingest(View view,
                      const std::function<absl::Status(const Put&)>& fill);

  // Deletes all pairs of a view. Errors: kUnavailable.
  absl::Status Empty(View view);

  ViewCursor Cursor(View view) const;

  // Visits the pairs with a key below `end` and not below `begin`, backwards
  // from `end`, until `visit` returns false.
  absl::Status ScanBack(
      View view, absl::string_view begin, absl::string_view end,
      const std::function<bool(absl::string_view key, absl::string_view value)>&
          visit) const;

  // Visits the pairs of a view from `begin` to before `end` (empty: to the
  // last) in order, until `visit` returns false.
  absl::Status ForEach(
      View view, absl::string_view begin, absl::string_view end,
      const std::function<bool(absl::string_view key, absl::string_view value)>&
          visit) const;

 private:
  Views() = default;
  static absl::StatusOr<std::unique_ptr<Views>> Open(const std::string& path,
                                                     bool read_only);
  rocksdb::ColumnFamilyHandle* Handle(View view) const;
  absl::Status Apply(absl::FunctionRef<rocksdb::Status()> change);

  std::string path_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  std::array<rocksdb::ColumnFamilyHandle*, kViews> by_view_ = {};
  uint64_t ingested_ = 0;
};

}  // namespace sluice::store
