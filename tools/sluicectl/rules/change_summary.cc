#include "tools/sluicectl/rules/change_summary.h"

#include <algorithm>

#include "absl/strings/match.h"
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

// WhatOf() for people.
std::string WhatText(const Context& context, const FileChange& file) {
  if (context.language == Language::kEnglish) return WhatOf(file);
  if (!file.in_before) return "新增";
  if (!file.in_after) return "删除";
  return file.is_text ? "改动" : "改动（不是文本）";
}

tools::Table CountTable(const Context& context, const std::string& what) {
  return tools::Table({{what},
                       {context.Say("改动前", "before"), tools::Align::kRight},
                       {context.Say("改动后", "after"), tools::Align::kRight},
                       {context.Say("新增", "added"), tools::Align::kRight},
                       {context.Say("删除", "removed"), tools::Align::kRight},
                       {context.Say("改动", "changed"), tools::Align::kRight}});
}

void PrintFiles(const Context& context, const std::vector<FileChange>& files) {
  tools::Table table(
      {{context.Say("文件", "file"), tools::Align::kLeft, true},
       {context.Say("变化", "what")},
       {context.Say("新增行", "lines added"), tools::Align::kRight},
       {context.Say("删除", "removed"), tools::Align::kRight},
       {context.Say("改动", "changed"), tools::Align::kRight}});
  for (const FileChange& file : files) {
    const LineCounts counts = CountLines(file.changes);
    table.AddRow({file.name, WhatText(context, file), CountText(counts.added),
                  CountText(counts.removed), CountText(counts.changed)});
  }
  context.out << table.Text(context.width);
}

void AddIds(const std::string& what, const IdChanges& changes,
            tools::Table& table) {
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
  context.out << what << context.Say("：", ": ")
              << absl::StrJoin(names.begin(),
                               names.begin() + static_cast<ptrdiff_t>(shown),
                               ", ")
              << (shown < names.size()
                      ? context.Say("，另有 $0 个", " and $0 more",
                                    names.size() - shown)
                      : "")
              << "\n";
}

void PrintIds(const Context& context, const std::string& what,
              const IdChanges& changes) {
  PrintNames(context, context.Say("新增$0", "$0 added", what), changes.added);
  PrintNames(context, context.Say("删除$0", "$0 removed", what),
             changes.removed);
  std::vector<std::string> changed;
  for (const IdChanges::Changed& one : changes.changed) {
    changed.push_back(
        absl::StrCat(one.id, " (", absl::StrJoin(one.fields, ", "), ")"));
  }
  PrintNames(context, context.Say("改动$0", "$0 changed", what), changed);
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
    context.out << context.Say("文件没有差别。\n", "No file differs.\n");
    return;
  }
  PrintFiles(context, files);
  tools::Table table = CountTable(context, context.Say("内容", "what"));
  AddIds(context.Say("规则", "rules"), changes.rules, table);
  AddIds(context.Say("阈值", "thresholds"), changes.thresholds, table);
  AddIds(context.Say("词表", "word lists"), changes.lists, table);
  AddWords(context.Say("词表中的词", "words in lists"), changes.words, table);
  AddIds(context.Say("域名表", "domain lists"), changes.domain_lists, table);
  context.out << "\n" << table.Text(context.width);
  if (!changes.by_list.empty()) {
    tools::Table lists = CountTable(context, context.Say("词表", "list"));
    for (const WordChanges& list : changes.by_list) {
      AddWords(list.list, list, lists);
    }
    context.out << "\n" << lists.Text(context.width);
  }
  context.out << "\n";
  PrintIds(context, context.Say("规则", "Rules"), changes.rules);
  PrintIds(context, context.Say("阈值", "Thresholds"), changes.thresholds);
}

void PrintFile(const Context& context, const FileChange& file,
               const std::string& before, const std::string& after) {
  const tools::Style& style = context.style;
  const auto side = [&](const char* sign, bool there, const std::string& pack) {
    context.out << style.Bold(absl::StrCat(
                       sign, " ",
                       there
                           ? absl::StrCat(pack, "/", file.name)
                           : context.Say("（$0 中没有）", "(not in $0)", pack)))
                << "\n";
  };
  side("---", file.in_before, before);
  side("+++", file.in_after, after);
  if (!file.is_text) {
    context.out << context.Say("不是文本：不显示\n", "no text: not shown\n");
  } else {
    PrintChanges(context.out, style, file.before, file.after, file.changes);
  }
  context.out << "\n";
}

bool PrintRuleLines(const Context& context,
                    const std::vector<FileChange>& files,
                    const std::string& before, const std::string& after,
                    size_t changes_max) {
  bool left_out = false;
  for (const FileChange& file : files) {
    if (!absl::EndsWith(file.name, ".yaml")) continue;
    FileChange shown = file;
    if (shown.changes.size() > changes_max) {
      shown.changes.resize(changes_max);
      left_out = true;
    }
    PrintFile(context, shown, before, after);
  }
  return left_out;
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
