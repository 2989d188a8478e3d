#include "rules/pack/pack.h"

#include <functional>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "rules/base/both_error.h"
#include "rules/base/files.h"
#include "rules/base/quoted.h"
#include "rules/pack/sha256.h"

namespace sluice::rules {
namespace {

constexpr size_t kFileSizeMax = 64 << 20;
constexpr Position kWholeFile = {0, 0};

// Where the files of a pack come from: their content, by name. Errors: those of
// ReadFileIn.
using Source =
    std::function<absl::StatusOr<std::string>(const std::string& name)>;

// Reads the files of one pack and remembers them for the digest.
class Reader {
 public:
  // `folder` is for faults; empty: none.
  Reader(std::string folder, Source source, Faults& faults)
      : folder_(std::move(folder)),
        source_(std::move(source)),
        faults_(faults) {}

  void ReadYaml(const std::string& name, google::protobuf::Message& message,
                PackFile& file) {
    file.path = PathOf(name);
    Both why;
    const std::optional<std::string> content = Read(name, why);
    if (content) {
      LoadYaml(file.path, *content, &message, file.positions, faults_);
    } else {
      faults_.Add(file.path, kWholeFile, why);
      file.positions.SetUnreadable("");
    }
  }

  // nullopt: the file cannot be read; the caller, which knows who names the
  // file, reports that.
  std::optional<std::vector<Word>> ReadWords(const std::string& name,
                                             Both& why) {
    const std::optional<std::string> content = Read(name, why);
    if (!content) return std::nullopt;
    return ParseWords(PathOf(name), *content, faults_);
  }

  // The same for a list of domains.
  std::optional<DomainSet> ReadDomains(const std::string& name, Both& why) {
    const std::optional<std::string> content = Read(name, why);
    if (!content) return std::nullopt;
    return DomainSet::Parse(PathOf(name), *content, faults_);
  }

  // The same for a weight table.
  std::optional<std::vector<WeighedWord>> ReadWeights(const std::string& name,
                                                      Both& why) {
    const std::optional<std::string> content = Read(name, why);
    if (!content) return std::nullopt;
    return ParseWeights(PathOf(name), *content, faults_);
  }

  // By name, so that the order in which files are named does not count.
  std::string Digest() const {
    std::string all;
    for (const auto& [name, content] : contents_) {
      absl::StrAppend(&all, name, "\n", content.size(), "\n", content);
    }
    return absl::BytesToHexString(Sha256(all));
  }

 private:
  std::string PathOf(const std::string& name) const {
    return folder_.empty() ? name : absl::StrCat(folder_, "/", name);
  }

  std::optional<std::string> Read(const std::string& name, Both& why) {
    absl::StatusOr<std::string> content = source_(name);
    if (absl::IsInvalidArgument(content.status())) {
      const Both status = BothOf(content.status());
      why = {absl::StrCat("无法读取：", status.in(Language::kChinese)),
             absl::StrCat("cannot be read: ", status.english)};
    } else if (!content.ok()) {
      why = SayBoth("无法读取，这里须是一个文件",
                    "cannot be read, a file is needed here");
    }
    if (!content.ok()) return std::nullopt;
    return contents_[name] = *std::move(content);
  }

