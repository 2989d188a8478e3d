#pragma once

// What a store's folder says about the ends of its journals, read without
// opening the store: for the offline check and for accepting a loss.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "store/journal/durable_marks.h"
#include "store/journal/journal_tail.h"
#include "store/journal/posix_journal_file.h"
#include "store/journal/segment.h"
#include "store/journal_heads.h"

namespace sluice::store {

// The folder of a journal in the store's folder: "control",
// "partition-003/journal".
std::string JournalFolder(uint16_t partition);

// Of one store. One thread.
class KnownEnds {
 public:
  // Reads identities, marks and the control journal's heads in `path`. What
  // cannot be read is a fault and no error.
  static KnownEnds Read(const std::string& path);

  // Whether `path` is the folder of a store: it has journals or marks.
  bool is_store() const { return identity_.has_value() || marks_ != nullptr; }
  // The identity of most of the journals, as that of the control journal.
  const std::optional<JournalIdentity>& identity() const { return identity_; }
  // The partitions in order, then the control journal.
  std::vector<uint16_t> Journals() const;

  // What is known of the end of a journal: its mark, its head, and the point up
  // to which its views were saved.
  TailKnown Of(uint16_t partition) const;

  // Journals that belong to another store than the others do.
  const std::vector<uint16_t>& strangers() const { return strangers_; }
  // There is such a journal, or the marks are another store's.
  bool is_mixed() const { return !strangers_.empty() || marks_of_other_; }

  // Why the marks are of no use; empty: they are read, or the store is of an
  // older version, without marks.
  const std::string& marks_fault() const { return marks_fault_; }

 private:
  std::string path_;
  std::optional<JournalIdentity> identity_;
  std::optional<v1::JournalHeads> heads_;
  std::unique_ptr<PosixJournalFiles> root_;
  std::unique_ptr<DurableMarks> marks_;
  std::string marks_fault_;
  std::vector<uint16_t> strangers_;
  bool marks_of_other_ = false;
};

}  // namespace sluice::store
