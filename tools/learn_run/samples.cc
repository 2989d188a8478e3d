#include "tools/learn_run/samples.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "filter/policy/hash.h"
#include "rules/base/characters.h"
#include "rules/base/status_macros.h"
#include "rules/fold/han_tables.h"
#include "rules/pack/weight_list.h"
#include "tools/evaluate_run/report.h"

namespace sluice::learn {
namespace {

bool IsLawful(const std::string& label, const Taking& taking) {
  return evaluate::IsHam(label) || absl::c_linear_search(taking.lawful, label);
}

bool IsBad(const std::string& label, const Taking& taking) {
  if (IsLawful(label, taking)) return false;
  return taking.bad.empty() ||
         absl::c_any_of(taking.bad, [&label](const std::string& begin) {
           return absl::StartsWith(label, begin);
         });
}

bool IsChinese(absl::string_view text) {
  return absl::c_any_of(rules::CodePoints(text), IsHan);
}

// One in three bad texts comes behind a cover, and one in three before a lawful
// text: always the same ones.
constexpr uint64_t kMadeOneIn = 3;

// What every advertisement ends with, so that it speaks neither for nor against
// a text.
constexpr absl::string_view kOptOutWording = "，拒收请回复R";

void AddMade(const std::vector<evaluate::LabelledText>& texts,
             const std::vector<const std::string*>& lawful,
             const Taking& taking, Vocabulary& vocabulary,
             std::vector<Sample>& samples) {
  const std::vector<std::string>& covers = taking.covers;
  for (const evaluate::LabelledText& one : texts) {
    if (!IsBad(one.label, taking)) continue;
    const uint64_t draw = filter::HashOf(one.text);
    const uint64_t which = draw / kMadeOneIn;
    if (draw % kMadeOneIn == 0 && !covers.empty()) {
      const std::string& cover = covers[which % covers.size()];
      samples.push_back(
          {true, true, vocabulary.Of(absl::StrCat(cover, "，", one.text))});
    } else if (draw % kMadeOneIn == 1 && !lawful.empty()) {
      const std::string& after = *lawful[which % lawful.size()];
      samples.push_back(
          {true, true, vocabulary.Of(absl::StrCat(one.text, " ", after))});
    }
  }
}

}  // namespace

Words Vocabulary::Of(absl::string_view text) {
  rules::FoldTable::Shared().Fold(text, folded_);
  Strip(folded_, stripped_);
  contacts_.Begin(folded_, text);
  ReadSigns(stripped_, text, contacts_.Get(), signs_);
  std::vector<uint64_t> codes;
  for (const rules::TextSign& sign : signs_) codes.push_back(sign.code);
  Words words;
  for (size_t begin = 0; begin < codes.size(); ++begin) {
    const size_t most = std::min(rules::kSignsMax, codes.size() - begin);
    for (size_t size = 1; size <= most; ++size) {
      const absl::Span<const uint64_t> run =
          absl::MakeSpan(codes).subspan(begin, size);
      const auto [at, added] = numbers_.emplace(
          std::vector<uint64_t>(run.begin(), run.end()), kNone);
      if (added) at->second = Number(run);
      if (at->second != kNone) words.push_back(at->second);
    }
  }
  absl::c_sort(words);
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

// Only of what is read as it is written, and no end of a sentence alone, which
// every text has.
uint32_t Vocabulary::Number(absl::Span<const uint64_t> run) {
  std::string word = rules::WordOfSigns(run);
  if (word == "。" || rules::SignsOfWord(word) != run) {
    return kNone;
  }
  spelled_.push_back(std::move(word));
  return static_cast<uint32_t>(spelled_.size() - 1);
}

absl::StatusOr<SampleFile> ReadSamples(const std::string& path,
                                       const Taking& taking,
                                       Vocabulary& vocabulary) {
  SLUICE_ASSIGN_OR_RETURN(
      std::vector<evaluate::LabelledText> texts,
      evaluate::ReadLabelledTexts(path, evaluate::Part::kAll));
  const bool judges =
      absl::c_any_of(texts, [&taking](const evaluate::LabelledText& one) {
        return IsBad(one.label, taking);
      });
  std::erase_if(texts, [&](const evaluate::LabelledText& one) {
    const bool other = judges ? IsChinese(one.text) != taking.chinese
                              : taking.seen && evaluate::IsUnseen(one.text);
    return other || (!IsLawful(one.label, taking) && !IsBad(one.label, taking));
  });
  SampleFile file = {std::filesystem::path(path).stem().string(), {}};
  std::vector<const std::string*> lawful;
  for (const evaluate::LabelledText& one : texts) {
    const bool bad = IsBad(one.label, taking);
    if (!bad) lawful.push_back(&one.text);
    file.samples.push_back({bad, false, vocabulary.Of(one.text)});
    if (filter::HashOf(one.text) % kMadeOneIn == 2 && taking.chinese) {
      file.samples.push_back(
          {bad, true, vocabulary.Of(absl::StrCat(one.text, kOptOutWording))});
    }
  }
  file.judges = !lawful.empty() && lawful.size() < texts.size();
  AddMade(texts, lawful, taking, vocabulary, file.samples);
  return file;
}

}  // namespace sluice::learn
