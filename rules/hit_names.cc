#include "rules/hit_names.h"

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "rules/base/quoted.h"

namespace sluice::rules {
namespace {

constexpr size_t kNamedMax = 3;

bool HasSpelling(const Word& word, absl::string_view text) {
  return word.text == text ||
         absl::c_any_of(word.spellings, [text](const Word::Spelling& one) {
           return one.text == text;
         });
}

// The file of the list, or of the table of a category: "id/category".
std::string FileOf(const Pack& pack, const std::string& id) {
  for (const rules::v1::WordList& list : pack.rules.word_lists()) {
    if (list.id() == id || absl::StartsWith(id, list.id() + "/")) {
      return list.file();
    }
  }
  return "";
}

std::string PlaceInTable(const Pack& pack, const ExplainedHit& hit) {
  std::string file = hit.word_list;
  for (const rules::v1::WeightTable& table : pack.rules.weight_tables()) {
    if (table.id() == hit.word_list) file = table.file();
  }
  const auto words = pack.weight_tables.find(hit.word_list);
  if (words == pack.weight_tables.end()) return file;
  for (const WeighedWord& word : words->second) {
    if (word.text != hit.pattern) continue;
    return absl::StrCat(file, ":", word.position.line);
  }
  return file;
}

std::string PlaceOfContact(const Pack& pack, const PlacedHit& one) {
  for (const rules::v1::DomainList& list : pack.rules.domain_lists()) {
    if (list.id() == one.hit.domain_list) return list.file();
  }
  return PlaceInRules(pack, one.path);
}

std::string PlaceOfHit(const Pack& pack, const PlacedHit& one) {
  if (one.hit.contact != rules::v1::CONTACT_KIND_UNSPECIFIED) {
    return PlaceOfContact(pack, one);
  }
  if (one.hit.weight != 0) return PlaceInTable(pack, one.hit);
  if (!one.hit.word_list.empty()) {
    const std::string place =
        PlaceOfWord(pack, one.hit.word_list, one.hit.pattern);
    return place.empty() ? one.hit.word_list : place;
  }
  const PatternSet::Texts& texts =
      one.hit.regex ? *one.set.regexes : *one.set.words;
  const auto at = absl::c_find(texts, one.hit.pattern);
  if (at == texts.end()) return PlaceInRules(pack, one.path);
  return PlaceInRules(
      pack, absl::StrCat(one.path, one.hit.regex ? ".regexes" : ".words", "[",
                         at - texts.begin(), "]"));
}

Both KindOfContact(rules::v1::ContactKind kind) {
  switch (kind) {
    case rules::v1::CONTACT_KIND_LINK:
      return SayBoth("链接", "the link ");
    case rules::v1::CONTACT_KIND_EMAIL:
      return SayBoth("邮箱", "the e-mail address ");
    case rules::v1::CONTACT_KIND_PHONE:
      return SayBoth("电话", "the phone number ");
    case rules::v1::CONTACT_KIND_QQ:
      return SayBoth("QQ ", "the QQ ");
    case rules::v1::CONTACT_KIND_WECHAT:
      return SayBoth("微信", "the WeChat name ");
    default:
      return {};
  }
}

Both KindOfHit(const ExplainedHit& hit) {
  return hit.regex ? SayBoth("正则表达式", "the regex ")
                   : KindOfContact(hit.contact);
}

}  // namespace

std::string PlaceOfWord(const Pack& pack, const std::string& list,
                        absl::string_view word) {
  const std::string file = FileOf(pack, list);
  const auto words = pack.lists.find(list);
  if (words == pack.lists.end()) return file;
  for (const Word& one : words->second) {
    if (!HasSpelling(one, word)) continue;
    return absl::StrCat(file, ":", one.position.line);
  }
  return file;
}

std::string PlaceInRule(const Pack& pack, const std::string& rule,
                        absl::string_view pattern) {
  std::string place;
  for (int i = 0; i < pack.rules.rules_size(); ++i) {
    if (pack.rules.rules(i).id() != rule) continue;
    ForEachSet(pack.rules.rules(i), absl::StrCat("rules[", i, "]"),
               [&](const PatternSet& set, const std::string& path) {
                 for (const bool regex : {false, true}) {
                   const auto& texts = regex ? *set.regexes : *set.words;
                   const auto at = absl::c_find(texts, pattern);
                   if (at == texts.end()) continue;
                   place = PlaceInRules(
                       pack, absl::StrCat(path, regex ? ".regexes" : ".words",
                                          "[", at - texts.begin(), "]"));
                 }
               });
  }
  return place;
}

std::string PlaceOfPhrase(const Pack& pack, const std::string& rule,
                          absl::string_view phrase) {
  const auto place = [&](const PatternSet::Texts& phrases,
                         const std::string& path) -> std::string {
    const auto at = absl::c_find(phrases, phrase);
    if (at == phrases.end()) return "";
    return PlaceInRules(
        pack, absl::StrCat(path, "allow_phrases[", at - phrases.begin(), "]"));
  };
  for (int i = 0; i < pack.rules.rules_size(); ++i) {
    if (pack.rules.rules(i).id() != rule) continue;
    const std::string found = place(pack.rules.rules(i).allow_phrases(),
                                    absl::StrCat("rules[", i, "]."));
    if (!found.empty()) return found;
  }
  return place(pack.rules.allow_phrases(), "");
}

Both InQuotes(absl::string_view text) {
  const std::string quoted = Quoted(text);
  return {absl::StrCat("“", quoted.substr(1, quoted.size() - 2), "”"), quoted};
}

std::string PlaceInRules(const Pack& pack, const std::string& path) {
  return absl::StrCat("rules.yaml:", pack.rules_file.positions.At(path).line);
}

Both NameOfHit(const Pack& pack, const PlacedHit& one) {
  const Both kind = KindOfHit(one.hit);
  const Both pattern = InQuotes(one.hit.pattern);
  const std::string weight =
      one.hit.weight == 0 ? "" : absl::StrFormat(" %+d", one.hit.weight);
  const std::string place = PlaceOfHit(pack, one);
  return {
      absl::StrCat(kind.chinese, pattern.chinese, weight, "（", place, "）"),
      absl::StrCat(kind.english, pattern.english, weight, " (", place, ")")};
}

Both NamesOfHits(const Pack& pack, absl::Span<const PlacedHit> hits) {
  std::vector<std::string> chinese;
  std::vector<std::string> english;
  for (const PlacedHit& one : hits) {
    Both name = NameOfHit(pack, one);
    if (absl::c_linear_search(english, name.english)) continue;
    chinese.push_back(std::move(name.chinese));
    english.push_back(std::move(name.english));
  }
  const size_t more = english.size() - std::min(english.size(), kNamedMax);
  chinese.resize(english.size() - more);
  english.resize(chinese.size());
  Both names = {absl::StrJoin(chinese, "、"), absl::StrJoin(english, ", ")};
  if (more > 0) {
    absl::StrAppend(&names.chinese, "，另有 ", more, " 个");
    absl::StrAppend(&names.english, " and ", more, " more");
  }
  return names;
}

}  // namespace sluice::rules
