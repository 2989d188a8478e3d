// The folder of a pack: init makes it, validate reports its faults, test
// applies it to texts. Only init of a version and validate --registry call the
// server.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rules/base/status_macros.h"
#include "rules/match/match_tree.h"
#include "rules/pack/pack_files.h"
#include "rules/pack/shipped_packs.h"
#include "tools/evaluate_run/judge.h"
#include "tools/evaluate_run/labelled_text.h"
#include "tools/evaluate_run/tally.h"
#include "tools/lib/bar.h"
#include "tools/lib/encoded_input.h"
#include "tools/lib/json_line.h"
#include "tools/lib/progress.h"
#include "tools/lib/table.h"
#include "tools/sluicectl/rules/pack_base.h"
#include "tools/sluicectl/rules/pack_source.h"
#include "tools/sluicectl/rules/pack_warnings.h"
#include "tools/sluicectl/rules/rules_commands.h"
#include "tools/sluicectl/rules/unused_words.h"

namespace sluice::ctl {
namespace {

namespace fs = std::filesystem;

struct FolderFlags {
  std::string folder;
  std::string from;
  std::vector<std::string> files;
  std::string message_class = "commercial";
  std::string encoding;
  bool registry = false;
};

absl::StatusOr<NamedPack> FirstFiles(const Context& context,
                                     const std::string& from) {
  if (from.empty()) return ReadNamedPack(context, kInForce);
  if (VersionOf(from)) return ReadNamedPack(context, from);
  const std::string folder = rules::PackFolder(from);
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    const std::vector<std::string> shipped = rules::ShippedPacks();
    return absl::NotFoundError(absl::StrCat(
        "--from ", from, ": no such folder: ", folder,
        shipped.empty() ? ""
                        : absl::StrCat(". Sluice comes with ",
                                       absl::StrJoin(shipped, ", ")),
        "; or name a version by its number"));
  }
  NamedPack pack;
  pack.name = from;
  SLUICE_ASSIGN_OR_RETURN(pack.files, rules::ReadPackFiles(folder));
  return pack;
}

absl::StatusOr<int> Init(const Context& context, const FolderFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const NamedPack pack,
                          FirstFiles(context, flags.from));
  SLUICE_RETURN_IF_ERROR(WithNext(
      rules::WritePackFiles(pack.files, flags.folder), "Name a new folder."));
  if (pack.version.number() != 0) {
    NoteBase(context, flags.folder, pack.version);
  }
  if (context.json) {
    context.out << tools::JsonLine()
                       .Text("folder", flags.folder)
                       .Text("from", pack.name)
                       .Count("files", pack.files.size())
                       .End()
                << "\n";
    return 0;
  }
  const std::string& folder = flags.folder;
  context.out << context.style.Bold(folder) << " holds the "
              << tools::Grouped(pack.files.size()) << " files of " << pack.name
              << ". For the purpose of each file see " << folder
              << "/README.md, if the pack has one.\nNext:\n"
              << "  edit      sluicectl rules edit " << folder
              << " --list LIST --add WORD, or any editor\n"
              << "  validate  sluicectl rules validate " << folder << "\n"
              << "  preview   sluicectl rules preview " << folder
              << " --file messages.tsv\n"
              << "  import    sluicectl rules import " << folder
              << " --reason WHY\n";
  return 0;
}

struct Contents {
  uint64_t off = 0;
  uint64_t observed = 0;  // Or enforced for a sample.
  uint64_t words = 0;
  uint64_t patterns = 0;
  uint64_t must_hit = 0;
  uint64_t must_pass = 0;
};

Contents Count(const rules::RuleSet& rules) {
  Contents contents;
  contents.words = rules.list_words();
  for (const rules::v1::ContentRule& rule : rules.rules()) {
    contents.off += rule.mode() == rules::v1::CHECK_MODE_OFF;
    contents.observed += rule.mode() == rules::v1::CHECK_MODE_OBSERVE ||
                         rule.mode() == rules::v1::CHECK_MODE_SAMPLE;
    contents.must_hit += static_cast<uint64_t>(rule.examples().must_hit_size());
    contents.must_pass +=
        static_cast<uint64_t>(rule.examples().must_pass_size());
    rules::ForEachSet(
        rule, "", [&](const rules::PatternSet& set, const std::string&) {
          contents.words += static_cast<uint64_t>(set.words->size());
          contents.patterns += static_cast<uint64_t>(set.regexes->size());
        });
  }
  return contents;
}

