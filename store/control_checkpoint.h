#pragma once

// Names the records of the control journal that a start must read.
//
// Most records tell what operators did and change no state. Of the others many
// are out of date: a party or key is what its newest record says. A checkpoint
// keeps references to the rest, the standing records, up to a group that it
// names by position and root. It is a view: the journal alone can make it anew.
//
// Apart from standing_records.h because it is a value and its bytes.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sluice/store/v1/record.pb.h"
#include "store/journal/journal_file.h"
#include "store/journal/position.h"
#include "store/journal/segment.h"
#include "store/journal/sha256.h"

namespace sluice::store {

// One thread.
class ControlCheckpoint {
 public:
  // The last group that it covers.
  struct Group {
    Position position;
    Hash root = {};
  };

  // Takes the journal's next record.
  void Take(RecordRef ref, const store::v1::Record& record);
  // Every record of `group` has been taken.
  void EndGroup(const Group& group) { last_ = group; }

  // nullopt: it covers nothing.
  const std::optional<Group>& last() const { return last_; }
  // Oldest first.
  std::vector<RecordRef> Standing() const;

  // The bytes of a file; FORMAT.md draws them.
  std::string Encode(const JournalIdentity& identity) const;
  // Errors: kDataLoss (damaged, or of another version or store).
  static absl::StatusOr<ControlCheckpoint> Decode(
      const JournalIdentity& identity, absl::string_view bytes);

 private:
  std::optional<Group> last_;
  // By reference, with the name of what the record is the newest state of;
  // empty: the record stands for itself.
  std::map<RecordRef, std::string> standing_;
  std::map<std::string, RecordRef> newest_;  // By that name.

  void Add(RecordRef ref, std::string name);
};

}  // namespace sluice::store
