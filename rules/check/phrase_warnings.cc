#include "rules/check/phrase_warnings.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rules/base/characters.h"
#include "rules/base/quoted.h"
#include "rules/fold/evasive.h"
#include "rules/fold/homophone.h"
#include "rules/fold/spelling.h"
#include "rules/match/match_tree.h"
#include "rules/match/regex_fold.h"
#include "rules/pack/word_list.h"

namespace sluice::rules {
namespace {

using Texts = google::protobuf::RepeatedPtrField<std::string>;

// To compare more phrases with words takes long.
constexpr size_t kComparedMax = 10'000'000;

// So many words of the least weight that counts as heavy are enough for a rule.
constexpr int64_t kHeavyShare = 5;

// What a rule, or all rules, look for.
struct Wanted {
  absl::flat_hash_set<std::string> words;  // Folded.
  absl::flat_hash_set<std::string> regexes;
  bool contacts = false;
};

// A phrase as texts with it are read, at each level.
struct ReadPhrase {
  std::string folded;
  std::string looks;
  std::string read;  // As regexes see it, at the level evasive.
  std::string sounds;
};

RE2::Options Quiet() {
  RE2::Options options;
  options.set_log_errors(false);
  return options;
}

// The lowest sum that a rule in use asks of each table.
std::map<std::string, int64_t> LowestSums(const Pack& pack) {
  std::map<std::string, int64_t> lowest;
  for (const rules::v1::ContentRule& rule : pack.rules.rules()) {
    if (rule.mode() == rules::v1::CHECK_MODE_OFF) continue;
    ForEachSet(rule, "", [&](const PatternSet& set, const std::string&) {
      if (set.weight == nullptr) return;
      const int64_t sum = set.weight->at_least();
      const auto [it, added] = lowest.emplace(set.weight->table(), sum);
      if (!added) it->second = std::min(it->second, sum);
    });
  }
  return lowest;
}

// A regex that is no good may match anything.
bool Matches(const std::string& text, const RE2& regex) {
  return !regex.ok() || RE2::PartialMatch(text, regex);
}

class PhraseWarnings {
 public:
  PhraseWarnings(const Pack& pack, Warnings& warnings)
      : pack_(pack),
        warnings_(warnings),
        sounds_(SoundTable::Build(pack.rules.sounds())) {}

  void Find() {
    if (!sounds_.ok()) return;  // A fault.
    Wanted all;
    bool phrases = !pack_.rules.allow_phrases().empty();
    for (int i = 0; i < pack_.rules.rules_size(); ++i) {
      const rules::v1::ContentRule& rule = pack_.rules.rules(i);
      if (rule.mode() == rules::v1::CHECK_MODE_OFF) continue;
      if (phrases) Take(rule, all);
      if (rule.allow_phrases().empty()) continue;
      Wanted own;
      Take(rule, own);
      if (own.contacts) continue;
      LookAt(rule.allow_phrases(), absl::StrCat("rules[", i, "].allow_phrases"),
             own);
    }
    LookAt(pack_.rules.allow_phrases(), "allow_phrases", all);
  }

 private:
  void Take(const rules::v1::ContentRule& rule, Wanted& wanted) const {
    ForEachSet(rule, "", [&](const PatternSet& set, const std::string&) {
      wanted.contacts |= set.folds_nothing();
      for (const std::string& word : *set.words) {
        wanted.words.insert(FoldWord(word));
      }
      wanted.regexes.insert(set.regexes->begin(), set.regexes->end());
      for (const std::string& id : *set.word_lists) {
        const auto list = pack_.lists.find(id);
        if (list == pack_.lists.end()) continue;
        for (const Word& word : list->second) wanted.words.insert(word.folded);
      }
    });
  }

  void LookAt(const Texts& phrases, const std::string& path,
              const Wanted& wanted) {
    std::vector<std::pair<int, ReadPhrase>> left;
    for (int i = 0; i < phrases.size(); ++i) {
      ReadPhrase read = Read(phrases[i]);
      if (!HoldsWord(read.folded, wanted))
        left.emplace_back(i, std::move(read));
    }
    if (left.empty() || left.size() * wanted.words.size() > kComparedMax) {
      return;
    }
    for (const std::string& regex : wanted.regexes) DropMatched(regex, left);
    for (const std::string& word : wanted.words) {
      if (left.empty()) return;
      DropAlike(word, left);
    }
    for (const auto& [i, read] : left) {
      Add(absl::StrCat(path, "[", i, "]"), phrases[i]);
    }
  }

