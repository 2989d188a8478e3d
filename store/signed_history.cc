#include "store/signed_history.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "sluice/store/v1/record.pb.h"
#include "store/journal/journal_reader.h"
#include "store/proofs/key_change.h"
#include "store/record_body.h"

namespace sluice::store {
namespace {

// Which head of its number the journal has.
enum class Found : uint8_t { kNone, kSame, kOther };

class HistoryReader {
 public:
  HistoryReader(const JournalIdentity& identity,
                const std::vector<KeptHead>& kept)
      : store_id_(absl::BytesToHexString(absl::string_view(
            reinterpret_cast<const char*>(identity.store_id.data()),
            identity.store_id.size()))),
        kept_(kept),
        found_(kept.size()) {
    for (size_t i = 0; i < kept.size(); ++i)
      by_number_.emplace(kept[i].number, i);
  }

  void Take(Position at, absl::string_view bytes) {
    at_ = at;
    switch (BodyOf(bytes)) {
      case v1::Record::kSigningKeyChangedFieldNumber:
      case v1::Record::kHeadSignedFieldNumber:
      case v1::Record::kRetentionRanFieldNumber:
      case v1::Record::kLossAcceptedFieldNumber:
      case v1::Record::kStoreRestoredFieldNumber:
        break;
      default:
        return;
    }
    v1::Record record;
    if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return Fault("a record of the heads cannot be read");
    }
    if (record.has_signing_key_changed()) TakeKey(record);
    if (record.has_head_signed()) TakeHead(record.head_signed().text());
    if (record.has_retention_ran()) TakeRetention(record.retention_ran());
    if (record.has_loss_accepted()) TakeLoss(record);
    if (record.has_store_restored()) TakeRestore(record.store_restored());
  }

  SignedHistory End() {
    CheckSignature();
    CompareWithKept();
    return std::move(history_);
  }

 private:
  void Fault(std::string what) {
    history_.faults.push_back({at_.segment(), at_.offset(), std::move(what)});
  }

  void TakeKey(const v1::Record& record) {
    CheckSignature();
    const std::optional<KeyChange> change = ReadKeyChange(record);
    if (!change) return Fault("a key that signs heads cannot be read");
    SignedHistory::Key key = {.since_ms = record.at_ms(),
                              .key = change->key,
                              .id = KeyIdOf(change->key)};
    key.by_the_one_before =
        !history_.keys.empty() && change->IsSignedBy(history_.keys.back().key);
    history_.keys.push_back(std::move(key));
  }

  void TakeHead(const std::string& text) {
    auto head = ParseHead(text);
    if (!head.ok()) return Fault(std::string(head.status().message()));
    const std::string name = absl::StrCat("head ", head->head.number);
    if (head->head.store != store_id_) {
      return Fault(absl::StrCat(name, " is of another store"));
    }
    const uint64_t before =
        history_.newest ? history_.newest->head.number : uint64_t{0};
    const Hash previous = history_.newest ? history_.newest->hash() : Hash{};
    if (head->head.number != before + 1) {
      Fault(absl::StrCat(name, " comes after head ", before));
    } else if (head->head.previous != previous) {
      Fault(absl::StrCat(name, " does not name head ", before,
                         " as it is: one of them was written otherwise"));
    }
    const auto [first, last] = by_number_.equal_range(head->head.number);
    for (auto one = first; one != last; ++one) {
      const KeptHead& kept = kept_[one->second];
      const bool same = kept.Is(*head);
      // A restore explains another head of the same number.
      if (!same && LostBy(kept.number) != nullptr) continue;
      found_[one->second] = same ? Found::kSame : Found::kOther;
    }
    Expect(*head);
    ++history_.heads;
    history_.newest = *std::move(head);
    is_checked_ = false;
  }

  // The newest head stands for all heads before it, whose hashes it covers.
  void CheckSignature() {
    if (!history_.newest || is_checked_) return;
    is_checked_ = true;
    const SignedHead& head = *history_.newest;
    if (history_.keys.empty() || history_.keys.back().id != head.key_id ||
        !IsSignedBy(history_.keys.back().key, head.signed_text(),
                    head.signature)) {
      Fault(absl::StrCat("head ", head.head.number,
                         " is not signed by the key of its time"));
    }
  }

  void Expect(const SignedHead& head) {
    for (const JournalTree& one : head.head.journals) {
      auto& states = history_.states[one.journal];
      if (!states.empty() && states.back().tree == one.tree &&
          states.back().lasting == one.lasting) {
        continue;
      }
      states.push_back(
          {head.head.number, head.head.time_ms, one.tree, one.lasting});
    }
  }

