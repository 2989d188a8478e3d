#include "filter/policy/number_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "rules/base/characters.h"
#include "rules/base/encoding.h"
#include "rules/base/status_macros.h"

namespace sluice::filter {

// The text of filter/data/carrier_prefixes.txt; CMake writes its definition.
extern const char kCarrierPrefixes[];

namespace {

constexpr absl::string_view kNames[kCarriers] = {"", "mobile", "unicom",
                                                 "telecom", "broadnet"};

size_t ToNumber(absl::string_view digits) {
  size_t value = 0;
  for (const char c : digits) value = value * 10 + static_cast<size_t>(c - '0');
  return value;
}

absl::Status AtLine(size_t line, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(line, ": ", what));
}

constexpr size_t kHeadBytes = 64 << 10;
constexpr absl::string_view kByteOrderMark = "\xef\xbb\xbf";

struct PrefixRow {
  absl::string_view prefix;
  Carrier carrier;
};

absl::StatusOr<PrefixRow> ReadPrefixRow(absl::string_view line) {
  const std::pair<absl::string_view, absl::string_view> halves =
      absl::StrSplit(line, absl::MaxSplits(' ', 1));
  const absl::string_view name = absl::StripAsciiWhitespace(halves.second);
  if (halves.first.empty() || !AllDigits(halves.first) ||
      halves.first.size() > NumberTable::kPrefixMax) {
    return absl::InvalidArgumentError("prefix: 1 to 7 digits are allowed");
  }
  if (name == "unknown") return PrefixRow{halves.first, Carrier::kUnknown};
  SLUICE_ASSIGN_OR_RETURN(const Carrier carrier, ParseCarrier(name));
  return PrefixRow{halves.first, carrier};
}

}  // namespace

absl::string_view Name(Carrier carrier) {
  return kNames[static_cast<size_t>(carrier)];
}

absl::StatusOr<Carrier> ParseCarrier(absl::string_view name) {
  for (int i = 1; i < kCarriers; ++i) {
    if (kNames[i] == name) return static_cast<Carrier>(i);
  }
  return absl::InvalidArgumentError(
      "carrier: mobile, unicom, telecom and broadnet are allowed");
}

absl::Status NumberTable::ReadPrefixes(absl::string_view text) {
  std::vector<PrefixRow> rows;
  size_t line_number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++line_number;
    line = absl::StripAsciiWhitespace(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    absl::StatusOr<PrefixRow> row = ReadPrefixRow(line);
    if (!row.ok()) return AtLine(line_number, row.status().message());
    rows.push_back(*row);
    width_ = std::max(width_, row->prefix.size());
  }
  // Short ones first, so that longer ones overwrite their part.
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return a.prefix.size() < b.prefix.size();
  });
  size_t entries = 1;
  for (size_t i = 0; i < width_; ++i) entries *= 10;
  by_prefix_.assign(entries, Carrier::kUnknown);
  for (const PrefixRow& row : rows) {
    size_t covers = 1;
    for (size_t i = row.prefix.size(); i < width_; ++i) covers *= 10;
    const auto begin = by_prefix_.begin() +
                       static_cast<ptrdiff_t>(ToNumber(row.prefix) * covers);
    std::fill(begin, begin + static_cast<ptrdiff_t>(covers), row.carrier);
  }
  return absl::OkStatus();
}

absl::Status NumberTable::ReadPortability(absl::string_view text) {
  // A row has at least 16 characters; one growth instead of many.
  ported_.reserve(ported_.size() + text.size() / 16);
  size_t line_number = 0;
  for (absl::string_view line :
       absl::StrSplit(absl::StripPrefix(text, kByteOrderMark), '\n')) {
    ++line_number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || (line_number == 1 && line == "number,carrier")) {
      continue;
    }
    const std::pair<absl::string_view, absl::string_view> halves =
        absl::StrSplit(line, absl::MaxSplits(',', 1));
    const absl::StatusOr<Phone> phone =
        ParsePhone(absl::StripAsciiWhitespace(halves.first));
    if (!phone.ok()) {
      return AtLine(line_number,
                    absl::StrCat("number: ", phone.status().message()));
    }
    const absl::StatusOr<Carrier> carrier =
        ParseCarrier(absl::StripAsciiWhitespace(halves.second));
    if (!carrier.ok()) return AtLine(line_number, carrier.status().message());
    const auto [entry, added] = ported_.emplace(phone->e164, *carrier);
    if (!added && entry->second != *carrier) {
      return AtLine(line_number, "number: listed above with another carrier");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const NumberTable>> NumberTable::Build(
    absl::string_view prefixes, absl::Span<const NumberFile> portability) {
  std::shared_ptr<NumberTable> table(new NumberTable);
  if (absl::Status read = table->ReadPrefixes(prefixes); !read.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("carrier prefixes:", read.message()));
  }
  for (const NumberFile& file : portability) {
    // What its beginning says: it may have millions of lines.
    const auto head = absl::string_view(file.content).substr(0, kHeadBytes);
    const auto seems = rules::SeemingEncoding(head);
    if (seems && *seems != rules::Encoding::kUtf8) {
      return absl::InvalidArgumentError(
          absl::StrCat(file.name, ": ", rules::NotUtf8(head)));
    }
    const absl::Status read = table->ReadPortability(file.content);
    if (read.ok()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(file.name, ":", read.message()));
  }
  return std::shared_ptr<const NumberTable>(std::move(table));
}

absl::StatusOr<std::shared_ptr<const NumberTable>> NumberTable::BuildDefault(
    absl::Span<const NumberFile> portability) {
  return Build(kCarrierPrefixes, portability);
}

Carrier NumberTable::CarrierOf(Phone phone) const {
  if (!ported_.empty()) {
    const auto ported = ported_.find(phone.e164);
    if (ported != ported_.end()) return ported->second;
  }
  // Fixed lines and foreign numbers have no mobile prefix.
  const PhoneKind kind = KindOf(phone);
  if (kind == PhoneKind::kFixed || kind == PhoneKind::kOther) {
    return Carrier::kUnknown;
  }
  uint64_t national = phone.e164;
  // 86 and 11 or 13 digits.
  national %= kind == PhoneKind::kIot ? 10'000'000'000'000 : 100'000'000'000;
  size_t digits = kind == PhoneKind::kIot ? 13 : 11;
  for (; digits > width_; --digits) national /= 10;
  return by_prefix_[national];
}

}  // namespace sluice::filter