void PrintGood(const Context& context, const CompiledPack& pack,
               const std::vector<std::string>& unused,
               const rules::Warnings& warnings) {
  const rules::RuleSet& rules = *pack.rules;
  const Contents contents = Count(rules);
  if (context.json) {
    context.out << tools::JsonLine()
                       .Flag("good", true)
                       .Text("rule_set", rules.id())
                       .Text("pack", rules.header().name())
                       .Text("version", rules.header().version())
                       .Count("rules", rules.rules().size())
                       .Count("rules_off", contents.off)
                       .Count("rules_observed", contents.observed)
                       .Count("thresholds", rules.thresholds().size())
                       .Count("words", contents.words)
                       .Count("patterns", contents.patterns)
                       .Count("domains", rules.list_domains())
                       .Count("examples",
                              contents.must_hit + contents.must_pass)
                       .Number("seconds", pack.seconds, 3)
                       .Texts("unused", unused)
                       .Objects("warnings", WarningsJson(warnings))
                       .End()
                << "\n";
    return;
  }
  context.out << context.style.Good("Good") << ": " << rules.header().name()
              << " " << rules.header().version() << ", rule set "
              << context.style.Bold(std::string(rules.id())) << ", read and "
              << "compiled in " << tools::DurationText(pack.seconds) << "\n\n";
  tools::Table table({{"what"}, {"count", tools::Align::kRight}, {""}});
  const auto row = [&](const char* what, uint64_t count,
                       const std::string& note) {
    table.AddRow({what, tools::Grouped(count), note});
  };
  row("rules", rules.rules().size(),
      absl::StrCat(contents.off, " off, ", contents.observed,
                   " observed or sampled"));
  row("thresholds", rules.thresholds().size(), "");
  row("words", contents.words, "in lists and rules");
  row("patterns", contents.patterns, "regexes");
  row("domains", rules.list_domains(), "in lists");
  row("examples", contents.must_hit + contents.must_pass,
      absl::StrCat(contents.must_hit, " hit and ", contents.must_pass,
                   " pass, as they must"));
  context.out << table.Text(context.width);
  for (const std::string& line : unused) {
    context.out << context.style.Bad("note") << " " << line << "\n";
  }
  PrintWarnings(context, warnings);
  if (warnings.empty()) return;
  context.out << tools::Grouped(warnings.size())
              << (warnings.size() == 1 ? " warning" : " warnings")
              << ": the server takes the pack; look whether it means what you "
                 "mean.\n";
}

void PrintFaults(const Context& context, const absl::Status& status,
                 const rules::Warnings& warnings) {
  const std::vector<std::string> lines =
      absl::StrSplit(status.message(), '\n', absl::SkipEmpty());
  // The last line may be "and 12 more".
  uint64_t more = 0;
  const bool cut = absl::SimpleAtoi(
      absl::StripSuffix(absl::StripPrefix(lines.back(), "and "), " more"),
      &more);
  const uint64_t count = lines.size() - cut + more;
  if (context.json) {
    std::vector<tools::JsonLine> faults;
    for (size_t i = 0; i < lines.size() - cut; ++i) {
      faults.push_back(PlacedJson(lines[i]));
    }
    context.out << tools::JsonLine()
                       .Flag("good", false)
                       .Count("count", count)
                       .Objects("faults", faults)
                       .Objects("warnings", WarningsJson(warnings))
                       .End()
                << "\n";
    return;
  }
  for (const std::string& line : lines) context.out << line << "\n";
  PrintWarnings(context, warnings);
  context.out << context.style.Bad(absl::StrCat(
                     tools::Grouped(count), count == 1 ? " fault" : " faults"))
              << ". Correct " << (count == 1 ? "it" : "them")
              << " and validate again; the server would reject this pack.\n";
}

absl::StatusOr<int> Validate(const Context& context, const FolderFlags& flags) {
  const absl::StatusOr<rules::PackFiles> files =
      ReadFolder(flags.folder, flags.encoding);
  if (!flags.encoding.empty()) SLUICE_RETURN_IF_ERROR(files.status());
  const absl::StatusOr<CompiledPack> pack =
      flags.encoding.empty() ? CompileFolder(flags.folder)
                             : CompileFiles(*files, flags.folder);
  rules::Warnings warnings;
  if (files.ok()) {
    SLUICE_ASSIGN_OR_RETURN(
        warnings,
        WarningsOf(context, *files, flags.folder,
                   flags.registry ? AskRegistry::kYes : AskRegistry::kNo));
  }
  if (pack.ok()) {
    SLUICE_RETURN_IF_ERROR(files.status());
    SLUICE_ASSIGN_OR_RETURN(const std::vector<std::string> unused,
                            UnusedWords(*files));
    PrintGood(context, *pack, unused, warnings);
    return 0;
  }
  if (pack.status().code() != absl::StatusCode::kInvalidArgument) {
    return pack.status();
  }
  PrintFaults(context, pack.status(), warnings);
  return 1;
}

using Tallies = std::map<std::string, evaluate::Tally>;  // By label.

absl::Status JudgeFile(const Context& context, const std::string& file,
                       const std::string& encoding, evaluate::Judge& judge,
                       Tallies& tallies) {
  SLUICE_ASSIGN_OR_RETURN(
      const std::vector<evaluate::LabelledText> texts,
      evaluate::ReadLabelledTexts(file, evaluate::Part::kAll, encoding));
  tools::Progress progress(context.err, context.progress && !context.json,
                           fs::path(file).filename().string(), texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    tallies[texts[i].label].Add(judge.Of(texts[i].text));
    progress.Set(i + 1);
  }
  return absl::OkStatus();
}

