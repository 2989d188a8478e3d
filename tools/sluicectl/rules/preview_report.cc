#include "tools/sluicectl/rules/preview_report.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/evaluate_run/tally.h"
#include "tools/lib/bar.h"
#include "tools/lib/display_width.h"
#include "tools/lib/highlight.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/party_names.h"
#include "tools/sluicectl/prose.h"

namespace sluice::ctl {
namespace {

using Differences =
    google::protobuf::RepeatedPtrField<admin::v1::PreviewDifference>;

constexpr size_t kShareBarCells = 20;
constexpr Words kStopped = {"拦下", "stopped"};

double Share(uint64_t part, uint64_t all) {
  return all == 0 ? 0 : static_cast<double>(part) / static_cast<double>(all);
}

std::string Signed(uint64_t count, char sign) {
  return count == 0 ? ""
                    : absl::StrCat(std::string(1, sign), tools::Grouped(count));
}

// Changed decisions first, then unchanged ones.
void PrintMoves(const Context& context,
                const admin::v1::PreviewResult& result) {
  std::vector<admin::v1::PreviewMove> moves(result.moves().begin(),
                                            result.moves().end());
  std::stable_sort(
      moves.begin(), moves.end(), [](const auto& a, const auto& b) {
        const bool a_stays = a.before() == a.after();
        const bool b_stays = b.before() == b.after();
        return a_stays != b_stays ? b_stays : a.messages() > b.messages();
      });
  tools::Table table({{context.Say("改动前", "before")},
                      {context.Say("变化", "to")},
                      {context.Say("改动后", "after")},
                      {context.Say("短信数", "messages"), tools::Align::kRight},
                      {context.Say("占比", "share"), tools::Align::kRight},
                      {context.Say("对比", "compared")}});
  for (const admin::v1::PreviewMove& move : moves) {
    const double share = Share(move.messages(), result.messages());
    table.AddRow({context.Name(move.before()),
                  move.before() == move.after() ? "=" : "->",
                  context.Name(move.after()), tools::Grouped(move.messages()),
                  evaluate::Percent(share),
                  tools::Bar(share, 1, kShareBarCells)});
  }
  context.out << "\n" << table.Text(context.width);
}

// A class by the name that people read; other names stay as they are.
std::string NameOfClass(const Context& context, const std::string& name) {
  const auto known = tools::ParseEnum<v1::MessageClass>(name);
  return known.ok() ? context.Name(*known) : name;
}

Differences Classes(const Context& context,
                    const admin::v1::PreviewResult& result) {
  Differences classes = result.classes();
  for (admin::v1::PreviewDifference& one : classes) {
    one.set_name(NameOfClass(context, one.name()));
  }
  return classes;
}

Differences Providers(const Context& context,
                      const admin::v1::PreviewResult& result) {
  PartyNames parties(context);
  Differences providers = result.content_providers();
  for (admin::v1::PreviewDifference& one : providers) {
    one.set_name(parties.Provider(one.name()));
  }
  return providers;
}

// With bars for new and for lost hits, on one scale.
// `counted`: what is counted, in a word: hits, or messages that are stopped.
void PrintDifferences(const Context& context, const std::string& what,
                      const Words& counted, const Differences& differences) {
  if (differences.empty()) return;
  uint64_t most = 1;
  for (const admin::v1::PreviewDifference& one : differences) {
    most = std::max({most, one.new_hits(), one.lost_hits()});
  }
  tools::Table table(
      {{what, tools::Align::kLeft, true},
       {context.Say("改前$0", "$1 before", counted.chinese, counted.english),
        tools::Align::kRight},
       {context.Say("改后$0", "after", counted.chinese), tools::Align::kRight},
       {context.Say("新增$0", "new", counted.chinese), tools::Align::kRight},
       {tools::PadTo(context.Say("对比", "compared"), kShareBarCells / 2)},
       {context.Say("不再$0", "lost", counted.chinese), tools::Align::kRight},
       {tools::PadTo(context.Say("对比", "compared"), kShareBarCells / 2)}});
  const auto bar = [most](uint64_t count) {
    return tools::Bar(static_cast<double>(count), static_cast<double>(most),
                      kShareBarCells / 2);
  };
  for (const admin::v1::PreviewDifference& one : differences) {
    table.AddRow({one.name(), tools::Grouped(one.before()),
                  tools::Grouped(one.after()), Signed(one.new_hits(), '+'),
                  bar(one.new_hits()), Signed(one.lost_hits(), '-'),
                  bar(one.lost_hits())});
  }
  context.out << "\n" << table.Text(context.width);
}

void PrintSamples(const Context& context,
                  const admin::v1::PreviewResult& result) {
  const tools::Style& style = context.style;
  const size_t width = context.width == 0 ? 100 : context.width;
  std::string last;
  for (const admin::v1::PreviewSample& sample : result.samples()) {
    const std::string title =
        sample.new_hit()
            ? context.Say("$0：改动后命中", "$0: hits now", sample.rule())
            : context.Say("$0：改动后不再命中", "$0: hits no longer",
                          sample.rule());
    if (title != last) context.out << "\n" << style.Bold(title) << "\n";
    last = title;
    v1::Reason reason;
    *reason.mutable_spans() = sample.spans();
    const size_t size = tools::SplitGlyphs(sample.text()).size();
    context.out << tools::Highlight(
        sample.text(), tools::MarkHits({reason}, size), style, width);
  }
}

// Templates whose texts the new rules hit, which publishing must accept.
void PrintTemplates(const Context& context,
                    const admin::v1::PreviewResult& result) {
  if (result.templates().empty()) return;
  tools::Table table(
      {{context.Say("已发布的模板", "released template")},
       {context.Say("命中的规则", "hit by"), tools::Align::kLeft, true}});
  bool prohibited = false;
  for (const admin::v1::TemplateHits& one : result.templates()) {
    for (const admin::v1::TemplateHits::Hit& hit : one.hits()) {
      prohibited = prohibited || hit.prohibited();
    }
    table.AddRow(
        {one.template_id(),
         absl::StrJoin(
             one.hits(), ", ", [&context](std::string* out, const auto& hit) {
               absl::StrAppend(out, hit.rule());
               if (!hit.word().empty()) {
                 absl::StrAppend(out, " \"", hit.word(), "\"");
               }
               if (hit.prohibited()) {
                 *out += context.Say("（法律法规禁止的内容）", " (prohibited)");
               }
             })});
  }
  context.out << "\n" << table.Text(context.width);
  if (prohibited) {
    context.out << context.Say(
        "这些模板的固定文字含有法律法规禁止的内容：发布前请修改、停用或关闭它们"
        "。"
        "--accept-template-hits 只接受其余的命中。\n",
        "The fixed text of these templates has prohibited content: change, "
        "suspend or close them before publishing. --accept-template-hits "
        "accepts only the other hits.\n");
  } else {
    context.out << context.Say(
        "规则命中这些模板的固定文字：发布时加上 "
        "--accept-template-hits，或先修改、"
        "停用或关闭模板。\n",
        "The rules hit the fixed text of these templates: publish with "
        "--accept-template-hits, or change, suspend or close the templates "
        "first.\n");
  }
}

}  // namespace

void PrintPreview(const Context& context, const std::string& before,
                  const std::string& after,
                  const admin::v1::PreviewResult& result, double seconds) {
  if (result.messages() == 0) {
    context.out << context.Say(
        "没有可用来比较 $0 和 $1 的短信。\n",
        "There is no message to compare $0 and $1 with.\n", before, after);
    PrintTemplates(context, result);
    return;
  }
  uint64_t moved = 0;
  for (const admin::v1::PreviewMove& move : result.moves()) {
    if (move.before() != move.after()) moved += move.messages();
  }
  const auto rate = static_cast<uint64_t>(std::llround(
      seconds > 0 ? static_cast<double>(result.messages()) / seconds : 0));
  const std::string head =
      context.Say("从 $0 到 $1", "From $0 to $1", before, after);
  const std::string rest = context.Say(
      "：$5 条短信，用时 $1（每秒 $2 条），其中 $3 条（$4）判定不同",
      ": $0 in $1 ($2 a second), $3 of them ($4) decided differently",
      tools::Counted(result.messages(), "message"),
      tools::DurationText(seconds), tools::Grouped(rate), tools::Grouped(moved),
      evaluate::Percent(Share(moved, result.messages())),
      tools::Grouped(result.messages()));
  PrintProse(context, head + rest, head, context.style.Bold(head));
  PrintMoves(context, result);
  PrintDifferences(context, context.Say("规则或阈值", "rule or threshold"),
                   {"命中", "hits"}, result.rules());
  PrintDifferences(context, context.Say("内容提供者", "content provider"),
                   kStopped, Providers(context, result));
  PrintDifferences(context, context.Say("类别", "class"), kStopped,
                   Classes(context, result));
  if (!result.classes().empty()) {
    context.out << context.Say(
        "拦下指内容规则会拒绝或转人工审核；其他检查已拒绝的短信也计入，判定却不"
        "变，\n因此合计可以与判定不同的条数不等。\n",
        "Stopped: content rules would reject or hold it. Messages that other "
        "checks reject anyway\ncount here, and their decision stays the same: "
        "the sums may differ from the number above.\n");
  }
  PrintSamples(context, result);
  PrintTemplates(context, result);
}

}  // namespace sluice::ctl
