#include "rules/contacts/domain_set.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rules/base/list_lines.h"
#include "rules/contacts/host_name.h"
#include "rules/contacts/public_suffixes.h"
#include "rules/fold/fold.h"

namespace sluice::rules {
namespace {

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
  DomainSet set;
  std::string host;
  const auto add = [&](uint32_t number, absl::string_view line) {
    const absl::string_view entry = WithoutComment(line);
    if (entry.empty()) return;
    const absl::string_view domain = DomainOf(entry);
    const std::string fault = DomainFault(domain, host);
    if (fault.empty()) {
      set.domains_.insert(host);
      return;
    }
    const auto offset = static_cast<size_t>(domain.data() - line.data());
    faults.Add(file, {number, PositionOf(line, offset).column}, fault);
  };
  ForEachLine(file, content, faults, add);
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
