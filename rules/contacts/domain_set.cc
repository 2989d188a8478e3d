#include "rules/contacts/domain_set.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "rules/base/characters.h"
#include "rules/base/grouped.h"
#include "rules/base/language.h"
#include "rules/base/list_lines.h"
#include "rules/base/quoted.h"
#include "rules/contacts/host_name.h"
#include "rules/contacts/public_suffixes.h"

namespace sluice::rules {
namespace {

// The next word of `rest`, which loses it and the blanks before it.
absl::string_view TakeWord(absl::string_view& rest) {
  rest = absl::StripLeadingAsciiWhitespace(rest);
  size_t end = 0;
  while (end < rest.size() && !absl::ascii_isspace(rest[end])) ++end;
  const absl::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

// An address of IPv4 or IPv6; a zone ("fe80::1%lo0") may follow.
bool IsAddress(absl::string_view word) {
  const std::string text(word.substr(0, word.find('%')));
  in6_addr ignored;
  return inet_pton(AF_INET, text.c_str(), &ignored) == 1 ||
         inet_pton(AF_INET6, text.c_str(), &ignored) == 1;
}

// Whether a hosts file that sends names to this address blocks them, or names
// the machine itself and its networks: nobody else is there.
bool IsNobodys(absl::string_view address) {
  if (absl::StrContains(address, ":")) {
    return address == "::" || address == "::1" ||
           absl::StartsWithIgnoreCase(address, "fe80:") ||
           absl::StartsWithIgnoreCase(address, "fe00:") ||
           absl::StartsWithIgnoreCase(address, "ff");
  }
  return address == "0.0.0.0" || address == "255.255.255.255" ||
         absl::StartsWith(address, "127.");
}

// Names by which hosts files call the machine itself: one label, such as
// localhost, ip6-loopback and the machine's own name; a domain that is its own;
// the address again.
bool IsOwnName(absl::string_view name) {
  const std::string lower = absl::AsciiStrToLower(name);
  return !absl::StrContains(lower, ".") || IsAddress(lower) ||
         absl::EndsWith(lower, ".localdomain") ||
         absl::EndsWith(lower, ".localhost") ||
         absl::EndsWith(lower, ".local") || absl::EndsWith(lower, ".lan");
}

}  // namespace

namespace {

// The domain of a web address, without www.
absl::string_view DomainIn(absl::string_view address) {
  const size_t scheme = address.find("://");
  if (scheme != address.npos) address.remove_prefix(scheme + 3);
  absl::string_view host = address.substr(0, address.find_first_of("/?#:"));
  if (absl::StartsWithIgnoreCase(host, "www.")) host.remove_prefix(4);
  return host;
}

// Whether it has a mark that divides words in Chinese texts, which
// international names may have, and nobody registers.
bool HasChineseMark(absl::string_view text) {
  constexpr absl::string_view kMarks[] = {"、", "，", "；", "：", "！", "？",
                                          "（", "）", "【", "】", "《", "》",
                                          "“",  "”",  "‘",  "’",  "「", "」"};
  return absl::c_any_of(kMarks, [text](absl::string_view mark) {
    return absl::StrContains(text, mark);
  });
}

// Whether it is one that a list may have.
bool IsDomain(absl::string_view text) {
  std::string host;
  if (NormaliseIpv4(text, false, host)) return true;
  if (!NormaliseHost(text, host) || !absl::StrContains(host, '.')) return false;
  const auto& suffixes = PublicSuffixes::Shared();
  return suffixes.IsTopLevel(host.substr(host.rfind('.') + 1)) &&
         !suffixes.IsRegistrySuffix(host);
}

// The domains in a line, among marks, numbers and Chinese remarks. None, when
// something else of Latin letters stands there, too.
std::vector<std::string> DomainsIn(absl::string_view text) {
  std::vector<std::string> domains;
  std::string token;
  bool letters = false;
  const auto end = [&] {
    const size_t first = token.find_first_not_of(".-");
    if (first == token.npos) return token.clear();
    token = token.substr(first, token.find_last_not_of(".-") - first + 1);
    if (IsDomain(token)) {
      domains.push_back(token);
    } else {
      letters |= absl::c_any_of(token, absl::ascii_isalpha);
    }
    token.clear();
  };
  const auto size = static_cast<int32_t>(text.size());
  for (int32_t next = 0; next < size;) {
    UChar32 point;
    U8_NEXT(text.data(), next, size, point);
    const auto c = static_cast<char32_t>(point);
    const bool part = IsAlnum(c) || IsHan(c) || c == U'.' || c == U'-';
    if (part) {
      AppendUtf8(c, token);
    } else {
      end();
    }
  }
  end();
  return letters ? std::vector<std::string>() : domains;
}

// A mark that somebody typed instead of a dot, or blanks: the domain that is
// meant. Empty: none.
std::string MeantDomain(absl::string_view text) {
  std::string meant = absl::StrReplaceAll(
      text, {{"，", "."}, {",", "."}, {"、", "."}, {"·", "."}, {"：", "."}});
  if (IsDomain(meant)) return meant;
  meant.erase(std::remove_if(meant.begin(), meant.end(),
                             [](char c) { return c == ' ' || c == '\t'; }),
              meant.end());
  return IsDomain(meant) ? meant : "";
}

// What is no host name: a web address, a wildcard, a mail address, several
// domains, one with something beside it, another thing.
Both NoHostFault(absl::string_view text) {
  const absl::string_view inside = DomainIn(text);
  if (inside.size() < text.size() && IsDomain(inside)) {
    return SayBoth("这是网址，只写域名：$0",
                   "a web address; write only its domain: $0", Quoted(inside));
  }
  if (absl::StrContains(text, '*')) {
    return {"域名表中没有通配符：一个域名已包括其下的所有域名，请逐个写出域名",
            "no wildcards here: a domain stands for all below it, so write "
            "each domain"};
  }
  const size_t at = text.find('@');
  if (at != text.npos && at > 0 && IsDomain(text.substr(at + 1))) {
    return SayBoth("这是邮箱地址，域名表只写域名：$0",
                   "a mail address; write only its domain: $0",
                   Quoted(text.substr(at + 1)));
  }
  const std::vector<std::string> domains = DomainsIn(text);
  if (domains.size() > 1) {
    return SayBoth("一行写了 $0 个域名：请每行只写一个",
                   "$0 domains in one line: write each on its own line",
                   domains.size());
  }
  if (domains.size() == 1) {
    return SayBoth("域名以外还有其他字符：这一行只写 $0，备注写在空格和 # 之后",
                   "there is more than a domain: write only $0, and a remark "
                   "behind a blank and #",
                   Quoted(domains[0]));
  }
  const std::string meant = MeantDomain(text);
  if (!meant.empty()) {
    return SayBoth("不是域名：是否应为 $0？", "no domain: did you mean $0?",
                   Quoted(meant));
  }
  if (text.find_first_of(" \t") != text.npos) {
    return {"不是域名：应形如 example.com，单独一行",
            "no domain: expected one such as example.com, alone on its line"};
  }
  return {"不是域名：应形如 example.com",
          "no domain: expected one such as example.com"};
}

}  // namespace

Both DomainFault(absl::string_view domain, std::string& host) {
  if (NormaliseIpv4(domain, false, host)) return {};
  if (HasChineseMark(domain) || !NormaliseHost(domain, host)) {
    return NoHostFault(domain);
  }
  const auto& suffixes = PublicSuffixes::Shared();
  const size_t dot = host.rfind('.');
  if (!suffixes.IsTopLevel(
          host.substr(dot == std::string::npos ? 0 : dot + 1))) {
    return {"结尾不是已知的顶级域名：短信中的链接不会有它",
            "no known top-level domain at its end: no text's link has it"};
  }
  if (suffixes.IsRegistrySuffix(host)) {
    return {"是公共后缀：它会代表其下所有人的域名",
            "a public suffix: it would stand for everybody's domains under it"};
  }
  return {};
}

namespace {

// The entries of one list file.
class ListReader {
 public:
  ListReader(absl::string_view file, Faults& faults,
             absl::flat_hash_map<std::string, uint32_t>& domains)
      : file_(file), faults_(faults), domains_(domains) {}

