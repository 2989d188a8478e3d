#include "tools/evaluate_run/labelled_text.h"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "filter/policy/hash.h"
#include "rules/base/check.h"
#include "rules/base/status_macros.h"
#include "rules/fold/fold.h"
#include "tools/lib/line_reader.h"

namespace sluice::evaluate {
namespace {

constexpr uint64_t kUnseenOneIn = 5;

bool IsIn(Part part, const std::string& text) {
  return part == Part::kAll || (part == Part::kUnseen) == IsUnseen(text);
}

}  // namespace

// Uses only ICU, so that changes to our folding move no row to the other part.
bool IsUnseen(const std::string& text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* const fold =
      icu::Normalizer2::getNFKCCasefoldInstance(error);
  SLUICE_CHECK(U_SUCCESS(error));
  std::string folded;
  fold->normalize(icu::UnicodeString::fromUTF8(text), error)
      .toUTF8String(folded);
  folded.erase(std::remove_if(folded.begin(), folded.end(),
                              [](unsigned char c) {
                                return absl::ascii_isdigit(c) ||
                                       absl::ascii_isspace(c);
                              }),
               folded.end());
  return filter::HashOf(folded) % kUnseenOneIn == 0;
}

absl::StatusOr<std::vector<LabelledText>> ReadLabelledTexts(
    const std::string& path, Part part, absl::string_view encoding) {
  std::vector<LabelledText> texts;
  const auto take = [&](uint64_t number, std::string& line) {
    if (line.empty()) return absl::OkStatus();
    const size_t tab = line.find('\t');
    std::string folded;
    const char* fault = nullptr;
    if (tab == std::string::npos || tab == 0) {
      fault = "a line is label<TAB>text";
    } else if (!rules::FoldTable::Shared().Fold(line, folded)) {
      fault = "not UTF-8";
    }
    if (fault != nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ":", number, ": ", fault));
    }
    LabelledText one = {line.substr(0, tab), line.substr(tab + 1)};
    if (IsIn(part, one.text)) texts.push_back(std::move(one));
    return absl::OkStatus();
  };
  SLUICE_RETURN_IF_ERROR(tools::ForEachLineOf(path, take, encoding));
  return texts;
}

}  // namespace sluice::evaluate