  const std::string folder_;  // Without a slash at its end.
  const Source source_;
  Faults& faults_;
  std::map<std::string, std::string> contents_;  // By name.
};

// Whether `name` stays in the pack's folder.
bool IsInside(absl::string_view name) {
  if (name.empty() || name[0] == '/') return false;
  for (const absl::string_view part : absl::StrSplit(name, '/')) {
    if (part.empty() || part == "." || part == "..") return false;
  }
  return true;
}

// Says why list `at` ("word_lists[0]") cannot be read, if it cannot.
template <typename List, typename Lists>
bool IsGoodEntry(const PackFile& file, const std::string& at,
                 absl::string_view what, const List& list, const Lists& known,
                 Faults& faults) {
  if (!IsInside(list.file())) {
    faults.Add(file.path, file.positions.At(at + ".file"),
               SayBoth("'file' 须是规则包文件夹中的文件",
                       "'file' must name a file in the pack's folder"));
    return false;
  }
  if (known.contains(list.id())) {
    faults.Add(file.path, file.positions.At(at + ".id"),
               SayBoth("“$1”重复", "duplicate $0 '$1'", what, list.id()));
    return false;
  }
  return true;
}

// Says that there are too many of these; `at` is where.
bool AreTooMany(const PackFile& file, absl::string_view at, int count, int max,
                Faults& faults) {
  if (count <= max) return false;
  faults.Add(
      file.path, file.positions.At(at),
      SayBoth("'$1' 下有 $0 项，最多 $2 项",
              "$0 entries under '$1', at most $2 are allowed", count, at, max));
  return true;
}

// Says that a list names the file of an earlier one, `files`: reading a file
// again for each of many lists takes long, and rules can share a list.
bool IsReadAlready(const PackFile& file, const std::string& at,
                   const std::string& name, const std::string& id,
                   std::map<std::string, std::string>& files, Faults& faults) {
  const auto [it, added] = files.emplace(name, id);
  if (added) return false;
  faults.Add(file.path, file.positions.At(at + ".file"),
             SayBoth("$0 已是词表“$1”：请在规则中使用那个词表",
                     "$0 is the list '$1' already: name that list in the rules",
                     Quoted(name), it->second));
  return true;
}

// Reads the lists that `field` of rules.yaml names into `into`, by id. `read`
// returns nothing, and says why, when there is no such file.
template <typename Entries, typename Lists, typename Read>
void ReadLists(const std::string& field, absl::string_view what,
               const Entries& entries, const PackFile& file, Faults& faults,
               Lists& into, const Read& read) {
  if (AreTooMany(file, field, entries.size(), kPackListsMax, faults)) return;
  std::map<std::string, std::string> files;
  for (int i = 0; i < entries.size(); ++i) {
    const auto& list = entries[i];
    const std::string at = absl::StrCat(field, "[", i, "]");
    if (!IsGoodEntry(file, at, what, list, into, faults)) continue;
    if (IsReadAlready(file, at, list.file(), list.id(), files, faults)) {
      continue;
    }
    Both why;
    auto content = read(list.file(), why);
    if (!content) {
      faults.Add(file.path, file.positions.At(at + ".file"),
                 Both{absl::StrCat(list.file(), " ", why.chinese),
                      absl::StrCat(list.file(), " ", why.english)});
    }
    into[list.id()] =
        std::move(content).value_or(typename Lists::mapped_type());
  }
}

// The parts of the tables among them: "id/category".
void AddCategories(Pack& pack) {
  for (const rules::v1::WordList& list : pack.rules.word_lists()) {
    const auto words = pack.lists.find(list.id());
    if (words == pack.lists.end()) continue;
    for (const Word& word : words->second) {
      for (const std::string& category : word.categories) {
        pack.lists[absl::StrCat(list.id(), "/", category)].push_back(
            OfCategory(word, category));
      }
    }
  }
}

void ReadAllLists(Reader& reader, Pack& pack, Faults& faults) {
  const PackFile& file = pack.rules_file;
  ReadLists("word_lists", "word list", pack.rules.word_lists(), file, faults,
            pack.lists, [&reader](const std::string& name, Both& why) {
              return reader.ReadWords(name, why);
            });
  AddCategories(pack);
  ReadLists("domain_lists", "domain list", pack.rules.domain_lists(), file,
            faults, pack.domain_lists,
            [&reader](const std::string& name, Both& why) {
              return reader.ReadDomains(name, why);
            });
  std::set<std::string> whole;  // Files without a fault.
  ReadLists("weight_tables", "weight table", pack.rules.weight_tables(), file,
            faults, pack.weight_tables,
            [&](const std::string& name, Both& why) {
              const size_t before = faults.size();
              auto words = reader.ReadWeights(name, why);
              if (words && faults.size() == before) whole.insert(name);
              return words;
            });
  for (const rules::v1::WeightTable& table : pack.rules.weight_tables()) {
    if (whole.contains(table.file())) continue;
    pack.half_read_tables.insert(table.id());
  }
}

std::string WithoutSlash(const std::string& path) {
  return path.substr(0, path.find_last_not_of('/') + 1);
}

Pack ReadPack(Reader reader, Faults& faults) {
  Pack pack;
  reader.ReadYaml("pack.yaml", pack.header, pack.header_file);
  reader.ReadYaml("policy.yaml", pack.policy, pack.policy_file);
  reader.ReadYaml("articles.yaml", pack.articles, pack.articles_file);
  reader.ReadYaml("rules.yaml", pack.rules, pack.rules_file);
  ReadAllLists(reader, pack, faults);
  pack.digest = reader.Digest();
  return pack;
}

}  // namespace

Pack ReadPack(const std::string& path, Faults& faults) {
  const auto read = [&path](const std::string& name) {
    return ReadFileIn(path, name, kFileSizeMax);
  };
  return ReadPack(Reader(WithoutSlash(path), read, faults), faults);
}

Pack ReadPack(const PackFiles& files, Faults& faults,
              const std::string& folder) {
  std::map<absl::string_view, const admin::v1::PackFile*> by_name;
  for (const admin::v1::PackFile& file : files) by_name[file.name()] = &file;
  const auto read =
      [&by_name](const std::string& name) -> absl::StatusOr<std::string> {
    const auto found = by_name.find(name);
    if (found == by_name.end()) return absl::NotFoundError("no such file");
    return found->second->content();
  };
  return ReadPack(Reader(WithoutSlash(folder), read, faults), faults);
}

rules::v1::AutoRollback DefaultAutoRollback() {
  rules::v1::AutoRollback bounds;
  bounds.set_minutes(5);
  bounds.set_messages_min(200);
  bounds.set_times(10);
  bounds.set_percent(1);
  return bounds;
}

void FillDefaults(Pack& pack) {
  for (rules::v1::LimitRule& limit : *pack.policy.mutable_limits()) {
    if (limit.mode() == rules::v1::CHECK_MODE_UNSPECIFIED) {
      limit.set_mode(rules::v1::CHECK_MODE_ENFORCE);
    }
    if (limit.code().empty()) limit.set_code("FREQUENCY_LIMIT");
  }
  for (rules::v1::ContentRule& rule : *pack.rules.mutable_rules()) {
    if (rule.mode() == rules::v1::CHECK_MODE_UNSPECIFIED) {
      rule.set_mode(rules::v1::CHECK_MODE_ENFORCE);
    }
    if (rule.action() == rules::v1::RULE_ACTION_UNSPECIFIED) {
      rule.set_action(rules::v1::RULE_ACTION_REJECT);
    }
    if (rule.folding() == rules::v1::FOLDING_LEVEL_UNSPECIFIED) {
      rule.set_folding(rules::v1::FOLDING_LEVEL_NORMAL);
    }
    if (rule.code().empty()) rule.set_code("CONTENT_PROHIBITED");
    // A rule that only holds or scores rejects nothing, so there is nothing to
    // roll back.
    if (rule.action() != rules::v1::RULE_ACTION_REJECT) continue;
    rules::v1::AutoRollback bounds = DefaultAutoRollback();
    if (rule.auto_rollback().minutes() != 0)
      bounds.set_minutes(rule.auto_rollback().minutes());
    if (rule.auto_rollback().messages_min() != 0) {
      bounds.set_messages_min(rule.auto_rollback().messages_min());
    }
    if (rule.auto_rollback().times() != 0)
      bounds.set_times(rule.auto_rollback().times());
    if (rule.auto_rollback().percent() != 0)
      bounds.set_percent(rule.auto_rollback().percent());
    bounds.set_off(rule.auto_rollback().off());
    *rule.mutable_auto_rollback() = bounds;
  }
  for (rules::v1::Threshold& threshold : *pack.rules.mutable_thresholds()) {
    if (threshold.mode() == rules::v1::CHECK_MODE_UNSPECIFIED) {
      threshold.set_mode(rules::v1::CHECK_MODE_ENFORCE);
    }
    if (threshold.action() == rules::v1::RULE_ACTION_UNSPECIFIED) {
      threshold.set_action(rules::v1::RULE_ACTION_REJECT);
    }
    if (threshold.code().empty()) threshold.set_code("CONTENT_PROHIBITED");
  }
}

}  // namespace sluice::rules
