#include "tools/evaluate_run/evasion.h"

#include <algorithm>
#include <functional>
#include <map>
#include <opencc/SimpleConverter.hpp>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "filter/policy/hash.h"
#include "rules/base/characters.h"
#include "rules/base/fmix64.h"
#include "rules/fold/han_tables.h"

namespace sluice::evaluate {
namespace {

using rules::HanTables;

// Chooses the characters of a text that are changed: always the same ones.
class Choice {
 public:
  Choice(absl::string_view text, double share)
      : seed_(filter::HashOf(text)), share_(share) {}

  bool Takes(size_t at) const {
    return static_cast<double>(Draw(at) % 10'000) < share_ * 10'000;
  }
  // A choice from 0 to `count` - 1.
  size_t OneOf(size_t at, size_t count) const {
    return (Draw(at) >> 20) % count;
  }

 private:
  uint64_t Draw(size_t at) const { return Fmix64(seed_ + at); }

  const uint64_t seed_;
  const double share_;
};

// Letters of other scripts that look like the Latin ones.
const std::map<char32_t, char32_t>& ForeignLetters() {
  static const auto& letters = *new std::map<char32_t, char32_t>{
      {'a', U'а'}, {'c', U'с'}, {'e', U'е'}, {'i', U'і'}, {'j', U'ј'},
      {'o', U'о'}, {'p', U'р'}, {'s', U'ѕ'}, {'v', U'ν'}, {'x', U'х'},
      {'y', U'у'}, {'A', U'А'}, {'B', U'В'}, {'C', U'С'}, {'E', U'Е'},
      {'H', U'Н'}, {'K', U'К'}, {'M', U'М'}, {'O', U'О'}, {'P', U'Р'},
      {'Q', U'Ԛ'}, {'S', U'Ѕ'}, {'T', U'Т'}, {'V', U'Ѵ'}, {'W', U'Ԝ'},
      {'X', U'Х'}, {'Y', U'Υ'}};
  return letters;
}

}  // namespace

struct Evasions::State {
  // Replaces one character; returns its replacement.
  using Replace =
      std::function<std::u32string(char32_t, size_t at, const Choice&)>;

  double share = 0;
  std::vector<std::function<std::string(absl::string_view)>> apply;
  opencc::SimpleConverter to_traditional{"s2t.json"};
  // The possible replacements of a character.
  absl::flat_hash_map<char32_t, std::u32string> same_tone;
  absl::flat_hash_map<char32_t, std::u32string> any_tone;
  absl::flat_hash_map<char32_t, std::u32string> look_alikes;
  absl::flat_hash_map<char32_t, std::u32string> parts;

  State() {
    const HanTables& tables = HanTables::Shared();
    // By first reading and tone; tone 0 stands for any tone.
    std::map<std::pair<uint16_t, uint8_t>, std::u32string> by_sound;
    for (const auto& [c, readings] : tables.readings) {
      if (!IsHan(c)) continue;
      by_sound[{readings[0].syllable, readings[0].tone}] += c;
      by_sound[{readings[0].syllable, 0}] += c;
    }
    for (auto& [sound, all] : by_sound) {
      std::sort(all.begin(), all.end());
      auto& alikes = sound.second == 0 ? any_tone : same_tone;
      for (const char32_t c : all) alikes[c] = Without(all, c);
    }
    absl::flat_hash_map<char32_t, std::u32string> groups;
    for (const auto& [c, first] : tables.lookalikes) groups[first] += c;
    for (auto& [first, others] : groups) {
      std::sort(others.begin(), others.end());
      look_alikes[first] = others;
    }
    for (const auto& [latin, other] : ForeignLetters()) {
      look_alikes[latin] = other;
    }
    for (const HanTables::Split& split : tables.splits) {
      parts.emplace(split.whole, split.parts);
    }
  }

  static std::u32string Without(const std::u32string& all, char32_t c) {
    std::u32string others;
    for (const char32_t other : all) {
      if (other != c) others += other;
    }
    return others;
  }

  std::string Each(absl::string_view text, double chosen_share,
                   const Replace& replace) const {
    const Choice choice(text, chosen_share);
    const std::u32string characters = rules::CodePoints(text);
    std::string changed;
    for (size_t at = 0; at < characters.size(); ++at) {
      const char32_t c = characters[at];
      const std::u32string instead =
          choice.Takes(at) ? replace(c, at, choice) : std::u32string(1, c);
      for (const char32_t one : instead) AppendUtf8(one, changed);
    }
    return changed;
  }

