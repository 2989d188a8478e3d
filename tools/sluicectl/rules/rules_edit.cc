// sluicectl rules edit: adds words to a list of a pack's folder and removes
// words. The pack is validated with the new file before the old one is
// replaced, so that even an interrupted edit leaves no faulty pack behind.

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "rules/base/faults.h"
#include "rules/base/status_macros.h"
#include "rules/pack/pack_files.h"
#include "rules/pack/yaml.h"
#include "sluice/rules/v1/pack.pb.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/sluicectl/rules/domain_file.h"
#include "tools/sluicectl/rules/line_diff.h"
#include "tools/sluicectl/rules/pack_source.h"
#include "tools/sluicectl/rules/pack_warnings.h"
#include "tools/sluicectl/rules/rules_commands.h"
#include "tools/sluicectl/rules/word_file.h"

namespace sluice::ctl {
namespace {

namespace fs = std::filesystem;

struct EditFlags {
  std::string folder;
  std::string list;
  WordEdit words;
  std::string encoding;
  bool dry_run = false;
};

const std::string* Find(const rules::PackFiles& files,
                        const std::string& name) {
  for (const admin::v1::PackFile& file : files) {
    if (file.name() == name) return &file.content();
  }
  return nullptr;
}

// Of many lists, those with names like the one given.
std::string Suggestion(const std::string& id,
                       const std::vector<std::string>& ids) {
  const std::string nearest = rules::NearestOf(id, ids);
  if (!nearest.empty()) return absl::StrCat("did you mean ", nearest, "?");
  std::vector<std::string> like;
  for (const std::string& one : ids) {
    if (absl::StrContains(one, id)) like.push_back(one);
  }
  return absl::StrCat("there is: ",
                      absl::StrJoin(like.empty() ? ids : like, ", "));
}

struct ListFile {
  std::string name;  // In the pack's folder.
  bool domains = false;
};

absl::StatusOr<ListFile> FileOfList(const std::string& folder,
                                    const rules::PackFiles& files,
                                    const std::string& id) {
  const std::string path = folder + "/rules.yaml";
  const std::string* content = Find(files, "rules.yaml");
  if (content == nullptr) {
    return absl::NotFoundError(absl::StrCat(
        path,
        ": no such folder; `sluicectl rules init` creates a pack's folder"));
  }
  rules::v1::PackRules rules;
  SLUICE_RETURN_IF_ERROR(rules::LoadYaml(path, *content, &rules));
  std::vector<std::string> ids;
  for (const rules::v1::WordList& list : rules.word_lists()) {
    if (list.id() == id) return ListFile{list.file()};
    ids.push_back(list.id());
  }
  for (const rules::v1::DomainList& list : rules.domain_lists()) {
    if (list.id() == id) return ListFile{list.file(), /*domains=*/true};
    ids.push_back(list.id());
  }
  return absl::NotFoundError(absl::StrCat(
      "--list ", id, ": ", path, " has no such list, ", Suggestion(id, ids)));
}

// Replaces in one step: a reader sees the old file or the new one.
absl::Status Replace(const fs::path& path, const std::string& content) {
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  const fs::path next = real.string() + ".new";
  const auto failed = [&](const std::string& why) {
    fs::remove(next, error);
    return absl::UnavailableError(
        absl::StrCat(path.string(), ": cannot be written: ", why));
  };
  if (error) return failed(error.message());
  std::ofstream out(next, std::ios::binary);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  out.close();
  if (!out) return failed(std::strerror(errno));
  fs::permissions(next, fs::status(real).permissions(), error);
  fs::rename(next, real, error);
  if (error) return failed(error.message());
  return absl::OkStatus();
}

// The error for an edit; if the pack was faulty before, the error says so.
absl::Status Refused(const std::string& folder, const absl::Status& after) {
  const absl::Status before = CompileFolder(folder).status();
  if (before.ok()) {
    return absl::Status(
        after.code(),
        absl::StrCat(
            after.message(),
            "\n  This edit makes the pack faulty: nothing was changed."));
  }
  return absl::Status(before.code(),
                      absl::StrCat(before.message(),
                                   "\n  The pack already has faults: correct "
                                   "them first. Nothing was changed."));
}

void Print(const Context& context, const EditFlags& flags,
           const std::string& file, const std::string& before,
           const std::string& after, const std::vector<std::string>& warnings) {
  const std::vector<absl::string_view> old_lines = SplitLines(before);
  const std::vector<absl::string_view> new_lines = SplitLines(after);
  const std::vector<LineChange> changes = DiffLines(old_lines, new_lines);
  if (context.json) {
    context.out << tools::JsonLine()
                       .Text("file", file)
                       .Count("added", flags.words.add.size())
                       .Count("removed", flags.words.remove.size())
                       .Flag("written", !flags.dry_run)
                       .Objects("warnings", PlacedJson(warnings))
                       .End()
                << "\n";
    return;
  }
  context.out << context.style.Bold(file) << "\n";
  PrintChanges(context.out, context.style, old_lines, new_lines, changes);
  PrintWarnings(context, warnings);
  context.out << tools::Grouped(flags.words.add.size()) << " added, "
              << tools::Grouped(flags.words.remove.size()) << " removed. "
              << "The pack is valid with this edit";
  if (flags.dry_run) {
    context.out << "; nothing was written (--dry-run).\n";
    return;
  }
  context.out << ".\nNext: sluicectl rules preview " << flags.folder
              << " --file messages.tsv, then sluicectl rules import "
              << flags.folder << " --reason WHY\n";
}

// The warnings about the pack that are about its file at `path`.
absl::StatusOr<std::vector<std::string>> WarningsOfFile(
    const Context& context, const rules::PackFiles& files,
    const std::string& folder, const std::string& path) {
  SLUICE_ASSIGN_OR_RETURN(const rules::Warnings warnings,
                          WarningsOf(context, files, folder, AskRegistry::kNo));
  std::vector<std::string> lines;
  for (const std::string& line : warnings.Lines()) {
    if (absl::StartsWith(line, path + ":")) lines.push_back(line);
  }
  return lines;
}

absl::StatusOr<int> Edit(const Context& context, const EditFlags& flags) {
  if (flags.words.add.empty() && flags.words.remove.empty()) {
    return Misused(context, "nothing to do: give --add WORD or --remove WORD");
  }
  const std::string folder(absl::StripSuffix(flags.folder, "/"));
  SLUICE_ASSIGN_OR_RETURN(rules::PackFiles files,
                          ReadFolder(folder, flags.encoding));
  SLUICE_ASSIGN_OR_RETURN(const ListFile list,
                          FileOfList(folder, files, flags.list));
  const std::string& name = list.name;
  const std::string path = absl::StrCat(folder, "/", name);
  const std::string* content = Find(files, name);
  if (content == nullptr) {
    return absl::NotFoundError(absl::StrCat(
        path, ": no such file; create it, or remove the list from rules.yaml"));
  }
  const std::string before = *content;
  SLUICE_ASSIGN_OR_RETURN(const std::string after,
                          list.domains ? EditDomains(path, before, flags.words)
                                       : EditWords(path, before, flags.words));
  for (admin::v1::PackFile& file : files) {
    if (file.name() == name) file.set_content(after);
  }
  const absl::Status valid = CompileFiles(files, folder).status();
  if (!valid.ok()) return Refused(folder, valid);
  SLUICE_ASSIGN_OR_RETURN(const std::vector<std::string> warnings,
                          WarningsOfFile(context, files, folder, path));
  if (!flags.dry_run) SLUICE_RETURN_IF_ERROR(Replace(path, after));
  Print(context, flags, path, before, after, warnings);
  return 0;
}

}  // namespace

void AddRulesEdit(tools::CommandLine& group, Context& context) {
  AddCommand<EditFlags>(
      group, context, "edit",
      "Adds words to a word list, or domains to a domain list, and removes "
      "them. Keeps comments and order, and shows the changed lines. Changes "
      "nothing when a word is already in the list or the edit makes the pack "
      "faulty.",
      "sluicectl rules edit ./my-pack --list loans --add 秒批 --add 免审 "
      "--remove 贷款",
      [](tools::CommandLine& command, EditFlags& flags) {
        command.Add("FOLDER", flags.folder, "The pack").Required();
        command
            .Add("--list", flags.list, "The list's id, as rules.yaml names it")
            .Required();
        command
            .Add("--add", flags.words.add,
                 "A word or domain to add; may be repeated")
            .OneValueEach()
            .TypeName("WORD");
        command
            .Add("--remove", flags.words.remove,
                 "A word or domain to remove; may be repeated")
            .OneValueEach()
            .TypeName("WORD");
        command.Add("--category", flags.words.category,
                    "Category of the words that are added to a table (.csv)");
        AddPackEncoding(command, flags.encoding);
        command.Add("--dry-run", flags.dry_run,
                    "Validate and show, but write nothing");
      },
      Edit);
}

}  // namespace sluice::ctl
