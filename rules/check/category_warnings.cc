#include "rules/check/category_warnings.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "rules/base/characters.h"
#include "rules/base/quoted.h"

namespace sluice::rules {
namespace {

constexpr size_t kShortName = 5;  // Shorter ones are near to too many.
constexpr size_t kLongName = 9;
constexpr size_t kNameSizeMax = 64;
// Each is compared with each; nobody tells more categories apart.
constexpr size_t kCategoriesMax = 200;

// `name` in lower case, without marks.
std::string Plain(absl::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c != '-' && c != '_' && c != '.' && c != ' ') {
      plain += absl::ascii_tolower(static_cast<unsigned char>(c));
    }
  }
  return plain;
}

std::string WithoutDigits(std::string name) {
  std::erase_if(name, [](char c) { return absl::ascii_isdigit(c); });
  return name;
}

// Letters that are to be added, removed, changed or moved by one place.
size_t Changes(absl::string_view a, absl::string_view b) {
  std::vector<std::vector<size_t>> rows(a.size() + 1,
                                        std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      size_t& least = rows[i][j];
      if (i == 0 || j == 0) {
        least = i + j;
        continue;
      }
      least = std::min({rows[i - 1][j] + 1, rows[i][j - 1] + 1,
                        rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        least = std::min(least, rows[i - 2][j - 2] + 1);
      }
    }
  }
  return rows[a.size()][b.size()];
}

// Where a category is first, and how many rules have it.
struct Use {
  std::string path;
  size_t rules = 0;
};

}  // namespace

bool AreNearNames(absl::string_view a, absl::string_view b) {
  if (std::max(a.size(), b.size()) > kNameSizeMax || !IsAscii(a) ||
      !IsAscii(b)) {
    return false;
  }
  const std::string one = Plain(a);
  const std::string other = Plain(b);
  if (one == other) return !one.empty();
  const size_t size = std::min(one.size(), other.size());
  if (size > 2 && (one + "s" == other || other + "s" == one)) return true;
  if (size < kShortName || WithoutDigits(one) == WithoutDigits(other)) {
    return false;
  }
  return Changes(one, other) <= (size < kLongName ? 1 : 2);
}

void FindCategoryWarnings(const Pack& pack, Warnings& warnings) {
  std::map<std::string, Use> uses;
  for (int i = 0; i < pack.rules.rules_size(); ++i) {
    const std::string& category = pack.rules.rules(i).category();
    if (category.empty()) continue;
    Use& use = uses[category];
    if (use.rules++ == 0) use.path = absl::StrCat("rules[", i, "].category");
  }
  if (uses.size() > kCategoriesMax) return;
  for (const auto& [name, use] : uses) {
    if (use.rules > 1) continue;
    for (const auto& [other, its] : uses) {
      // Of two with one rule each, the later one is told.
      const bool rarer =
          its.rules > 1 || pack.rules_file.positions.At(its.path) <
                               pack.rules_file.positions.At(use.path);
      if (!rarer || name == other || !AreNearNames(name, other)) continue;
      warnings.Add(pack.rules_file.path, pack.rules_file.positions.At(use.path),
                   SayBoth("疑似写错的类别", "categories that seem misspelt"),
                   SayBoth("类别 $0 只有这一条规则，是否应为 $1？",
                           "only this rule is of category $0, did you mean $1?",
                           Quoted(name), Quoted(other)));
      break;
    }
  }
}

}  // namespace sluice::rules
