#pragma once

// A rule pack as read from its folder, before it is compiled: pack.yaml,
// policy.yaml, articles.yaml, rules.yaml and the lists of words and of domains
// that rules.yaml names. Apart from RuleSet so that reading and checking can be
// read, and tested, without Hyperscan.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/base/faults.h"
#include "rules/base/stop.h"
#include "rules/contacts/domain_set.h"
#include "rules/pack/pack_files.h"
#include "rules/pack/weight_list.h"
#include "rules/pack/word_list.h"
#include "rules/pack/yaml.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::rules {

// A YAML file of the pack: its path for messages, and where everything stood.
struct PackFile {
  std::string path;
  YamlPositions positions;
};

struct Pack {
  rules::v1::PackHeader header;
  rules::v1::PackPolicy policy;
  rules::v1::PackArticles articles;
  rules::v1::PackRules rules;
  PackFile header_file;
  PackFile policy_file;
  PackFile articles_file;
  PackFile rules_file;
  std::map<std::string, std::vector<Word>>
      lists;  // By id, "id" or "id/category".
  DomainLists domain_lists;
  std::map<std::string, std::vector<WeighedWord>> weight_tables;  // By id.
  // Those of which some words, or all, could not be read.
  std::set<std::string> half_read_tables;
  // SHA-256 over names, sizes and contents of all these files, in hexadecimal.
  std::string digest;
};

// The most that a pack may hold. Each part of it is read, checked and compiled
// in time that grows with its size; these bound the products, such as rules
// times the words of their lists.
inline constexpr int kPackListsMax = 1'000;  // Of words; of domains the same.
inline constexpr int kPackRulesMax = 10'000;
inline constexpr int kPackThresholdsMax = 1'000;
// Words, each counted for every list and rule that looks for it.
inline constexpr size_t kPackWordsMax = 1'000'000;
inline constexpr size_t kPackRegexesMax = 5'000;
// Of all regexes together; see regex_size.h.
inline constexpr double kPackRegexStatesMax = 100'000;

// Reads the pack in folder `path`. Faults: unreadable files, links and what is
// no plain file, those of LoadYaml and of the lists' parsers; the parts that
// could be read are returned nevertheless.
Pack ReadPack(const std::string& path, Faults& faults);
// The same of files in memory; faults name them as if they were in `folder`.
Pack ReadPack(const PackFiles& files, Faults& faults,
              const std::string& folder = "");

// Checks the conditions that the schema cannot express: that ids are unique and
// known, dates, times, windows and codes exist, regexes compile, and that
// nothing is observed or off that must be enforced (design.md, section 9), and
// that it is no larger than allowed. Ends early, with some of the faults or
// none, when `stop` asks for it.
void CheckPack(const Pack& pack, Faults& faults, const StopAsked& stop = {});

// The automatic rollback of a rule that sets none of its own.
rules::v1::AutoRollback DefaultAutoRollback();

// Sets the defaults of the pack explicitly, so that no other code has to know
// them: rules reject, enforce, CONTENT_PROHIBITED, fold normally,
// DefaultAutoRollback; thresholds the same; limits enforce, FREQUENCY_LIMIT.
void FillDefaults(Pack& pack);

}  // namespace sluice::rules
