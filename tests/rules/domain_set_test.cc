#include "rules/contacts/domain_set.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "rules/contacts/host_name.h"

namespace sluice::rules {
namespace {

DomainSet Parse(absl::string_view content, Faults& faults) {
  return DomainSet::Parse("domains.txt", content, faults);
}

TEST(DomainSet, ContainsDomainsAndWhatIsBelow) {
  Faults faults;
  const DomainSet set = Parse(
      "\xef\xbb\xbf# Filed ones.\n"
      "\n"
      "example.com\n"
      "  *.wild.cn   # with a comment\r\n"
      ".dot.net\n"
      "Upper.ORG.\n"
      "0.0.0.0 hosts.example.org\n"
      "127.0.0.1\ttabbed.biz\n"
      "a.b.example.cn\n"
      "黑貓宅配.top\n"
      "xn--fre-dma.com\n"
      "http://no\n"
      "9.8.7.6\n"
      "example.com\n",
      faults);
  EXPECT_EQ(faults.size(), 1u) << faults.ToStatus();
  EXPECT_EQ(set.size(), 10u);
  const struct {
    absl::string_view host;
    bool contained;
  } kCases[] = {
      {"example.com", true},
      {"www.example.com", true},
      {"a.b.c.example.com", true},
      {"anexample.com", false},
      {"example.com.cn", false},
      {"com", false},
      {"", false},
      {".", false},
      {"wild.cn", true},
      {"x.wild.cn", true},
      {"dot.net", true},
      {"upper.org", true},
      {"hosts.example.org", true},
      {"example.org", false},
      {"tabbed.biz", true},
      {"a.b.example.cn", true},
      {"b.example.cn", false},
      {"xn--09s336cikvm6l.top", true},
      {"www.xn--09s336cikvm6l.top", true},
      {"xn--fre-dma.com", true},
      {"free.com", false},
      {"9.8.7.6", true},
      {"8.7.6", false},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(set.Contains(c.host), c.contained) << c.host;
  }
}

TEST(DomainSet, SpellingsOfANameAreOne) {
  for (const absl::string_view line :
       {"黑貓宅配.top", "黑猫宅配.top", "黑猫宅配。top",
        "ＸＮ--09s336cikvm6l.top", "xn--09s336cikvm6l.TOP"}) {
    Faults faults;
    const DomainSet set = Parse(line, faults);
    EXPECT_TRUE(faults.empty()) << line << ": " << faults.ToStatus();
    EXPECT_TRUE(set.Contains("xn--09s336cikvm6l.top")) << line;
  }
}

TEST(DomainSet, TellsFaultsByLine) {
  const struct {
    absl::string_view line;
    absl::string_view fault;
  } kCases[] = {
      {"exam ple.com", "domains.txt:2:1: no domain"},
      {"http://example.com", "domains.txt:2:1: a web address"},
      {"  example.com/path", "domains.txt:2:3: a web address"},
      {"a..example.com", "domains.txt:2:1: no domain"},
      {"-a.com", "domains.txt:2:1: there is more than a domain"},
      {"*.", "domains.txt:2:3: no domain"},
      {"0.0.0.0 exam_ple..com", "domains.txt:2:9: no domain"},
      {"0.0.0.0 a.com http://b.com", "domains.txt:2:15: a web address"},
      {"0.0.0.0 com.cn", "domains.txt:2:9: a public suffix"},
      {"192.168.1.5 printer.example.com",
       "domains.txt:2:1: no domain, and no line of a hosts file that blocks"},
      {"2001:db8::1 a.com",
       "domains.txt:2:1: no domain, and no line of a hosts file that blocks"},
      {"::1", "domains.txt:2:1: no domain"},
      {"example.notadomain", "domains.txt:2:1: no known top-level domain"},
      {"localhost", "domains.txt:2:1: no known top-level domain"},
      {"com.cn", "domains.txt:2:1: a public suffix"},
      {"*.com", "domains.txt:2:3: a public suffix"},
      {"ok\xff.com", "domains.txt:2:3: not UTF-8"},
  };
  for (const auto& c : kCases) {
    Faults faults;
    const DomainSet set =
        Parse(absl::StrCat("example.com\n", c.line, "\nexample.cn\n"), faults);
    EXPECT_EQ(set.size(), absl::StrContains(c.line, " a.com ") ? 3u : 2u)
        << c.line;
    EXPECT_EQ(faults.size(), 1u) << c.line;
    EXPECT_TRUE(absl::StartsWith(faults.ToStatus().message(), c.fault))
        << c.line << ": " << faults.ToStatus();
  }
}

// As systems and collections of blocked names have them.
TEST(DomainSet, UnderstandsHostsFiles) {
  Faults faults;
  const DomainSet set = Parse(
      "# Hosts.\n"
      "127.0.0.1 localhost\n"
      "127.0.0.1 localhost.localdomain\n"
      "127.0.1.1\tmy-laptop my-laptop.local\n"
      "::1 localhost ip6-localhost ip6-loopback\n"
      "fe80::1%lo0 localhost\n"
      "255.255.255.255 broadcasthost\n"
      "fe00::0 ip6-localnet\n"
      "ff02::1 ip6-allnodes\r\n"
      "0.0.0.0 0.0.0.0\n"
      "0.0.0.0 bad.com\n"
      "0.0.0.0   worse.com   www.worst.org  # twice\n"
      ":: six.net\n"
      "::1 seven.net\n"
      "127.0.0.1 Eight.NET\n"
      "0.0.0.0\n",
      faults);
  EXPECT_TRUE(faults.empty()) << faults.ToStatus();
  for (const char* host : {"bad.com", "x.bad.com", "worse.com", "www.worst.org",
                           "six.net", "seven.net", "eight.net", "0.0.0.0"}) {
    EXPECT_TRUE(set.Contains(host)) << host;
  }
  EXPECT_EQ(set.size(), 7u);
  EXPECT_EQ(
      faults.warnings().Lines(),
      std::vector<std::string>{
          "domains.txt:2:11: 12 names of the machine itself, as hosts files "
          "have them, were skipped, the first 'localhost'"});
}

bool NaiveContains(const std::vector<std::string>& domains,
                   absl::string_view host) {
  for (const std::string& domain : domains) {
    if (host == domain || absl::EndsWith(host, absl::StrCat(".", domain))) {
      return true;
    }
  }
  return false;
}

TEST(DomainSet, AgreesWithSuffixesOfARealList) {
  std::string content;
  for (const absl::string_view name :
       {"globalantiscam-domains", "scamblocklist-hosts"}) {
    std::ifstream in(absl::StrCat("../shared/data/urls/", name, ".txt"));
    if (!in) GTEST_SKIP() << "../shared/data/urls is not there";
    std::stringstream all;
    all << in.rdbuf();
    absl::StrAppend(&content, all.str(), "\n");
  }
  Faults faults;
  const DomainSet set = Parse(content, faults);
  EXPECT_GT(set.size(), 12'000u);
  std::cout << set.size() << " domains, " << faults.size() << " faults\n";

  // The list's own hosts, and some with a label removed or added.
  std::vector<std::string> domains;
  std::set<std::string> hosts;
  for (const absl::string_view line : absl::StrSplit(content, '\n')) {
    const std::vector<absl::string_view> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
    std::string host;
    Faults fault;
    if (words.empty() || words[0] == "#" ||
        !NormaliseHost(words.back(), host) ||
        Parse(words.back(), fault).size() == 0) {
      continue;
    }
    domains.push_back(host);
    hosts.insert(host);
    if (hosts.size() % 20 != 0) continue;
    hosts.insert(absl::StrCat("www.", host));
    hosts.insert(absl::StrCat("x", host));
    hosts.insert(host.substr(host.find('.') + 1));
    hosts.insert(absl::StrCat(host, ".cn"));
  }
  for (const std::string& domain : domains) {
    EXPECT_TRUE(set.Contains(domain)) << domain;
  }
  size_t looked = 0;
  for (const std::string& host : hosts) {
    if (++looked % 10 != 0) continue;
    EXPECT_EQ(set.Contains(host), NaiveContains(domains, host)) << host;
  }
}

}  // namespace
}  // namespace sluice::rules
