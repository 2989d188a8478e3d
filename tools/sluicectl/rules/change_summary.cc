#include "tools/sluicectl/rules/change_summary.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/lib/table.h"

namespace sluice::ctl {
namespace {

// The most ids that are listed; a new pack would have hundreds.
constexpr size_t kShownMax = 20;

std::string CountText(size_t count) {
  return count == 0 ? "" : tools::Grouped(count);
}

std::string WhatOf(const FileChange& file) {
  if (!file.in_before) return "new";
  if (!file.in_after) return "gone";
  return file.is_text ? "changed" : "changed (no text)";
}

tools::Table CountTable(const std::string& what) {
  return tools::Table({{what},
                       {"before", tools::Align::kRight},
                       {"after", tools::Align::kRight},
                       {"added", tools::Align::kRight},
                       {"removed", tools::Align::kRight},
                       {"changed", tools::Align::kRight}});
}

void PrintFiles(const Context& context, const std::vector<FileChange>& files) {
  tools::Table table({{"file", tools::Align::kLeft, true},
                      {"what"},
                      {"lines added", tools::Align::kRight},
                      {"removed", tools::Align::kRight},
                      {"changed", tools::Align::kRight}});
  for (const FileChange& file : files) {
    const LineCounts counts = CountLines(file.changes);
    table.AddRow({file.name, WhatOf(file), CountText(counts.added),
                  CountText(counts.removed), CountText(counts.changed)});
  }
  context.out << table.Text(context.width);
}

void AddIds(const char* what, const IdChanges& changes, tools::Table& table) {
  table.AddRow({what, tools::Grouped(changes.before),
                tools::Grouped(changes.after), CountText(changes.added.size()),
                CountText(changes.removed.size()),
                CountText(changes.changed.size())});
}

void AddWords(const std::string& what, const WordChanges& changes,
              tools::Table& table) {
  table.AddRow({what, tools::Grouped(changes.before),
                tools::Grouped(changes.after), CountText(changes.added),
                CountText(changes.removed), CountText(changes.moved)});
}

void PrintNames(const Context& context, const std::string& what,
                const std::vector<std::string>& names) {
  if (names.empty()) return;
  const size_t shown = std::min(names.size(), kShownMax);
  context.out << what << ": "
              << absl::StrJoin(names.begin(),
                               names.begin() + static_cast<ptrdiff_t>(shown),
                               ", ")
              << (shown < names.size()
                      ? absl::StrCat(" and ", names.size() - shown, " more")
                      : "")
              << "\n";
}

void PrintIds(const Context& context, const std::string& what,
              const IdChanges& changes) {
  PrintNames(context, what + " added", changes.added);
  PrintNames(context, what + " removed", changes.removed);
  std::vector<std::string> changed;
  for (const IdChanges::Changed& one : changes.changed) {
    changed.push_back(
        absl::StrCat(one.id, " (", absl::StrJoin(one.fields, ", "), ")"));
  }
  PrintNames(context, what + " changed", changed);
}

tools::JsonLine IdsJson(const IdChanges& changes) {
  std::vector<tools::JsonLine> changed;
  for (const IdChanges::Changed& one : changes.changed) {
    changed.push_back(
        tools::JsonLine().Text("id", one.id).Texts("fields", one.fields));
  }
  return tools::JsonLine()
      .Count("before", changes.before)
      .Count("after", changes.after)
      .Texts("added", changes.added)
      .Texts("removed", changes.removed)
      .Objects("changed", changed);
}

tools::JsonLine WordsJson(const WordChanges& words) {
  tools::JsonLine line;
  if (!words.list.empty()) line.Text("id", words.list);
  return line.Count("before", words.before)
      .Count("after", words.after)
      .Count("added", words.added)
      .Count("removed", words.removed)
      .Count("changed", words.moved);
}

}  // namespace

void PrintSummary(const Context& context, const std::vector<FileChange>& files,
                  const PackChanges& changes) {
  if (files.empty()) {
    context.out << "No file differs.\n";
    return;
  }
  PrintFiles(context, files);
  tools::Table table = CountTable("what");
  AddIds("rules", changes.rules, table);
  AddIds("thresholds", changes.thresholds, table);
  AddIds("word lists", changes.lists, table);
  AddWords("words in lists", changes.words, table);
  AddIds("domain lists", changes.domain_lists, table);
  context.out << "\n" << table.Text(context.width);
  if (!changes.by_list.empty()) {
    tools::Table lists = CountTable("list");
    for (const WordChanges& list : changes.by_list) {
      AddWords(list.list, list, lists);
    }
    context.out << "\n" << lists.Text(context.width);
  }
  context.out << "\n";
  PrintIds(context, "Rules", changes.rules);
  PrintIds(context, "Thresholds", changes.thresholds);
}

tools::JsonLine SummaryJson(const std::vector<FileChange>& files,
                            const PackChanges& changes) {
  std::vector<tools::JsonLine> file_texts;
  for (const FileChange& file : files) {
    const LineCounts counts = CountLines(file.changes);
    file_texts.push_back(tools::JsonLine()
                             .Text("name", file.name)
                             .Text("what", WhatOf(file))
                             .Count("added", counts.added)
                             .Count("removed", counts.removed)
                             .Count("changed", counts.changed));
  }
  std::vector<tools::JsonLine> lists;
  for (const WordChanges& list : changes.by_list) {
    lists.push_back(WordsJson(list));
  }
  return tools::JsonLine()
      .Objects("files", file_texts)
      .Object("rules", IdsJson(changes.rules))
      .Object("thresholds", IdsJson(changes.thresholds))
      .Object("domain_lists", IdsJson(changes.domain_lists))
      .Object("words", WordsJson(changes.words))
      .Objects("lists", lists);
}

}  // namespace sluice::ctl
