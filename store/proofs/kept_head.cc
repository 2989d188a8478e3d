#include "store/proofs/kept_head.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "rules/base/status_macros.h"

namespace sluice::store {
namespace {

constexpr absl::string_view kFirstLine = "sluice head 1";
constexpr char kBase32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr size_t kCharacters = 32;
constexpr size_t kGroup = 4;

absl::Status Bad(size_t line, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", what));
}

// As a person may type it: in lower case, in other groups.
absl::StatusOr<std::string> ReadFingerprint(absl::string_view typed) {
  std::string read;
  for (const char c : typed) {
    if (c == '-' || absl::ascii_isspace(c)) continue;
    const char upper = absl::ascii_toupper(c);
    if (absl::string_view(kBase32).find(upper) == absl::string_view::npos) {
      return absl::InvalidArgumentError(
          "a fingerprint has letters and the digits 2 to 7 only");
    }
    if (!read.empty() && (read.size() + 1) % (kGroup + 1) == 0) read += '-';
    read += upper;
  }
  if (read.size() == kCharacters + kCharacters / kGroup - 1) return read;
  return absl::InvalidArgumentError("a fingerprint has 32 characters");
}

absl::StatusOr<KeptHead> ReadPage(const std::vector<absl::string_view>& lines) {
  KeptHead page;
  for (size_t i = 0; i < lines.size(); ++i) {
    absl::string_view line = absl::StripAsciiWhitespace(lines[i]);
    if (absl::ConsumePrefix(&line, "number ")) {
      if (!absl::SimpleAtoi(line, &page.number) || page.number == 0) {
        return Bad(i + 1, "no number of a head");
      }
    } else if (absl::ConsumePrefix(&line, "fingerprint ")) {
      auto read = ReadFingerprint(line);
      if (!read.ok()) return Bad(i + 1, read.status().message());
      page.fingerprint = *std::move(read);
    }
  }
  if (page.number != 0 && !page.fingerprint.empty()) return page;
  return absl::InvalidArgumentError(
      "neither heads nor a page with the lines number and fingerprint");
}

// The lines of each head, of which the first is in `titles`.
std::vector<std::string> HeadTexts(const std::vector<absl::string_view>& lines,
                                   const std::vector<size_t>& titles) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < titles.size(); ++i) {
    const size_t end = i + 1 < titles.size() ? titles[i + 1] : lines.size();
    std::string& text = texts.emplace_back();
    for (size_t k = titles[i]; k < end; ++k) {
      if (!lines[k].empty()) absl::StrAppend(&text, lines[k], "\n");
    }
  }
  return texts;
}

// Whether a crash cut a head off that a witness was being given: it comes again
// as a whole, or is the last one.
bool IsCutOff(const std::vector<std::string>& texts, size_t i) {
  if (i + 1 == texts.size()) return i > 0;
  absl::string_view begin = texts[i];
  begin.remove_suffix(1);  // A line feed.
  return absl::StartsWith(texts[i + 1], begin);
}

}  // namespace

std::string FingerprintOf(const SignedHead& head) {
  const Hash hash = head.hash();
  std::string text;
  uint32_t bits = 0;
  int count = 0;
  for (size_t i = 0; text.size() + 1 < kCharacters + kCharacters / kGroup;) {
    if (count < 5) {
      bits = bits << 8 | hash[i++];
      count += 8;
    }
    count -= 5;
    text += kBase32[bits >> count & 31];
    if ((text.size() + 1) % (kGroup + 1) == 0) text += '-';
  }
  text.resize(kCharacters + kCharacters / kGroup - 1);
  return text;
}

KeptHead Keep(SignedHead head) {
  return {head.head.number, FingerprintOf(head), std::move(head)};
}

absl::StatusOr<std::vector<KeptHead>> ReadKeptHeads(absl::string_view text) {
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  std::vector<size_t> titles;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i] == kFirstLine) titles.push_back(i);
  }
  std::vector<KeptHead> kept;
  if (titles.empty()) {
    SLUICE_ASSIGN_OR_RETURN(kept.emplace_back(), ReadPage(lines));
    return kept;
  }
  const std::vector<std::string> texts = HeadTexts(lines, titles);
  for (size_t i = 0; i < texts.size(); ++i) {
    auto head = ParseHead(texts[i]);
    if (head.ok()) {
      kept.push_back(Keep(*std::move(head)));
    } else if (!IsCutOff(texts, i)) {
      return Bad(titles[i] + 1, head.status().message());
    }
  }
  return kept;
}

}  // namespace sluice::store