void AddTally(const std::string& file, const std::string& label,
              const evaluate::Tally& tally, tools::Table& table) {
  using evaluate::Outcome;
  const double stopped =
      tally.Share(Outcome::kRejected) + tally.Share(Outcome::kHeld);
  table.AddRow({file, label, tools::Grouped(tally.total()),
                tools::Grouped(tally.of(Outcome::kRejected)),
                tools::Grouped(tally.of(Outcome::kHeld)),
                tools::Grouped(tally.of(Outcome::kPassed)),
                evaluate::Percent(stopped), tools::Bar(stopped, 1, 10)});
}

std::string TallyJson(const std::string& file, const std::string& label,
                      const evaluate::Tally& tally) {
  using evaluate::Outcome;
  return tools::JsonLine()
      .Text("file", file)
      .Text("label", label)
      .Count("texts", tally.total())
      .Count("rejected", tally.of(Outcome::kRejected))
      .Count("held", tally.of(Outcome::kHeld))
      .Count("passed", tally.of(Outcome::kPassed))
      .End();
}

void PrintExamples(const Context& context, const rules::RuleSet& rules) {
  const Contents contents = Count(rules);
  if (context.json) {
    context.out << tools::JsonLine()
                       .Text("rule_set", rules.id())
                       .Count("must_hit", contents.must_hit)
                       .Count("must_pass", contents.must_pass)
                       .End()
                << "\n";
    return;
  }
  context.out << "Rule set " << context.style.Bold(std::string(rules.id()))
              << ": all " << tools::Grouped(contents.must_hit)
              << " texts that must be hit are, and all "
              << tools::Grouped(contents.must_pass) << " that must pass do.\n";
}

absl::StatusOr<int> Test(const Context& context, const FolderFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const v1::MessageClass message_class,
                          ReadClass(flags.message_class));
  SLUICE_ASSIGN_OR_RETURN(const auto judge,
                          evaluate::Judge::Load(flags.folder, message_class));
  PrintExamples(context, judge->rule_set());
  tools::Table table({{"file", tools::Align::kLeft, true},
                      {"label"},
                      {"texts", tools::Align::kRight},
                      {"rejected", tools::Align::kRight},
                      {"held", tools::Align::kRight},
                      {"passed", tools::Align::kRight},
                      {"stopped", tools::Align::kRight},
                      {""}});
  for (const std::string& file : flags.files) {
    Tallies tallies;
    SLUICE_RETURN_IF_ERROR(
        JudgeFile(context, file, flags.encoding, *judge, tallies));
    const std::string name = fs::path(file).filename().string();
    for (const auto& [label, tally] : tallies) {
      if (context.json) context.out << TallyJson(name, label, tally) << "\n";
      AddTally(name, label, tally, table);
    }
  }
  if (!context.json && !table.empty()) {
    context.out << "\n" << table.Text(context.width);
  }
  return 0;
}

void AddFolder(tools::CommandLine& command, FolderFlags& flags) {
  command.Add("FOLDER", flags.folder, "The pack").Required();
}

}  // namespace

void AddRulesFolder(tools::CommandLine& group, Context& context) {
  AddCommand<FolderFlags>(
      group, context, "init",
      "Creates a folder to edit with the files of the version in force, and "
      "shows the next steps.",
      "sluicectl rules init ./my-pack\n"
      "  sluicectl rules init ./my-pack --from cn-2015",
      [](tools::CommandLine& command, FolderFlags& flags) {
        command.Add("FOLDER", flags.folder, "The new folder").Required();
        command.Add("--from", flags.from,
                    "A version's number, or the name of a pack that comes with "
                    "Sluice (needs no server)");
      },
      Init);
  AddCommand<FolderFlags>(
      group, context, "validate",
      "Reads, checks and compiles a pack and tries its examples, as the server "
      "would. Lists every fault with file, line and column, and warns of what "
      "is odd. Exits 1 when there is a fault.",
      "sluicectl rules validate ./my-pack",
      [](tools::CommandLine& command, FolderFlags& flags) {
        AddFolder(command, flags);
        command.Add("--registry", flags.registry,
                    "Also ask the server for the content providers, accounts, "
                    "ports and signatures that scopes name");
        AddPackEncoding(command, flags.encoding);
      },
      Validate);
  AddCommand<FolderFlags>(
      group, context, "test",
      "Tries a pack's examples, and counts how many texts of each label it "
      "rejects, holds and passes. tools/evaluate reports more.",
      "sluicectl rules test ./my-pack spam.tsv ham.tsv --class notice",
      [](tools::CommandLine& command, FolderFlags& flags) {
        AddFolder(command, flags);
        command.Add("FILE", flags.files, "Files of lines label<TAB>text");
        command.Add("--class", flags.message_class, kClassHelp).ShowDefault();
        tools::AddEncoding(command, flags.encoding);
      },
      Test);
}

}  // namespace sluice::ctl
