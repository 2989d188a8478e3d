#include "store/known_ends.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/base/files.h"
#include "store/control_checkpoint.h"
#include "store/partition/checkpoint.h"
#include "store/views/record_index.h"
#include "store/views/views.h"

namespace sluice::store {
namespace {

constexpr auto kRead = PosixJournalFiles::Access::kRead;

// Behind everything that the views of a partition have seen.
Position SavedTo(const std::string& views_folder) {
  std::error_code error;
  if (!std::filesystem::is_directory(views_folder, error)) return {};
  const auto views = Views::OpenToRead(views_folder);
  if (!views.ok()) return {};  // A start rebuilds damaged views.
  Position saved = NewestPoint(**views).value_or(Position());
  const auto indexed = RecordIndex(**views).flushed_to();
  if (indexed.ok() && *indexed != RecordRef()) {
    const Position at = indexed->position();
    saved = std::max(saved, Position(at.segment(), at.offset() + 1));
  }
  return saved;
}

// Behind the first octet of the last group that the checkpoint of the control
// journal covers.
Position CheckpointedTo(const std::string& path,
                        const JournalIdentity& identity) {
  const auto bytes = ReadFile(absl::StrCat(path, "/control.checkpoint"));
  if (!bytes.ok()) return {};
  const auto checkpoint = ControlCheckpoint::Decode(identity, *bytes);
  // A start makes a damaged one anew.
  if (!checkpoint.ok() || !checkpoint->last()) return {};
  const Position at = checkpoint->last()->position;
  return Position(at.segment(), at.offset() + 1);
}

}  // namespace

std::string JournalFolder(uint16_t partition) {
  if (partition == kControlPartition) return "control";
  return absl::StrFormat("partition-%03d/journal", partition);
}

KnownEnds KnownEnds::Read(const std::string& path) {
  KnownEnds ends;
  ends.path_ = path;
  std::vector<std::string> folders = {path + "/control"};
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    if (entry.path().filename().string().rfind("partition-", 0) == 0) {
      folders.push_back(entry.path().string() + "/journal");
    }
  }
  std::vector<JournalIdentity> found;
  std::map<std::array<uint8_t, 16>, int> stores;
  for (const std::string& folder : folders) {
    const auto files = PosixJournalFiles::Open(folder, kRead);
    if (!files.ok()) continue;
    const auto identity = ReadIdentity(**files);
    if (!identity.ok()) continue;
    found.push_back(*identity);
    ++stores[identity->store_id];
    // Of as many of each, the control journal's store.
    if (!ends.identity_ ||
        stores[identity->store_id] > stores[ends.identity_->store_id]) {
      ends.identity_ = *identity;
      ends.identity_->partition = kControlPartition;
    }
    if (identity->partition != kControlPartition) continue;
    auto heads = LastHeads(**files, *identity);
    if (heads.ok()) ends.heads_ = *std::move(heads);
  }
  for (const JournalIdentity& identity : found) {
    if (identity.store_id == ends.identity_->store_id) continue;
    ends.strangers_.push_back(identity.partition);
    if (identity.partition == kControlPartition) ends.heads_.reset();
  }
  auto root = PosixJournalFiles::Open(path, kRead);
  if (!root.ok() || !ends.identity_) return ends;
  ends.root_ = *std::move(root);
  auto marks = DurableMarks::Open(*ends.root_, *ends.identity_);
  if (marks.ok()) {
    ends.marks_ = *std::move(marks);
  } else if (!absl::IsNotFound(marks.status()) || ends.heads_) {
    ends.marks_of_other_ = absl::IsFailedPrecondition(marks.status());
    ends.marks_fault_ = absl::StrCat("file ", kMarksName, ": ",
                                     absl::IsNotFound(marks.status())
                                         ? "it is missing"
                                         : marks.status().message());
  }
  return ends;
}

std::vector<uint16_t> KnownEnds::Journals() const {
  std::vector<uint16_t> journals;
  if (!identity_) return journals;
  for (uint16_t i = 0; i < identity_->partition_count; ++i) {
    journals.push_back(i);
  }
  journals.push_back(kControlPartition);
  return journals;
}

TailKnown KnownEnds::Of(uint16_t partition) const {
  TailKnown known;
  if (marks_ != nullptr) {
    known.durable = marks_->Of(partition);
    known.exact = marks_->exact();
    known.never_begun = !known.durable;
    if (known.durable) known.roots.push_back(*known.durable);
  }
  const auto raise = [&known](const JournalPoint& point) {
    if (point.position == Position()) return;
    if (known.durable && known.durable->position >= point.position) return;
    known.durable = point;
    known.exact = known.never_begun = false;
  };
  if (partition == kControlPartition) {
    if (identity_) raise({.position = CheckpointedTo(path_, *identity_)});
    return known;
  }
  if (heads_) {
    const auto head = HeadOf(*heads_, partition);
    if (head) known.roots.push_back(*head);
    raise(head.value_or(JournalPoint()));
  }
  const std::string folder =
      absl::StrFormat("%s/partition-%03d", path_, partition);
  raise({.position = SavedTo(folder + "/views")});
  return known;
}

}  // namespace sluice::store
