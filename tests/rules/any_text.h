#pragma once

// Invariants for any octets that are submitted as a text. Both the fuzzer and
// the seeded texts of any_text_test.cc check them.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "rules/base/check.h"
#include "rules/base/faults.h"
#include "rules/contacts/contacts.h"
#include "rules/fold/evasive.h"
#include "rules/fold/fold.h"
#include "rules/fold/homophone.h"
#include "rules/match/scanner.h"

namespace sluice::rules {

// Checks texts one after the other, reusing its buffers, as in traffic. Aborts
// when a reported position is not that of a submitted character.
class AnyTextChecker {
 public:
  AnyTextChecker() {
    const rules::v1::FoldingLevel kLevels[] = {
        rules::v1::FOLDING_LEVEL_EXACT, rules::v1::FOLDING_LEVEL_NORMAL,
        rules::v1::FOLDING_LEVEL_EVASIVE, rules::v1::FOLDING_LEVEL_HOMOPHONE};
    Sought sought;
    for (const rules::v1::FoldingLevel level : kLevels) {
      for (const char* word :
           {"发票", "人人贷", "女子", "好", "loan", "fa票", "口交", "12"}) {
        sought.patterns.push_back({word, false, 0, level});
      }
      for (const char* regex : {".{2}", "[^a]票", "\\d+元", "女.{0,3}子"}) {
        sought.patterns.push_back({regex, true, 1, level});
      }
    }
    sought.allowed_phrases = {"路口交通"};
    scanner_ = *Scanner::Compile(sought);
  }

  // Returns whether the octets are a text (UTF-8).
  bool Check(absl::string_view text) {
    const bool valid = FoldTable::Shared().Fold(text, folded_);
    SLUICE_CHECK(valid == !FirstInvalidUtf8(text).has_value());
    if (!valid) {
      SLUICE_CHECK(folded_.bytes.empty() && folded_.code_points == 0);
      return false;
    }
    CheckFolded(text);
    Strip(folded_, stripped_);
    CheckUnits(stripped_.units, stripped_.code_points);
    SpellEvasive(stripped_, spelling_);
    CheckSpelling();
    sounds_.Spell(stripped_, spelling_);
    CheckSpelling();
    CheckHits(text);
    CheckContacts(text);
    return true;
  }

  size_t contacts() const { return contacts_.size(); }
  size_t hits() const { return found_.size(); }

 private:
  void CheckFolded(absl::string_view text) {
    uint32_t code_points = 0;
    for (const char c : text) code_points += (c & 0xc0) != 0x80;
    SLUICE_CHECK(folded_.code_points == code_points);
    SLUICE_CHECK(!FirstInvalidUtf8(folded_.bytes).has_value());
    folded_.Origins(origins_);
    SLUICE_CHECK(origins_.size() == folded_.bytes.size() + 1);
    SLUICE_CHECK(origins_.back() == code_points);
    for (size_t i = 0; i < folded_.bytes.size(); ++i) {
      SLUICE_CHECK(origins_[i] < code_points);
      SLUICE_CHECK(origins_[i] <= origins_[i + 1]);
      SLUICE_CHECK(origins_[i] == folded_.OriginOf(i));
    }
    SLUICE_CHECK(FoldTable::Shared().Fold(folded_.bytes, again_));
    SLUICE_CHECK(again_.bytes == folded_.bytes);
  }

  template <typename Units>
  void CheckUnits(const Units& units, uint32_t code_points) {
    SLUICE_CHECK(code_points == folded_.code_points);
    uint32_t begin = 0;
    uint32_t end = 0;
    for (const auto& unit : units) {
      SLUICE_CHECK(unit.begin < unit.end && unit.end <= code_points);
      SLUICE_CHECK(begin <= unit.begin && end <= unit.end);
      begin = unit.begin;
      end = unit.end;
    }
  }

  void CheckSpelling() {
    CheckUnits(spelling_.units, spelling_.code_points);
    SLUICE_CHECK(!FirstInvalidUtf8(spelling_.bytes).has_value());
    size_t starts = 0;
    for (const char c : spelling_.bytes) starts += (c & 0xc0) != 0x80;
    SLUICE_CHECK(starts == spelling_.units.size());
    const Spelling::Back back = spelling_.WayBack(origins_);
    for (size_t i = 0; i < spelling_.units.size(); ++i) {
      const Spelling::Unit& unit = spelling_.units[i];
      SLUICE_CHECK((spelling_.bytes[unit.byte] & 0xc0) != 0x80);
      SLUICE_CHECK(back.BeginOf(unit.byte) == unit.begin);
      const size_t next = i + 1 < spelling_.units.size()
                              ? spelling_.units[i + 1].byte
                              : spelling_.bytes.size();
      SLUICE_CHECK(back.EndOf(next) == unit.end);
    }
  }

  void CheckHits(absl::string_view text) {
    found_.clear();
    scanner_->Scan(text, folded_, scratch_, found_);
    for (const Found& one : found_) {
      SLUICE_CHECK(one.begin < one.end && one.end <= folded_.code_points);
    }
    for (const auto level :
         {rules::v1::FOLDING_LEVEL_EXACT, rules::v1::FOLDING_LEVEL_NORMAL,
          rules::v1::FOLDING_LEVEL_EVASIVE,
          rules::v1::FOLDING_LEVEL_HOMOPHONE}) {
      const auto places = scanner_->PlacesAt(level, folded_, scratch_);
      SLUICE_CHECK(places.size() == folded_.code_points + 1);
      SLUICE_CHECK(places.front() == 0);
      for (size_t i = 1; i < places.size(); ++i) {
        SLUICE_CHECK(places[i - 1] <= places[i]);
      }
    }
  }

  void CheckContacts(absl::string_view text) {
    finder_.Find(folded_, text, contacts_);
    uint32_t end = 0;
    for (const Contact& contact : contacts_) {
      SLUICE_CHECK(end <= contact.begin && contact.begin < contact.end);
      end = contact.end;
      SLUICE_CHECK(!contact.value.empty());
      const bool has_domain = contact.kind == Contact::Kind::kLink ||
                              contact.kind == Contact::Kind::kEmail;
      SLUICE_CHECK(has_domain != contact.domain.empty());
      SLUICE_CHECK(absl::EndsWith(contact.value, contact.domain));
    }
    SLUICE_CHECK(end <= folded_.code_points);
  }

  std::unique_ptr<const Scanner> scanner_;
  const SoundTable sounds_ = *SoundTable::Build({});
  ScanScratch scratch_;
  FoldedText folded_;
  FoldedText again_;
  std::vector<uint32_t> origins_;
  StrippedText stripped_;
  Spelling spelling_;
  std::vector<Found> found_;
  ContactFinder finder_;
  std::vector<Contact> contacts_;
};

}  // namespace sluice::rules
