#include "tools/bench_run/bench_pack.h"

#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "rules/base/characters.h"
#include "rules/fold/fold.h"
#include "tools/lib/display_width.h"

namespace sluice::bench {
namespace {

constexpr char kHeader[] = R"(name: bench
version: "1.0"
title: Made for load
effective_from: 2015-06-30
time_zone: Asia/Shanghai
countries: [CN]
)";

// Three limits, so wide that a run with few recipients exceeds none.
constexpr char kPolicy[] = R"(classes:
  - message_class: verification
    validity_minutes: 5
    needs_signature: true
  - message_class: notice
    validity_minutes: 1440
    needs_signature: true
  - message_class: commercial
    validity_minutes: 0
    needs_opt_out_wording: true
    stopped_by_opt_out: true
    needs_signature: true
limits:
  - id: notice-minute
    classes: [notice]
    by: [recipient, signature]
    max: 100
    window: 1m
    basis: carrier
    mode: enforce
  - id: notice-hour
    classes: [notice]
    by: [recipient, signature]
    max: 500
    window: 1h
    basis: carrier
    mode: enforce
  - id: notice-day
    classes: [notice]
    by: [recipient, content_provider]
    max: 1000
    window: 24h
    basis: carrier
    mode: enforce
opt_out_wording:
  preferred: 拒收请回复R
  accepted: [拒收请回复R]
  reply_words: [R, T, TD]
signature:
  length_min: 2
  length_max: 20
defer_days_max: 7
defer_spread_minutes: 60
key_window_hours: 24
calling_codes: [86]
)";

std::string Hanzi(size_t count, std::mt19937_64& random) {
  const rules::FoldTable& fold = rules::FoldTable::Shared();
  std::string text;
  while (count > 0) {
    // The common block without its rare last characters, in their folded form:
    // a pattern in another spelling would never hit.
    std::string one;
    AppendUtf8(0x4e00 + static_cast<char32_t>(random() % 0x4000), one);
    std::string folded;
    if (!fold.Fold(one, folded) || folded != one) continue;
    text += one;
    --count;
  }
  return text;
}

// The kinds of regexes that real packs have: two words near each other, a word
// and a number, a way to write a contact, a link.
std::string Regex(size_t index, std::mt19937_64& random) {
  switch (index % 5) {
    case 0:
      return absl::StrCat(Hanzi(2, random), ".{0,6}", Hanzi(2, random));
    case 1:
      return absl::StrCat(Hanzi(2, random), "[0-9]{4,8}");
    case 2:
      return absl::StrCat("(", Hanzi(1, random), "|", Hanzi(2, random),
                          ").{0,3}[a-z0-9]{5,12}", Hanzi(1, random));
    case 3:
      return absl::StrFormat("[a-z0-9]{3,12}\\.(top|vip|click)/%x",
                             random() % 65536);
    default:
      return absl::StrCat(Hanzi(1, random), "[^0-9]{0,2}", Hanzi(1, random),
                          ".{1,4}(", Hanzi(2, random), "|", Hanzi(3, random),
                          ")");
  }
}

std::string RulesYaml(const PackSize& size, std::mt19937_64& random) {
  std::string yaml =
      "word_lists:\n  - id: words\n    file: words.txt\nrules:\n"
      "  - id: words\n    category: bench\n    basis: law\n"
      "    word_lists: [words]\n";
  constexpr size_t kPerRule = 50;
  for (size_t i = 0; i < size.regexes; ++i) {
    if (i % kPerRule == 0) {
      absl::StrAppend(&yaml, "  - id: regexes-", i / kPerRule,
                      "\n    category: bench\n    basis: law\n    regexes:\n");
    }
    absl::StrAppend(&yaml, "      - '", Regex(i, random), "'\n");
  }
  return yaml;
}

std::string Words(size_t count, std::mt19937_64& random) {
  std::set<std::string> words;
  while (words.size() < count) words.insert(Hanzi(3 + random() % 3, random));
  std::string lines;
  for (const std::string& word : words) absl::StrAppend(&lines, word, "\n");
  return lines;
}

}  // namespace

absl::Status WriteBenchPack(const std::string& path, const PackSize& size,
                            const std::string& articles_from) {
  std::mt19937_64 random(1);
  const auto write = [&](const char* name, const std::string& content) {
    std::ofstream file(path + "/" + name);
    file << content;
    return file.good();
  };
  std::error_code error;
  std::filesystem::copy_file(articles_from + "/articles.yaml",
                             path + "/articles.yaml", error);
  if (error || !write("pack.yaml", kHeader) || !write("policy.yaml", kPolicy) ||
      !write("rules.yaml", RulesYaml(size, random)) ||
      !write("words.txt", Words(size.words, random))) {
    return absl::UnavailableError(
        absl::StrCat(path, ": the rule pack cannot be written ",
                     error ? error.message() : ""));
  }
  return absl::OkStatus();
}

}  // namespace sluice::bench
