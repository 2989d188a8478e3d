// evaluate-run: how well a rule pack tells spam from ham. See tools/README.md.

#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/base/status_macros.h"
#include "rules/pack/shipped_packs.h"
#include "tools/evaluate_run/alike_file.h"
#include "tools/evaluate_run/by_rule.h"
#include "tools/evaluate_run/evasion.h"
#include "tools/evaluate_run/judge.h"
#include "tools/evaluate_run/labelled_text.h"
#include "tools/evaluate_run/report.h"
#include "tools/lib/command_line.h"
#include "tools/lib/encoded_input.h"
#include "tools/lib/progress.h"
#include "tools/lib/terminal.h"
#include "tools/lib/words.h"

namespace sluice::evaluate {
namespace {

struct Flags {
  std::vector<std::string> files;
  std::string encoding;
  std::string pack = "cn-2015";
  std::string message_class = "commercial";
  double share = 0.5;
  bool seen = false;
  bool unseen = false;
  bool quick = false;
  bool json = false;
  bool by_rule = false;
  std::vector<std::string> lawful;
  std::string sounds;
  std::string shapes;
  std::string parts;
  std::string missed;
  std::string caught;
  std::string after;  // Name of an evasion; empty: the texts as they are.
  bool found = false;
  size_t show = 20;
};

void AddFlags(tools::CommandLine& line, Flags& flags) {
  line.Add("FILE", flags.files, "Files of lines label<TAB>text").Required();
  tools::AddEncoding(line, flags.encoding);
  line.Add("--pack", flags.pack, "Name of a pack, or a pack's folder")
      .ShowDefault();
  line.Add("--class", flags.message_class, "Class of the messages")
      .ShowDefault();
  line.Add("--unseen", flags.unseen,
           "Only the rows kept aside, about one in five");
  line.Add("--seen", flags.seen, "Only the other rows, to write rules by");
  line.Add("--no-evasions", flags.quick,
           "Judge the texts without evasions only");
  line.Add("--share", flags.share,
           "Share of the characters that an evasion changes, where it "
           "need not change all")
      .Between(0.0, 1.0)
      .ShowDefault();
  line.Add("--sounds", flags.sounds,
           "Also evade by this table of sound-alikes: lines of a "
           "character, a blank and the others");
  line.Add("--shapes", flags.shapes, "The same by look-alikes");
  line.Add("--parts", flags.parts,
           "The same by parts: a character and, after a tab each, the "
           "ways to write its parts, with blanks between these");
  line.Add("--missed", flags.missed,
           "Also print texts with this label that pass (ham: * for all)");
  line.Add("--hits", flags.caught,
           "Also print texts with this label that do not pass, with the "
           "rules that decided");
  line.Add("--after", flags.after,
           "Print those that pass or are stopped only after this evasion, such "
           "as pinyin");
  line.Add("--words", flags.found, "Also show the words found in these texts");
  line.Add("--show", flags.show, "How many texts to show").ShowDefault();
  const tools::Flag by_rule = line.Add(
      "--by-rule", flags.by_rule,
      "Also count what each rule or threshold alone stops, bad and lawful, in "
      "texts and in families of texts like each other");
  line.Add("--lawful", flags.lawful,
           "A label whose texts are lawful for --by-rule, as ham is")
      .TypeName("LABEL")
      .OneValueEach()
      .Needs(by_rule);
  line.Add("--json", flags.json, "Print one JSON object");
  line.Footer(
      "A label 'ham', or a kind of it such as 'ham:parcel', is traffic that "
      "must pass; every other label is a class of spam.\n"
      "Example:\n"
      "  tools/evaluate --unseen spam.tsv ham.tsv\n"
      "  tools/evaluate --seen --no-evasions --pack ./my-pack --missed "
      "FR:Other spam.tsv\n"
      "  tools/evaluate --by-rule --lawful AD:Retail spam.tsv ham.tsv\n"
      "  tools/evaluate --seen --after pinyin --hits ham ham.tsv");
}

Part PartOf(const Flags& flags) {
  if (flags.seen == flags.unseen) return Part::kAll;
  return flags.unseen ? Part::kUnseen : Part::kSeen;
}

// `text` is the text that was judged: that of `one`, or its evasion.
void Show(const Flags& flags, const LabelledText& one, absl::string_view text,
          bool passed, const Judge& judge, size_t& shown) {
  const std::string& wanted = passed ? flags.missed : flags.caught;
  if (wanted.empty() || (wanted != "*" && wanted != one.label)) return;
  if (shown >= flags.show) return;
  ++shown;
  std::cout << (passed ? "passed  " : "stopped ") << one.label << "  " << text
            << "\n";
  if (text != one.text) std::cout << "        was " << one.text << "\n";
  for (const absl::string_view rule : judge.rules()) {
    std::cout << "        by " << rule << "\n";
  }
  if (!flags.found) return;
  for (const Judge::Found& found : judge.FoundIn(text)) {
    std::cout << "        " << found.rule << "  " << found.written;
    if (!found.looked_for.empty()) std::cout << "  as " << found.looked_for;
    std::cout << "\n";
  }
}

absl::Status Evaluate(const Flags& flags, const std::string& file,
                      const Evasions& evasions, Judge& judge, Report& report,
                      ByRule& by_rule) {
  SLUICE_ASSIGN_OR_RETURN(
      const std::vector<LabelledText> texts,
      ReadLabelledTexts(file, PartOf(flags), flags.encoding));
  const std::string name = std::filesystem::path(file).stem().string();
  tools::Progress progress(std::cerr, tools::IsTerminal(STDERR_FILENO), name,
                           texts.size());
  size_t shown = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    const LabelledText& one = texts[i];
    const Outcome outcome = judge.Of(one.text);
    ClassResult& result = report.Of(name, one.label);
    result.plain.Add(outcome);
    for (const absl::string_view rule : judge.rules()) {
      report.CountRule(rule, IsHam(one.label));
    }
    by_rule.Add(
        judge.rules(), one.text,
        IsHam(one.label) || absl::c_linear_search(flags.lawful, one.label));
    const bool passed = outcome == Outcome::kPassed;
    if (flags.after.empty()) {
      Show(flags, one, one.text, passed, judge, shown);
    }
    progress.Set(i + 1);
    // Spam is evaded only if it is caught unchanged; ham must pass after
    // evasions too.
    if (flags.quick || (passed && !IsHam(one.label))) continue;
    for (size_t way = 0; way < evasions.ways().size(); ++way) {
      const std::string evaded = evasions.Apply(way, one.text);
      const Outcome of_evaded = judge.Of(evaded);
      result.evaded[way].Add(of_evaded);
      const bool changed = passed != (of_evaded == Outcome::kPassed);
      if (changed && flags.after == evasions.ways()[way].name) {
        Show(flags, one, evaded, of_evaded == Outcome::kPassed, judge, shown);
      }
    }
  }
  return absl::OkStatus();
}

absl::Status CheckAfter(const Flags& flags, const Evasions& evasions) {
  if (flags.after.empty()) return absl::OkStatus();
  if (flags.quick) {
    return absl::InvalidArgumentError(
        "--after needs the evasions: remove --no-evasions");
  }
  std::vector<absl::string_view> names;
  for (const Evasions::Way& way : evasions.ways()) names.push_back(way.name);
  if (absl::c_linear_search(names, flags.after)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "--after '", flags.after,
      "' is not an evasion, allowed: ", absl::StrJoin(names, ", ")));
}

