#pragma once

// What a backup says of itself: the file `backup.json` in its folder. A backup
// is what this file names; other files there are left over from a run that did
// not end, and the next one uses or deletes them.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/journal/journal_check.h"
#include "store/journal/position.h"
#include "store/journal/sha256.h"

namespace sluice::store {

inline constexpr char kManifestName[] = "backup.json";

// Of a file that is a journal's segment.
struct BackupSegment {
  bool closed = false;   // It will not grow.
  bool reduced = false;  // By retention.
  bool damaged = false;  // As the store had it.
  Hash root = {};        // Of its last group.
  // The file in the store, to see whether another one has taken its place.
  uint64_t inode = 0;
  int64_t changed_ns = 0;
  uint64_t source_size = 0;

  bool operator==(const BackupSegment&) const = default;
};

struct BackupFile {
  std::string path;    // In the store's folder: "rules/in_force".
  std::string stored;  // In the backup's folder.
  uint64_t size = 0;
  std::string sha256;  // Hex.
  bool is_segment = false;
  BackupSegment segment;

  bool operator==(const BackupFile&) const = default;
};

// Up to where the backup has a journal.
struct BackupJournal {
  uint16_t partition = 0;
  Position end;
  Hash root = {};

  bool operator==(const BackupJournal&) const = default;
};

struct BackupDamage {
  std::string journal;  // "partition-003/journal".
  JournalDamage damage;
};

struct BackupManifest {
  std::string store;  // The store's id, hex.
  uint16_t partitions = 0;
  int64_t taken_ms = 0;   // By the clock of the machine that took it.
  int64_t newest_ms = 0;  // Of the newest record, by the store's clock.
  bool running = false;   // sluiced had the store open.
  uint64_t head = 0;      // The newest signed head in the backup; 0: none.
  std::string head_text;
  bool has_signing_key = false;
  std::vector<BackupJournal> journals;  // Partitions in order, then control.
  std::vector<BackupDamage> damage;     // Of the store, as it was copied.
  std::vector<BackupFile> files;        // By path.
};

std::string Encode(const BackupManifest& manifest);
// Errors: kDataLoss (not such a file, or a path that leads out of the folder).
absl::StatusOr<BackupManifest> DecodeManifest(absl::string_view text);

// One line, with its end: what a run has copied so far.
std::string EncodeLine(const BackupFile& file);
// Errors: kDataLoss.
absl::StatusOr<BackupFile> DecodeLine(absl::string_view line);

}  // namespace sluice::store
