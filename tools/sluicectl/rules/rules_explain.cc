// sluicectl rules explain: everything that rules find in a text, and the
// resulting decision.

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/types/span.h"
#include "filter/examine/snapshot.h"
#include "filter/explain.h"
#include "filter/sentence.h"
#include "rules/base/faults.h"
#include "rules/base/status_macros.h"
#include "rules/hit_names.h"
#include "rules/pack/pack.h"
#include "tools/lib/bar.h"
#include "tools/lib/display_width.h"
#include "tools/lib/encoded_input.h"
#include "tools/lib/highlight.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/lib/wrap.h"
#include "tools/sluicectl/contact_text.h"
#include "tools/sluicectl/rules/explain_summary.h"
#include "tools/sluicectl/rules/pack_source.h"
#include "tools/sluicectl/rules/rules_commands.h"

namespace sluice::ctl {
namespace {

// Of the terminals with fewer cells, half as many are left for a bar.
constexpr size_t kBarCells = 20;
constexpr size_t kWideTerminal = 100;
// Cells of a part of the text, or of a regex, in the table.
constexpr size_t kCellMax = 40;

struct ExplainFlags {
  std::string text;
  uint32_t number = 0;
  std::string folder;
  std::string message_class = "commercial";
  std::string to;
  std::string account;
  std::string on_behalf_of;
  std::string sender;
  std::string encoding;
};

std::string Lower(const std::string& name) {
  return absl::AsciiStrToLower(name);
}

// Marks the characters of hits that apply to this message, and of other
// reasons.
std::vector<bool> Marks(const admin::v1::ExplainTextResponse& explained,
                        size_t size) {
  std::vector<v1::Reason> reasons(explained.reasons().begin(),
                                  explained.reasons().end());
  reasons.insert(reasons.end(), explained.would_reasons().begin(),
                 explained.would_reasons().end());
  for (const admin::v1::ExplainedHit& hit : explained.hits()) {
    // A rule about something absent has no position in the text.
    if (!hit.applies() || hit.pattern().empty()) continue;
    *reasons.emplace_back().add_spans() = hit.span();
  }
  return tools::MarkHits(reasons, size);
}

// Code points [begin, end) of the text.
std::string Stretch(const std::string& text,
                    const std::vector<tools::Glyph>& glyphs,
                    const v1::Span& span) {
  const size_t end = std::min<size_t>(span.end(), glyphs.size());
  if (span.begin() >= end) return "";
  const size_t from = glyphs[span.begin()].offset;
  const tools::Glyph& last = glyphs[end - 1];
  return text.substr(from, last.offset + last.size - from);
}

std::string DoesText(const Context& context,
                     const admin::v1::ExplainedHit& hit) {
  if (hit.action() != rules::v1::RULE_ACTION_TAG) {
    return Lower(context.Name(hit.action()));
  }
  return absl::StrCat("+", hit.score(), " ", hit.category());
}

bool IsContact(const admin::v1::ExplainedHit& hit) {
  return hit.contact() != rules::v1::CONTACT_KIND_UNSPECIFIED;
}

std::string PatternText(const Context& context,
                        const admin::v1::ExplainedHit& hit) {
  if (hit.pattern().empty()) return context.Say("（缺少）", "(absent)");
  if (IsContact(hit)) {
    return tools::Shorten(
        absl::StrCat(Lower(context.Name(hit.contact())), " ", hit.pattern()),
        kCellMax);
  }
  if (hit.weight() != 0) {
    return absl::StrFormat("%s %+d", hit.pattern(), hit.weight());
  }
  return tools::Shorten(
      hit.regex() ? absl::StrCat("/", hit.pattern(), "/") : hit.pattern(),
      kCellMax);
}

// Where the pattern is in the pack.
std::string PlaceText(const Context& context,
                      const admin::v1::ExplainedHit& hit) {
  if (hit.regex()) return context.Say("正则表达式", "regex");
  if (IsContact(hit)) {
    return hit.domain_list().empty() ? context.Say("任意", "any")
                                     : hit.domain_list();
  }
  if (hit.weight() != 0) {
    return context.Say("$0（合计 $1，仅列最重的词）",
                       "$0 (sum $1, the heaviest words)", hit.word_list(),
                       hit.weights());
  }
  return hit.word_list().empty() ? context.Say("规则内", "in the rule")
                                 : hit.word_list();
}

std::string FoldingText(const Context& context,
                        const admin::v1::ExplainedHit& hit) {
  return hit.folding() == rules::v1::FOLDING_LEVEL_UNSPECIFIED
             ? "-"
             : Lower(context.Name(hit.folding()));
}

// Characters counted from 1, both ends included.
std::string AtText(const v1::Span& span) {
  const uint32_t first = span.begin() + 1;
  return span.end() <= first ? absl::StrCat(first)
                             : absl::StrCat(first, "-", span.end());
}

// The exemption or rollback by which the hit is not enforced.
std::string ExemptedBy(const Context& context,
                       const admin::v1::ExplainedHit& hit) {
  if (hit.accepted()) return context.Say("模板", "template");
  if (hit.exemption() != 0) {
    return context.Say("豁免 $0", "exemption $0", hit.exemption());
  }
  return hit.rolled_back() ? context.Say("自动回滚", "automatic rollback") : "";
}

// What a line of the table says in one column of several hits: each thing once.
class Several {
 public:
  void Add(std::string one) {
    if (!absl::c_linear_search(all_, one)) all_.push_back(std::move(one));
  }
  std::string Text(const Context& context) const {
    const size_t shown = std::min(all_.size(), kShownMax);
    std::string text = absl::StrJoin(absl::MakeSpan(all_).subspan(0, shown),
                                     context.Say("、", ", "));
    if (all_.size() > shown) {
      text += context.Say("，另有 $0 个", " and $0 more", all_.size() - shown);
    }
    return text;
  }