absl::Status AddTables(const Flags& flags, Evasions& evasions) {
  if (!flags.sounds.empty()) {
    SLUICE_ASSIGN_OR_RETURN(Alikes alikes, ReadAlikes(flags.sounds));
    evasions.Add("sounds of --sounds", std::move(alikes));
  }
  if (!flags.shapes.empty()) {
    SLUICE_ASSIGN_OR_RETURN(Alikes alikes, ReadAlikes(flags.shapes));
    evasions.Add("shapes of --shapes", std::move(alikes));
  }
  if (!flags.parts.empty()) {
    SLUICE_ASSIGN_OR_RETURN(Alikes alikes, ReadParts(flags.parts));
    evasions.Add("parts of --parts", std::move(alikes));
  }
  return absl::OkStatus();
}

absl::Status Run(const Flags& flags) {
  SLUICE_ASSIGN_OR_RETURN(
      const auto message_class,
      tools::ParseEnum<v1::MessageClass>(flags.message_class));
  SLUICE_ASSIGN_OR_RETURN(
      const auto judge,
      Judge::Load(rules::PackFolder(flags.pack), message_class));
  Evasions evasions(flags.share);
  SLUICE_RETURN_IF_ERROR(AddTables(flags, evasions));
  SLUICE_RETURN_IF_ERROR(CheckAfter(flags, evasions));
  Report report(flags.quick ? std::vector<Evasions::Way>() : evasions.ways());
  ByRule by_rule;
  if (flags.by_rule) report.Show(&by_rule);
  for (const std::string& file : flags.files) {
    SLUICE_RETURN_IF_ERROR(
        Evaluate(flags, file, evasions, *judge, report, by_rule));
  }
  if (flags.json) {
    std::cout << report.Json(judge->rule_set()) << std::endl;
  } else {
    report.Print(std::cout, judge->rule_set(), tools::Style::For(STDOUT_FILENO),
                 tools::TerminalWidth(STDOUT_FILENO));
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace sluice::evaluate

int main(int argc, char** argv) {
  sluice::tools::CommandLine line(
      "evaluate",
      "Measures how well a rule pack tells spam from ham: how much of each "
      "class it stops, how much ham it stops, and how both change after each "
      "evasion.");
  sluice::evaluate::Flags flags;
  sluice::evaluate::AddFlags(line, flags);
  line.AddVersion();
  if (const auto code = line.Parse(argc, argv)) {
    return *code;
  }
  const absl::Status status = sluice::evaluate::Run(flags);
  if (status.ok()) return 0;
  std::cerr << status.message() << "\n";
  return status.code() == absl::StatusCode::kInvalidArgument ? 2 : 1;
}
