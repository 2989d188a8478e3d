#include "rules/base/faults.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/base/meant_names.h"

namespace sluice::rules {
namespace {

// Nobody has misspelled a longer name; to compare one takes long.
constexpr size_t kNameBytesMax = 256;

// Levenshtein's distance, in bytes.
size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

// Those of `allowed` that a message names: of many the nearest.
std::vector<std::string> Nearest(absl::string_view written,
                                 std::vector<std::string> allowed) {
  constexpr size_t kNamedMax = 20;
  if (allowed.size() <= kNamedMax) return allowed;
  const absl::string_view begin = written.substr(0, kNameBytesMax);
  std::vector<std::pair<size_t, size_t>> order;
  for (size_t i = 0; i < allowed.size(); ++i) {
    order.emplace_back(Distance(begin, allowed[i]), i);
  }
  std::sort(order.begin(), order.end());
  std::vector<std::string> nearest;
  for (size_t i = 0; i < kNamedMax; ++i) {
    nearest.push_back(std::move(allowed[order[i].second]));
  }
  return nearest;
}

}  // namespace

std::optional<size_t> FirstInvalidUtf8(absl::string_view content) {
  const auto size = static_cast<int32_t>(content.size());
  for (int32_t at = 0; at < size;) {
    const int32_t begin = at;
    UChar32 c;
    U8_NEXT(content.data(), at, size, c);
    if (c < 0) return begin;
  }
  return std::nullopt;
}

std::string NearestOf(absl::string_view written,
                      const std::vector<std::string>& allowed) {
  if (written.size() > kNameBytesMax) return "";
  std::string nearest = MeantName(written, allowed);
  if (!nearest.empty()) return nearest;
  // Two letters in the wrong order are two changes.
  size_t best =
      std::max<size_t>(written.size() / 3, written.size() < 4 ? 1 : 2) + 1;
  for (const std::string& candidate : allowed) {
    const size_t distance = Distance(written, candidate);
    if (distance >= best) continue;
    best = distance;
    nearest = candidate;
  }
  return nearest;
}

std::string Suggestion(absl::string_view written,
                       const std::vector<std::string>& allowed,
                       Language language) {
  const std::string nearest = NearestOf(written, allowed);
  if (!nearest.empty()) {
    return Say(language, "，是否应为 '$0'？", ", did you mean '$0'?", nearest);
  }
  if (allowed.empty())
    return Say(language, "，目前一个也没有", ", there is none");
  const std::vector<std::string> shown = Nearest(written, allowed);
  const std::string names = absl::StrJoin(shown, ", ");
  const size_t more = allowed.size() - shown.size();
  if (more == 0) return Say(language, "，可用：$0", ", allowed: $0", names);
  return Say(language, "，可用：$0 等 $1 个", ", allowed: $0 and $2 more",
             names, allowed.size(), more);
}

void Faults::Add(absl::string_view file, Position position,
                 absl::string_view message) {
  Add(file, position, Both{"", std::string(message)});
}

void Faults::Add(absl::string_view file, Position position, Both message) {
  if (IsFull()) {
    ++not_kept_;
    return;
  }
  const auto at = std::find(files_.begin(), files_.end(), file);
  const auto index = static_cast<size_t>(at - files_.begin());
  if (at == files_.end()) files_.emplace_back(file);
  faults_.push_back({index, position, std::move(message)});
}

bool Faults::Touches(absl::string_view file) const {
  return absl::c_linear_search(files_, file);
}

bool Faults::Touches(absl::string_view file, uint32_t line) const {
  return absl::c_any_of(faults_, [&](const Fault& fault) {
    return fault.position.line == line && files_[fault.file] == file;
  });
}

void Faults::Take(const Faults& other) {
  for (const Fault& fault : other.faults_) {
    Add(other.files_[fault.file], fault.position, fault.message);
  }
  not_kept_ += other.not_kept_;
}

std::vector<const Faults::Fault*> Faults::Sorted() const {
  std::vector<const Fault*> sorted;
  for (const Fault& fault : faults_) sorted.push_back(&fault);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Fault* a, const Fault* b) {
                     return a->file != b->file ? a->file < b->file
                                               : a->position < b->position;
                   });
  return sorted;
}

std::string Faults::Lines(absl::Span<const Fault* const> sorted,
                          Language language) const {
  std::vector<std::string> lines;
  size_t bytes = 0;
  for (const Fault* fault : sorted) {
    const bool foreign =
        language == Language::kChinese && fault->message.chinese.empty();
    std::string line = PlacedLine(
        files_[fault->file], fault->position,
        absl::StrCat(foreign ? "有错误：" : "", fault->message.in(language)));
    bytes += line.size() + 1;
    const bool full = lines.size() == kShownMax || bytes > kShownBytesMax;
    if (full && !lines.empty()) {
      lines.push_back(Say(language, "另有 $0 处错误", "and $0 more",
                          size() - lines.size()));
      break;
    }
    lines.push_back(std::move(line));
  }
  return absl::StrJoin(lines, "\n");
}

absl::Status Faults::ToStatus() const {
  if (faults_.empty()) return absl::OkStatus();
  const std::vector<const Fault*> sorted = Sorted();
  return WithChinese(
      absl::InvalidArgumentError(Lines(sorted, Language::kEnglish)),
      Lines(sorted, Language::kChinese));
}

}  // namespace sluice::rules