 private:
  static constexpr size_t kShownMax = 5;

  std::vector<std::string> all_;
};

// The hits of one rule, which are one line: where and by what.
struct RuleHits {
  const admin::v1::ExplainedHit* first = nullptr;
  Several at;
  Several found;
  Several patterns;
  Several places;
  Several folding;
};

// In the order of their first hits.
std::vector<RuleHits> ByRule(const Context& context, const std::string& text,
                             absl::Span<const admin::v1::ExplainedHit> hits) {
  const std::vector<tools::Glyph> glyphs = tools::SplitGlyphs(text);
  std::vector<RuleHits> rules;
  for (const admin::v1::ExplainedHit& hit : hits) {
    // An exemption may be for one word of a rule.
    auto rule = absl::c_find_if(rules, [&](const RuleHits& one) {
      return one.first->rule() == hit.rule() &&
             ExemptedBy(context, *one.first) == ExemptedBy(context, hit);
    });
    if (rule == rules.end()) {
      rules.emplace_back().first = &hit;
      rule = std::prev(rules.end());
    }
    rule->at.Add(AtText(hit.span()));
    rule->found.Add(
        tools::Shorten(Stretch(text, glyphs, hit.span()), kCellMax));
    rule->patterns.Add(PatternText(context, hit));
    rule->places.Add(PlaceText(context, hit));
    rule->folding.Add(FoldingText(context, hit));
  }
  return rules;
}

void PrintHits(const Context& context, const std::string& text,
               absl::Span<const admin::v1::ExplainedHit> hits) {
  std::vector<tools::Column> columns = {
      {context.Say("位置", "at")},
      {context.Say("命中内容", "found"), tools::Align::kLeft, true},
      {context.Say("规则", "rule")},
      {context.Say("动作", "does")},
      {context.Say("执行方式", "mode")},
      {context.Say("匹配项", "pattern"), tools::Align::kLeft, true},
      {context.Say("词表", "list"), tools::Align::kLeft, true},
      {context.Say("匹配方式", "folding")}};
  const std::string for_this = context.Say("对本条短信", "for this message");
  const bool all_apply =
      absl::c_all_of(hits, [](const auto& hit) { return hit.applies(); });
  if (!all_apply) columns.push_back({for_this});
  const bool exempted = absl::c_any_of(hits, [](const auto& hit) {
    return hit.exemption() != 0 || hit.rolled_back() || hit.accepted();
  });
  if (all_apply && exempted) columns.push_back({for_this});
  if (exempted) columns.push_back({context.Say("豁免依据", "exempted by")});
  tools::Table table(std::move(columns));
  for (const RuleHits& rule : ByRule(context, text, hits)) {
    const admin::v1::ExplainedHit& hit = *rule.first;
    table.AddRow({rule.at.Text(context), rule.found.Text(context), hit.rule(),
                  DoesText(context, hit), Lower(context.Name(hit.mode())),
                  rule.patterns.Text(context), rule.places.Text(context),
                  rule.folding.Text(context),
                  hit.applies()
                      ? context.Say("适用", "yes")
                      : context.Say("不适用：$0", "no: $0",
                                    NotForText(context, hit.not_for())),
                  ExemptedBy(context, hit)});
  }
  context.out << table.Text(context.width);
}

// The hits that decide, then the others; of those that only add to a sum far
// from its threshold, the names of the rules.
void PrintAllHits(const Context& context, const std::string& text,
                  const admin::v1::ExplainTextResponse& explained) {
  const std::set<std::string> deciding = DecidingRules(explained);
  const std::set<std::string> far = FarRules(explained);
  std::vector<admin::v1::ExplainedHit> first;
  std::vector<admin::v1::ExplainedHit> others;
  std::set<std::string> left_out;
  for (const admin::v1::ExplainedHit& hit : explained.hits()) {
    if (deciding.contains(hit.rule())) {
      first.push_back(hit);
    } else if (far.contains(hit.rule())) {
      left_out.insert(hit.rule());
    } else {
      others.push_back(hit);
    }
  }
  if (!first.empty()) {
    context.out << "\n";
    PrintHits(context, text, first);
  }
  if (!others.empty()) {
    context.out << "\n"
                << context.style.Bold(
                       context.Say("其他命中（不影响判定）",
                                   "Other hits (without influence)"))
                << "\n";
    PrintHits(context, text, others);
  }
  if (left_out.empty()) return;
  context.out << context.style.Dim(tools::WrapLines(
                     context.Say("另有 $0 条计分规则命中，离各自的阈值很远：$1",
                                 "Also hit, in sums far from their "
                                 "thresholds: $2",
                                 left_out.size(), absl::StrJoin(left_out, "、"),
                                 absl::StrJoin(left_out, ", ")),
                     context.width, 2))
              << "\n";
}

// The share of its nearest threshold that a sum reaches.
double Nearness(const admin::v1::ExplainedSum& sum) {
  // Thresholds ascend: the first is the nearest.
  return sum.thresholds().empty() ? 0
                                  : static_cast<double>(sum.would_score()) /
                                        sum.thresholds(0).score();
}

std::string SumText(const Context& context,
                    const admin::v1::ExplainedSum& sum) {
  return sum.would_score() == sum.score()
             ? absl::StrCat(sum.score())
             : context.Say("$0（计入仅观察的规则为 $1）",
                           "$0 ($1 with observed)", sum.score(),
                           sum.would_score());
}

void PrintSums(const Context& context,
               const admin::v1::ExplainTextResponse& explained) {
  tools::Table table({{context.Say("类别", "category")},
                      {context.Say("得分", "sum"), tools::Align::kRight},
                      {context.Say("阈值分", "of"), tools::Align::kRight},
                      {context.Say("接近程度", "how near")},
                      {context.Say("阈值", "threshold")},
                      {context.Say("动作", "does")},
                      {context.Say("是否达到", "reached")}});
  std::vector<admin::v1::ExplainedSum> sums(explained.sums().begin(),
                                            explained.sums().end());
  absl::c_stable_sort(sums, [](const auto& a, const auto& b) {
    return Nearness(a) > Nearness(b);
  });
  const bool narrow = context.width != 0 && context.width < kWideTerminal;
  const size_t bar_cells = narrow ? kBarCells / 2 : kBarCells;
  for (const admin::v1::ExplainedSum& sum : sums) {
    if (sum.thresholds().empty()) {
      table.AddRow({sum.category(), SumText(context, sum), "-", "",
                    context.Say("无", "none"), context.Say("无", "nothing")});
    }
    for (const admin::v1::ExplainedThreshold& threshold : sum.thresholds()) {
      const bool reached = sum.score() >= threshold.score();
      const bool would = sum.would_score() >= threshold.score();
      table.AddRow({sum.category(), SumText(context, sum),
                    absl::StrCat(threshold.score()),
                    tools::Bar(sum.would_score(), threshold.score(), bar_cells),
                    threshold.id(), Lower(context.Name(threshold.action())),
                    reached ? context.Say("是", "yes")
                    : would ? context.Say("仅观察", "observed only")
                            : context.Say("否", "no")});
    }
  }
  context.out << "\n" << table.Text(context.width);
}

// "赔付 +40, 快递 +30", the heaviest first.
std::string WordsText(
    const Context& context,
    const google::protobuf::RepeatedPtrField<admin::v1::ExplainedWord>& words) {
  std::vector<std::string> each;
  for (const admin::v1::ExplainedWord& word : words) {
    each.push_back(absl::StrFormat("%s %+d", word.word(), word.weight()));
  }
  return absl::StrJoin(each, context.Say("、", ", "));
}

std::string ReachedText(const Context& context,
                        const admin::v1::ExplainTextResponse& explained,
                        const admin::v1::ExplainedWeighing& weighing) {
  if (!weighing.applies()) {
    return context.Say("不适用：类别或发送方不符", "no: class or sender");
  }
  if (weighing.sum() < weighing.at_least()) return context.Say("否", "no");
  const bool lifted =
      absl::c_any_of(explained.hits(), [&weighing](const auto& hit) {
        return hit.accepted() && hit.rule() == weighing.rule();
      });
  if (lifted) return context.Say("是，模板已接受", "yes, accepted by template");
  return weighing.hit() ? context.Say("是", "yes")
                        : context.Say("是，但其他条件不符",
                                      "yes, but not all it asks for");
}

// What the text weighs for rules, also where that is too little: why it passed.
// A table that says nothing for its rules is left out, and so is a rule that
// asks for more of a table than one that is not reached already.
void PrintWeighings(const Context& context,
                    const admin::v1::ExplainTextResponse& explained) {
  tools::Table table(
      {{context.Say("规则", "rule")},
       {context.Say("动作", "does")},
       {context.Say("权重合计", "sum"), tools::Align::kRight},
       {context.Say("须达到", "at least"), tools::Align::kRight},
       {context.Say("是否达到", "reached")},
       {context.Say("支持", "for"), tools::Align::kLeft, true},
       {context.Say("反对", "against"), tools::Align::kLeft, true}});
  const admin::v1::ExplainedWeighing* before = nullptr;
  for (const admin::v1::ExplainedWeighing& one : explained.weighings()) {
    if (one.words_for().empty()) continue;
    const bool same = before != nullptr && before->table() == one.table();
    if (same && before->sum() < before->at_least() &&
        before->at_least() <= one.at_least()) {
      continue;
    }
    before = &one;
    const std::string above = context.Say("同上", "as above");
    table.AddRow({one.rule(), Lower(context.Name(one.action())),
                  absl::StrCat(one.sum()), absl::StrCat(one.at_least()),
                  ReachedText(context, explained, one),
                  same ? above : WordsText(context, one.words_for()),
                  same ? above : WordsText(context, one.words_against())});
  }
  if (!table.empty()) context.out << "\n" << table.Text(context.width);
}

// The rules that would stop the message, or score, but for what lifts them.
void PrintLifted(const Context& context, const PlaceOfHit& place,
                 const admin::v1::ExplainTextResponse& explained) {
  tools::Table table(
      {{context.Say("规则", "rule")},
       {context.Say("动作", "does")},
       {context.Say("执行方式", "mode")},
       {context.Say("会命中", "would find"), tools::Align::kLeft, true},
       {context.Say("被什么解除", "lifted by"), tools::Align::kLeft, true}});
  for (const admin::v1::LiftedRule& one : explained.lifted()) {
    if (!one.applies() || one.hits().empty()) continue;
    Several found;
    for (const admin::v1::ExplainedHit& hit : one.hits()) {
      found.Add(PatternText(context, hit));
    }
    table.AddRow({one.rule(), DoesText(context, one.hits(0)),
                  Lower(context.Name(one.mode())), found.Text(context),
                  LiftsText(context, one, place)});
  }
  if (table.empty()) return;
  context.out << "\n"
              << context.style.Bold(context.Say("被例外或放行短语解除的规则",
                                                "Rules that are lifted"))
              << "\n"
              << table.Text(context.width);
}

// The parts of the text that a reason is about, with their positions; the table
// of hits already has the hits of rules.
std::string StretchesText(const std::string& text,
                          const admin::v1::ExplainTextResponse& explained,
                          const v1::Reason& reason) {
  const bool in_table = absl::c_any_of(
      explained.hits(),
      [&reason](const auto& hit) { return hit.rule() == reason.rule(); });
  const bool is_sum =
      absl::c_any_of(explained.sums(), [&reason](const auto& sum) {
        return absl::c_any_of(sum.thresholds(), [&reason](const auto& one) {
          return one.id() == reason.rule();
        });
      });
  if (in_table || is_sum) return "";
  const std::vector<tools::Glyph> glyphs = tools::SplitGlyphs(text);
  std::vector<std::string> stretches;
  for (const v1::Span& span : reason.spans()) {
    stretches.push_back(
        absl::StrCat(AtText(span), " ",
                     tools::Shorten(Stretch(text, glyphs, span), kCellMax)));
  }
  return absl::StrJoin(stretches, ", ");
}

void PrintReasons(
    const Context& context, const std::string& text,
    const admin::v1::ExplainTextResponse& explained,
    const google::protobuf::RepeatedPtrField<v1::Reason>& reasons) {
  for (const v1::Reason& reason : reasons) {
    context.out << "  " << context.style.Bold(reason.code());
    for (const std::string& part :
         {reason.rule(), Lower(context.Name(reason.basis())),
          reason.article().empty()
              ? ""
              : context.Say("第 $0 条", "$0", reason.article()),
          reason.field()}) {
      if (!part.empty()) context.out << "  " << tools::Printable(part);
    }
    context.out << "\n    " << tools::Printable(reason.sentence()) << "\n";
    const std::string stretches = StretchesText(text, explained, reason);
    if (!stretches.empty()) {
      context.out << context.Say("    位置 ", "    at ")
                  << tools::Printable(stretches) << "\n";
    }
    const std::string contacts = ContactsOf(reason, text, context.language);
    if (!contacts.empty()) {
      context.out << "    " << tools::Printable(contacts) << "\n";
    }
  }
}

// Prints the contacts, which only checks with an account compare with its
// filings.
void PrintContacts(const Context& context, const std::string& text) {
  std::vector<std::string> contacts;
  for (const FoundContact& contact : FindContacts(text, context.language)) {
    contacts.push_back(absl::StrCat(AtText(contact.span), " ", contact.name));
  }
  if (contacts.empty()) return;
  context.out << "\n"
              << context.Say("链接和联系方式：", "Links and contacts: ")
              << tools::Printable(absl::StrJoin(contacts, ", "))
              << context.style.Dim(context.Say(
                     "  （加上 --account 可查看是否已报备）",
                     "  (give --account to see whether they are filed)"))
              << "\n";
}

// Which checks the decision includes, and which it does not.
std::string ReachText(const Context& context, const ExplainFlags& flags) {
  if (flags.account.empty()) {
    return context.Say(
        "\n  （仅检查内容规则；加上 --account 检查该短信的其余各项）",
        "  (content rules only: give --account for all other checks of the "
        "message)");
  }
  std::string reach = context.Say(
      "\n  （不含接收号码的退订、同意和频次限制：`sluicectl check` 检查这些）",
      "  (without the recipient's opt-outs, consents and limits: `sluicectl "
      "check` has those)");
  if (flags.to.empty()) {
    reach +=
        context.Say("\n  未检查接收号码及其运营商（没有给出 --to）",
                    "\n  recipient and its carrier: not checked (no --to)");
  }
  return reach;
}

std::string PlaceInRule(const rules::Pack& pack,
                        const admin::v1::ExplainedHit& hit) {
  const std::string line = rules::PlaceInRule(pack, hit.rule(), hit.pattern());
  return line.empty() ? rules::PlaceOfPhrase(pack, hit.rule(), hit.pattern())
                      : line;
}

// Names the line of a word where the pack is a folder, else its list.
PlaceOfHit PlacesOf(const Context& context, const std::string& folder) {
  auto places = std::make_shared<rules::Pack>();
  rules::Faults ignored;  // It was compiled.
  if (!folder.empty()) *places = rules::ReadPack(folder, ignored);
  return [&context, places](const admin::v1::ExplainedHit& hit) {
    std::string line;
    if (hit.weight() == 0 && !IsContact(hit)) {
      line = hit.word_list().empty()
                 ? PlaceInRule(*places, hit)
                 : rules::PlaceOfWord(*places, hit.word_list(), hit.pattern());
    }
    return line.empty() ? PlaceText(context, hit) : line;
  };
}

void PrintSummary(const Context& context, const PlaceOfHit& place,
                  const admin::v1::ExplainTextResponse& explained) {
  const std::string summary = tools::WrapLines(
      tools::Printable(SummaryOf(context, explained, place)), context.width, 2);
  const bool good = explained.decision() == v1::DECISION_ACCEPTED;
  const size_t end = std::min(summary.find("："), summary.find(": "));
  const std::string decision = summary.substr(0, end);
  context.out << (good ? context.style.Good(decision)
                       : context.style.Bad(decision))
              << summary.substr(decision.size()) << "\n\n";
}

void Print(const Context& context, const ExplainFlags& flags,
           const std::string& text, v1::MessageClass message_class,
           const admin::v1::ExplainTextResponse& explained) {
  const tools::Style& style = context.style;
  const size_t width = context.width == 0 ? 100 : context.width;
  const PlaceOfHit place = PlacesOf(context, flags.folder);
  PrintSummary(context, place, explained);
  context.out << tools::Highlight(
      text, Marks(explained, tools::SplitGlyphs(text).size()), style, width);
  if (explained.hits().empty()) {
    context.out << "\n"
                << context.Say("规则集 $0 没有命中。", "No rule of $0 hits.",
                               explained.rule_set())
                << "\n";
  } else {
    PrintAllHits(context, text, explained);
  }
  PrintLifted(context, place, explained);
  if (!explained.sums().empty()) PrintSums(context, explained);
  PrintWeighings(context, explained);
  if (flags.account.empty()) PrintContacts(context, text);
  const std::string decision = context.Name(explained.decision());
  context.out << "\n"
              << (explained.decision() == v1::DECISION_ACCEPTED
                      ? style.Good(decision)
                      : style.Bad(decision))
              << context.Say("  规则集 $0，类别：$1", "  by $0, as $1",
                             explained.rule_set(),
                             Lower(context.Name(message_class)))
              << style.Dim(ReachText(context, flags)) << "\n";
  PrintReasons(context, text, explained, explained.reasons());
  if (explained.would_reasons().empty()) return;
  context.out << style.Bold(context.Say("仅观察，未强制执行",
                                        "Observed, not enforced"))
              << "\n";
  PrintReasons(context, text, explained, explained.would_reasons());
}

// Explains as the server would, but without a server.
absl::StatusOr<admin::v1::ExplainTextResponse> ExplainHere(
    const Context& context, const std::string& folder,
    const admin::v1::ExplainTextRequest& request) {
  SLUICE_ASSIGN_OR_RETURN(const CompiledPack pack, CompileFolder(folder));
  return filter::Explain(
      {.rules = pack.rules, .policy = pack.policy}, /*account_id=*/"",
      {.text = request.message().text(),
       .message_class =
           static_cast<MessageClass>(request.message().message_class())},
      absl::ToUnixMillis(absl::Now()),
      filter::ChooseLanguage(context.connection.language));
}

absl::StatusOr<int> Explain(const Context& context, const ExplainFlags& flags) {
  admin::v1::ExplainTextRequest request;
  request.set_number(flags.number);
  request.set_account_id(flags.account);
  v1::OutgoingMessage& message = *request.mutable_message();
  SLUICE_ASSIGN_OR_RETURN(const std::string text,
                          ReadUtf8(context, flags.text, flags.encoding));
  message.set_text(text);
  message.set_recipient(flags.to);
  message.set_on_behalf_of(flags.on_behalf_of);
  message.set_sender(flags.sender);
  SLUICE_ASSIGN_OR_RETURN(const v1::MessageClass message_class,
                          ReadClass(flags.message_class));
  message.set_message_class(message_class);
  admin::v1::ExplainTextResponse response;
  if (flags.folder.empty()) {
    SLUICE_RETURN_IF_ERROR(CallRules(
        Patiently(context), &admin::v1::RulesService::Stub::ExplainText,
        request, response));
  } else {
    SLUICE_ASSIGN_OR_RETURN(response,
                            ExplainHere(context, flags.folder, request));
  }
  if (context.json) {
    PrintJson(context.out, response);
  } else {
    Print(context, flags, text, message_class, response);
  }
  return 0;
}

void AddFlags(tools::CommandLine& command, ExplainFlags& flags) {
  command
      .Add("TEXT", flags.text,
           {"短信内容；- 表示标准输入", "The text; - reads standard input"})
      .Required();
  const tools::Flag number =
      command
          .Add("--number", flags.number,
               {"版本。默认为生效的版本",
                "The version. Default: the one in force"})
          .Positive();
  const tools::Flag folder =
      command
          .Add("--folder", flags.folder,
               {"规则包的文件夹，代替版本；不需要服务器",
                "A pack's folder instead of a version; needs no server"})
          .Excludes(number);
  command.Add("--class", flags.message_class, kClassHelp).ShowDefault();
  const tools::Flag account =
      command
          .Add("--account", flags.account,
               {"发送短信的账号：加上其他各项检查和有范围的规则",
                "The account that sends the message: adds all other checks, "
                "and rules with a scope"})
          .Excludes(folder);
  command
      .Add("--to", flags.to,
           {"接收号码；不给则不作与号码有关的检查",
            "The recipient's number; without it, checks of the number are "
            "left out"})
      .Needs(account);
  command
      .Add("--on-behalf-of", flags.on_behalf_of,
           {"内容提供者；账号有多个时须给出",
            "The content provider, when the account has several"})
      .Needs(account);
  command
      .Add("--sender", flags.sender,
           {"端口号的别名或接入号", "Port alias or access number"})
      .Needs(account);
  tools::AddEncoding(command, flags.encoding);
}

}  // namespace

void AddRulesExplain(tools::CommandLine& group, Context& context) {
  AddCommand<ExplainFlags>(
      group, context, "explain",
      {"先用一句话说明判定及其原因，再标出规则在短信中的每一处命中：词、词表、"
       "匹配方式、得分；起决定作用的在前。不记录，也不发送。",
       "Says first what is decided and why, then marks every hit of the rules "
       "in a text: the word, its list and its spelling, the scores; those that "
       "decide come first. Records and sends nothing."},
      "sluicectl rules explain \"金沙百家乐，首存有礼\"\n"
      "  sluicectl rules explain - --folder ./my-pack < text.txt\n"
      "  sluicectl rules explain - --encoding gbk < text.txt",
      AddFlags, Explain);
}

}  // namespace sluice::ctl