  void TakeRetention(const v1::RetentionRan& ran) {
    const auto partition = static_cast<uint16_t>(ran.partition());
    for (const v1::ReducedSegment& segment : ran.segments()) {
      history_.removed[{partition, segment.segment()}].push_back(
          {segment.removed(), segment.digest()});
    }
    // A run that removed nothing says what it kept.
    if (ran.segments().empty() && ran.removed() > 0 && !history_.newest) {
      history_.old_runs.push_back(
          {partition, ran.first_segment(), ran.last_segment()});
    }
  }

  // Heads from before a loss no longer say what is there.
  void TakeLoss(const v1::Record& record) {
    const auto partition =
        static_cast<uint16_t>(record.loss_accepted().partition());
    history_.losses.push_back(
        {record.at_ms(), partition, record.loss_accepted().reason()});
    if (record.loss_accepted().missing_end() > 0) return;
    history_.states.erase(TreeName(partition));
  }

  // What was signed stays as it was: a backup has all of it up to its end.
  void TakeRestore(const v1::StoreRestored& restored) {
    history_.restores.push_back({restored.taken_ms(), restored.restored_ms(),
                                 restored.head(), restored.reason(),
                                 restored.moved()});
  }

  // The restore by which the head of this number, which is not in this history,
  // was lost; null: none.
  const SignedHistory::Restore* LostBy(uint64_t number) const {
    for (const SignedHistory::Restore& restore : history_.restores) {
      if (!restore.moved && number > restore.head) return &restore;
    }
    return nullptr;
  }

  // The first that disagrees says it: those after it may follow from that.
  void CompareWithKept() {
    for (size_t i = 0; i < kept_.size(); ++i) {
      if (found_[i] != Found::kSame) return Disagrees(kept_[i], found_[i]);
    }
  }

  void Disagrees(const KeptHead& kept, Found found) {
    if (kept.head && !IsOfThisStore(*kept.head)) return;
    if (found == Found::kOther) {
      Fault(absl::StrCat("head ", kept.number,
                         " is another one than the head that was kept "
                         "elsewhere"));
    } else if (const auto* const restore = LostBy(kept.number)) {
      return Fault(absl::StrCat(
          "head ", kept.number, ", which was kept elsewhere, came after ",
          "the backup from which this store was restored (up to head ",
          restore->head, "): what it covers is not here"));
    } else {
      Fault(absl::StrCat("head ", kept.number,
                         ", which was kept elsewhere, is missing"));
    }
    if (!kept.head) return;
    Expect(*kept.head);
    for (auto& [journal, states] : history_.states) {
      std::stable_sort(states.begin(), states.end(),
                       [](const auto& a, const auto& b) {
                         return a.tree.size < b.tree.size;
                       });
    }
  }

  // Whether the journals must hold what it says.
  bool IsOfThisStore(const SignedHead& head) {
    if (head.head.store != store_id_) {
      Fault("the head that was kept elsewhere is of another store");
      return false;
    }
    const auto key = std::find_if(
        history_.keys.begin(), history_.keys.end(),
        [&](const SignedHistory::Key& one) { return one.id == head.key_id; });
    if (key == history_.keys.end()) {
      Fault(absl::StrCat("the head that was kept elsewhere is signed by key ",
                         head.key_id, ", which this store never had"));
      return true;
    }
    if (IsSignedBy(key->key, head.signed_text(), head.signature)) return true;
    Fault("the head that was kept elsewhere is not signed as it says");
    return false;
  }

  const std::string store_id_;
  const std::vector<KeptHead>& kept_;
  std::vector<Found> found_;  // Of each.
  std::multimap<uint64_t, size_t> by_number_;
  bool is_checked_ = false;  // The newest head's signature.
  Position at_;
  SignedHistory history_;
};

}  // namespace

SignedHistory SignedHistory::Read(const JournalFiles& control,
                                  const JournalIdentity& identity,
                                  const std::vector<KeptHead>& kept) {
  HistoryReader history(identity, kept);
  JournalReader reader(control, identity);
  const Position end(Position::kSegmentMax, 0);
  for (;;) {
    const absl::StatusOr<bool> more = reader.Next(end);
    if (!more.ok() || !*more) break;
    const GroupView& group = reader.group();
    for (uint32_t i = 0; i < group.count(); ++i) {
      if (!group.Removed(i)) history.Take(reader.position(), group.Record(i));
    }
  }
  return history.End();
}

}  // namespace sluice::store