  void Read(absl::string_view content) {
    ForEachLine(file_, content, faults_,
                [this](uint32_t number, absl::string_view line) {
                  ReadLine(number, line);
                });
    TellFaults();
    if (skipped_ > 0) WarnOfSkipped();
    if (merged_ > 0) WarnOfMerged();
  }

 private:
  void WarnOfSkipped() {
    faults_.warnings().Add(
        file_, first_skipped_, SayBoth("被略过的名称", "skipped names"),
        {Say(Language::kChinese,
             "略过 $0 个本机名称（hosts 文件中常见），第一个是 $1", "",
             Grouped(skipped_), Quoted(skipped_name_)),
         absl::StrCat(Grouped(skipped_), skipped_ == 1 ? " name" : " names",
                      " of the machine itself, as hosts files have them, ",
                      skipped_ == 1 ? "was" : "were", " skipped, the first ",
                      Quoted(skipped_name_))});
  }

  void WarnOfMerged() {
    faults_.warnings().Add(
        file_, first_merged_, SayBoth("合并的域名", "merged domains"),
        SayBoth("合并了 $0 个重复的域名，第一个在第 $2 行（与第 $3 行相同）",
                "$0 $1 merged, the first in line $2 (as line $3)",
                Grouped(merged_),
                merged_ == 1 ? "duplicate was" : "duplicates were",
                first_merged_.line, merged_as_line_));
  }

