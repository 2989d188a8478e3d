// sluicectl rules stats: the hits of the rules in force.

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "rules/base/faults.h"
#include "rules/base/status_macros.h"
#include "rules/match/match_tree.h"
#include "rules/pack/pack.h"
#include "tools/evaluate_run/tally.h"
#include "tools/lib/bar.h"
#include "tools/lib/display_width.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/rules/pack_source.h"
#include "tools/sluicectl/rules/rules_commands.h"

namespace sluice::ctl {
namespace {

constexpr size_t kBarCells = 12;
// A terminal with fewer cells has only half a bar.
constexpr size_t kWideTerminal = 100;
constexpr size_t kCellMax = 40;
constexpr uint32_t kPageMax = 10'000;

struct StatsFlags {
  std::string rule;
  bool words = false;
  bool never_hit = false;
  bool since_publication = false;
  bool costs = false;
  uint32_t limit = 50;
};

size_t BarCells(const Context& context) {
  const bool narrow = context.width != 0 && context.width < kWideTerminal;
  return narrow ? kBarCells / 2 : kBarCells;
}

uint64_t Hits(const admin::v1::StatsRow& row, const StatsFlags& flags) {
  return flags.since_publication ? row.hits_since() : row.hits();
}

uint64_t Observed(const admin::v1::StatsRow& row, const StatsFlags& flags) {
  return flags.since_publication ? row.observed_since() : row.observed();
}

std::string Lower(const std::string& name) {
  return absl::AsciiStrToLower(name);
}

// "reject", "threshold, hold".
std::string DoesText(const Context& context, const admin::v1::StatsRow& row) {
  const std::string action = Lower(context.Name(row.action()));
  return row.threshold() ? context.Say("阈值，$0", "threshold, $0", action)
                         : action;
}

std::string WordText(const admin::v1::StatsRow& row) {
  return tools::Shorten(
      row.regex() ? absl::StrCat("/", row.word(), "/") : row.word(), kCellMax);
}

std::string PlaceText(const Context& context, const admin::v1::StatsRow& row) {
  if (row.regex()) return context.Say("正则表达式", "regex");
  return row.word_list().empty() ? context.Say("规则内", "in the rule")
                                 : row.word_list();
}

std::string CostText(const admin::v1::StatsRow& row) {
  if (!row.has_scan_duration()) return "-";
  const auto& scan = row.scan_duration();
  return absl::StrFormat("%.2f us",
                         1e6 * static_cast<double>(scan.seconds()) +
                             1e-3 * static_cast<double>(scan.nanos()));
}

std::vector<tools::Column> Columns(const Context& context,
                                   const StatsFlags& flags) {
  std::vector<tools::Column> columns;
  const std::string rule = context.Say("规则", "rule");
  if (flags.words) {
    columns = {{context.Say("词", "word"), tools::Align::kLeft, true},
               {context.Say("词表", "list")},
               {rule}};
  } else {
    columns = {{rule, tools::Align::kLeft, true},
               {context.Say("动作", "does")},
               {context.Say("执行方式", "mode")}};
  }
  for (std::string title :
       {context.Say("命中", "hits"), context.Say("仅观察", "observed"),
        context.Say("占比", "share")}) {
    columns.push_back({std::move(title), tools::Align::kRight});
  }
  columns.push_back(
      {tools::PadTo(context.Say("对比", "compared"), BarCells(context))});
  columns.push_back({context.Say("最近命中", "last hit")});
  if (flags.costs) {
    columns.push_back(
        {context.Say("扫描耗时", "scan cost"), tools::Align::kRight});
  }
  return columns;
}

void AddRow(const Context& context, const admin::v1::StatsRow& row,
            const StatsFlags& flags, uint64_t messages, double most,
            tools::Table& table) {
  const auto all = static_cast<double>(Hits(row, flags) + Observed(row, flags));
  const double share = messages == 0 ? 0 : all / static_cast<double>(messages);
  std::vector<std::string> cells =
      flags.words
          ? std::vector<std::string>{WordText(row), PlaceText(context, row),
                                     row.rule()}
          : std::vector<std::string>{row.rule(), DoesText(context, row),
                                     Lower(context.Name(row.mode()))};
  cells.push_back(tools::Grouped(Hits(row, flags)));
  cells.push_back(tools::Grouped(Observed(row, flags)));
  cells.push_back(evaluate::Percent(share));
  cells.push_back(all == 0 ? "" : tools::Bar(all, most, BarCells(context)));
  cells.push_back(row.has_last_hit_time() ? tools::TimeText(row.last_hit_time())
                                          : context.Say("从未", "never"));
  if (flags.costs) cells.push_back(CostText(row));
  table.AddRow(std::move(cells));
}

// What the figures of the table mean.
void PrintMeaning(const Context& context, const StatsFlags& flags) {
  context.out << context.Say(
      "每条短信在首次判定时计一次，重试、重新判定和试查（check）不计。"
      "`rules preview`\n和 `audit search` 数的是日志中一段时间的记录，因此条数"
      "可以不同。\n",
      "A message counts once, at its first decision; retries, redecisions and "
      "checks do not.\n`rules preview` and `audit search` count the journal's "
      "records of a stretch of time, so that\ntheir numbers may differ.\n");
  if (flags.words) {
    context.out << context.Say(
        "命中按规则分别统计：同一个词用在几条规则中就有几行，在一条规则中从未命"
        "中的\n词，可能在另一条规则中命中过。\n",
        "Hits are counted by rule: a word that several rules look for has a "
        "row for each of them, and\nmay never have hit in one and have hit in "
        "another.\n");
  }
  if (flags.costs) {
    context.out << context.Say(
        "扫描耗时：每个正则表达式单独扫描一条普通短信所用的 CPU "
        "时间。词没有单独"
        "的\n耗时：同一匹配方式的所有词一次扫描完成。\n",
        "Scan cost: CPU time that each regex alone takes on an ordinary text. "
        "Words have no cost of\ntheir own: one scan finds all words of a "
        "folding level.\n");
  }
}

// What a rule without words and regexes goes by: "权重表 fraud（20,000 个词）".
std::vector<std::string> GroundsOf(const Context& context,
                                   const rules::Pack& pack,
                                   const rules::v1::ContentRule& rule) {
  std::vector<std::string> grounds;
  rules::ForEachSet(
      rule, "", [&](const rules::PatternSet& set, const std::string&) {
        if (set.weight != nullptr) {
          const auto table = pack.weight_tables.find(set.weight->table());
          grounds.push_back(context.Say(
              "权重表 $0（$1 个词）", "the weight table $0 of $1 words",
              set.weight->table(),
              tools::Grouped(table == pack.weight_tables.end()
                                 ? 0
                                 : table->second.size())));
        }
        if (set.contacts != nullptr) {
          grounds.push_back(context.Say("联系方式", "contacts"));
        }
        if (set.links == nullptr) return;
        if (set.links->domain_lists().empty()) {
          grounds.push_back(context.Say("链接", "links"));
        }
        for (const std::string& id : set.links->domain_lists()) {
          const auto list = pack.domain_lists.find(id);
          grounds.push_back(context.Say(
              "域名表 $0（$1 个域名）", "the domain list $0 of $1 domains", id,
              tools::Grouped(
                  list == pack.domain_lists.end() ? 0 : list->second.size())));
        }
      });
  return grounds;
}

// Why a rule has no row for a word, and where its hits are seen.
std::string WordlessText(const Context& context, const std::string& id) {
  std::vector<std::string> grounds;
  bool threshold = false;
  if (const auto named = ReadNamedPack(context, kInForce); named.ok()) {
    rules::Faults ignored;
    const rules::Pack pack = rules::ReadPack(named->files, ignored);
    for (const rules::v1::ContentRule& rule : pack.rules.rules()) {
      if (rule.id() == id) grounds = GroundsOf(context, pack, rule);
    }
    for (const rules::v1::Threshold& one : pack.rules.thresholds()) {
      threshold = threshold || one.id() == id;
    }
  }
  const std::string what =
      threshold ? context.Say("$0 是阈值，由同类计分规则的得分之和达到。\n",
                              "$0 is a threshold, which the scores of a "
                              "category's rules reach together.\n",
                              id)
      : grounds.empty()
          ? context.Say("规则 $0 没有单独的词和正则表达式。\n",
                        "Rule $0 has no words and regexes of its own.\n", id)
          : context.Say(
                "规则 $0 没有单独的词和正则表达式，它依据$1，其中各项不"
                "单独计数。\n",
                "Rule $0 has no words and regexes of its own: it goes "
                "by $2, of which no single one is counted.\n",
                id, absl::StrJoin(grounds, "、"), absl::StrJoin(grounds, ", "));
  return absl::StrCat(
      what, context.Say("它整条的命中：`sluicectl rules stats --rule $0`；某条"
                        "短信为何命中：`sluicectl rules explain 文本`\n",
                        "Its hits as a whole: `sluicectl rules stats --rule "
                        "$0`; why a text hits: `sluicectl rules explain "
                        "TEXT`\n",
                        id));
}

void Print(const Context& context, const StatsFlags& flags,
           const admin::v1::GetStatsResponse& stats) {
  const uint64_t messages =
      flags.since_publication ? stats.messages_since() : stats.messages();
  const std::string rule_set = context.style.Bold(stats.rule_set());
  const std::string counted = tools::Counted(messages, "message");
  if (flags.since_publication) {
    context.out << context.Say("规则集 $0：自 $1 发布以来 $2 条短信\n",
                               "Rule set $0: $3 since it was published at $1\n",
                               rule_set, tools::TimeText(stats.publish_time()),
                               tools::Grouped(messages), counted);
  } else {
    context.out << context.Say("规则集 $0：自 $1 以来 $2 条短信\n",
                               "Rule set $0: $3 since $1\n", rule_set,
                               tools::TimeText(stats.start_time()),
                               tools::Grouped(messages), counted);
  }
  if (stats.uncounted() != 0) {
    context.out << context.style.Bad(context.Say("注意", "note"))
                << context.Say(
                       " 有 $0 次命中未计数：计数器已用完\n",
                       " $0 hits were not counted: all counters were in use\n",
                       tools::Grouped(stats.uncounted()));
  }
  const std::string what =
      flags.words ? context.Say("词和正则表达式", "words and regexes")
                  : context.Say("规则和阈值", "rules and thresholds");
  if (stats.rows().empty() && flags.words && !flags.rule.empty() &&
      !flags.never_hit) {
    context.out << WordlessText(context, flags.rule);
    return;
  }
  if (stats.rows().empty()) {
    context.out << (flags.never_hit ? context.Say("全部$0都命中过。\n",
                                                  "All $0 have hit.\n", what)
                                    : context.Say("没有$0。\n",
                                                  "There are no $0.\n", what));
    return;
  }
  double most = 1;
  for (const admin::v1::StatsRow& row : stats.rows()) {
    most = std::max(
        most, static_cast<double>(Hits(row, flags) + Observed(row, flags)));
  }
  tools::Table table(Columns(context, flags));
  for (const admin::v1::StatsRow& row : stats.rows()) {
    AddRow(context, row, flags, messages, most, table);
  }
  context.out << "\n" << table.Text(context.width);
  if (static_cast<uint32_t>(stats.rows_size()) < stats.rows_total()) {
    context.out << context.Say(
        "共 $1 个$3$2，显示了 $0 个：--limit 显示更多。\n",
        "$0 of $1 $2$4: --limit shows more.\n",
        tools::Grouped(static_cast<uint64_t>(stats.rows_size())),
        tools::Grouped(stats.rows_total()), what,
        flags.never_hit ? "从未命中的" : "",
        flags.never_hit ? " that never hit" : "");
  }
  PrintMeaning(context, flags);
}

absl::StatusOr<int> Stats(const Context& context, const StatsFlags& flags) {
  admin::v1::GetStatsRequest request;
  request.set_rule(flags.rule);
  request.set_words(flags.words);
  request.set_never_hit(flags.never_hit);
  request.set_since_publication(flags.since_publication);
  request.set_costs(flags.costs);
  admin::v1::GetStatsResponse all;
  while (static_cast<uint32_t>(all.rows_size()) < flags.limit) {
    const auto got = static_cast<uint32_t>(all.rows_size());
    request.set_page_size(std::min(flags.limit - got, kPageMax));
    admin::v1::GetStatsResponse page;
    SLUICE_RETURN_IF_ERROR(CallRules(flags.costs ? Patiently(context) : context,
                                     &admin::v1::RulesService::Stub::GetStats,
                                     request, page));
    request.set_page_token(page.next_page_token());
    if (got == 0) {
      all = std::move(page);
    } else {
      for (admin::v1::StatsRow& row : *page.mutable_rows()) {
        *all.add_rows() = std::move(row);
      }
    }
    if (request.page_token().empty()) break;
  }
  all.clear_next_page_token();
  if (context.json) {
    PrintJson(context.out, all);
  } else {
    Print(context, flags, all);
  }
  return 0;
}

}  // namespace

void AddRulesStats(tools::CommandLine& group, Context& context) {
  AddCommand<StatsFlags>(
      group, context, "stats",
      {"生效的规则及其中的词在已提交短信中的命中，次数多的在前：强制执行、仅"
       "观察、在全部短信中的占比、最近命中。计数在发布和重启后继续；崩溃会丢"
       "失最后一分钟的计数。",
       "Hits of the rules in force and of their words in submitted messages, "
       "the most frequent first: enforced, observed, share of all messages, "
       "last hit. Counts continue over publications and restarts; a crash "
       "loses those of the last minute."},
      "sluicectl rules stats --since-publication\n"
      "  sluicectl rules stats --words --rule loans\n"
      "  sluicectl rules stats --words --never-hit --limit 1000",
      [](tools::CommandLine& command, StatsFlags& flags) {
        command.Add("--rule", flags.rule,
                    {"只看这条规则或阈值", "Only this rule or threshold"});
        command.Add("--words", flags.words,
                    {"列出词和正则表达式，而不是整条规则：每条规则的每个词一行",
                     "Words and regexes, not whole rules: a row for each rule "
                     "and word"});
        command.Add("--never-hit", flags.never_hit,
                    {"只列从未命中的，用于精简词表；同一个词在几条规则中，"
                     "按每条规则分别统计",
                     "Only those that have never hit, to shorten lists; a "
                     "word of several rules: in that rule"});
        command.Add("--since-publication", flags.since_publication,
                    {"生效的规则发布以来的命中。默认为开始计数以来",
                     "Hits since the rules in force were published. Default: "
                     "since counting began"});
        command.Add("--costs", flags.costs,
                    {"测量每个正则表达式的扫描耗时；需要几秒钟",
                     "Measure the cost of each regex; takes some seconds"});
        command.Add("--limit", flags.limit, {"行数", "How many rows"})
            .Positive()
            .ShowDefault();
      },
      Stats);
}

}  // namespace sluice::ctl