  ReadPhrase Read(const std::string& phrase) {
    const StrippedText stripped = StripWord(phrase);
    ReadPhrase read;
    read.folded = FoldWord(phrase);
    SpellEvasive(stripped, spelling_);
    read.looks = spelling_.bytes;
    for (const Spelling::Unit& unit : spelling_.units) {
      AppendUtf8(unit.read == 0 ? unit.c : unit.read, read.read);
    }
    sounds_->Spell(stripped, spelling_);
    read.sounds = spelling_.bytes;
    return read;
  }

  static bool HoldsWord(absl::string_view phrase, const Wanted& wanted) {
    for (size_t begin = 0; begin < phrase.size(); ++begin) {
      for (size_t end = begin + 1; end <= phrase.size(); ++end) {
        if (wanted.words.contains(phrase.substr(begin, end - begin))) {
          return true;
        }
      }
    }
    return false;
  }

  using Left = std::vector<std::pair<int, ReadPhrase>>;

  static void DropMatched(const std::string& regex, Left& left) {
    const std::string form = FoldRegex(regex);
    const RE2 folded(form, Quiet());
    const RE2 evasive(EvasiveRegex(form), Quiet());
    std::erase_if(left, [&](const auto& one) {
      return Matches(one.second.folded, folded) ||
             Matches(one.second.read, evasive);
    });
  }

  // Those that look or sound as `word` does.
  void DropAlike(const std::string& word, Left& left) {
    const StrippedText stripped = StripWord(word);
    SpellEvasive(stripped, spelling_);
    // One ordinary character alone is never read as another one.
    const bool seen = spelling_.units.size() > 1;
    const std::vector<SpokenWord> spoken = sounds_->SpellWord(stripped);
    std::erase_if(left, [&](const auto& one) {
      const bool looks =
          seen && absl::StrContains(one.second.looks, spelling_.bytes);
      return looks || absl::c_any_of(spoken, [&one](const SpokenWord& sound) {
               return absl::StrContains(one.second.sounds, sound.bytes);
             });
    });
  }

  // Reads the words that speak for a weight rule, once and only when asked.
  const absl::flat_hash_set<std::string>& HeavyWords() {
    if (heavy_) return *heavy_;
    heavy_.emplace();
    for (const auto& [table, lowest] : LowestSums(pack_)) {
      const auto words = pack_.weight_tables.find(table);
      if (words == pack_.weight_tables.end()) continue;
      for (const WeighedWord& word : words->second) {
        const bool heavy =
            word.weight > 0 && word.weight * kHeavyShare >= lowest;
        if (heavy) heavy_->insert(FoldWord(word.text));
      }
    }
    return *heavy_;
  }

  void Add(const std::string& path, const std::string& phrase) {
    if (HeavyWords().contains(FoldWord(phrase))) return AddWeight(path, phrase);
    warnings_.Add(
        pack_.rules_file.path, pack_.rules_file.positions.At(path),
        SayBoth("不起作用的放行词句", "allowed phrases that lift nothing"),
        SayBoth("$0 中没有任何规则的词，不会放行任何短信：放行词句只取消它所"
                "包住的命中，请写包住那个词的整句，如 电子发票 之于 发票",
                "$0 holds no word that a rule looks for, so that it lifts "
                "nothing: a phrase lifts only the hits inside it; write the "
                "harmless phrase around the word, as 电子发票 is for 发票",
                Quoted(phrase)));
  }

  void AddWeight(const std::string& path, const std::string& phrase) {
    warnings_.Add(
        pack_.rules_file.path, pack_.rules_file.positions.At(path),
        SayBoth("不起作用的放行词句", "allowed phrases that lift nothing"),
        SayBoth("$0 是权重表的词，而放行词句不减少权重，不会放行任何短信："
                "请在权重表中调低这个词的权重",
                "$0 is a word of a weight table, and a phrase lifts no weight, "
                "so that it lifts nothing: lower the word's weight in the "
                "table",
                Quoted(phrase)));
  }

  const Pack& pack_;
  Warnings& warnings_;
  const absl::StatusOr<SoundTable> sounds_;
  Spelling spelling_;
  std::optional<absl::flat_hash_set<std::string>> heavy_;
};

}  // namespace

void FindPhraseWarnings(const Pack& pack, Warnings& warnings) {
  PhraseWarnings(pack, warnings).Find();
}

}  // namespace sluice::rules
