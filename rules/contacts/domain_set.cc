#include "rules/contacts/domain_set.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "rules/contacts/host_name.h"
#include "rules/contacts/public_suffixes.h"
#include "rules/fold/fold.h"

namespace sluice::rules {
namespace {

// Without comment and blanks around it.
absl::string_view EntryOf(absl::string_view line) {
  for (size_t at = line.find('#'); at != line.npos;
       at = line.find('#', at + 1)) {
    if (at > 0 && !absl::ascii_isspace(line[at - 1])) continue;
    line = line.substr(0, at);
    break;
  }
  return absl::StripAsciiWhitespace(line);
}

// Without what hosts files and wildcards put before it.
absl::string_view DomainOf(absl::string_view entry) {
  for (const absl::string_view address : {"0.0.0.0", "127.0.0.1"}) {
    absl::string_view rest = entry;
    if (!absl::ConsumePrefix(&rest, address) || rest.empty() ||
        !absl::ascii_isspace(rest.front())) {
      continue;
    }
    entry = absl::StripLeadingAsciiWhitespace(rest);
  }
  if (!absl::ConsumePrefix(&entry, "*.")) absl::ConsumePrefix(&entry, ".");
  return entry;
}

}  // namespace

std::string DomainFault(absl::string_view domain, std::string& host) {
  if (NormaliseIpv4(domain, false, host)) return "";
  if (!NormaliseHost(domain, host)) {
    return "no domain: expected one such as example.com, alone on its line";
  }
  std::string folded;
  std::string folded_host;
  FoldTable::Shared().Fold(domain, folded);
  if (!NormaliseHost(folded, folded_host) || folded_host != host) {
    return absl::StrCat("texts spell it otherwise when folded; write ", host,
                        ", which is found where texts write it so");
  }
  const auto& suffixes = PublicSuffixes::Shared();
  const size_t dot = host.rfind('.');
  if (!suffixes.IsTopLevel(
          host.substr(dot == std::string::npos ? 0 : dot + 1))) {
    return "no known top-level domain at its end: no text's link has it";
  }
  if (suffixes.IsRegistrySuffix(host)) {
    return "a public suffix: it would stand for everybody's domains under it";
  }
  return "";
}

DomainSet DomainSet::Parse(absl::string_view file, absl::string_view content,
                           Faults& faults) {
  content = absl::StripPrefix(content, "\xef\xbb\xbf");  // A byte order mark.
  DomainSet set;
  std::string host;
  uint32_t number = 0;
  for (const absl::string_view line : absl::StrSplit(content, '\n')) {
    ++number;
    if (const auto bad = FirstInvalidUtf8(line)) {
      faults.Add(file, {number, PositionOf(line, *bad).column}, "not UTF-8");
      continue;
    }
    const absl::string_view domain = DomainOf(EntryOf(line));
    if (domain.empty() && EntryOf(line).empty()) continue;
    const std::string fault = DomainFault(domain, host);
    if (fault.empty()) {
      set.domains_.insert(host);
      continue;
    }
    const auto offset = static_cast<size_t>(domain.data() - line.data());
    faults.Add(file, {number, PositionOf(line, offset).column}, fault);
  }
  return set;
}

bool DomainSet::Contains(absl::string_view host) const {
  for (;;) {
    if (domains_.contains(host)) return true;
    const size_t dot = host.find('.');
    if (dot == host.npos) return false;
    host.remove_prefix(dot + 1);
  }
}

}  // namespace sluice::rules
