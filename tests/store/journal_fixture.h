#pragma once

// Shared by the tests of the journal: one identity, records that name
// themselves, and short ways to append and to read back.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "store/journal/group_entry.h"
#include "store/journal/journal.h"
#include "store/journal/journal_reader.h"
#include "tests/fakes/lossy_journal_file.h"

namespace sluice::store {

inline constexpr JournalIdentity kIdentity = {
    .store_id = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
    .partition = 3,
    .partition_count = 4};
inline const uint64_t kSeed = ChecksumSeed(kIdentity);

// Small enough that a few groups fill a segment.
inline constexpr uint32_t kSmallSegment = 2048;

// Record `i` of a group contains its own name; lengths differ, some are empty.
inline std::string RecordText(int group, int i) {
  if ((group + i) % 5 == 4) return "";
  return absl::StrCat("group ", group, " record ", i, " ",
                      std::string((group * 7 + i * 13) % 90, 'x'));
}
inline std::vector<std::string> GroupTexts(int group) {
  std::vector<std::string> texts;
  for (int i = 0; i <= group % 3; ++i) texts.push_back(RecordText(group, i));
  return texts;
}
inline void Fill(int group, GroupBuilder& builder) {
  builder.Clear();
  for (const std::string& text : GroupTexts(group)) builder.Add(text);
}

inline JournalOptions SmallSegments(
    const std::optional<JournalPoint>& from = std::nullopt) {
  return {.segment_bytes = kSmallSegment, .from = from};
}

inline absl::StatusOr<std::unique_ptr<Journal>> OpenJournal(
    JournalFiles& files, JournalOpened* opened = nullptr,
    const JournalOptions& options = SmallSegments()) {
  return Journal::Open(files, kIdentity, options, opened);
}

// Appends and syncs groups [begin, end); returns their positions.
inline std::vector<Position> AppendGroups(Journal& journal, int begin,
                                          int end) {
  GroupBuilder builder(kSeed);
  std::vector<Position> positions;
  for (int group = begin; group < end; ++group) {
    Fill(group, builder);
    const absl::StatusOr<Position> position = journal.Append(builder);
    EXPECT_TRUE(position.ok()) << position.status();
    EXPECT_TRUE(journal.Sync().ok());
    positions.push_back(position.value_or(Position()));
  }
  return positions;
}

// All records before `end`, one vector for each group; "(removed)" for removed
// ones.
inline absl::StatusOr<std::vector<std::vector<std::string>>> ReadAll(
    const JournalFiles& files, Position end, Position from = Position()) {
  JournalReader reader(files, kIdentity, from);
  std::vector<std::vector<std::string>> groups;
  for (;;) {
    const absl::StatusOr<bool> more = reader.Next(end);
    if (!more.ok()) return more.status();
    if (!*more) return groups;
    std::vector<std::string>& records = groups.emplace_back();
    for (uint32_t i = 0; i < reader.group().count(); ++i) {
      records.emplace_back(reader.group().Removed(i)
                               ? "(removed)"
                               : std::string(reader.group().Record(i)));
    }
  }
}

inline std::vector<std::vector<std::string>> ExpectedGroups(int begin,
                                                            int end) {
  std::vector<std::vector<std::string>> groups;
  for (int group = begin; group < end; ++group) {
    groups.push_back(GroupTexts(group));
  }
  return groups;
}

}  // namespace sluice::store