  static std::u32string OneOf(
      const absl::flat_hash_map<char32_t, std::u32string>& others, char32_t c,
      size_t at, const Choice& choice) {
    const auto found = others.find(c);
    if (found == others.end() || found->second.empty()) return {c};
    return {found->second[choice.OneOf(at, found->second.size())]};
  }
};

namespace {

bool IsLatin(char32_t c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

std::u32string FullWidth(char32_t c) {
  if (c > 0x20 && c < 0x7f) return {c + 0xfee0};
  return {c};
}

// Adds a symbol after a Chinese character.
std::u32string WithSymbol(char32_t c, size_t at, const Choice& choice) {
  static constexpr char32_t kSymbols[] = U"*.-_~|·+/ ☆★";
  if (!IsHan(c)) return {c};
  return {c, kSymbols[choice.OneOf(at, std::size(kSymbols) - 1)]};
}

// Adds one of `separators` after each character that can be read without it.
template <size_t kSize>
std::u32string Separated(char32_t c, size_t at, const Choice& choice,
                         const char32_t (&separators)[kSize]) {
  if (!IsHan(c) && !IsLatin(c)) return {c};
  return {c, separators[choice.OneOf(at, kSize - 1)]};
}

// The digits that letters are written as.
std::u32string AsLeet(char32_t c) {
  static const auto& digits = *new std::map<char32_t, char32_t>{
      {'a', '4'}, {'e', '3'}, {'i', '1'}, {'l', '1'},
      {'o', '0'}, {'s', '5'}, {'t', '7'}, {'b', '8'}};
  const auto found = digits.find(c | 0x20);
  return {IsLatin(c) && found != digits.end() ? found->second : c};
}

// What people write for the digits of numbers and the dots of links.
std::u32string ContactInDisguise(char32_t c, size_t at, const Choice& choice) {
  static constexpr absl::string_view kDots[] = {"丶", "%2E", " . ", "。", "點"};
  switch (c) {
    case '.':
      return rules::CodePoints(kDots[choice.OneOf(at, std::size(kDots))]);
    case '0':
      return {choice.OneOf(at, 2) == 0 ? U'O' : U'〇'};
    case '1':
      return {U'幺'};
    default:
      return {c};
  }
}

std::u32string WithZeroWidth(char32_t c, size_t at, const Choice& choice) {
  static constexpr char32_t kUnseen[] = {0x200b, 0x200c, 0x200d, 0x2060,
                                         0xfeff};
  return {c, kUnseen[choice.OneOf(at, std::size(kUnseen))]};
}

std::u32string InPinyin(char32_t c) {
  const HanTables& tables = HanTables::Shared();
  const auto found = tables.readings.find(c);
  if (!IsHan(c) || found == tables.readings.end()) return {c};
  const std::string& letters = tables.syllables[found->second[0].syllable];
  return {letters.begin(), letters.end()};
}

}  // namespace

Evasions::Evasions(double share) {
  auto state = std::make_unique<State>();
  state->share = share;
  const State* const s = state.get();
  const auto add = [&](std::string name, auto apply) {
    state->apply.push_back(apply);
    ways_.push_back({std::move(name), apply("代开发票 VX")});
  };
  const auto add_each = [&](std::string name, State::Replace replace) {
    add(std::move(name), [s, replace](absl::string_view text) {
      return s->Each(text, s->share, replace);
    });
  };
  add("full width", [s](absl::string_view text) {
    return s->Each(text, 1, [](char32_t c, size_t, const Choice&) {
      return FullWidth(c);
    });
  });
  add("traditional", [s](absl::string_view text) {
    return s->to_traditional.Convert(std::string(text));
  });
  add_each("inserted symbols", WithSymbol);
  add("zero width",
      [s](absl::string_view text) { return s->Each(text, 1, WithZeroWidth); });
  add_each("sound-alikes", [s](char32_t c, size_t at, const Choice& choice) {
    return State::OneOf(s->same_tone, c, at, choice);
  });
  add_each("the same, any tone",
           [s](char32_t c, size_t at, const Choice& choice) {
             return State::OneOf(s->any_tone, c, at, choice);
           });
  add_each("look-alikes", [s](char32_t c, size_t at, const Choice& choice) {
    return State::OneOf(s->look_alikes, c, at, choice);
  });
  add_each("split characters", [s](char32_t c, size_t, const Choice&) {
    const auto found = s->parts.find(c);
    return found == s->parts.end() ? std::u32string(1, c) : found->second;
  });
  add_each("pinyin",
           [](char32_t c, size_t, const Choice&) { return InPinyin(c); });
  add("vertical", [s](absl::string_view text) {
    return s->Each(text, 1, [](char32_t c, size_t at, const Choice& choice) {
      return Separated(c, at, choice, U"\n");
    });
  });
  add("sentence ends between", [s](absl::string_view text) {
    return s->Each(text, 1, [](char32_t c, size_t at, const Choice& choice) {
      return Separated(c, at, choice, U"。！；？");
    });
  });
  add("letters and digits between", [s](absl::string_view text) {
    return s->Each(text, 1, [](char32_t c, size_t at, const Choice& choice) {
      return IsHan(c) ? Separated(c, at, choice, U"xkz2589")
                      : std::u32string(1, c);
    });
  });
  add_each("leet", [](char32_t c, size_t, const Choice&) { return AsLeet(c); });
  add("contacts in disguise", [s](absl::string_view text) {
    return s->Each(text, 1, ContactInDisguise);
  });
  state_ = std::move(state);
}

Evasions::~Evasions() = default;

void Evasions::Add(std::string name, Alikes alikes) {
  const State* const s = state_.get();
  // Made once, because it holds the table.
  const State::Replace replace = [alikes = std::move(alikes)](
                                     char32_t c, size_t at,
                                     const Choice& choice) -> std::u32string {
    const auto found = alikes.find(c);
    if (found == alikes.end()) return {c};
    return found->second[choice.OneOf(at, found->second.size())];
  };
  state_->apply.push_back([s, replace](absl::string_view text) {
    return s->Each(text, s->share, replace);
  });
  ways_.push_back({std::move(name), state_->apply.back()("代开发票 VX")});
}

std::string Evasions::Apply(size_t way, absl::string_view text) const {
  return state_->apply[way](text);
}

}  // namespace sluice::evaluate
