#pragma once

// What the finders of contacts share while one text is looked at: the folded
// text, its runs, and what has been found so far. For contacts.cc, links.cc,
// phones.cc and accounts.cc.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/contacts/contacts.h"
#include "rules/contacts/submitted_text.h"
#include "rules/fold/text_runs.h"

namespace sluice::rules {

// Borrows everything.
struct ContactText {
  absl::string_view bytes;
  std::vector<TextRun>& runs;
  // Found so far; begin and end in bytes of the folded text.
  std::vector<Contact>& contacts;
  // Bytes that are digits here and were Chinese characters as submitted (一),
  // ascending.
  const std::vector<uint32_t>& chinese_digits;
  // Where values are built that the text does not spell out. Reserved, so that
  // views into it stay good: see Keep().
  std::string& values;
  SubmittedText& submitted;

  // `value` and `more` as one, living as long as the contacts do. Values take
  // at most their own stretch of the text, times kGrowthMax for what becomes
  // xn--..., for which there is room; what has none becomes empty.
  static constexpr size_t kGrowthMax = 8;
  absl::string_view Keep(absl::string_view value,
                         absl::string_view more = {}) const {
    const size_t at = values.size();
    if (values.capacity() - at < value.size() + more.size()) return {};
    values.append(value.data(), value.size());
    values.append(more.data(), more.size());
    return absl::string_view(values).substr(at);
  }

  // The digits of the runs [first, last), without what is between them.
  absl::string_view KeepDigits(size_t first, size_t last) const {
    if (last - first == 1) return Of(runs[first]);
    absl::string_view digits;
    for (size_t i = first; i < last; ++i) {
      const absl::string_view more = Keep(Of(runs[i]));
      digits = digits.empty() ? more
                              : absl::string_view(digits.data(),
                                                  digits.size() + more.size());
    }
    return digits;
  }

  // Adds a contact and marks its runs, also those it has only a part of, as
  // taken. `run` is one of them.
  void Add(const Contact& contact, size_t run) const {
    contacts.push_back(contact);
    for (size_t i = run; i > 0 && runs[i - 1].end > contact.begin;) {
      runs[--i].taken = true;
    }
    for (size_t i = run; i < runs.size() && runs[i].begin < contact.end; ++i) {
      runs[i].taken = true;
    }
  }

  bool IsDigits(size_t run) const {
    return run < runs.size() && runs[run].kind == TextRun::Kind::kDigits;
  }
  bool IsLetters(size_t run) const {
    return run < runs.size() && runs[run].kind == TextRun::Kind::kLetters;
  }
  absl::string_view Of(const TextRun& run) const {
    return bytes.substr(run.begin, run.size());
  }
  bool WasChinese(size_t at) const {
    return !chinese_digits.empty() &&
           std::binary_search(chinese_digits.begin(), chinese_digits.end(), at);
  }
  // The byte at `at`, or NUL, which no folded text has, beyond either end.
  char At(size_t at) const { return at < bytes.size() ? bytes[at] : '\0'; }
  absl::string_view Before(size_t at) const { return bytes.substr(0, at); }
  absl::string_view After(size_t at) const {
    return bytes.substr(std::min(at, bytes.size()));
  }
};

}  // namespace sluice::rules