  void ReadLine(uint32_t number, absl::string_view line) {
    const absl::string_view entry = WithoutComment(line);
    if (entry.empty()) return;
    absl::string_view rest = entry;
    const absl::string_view address = TakeWord(rest);
    if (rest.empty() || !IsAddress(address)) return Take(number, line, entry);
    if (!IsNobodys(address)) {
      return Fault(number, line, address,
                   SayBoth("不是域名，也不是 hosts 文件中屏蔽域名的行：那样的行"
                           "以 0.0.0.0、127.0.0.1 或 ::1 开头",
                           "no domain, and no line of a hosts file that blocks "
                           "one: those begin with 0.0.0.0, 127.0.0.1 or ::1"));
    }
    while (!rest.empty()) TakeHost(number, line, TakeWord(rest));
  }

  void TakeHost(uint32_t number, absl::string_view line,
                absl::string_view name) {
    if (!IsOwnName(name)) return Take(number, line, name);
    if (skipped_++ > 0) return;
    first_skipped_ = PlaceOf(number, line, name);
    skipped_name_ = std::string(name);
  }

  void Take(uint32_t number, absl::string_view line, absl::string_view domain) {
    if (!absl::ConsumePrefix(&domain, "*.")) absl::ConsumePrefix(&domain, ".");
    Both fault = DomainFault(domain, host_);
    if (!fault.english.empty()) {
      return Fault(number, line, domain, std::move(fault));
    }
    any_ = true;
    const auto [at, added] = domains_.emplace(host_, number);
    if (added || merged_++ > 0) return;
    first_merged_ = PlaceOf(number, line, domain);
    merged_as_line_ = at->second;
  }

  void Fault(uint32_t number, absl::string_view line, absl::string_view part,
             Both what) {
    const Position position = PlaceOf(number, line, part);
    dots_ += absl::StrContains(part, '.');
    told_.emplace_back(position, std::move(what));
  }

  // Of a file without any domain, such as a list of words, one is enough.
  void TellFaults() {
    if (!any_ && dots_ == 0 && told_.size() >= kNoListMin) {
      return faults_.Add(
          file_, told_.front().first,
          SayBoth("没有一行是域名（共 $0 行），像是词表：域名表每行写一个形如 "
                  "example.com 的域名，词请写进 word_lists",
                  "none of the $0 lines is a domain, so that this seems to be "
                  "a list of words: a domain list has one domain such as "
                  "example.com a line, and words belong into word_lists",
                  told_.size()));
    }
    for (auto& [position, what] : told_) {
      faults_.Add(file_, position, std::move(what));
    }
  }

  // `part` is of `line`.
  static Position PlaceOf(uint32_t number, absl::string_view line,
                          absl::string_view part) {
    const auto offset = static_cast<size_t>(part.data() - line.data());
    return {number, PositionOf(line, offset).column};
  }

  const absl::string_view file_;
  Faults& faults_;
  absl::flat_hash_map<std::string, uint32_t>& domains_;
  std::string host_;
  size_t skipped_ = 0;
  Position first_skipped_;
  std::string skipped_name_;
  size_t merged_ = 0;
  Position first_merged_;
  uint32_t merged_as_line_ = 0;
  static constexpr size_t kNoListMin = 5;
  bool any_ = false;  // Whether a line was a domain.
  size_t dots_ = 0;   // Faulty lines with one, which mean a domain.
  std::vector<std::pair<Position, Both>> told_;
};

}  // namespace

DomainSet DomainSet::Parse(absl::string_view file, absl::string_view content,
                           Faults& faults) {
  DomainSet set;
  ListReader(file, faults, set.domains_).Read(content);
  return set;
}

std::vector<std::string> DomainSet::NotIn(const DomainSet& of) const {
  std::vector<std::string> missing;
  for (const auto& [one, line] : domains_) {
    if (!of.Contains(one)) missing.push_back(one);
  }
  std::sort(missing.begin(), missing.end());
  return missing;
}

std::vector<std::string> DomainSet::Domains() const {
  std::vector<std::pair<uint32_t, absl::string_view>> by_line;
  by_line.reserve(domains_.size());
  for (const auto& [host, line] : domains_) by_line.emplace_back(line, host);
  std::sort(by_line.begin(), by_line.end());
  std::vector<std::string> domains;
  domains.reserve(by_line.size());
  for (const auto& [line, host] : by_line) domains.emplace_back(host);
  return domains;
}

uint32_t DomainSet::LineOf(absl::string_view host) const {
  const auto found = domains_.find(host);
  return found == domains_.end() ? 0 : found->second;
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
