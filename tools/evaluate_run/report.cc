#include "tools/evaluate_run/report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "tools/lib/bar.h"
#include "tools/lib/table.h"

namespace sluice::evaluate {
namespace {

constexpr size_t kBarCells = 20;

std::string PrefixOf(const std::string& label) {
  const size_t colon = label.find(':');
  return colon == std::string::npos ? "" : label.substr(0, colon + 1);
}

void Add(const ClassResult& from, ClassResult& to) {
  to.plain.Add(from.plain);
  to.evaded.resize(from.evaded.size());
  for (size_t i = 0; i < from.evaded.size(); ++i) {
    to.evaded[i].Add(from.evaded[i]);
  }
}

// Rejected or held: not passed.
uint64_t Stopped(const Tally& tally) {
  return tally.total() - tally.of(Outcome::kPassed);
}

double StoppedShare(const Tally& tally) {
  return tally.total() == 0 ? 0 : 1 - tally.Share(Outcome::kPassed);
}

tools::Column Number(std::string title) {
  return {std::move(title), tools::Align::kRight};
}

}  // namespace

bool IsHam(absl::string_view label) {
  return label.substr(0, label.find(':')) == kHam;
}

ClassResult& Report::Of(const std::string& file, const std::string& label) {
  ClassResult& result = results_[{file, label}];
  result.evaded.resize(ways_.size());
  return result;
}

void Report::CountRule(absl::string_view rule, bool ham) {
  RuleCount& count = rules_[std::string(rule)];
  ++(ham ? count.ham : count.spam);
}

std::vector<Report::Line> Report::Lines() const {
  std::vector<Line> lines;
  std::map<std::pair<std::string, std::string>, std::pair<size_t, Line>> sums;
  for (const auto& [key, result] : results_) {
    const auto& [file, label] = key;
    lines.push_back({file, label, result});
    const std::string prefix = PrefixOf(label);
    if (prefix.empty()) continue;
    auto& [count, sum] = sums[{file, prefix}];
    ++count;
    sum.file = file;
    sum.label = prefix + "*";
    sum.sum = true;
    Add(result, sum.result);
  }
  Line bad = {"", "FR:*, IL:*", {}, true};
  for (const auto& [key, counted] : sums) {
    const auto& [count, sum] = counted;
    if (key.second == "FR:" || key.second == "IL:") Add(sum.result, bad.result);
    if (count < 2) continue;
    const auto after = std::find_if(
        lines.rbegin(), lines.rend(), [&key = key](const Line& line) {
          return line.file == key.first && PrefixOf(line.label) == key.second;
        });
    lines.insert(after.base(), sum);
  }
  if (bad.result.plain.total() > 0) lines.push_back(std::move(bad));
  return lines;
}

void Report::Print(std::ostream& out, const rules::RuleSet& rules,
                   const tools::Style& style, size_t width) const {
  out << style.Bold(absl::StrCat("Rule set ", rules.id())) << ": "
      << rules.rules().size() << " rules, "
      << tools::Grouped(rules.list_words()) << " words in lists\n\n";
  PrintClasses(out, width);
  if (!ways_.empty()) {
    out << "\n"
        << style.Bold("After each evasion")
        << ": the share of the stopped spam that stays stopped, and of the ham "
           "that is stopped\n";
    PrintEvasions(out, width);
  }
  out << "\n"
      << style.Bold("Rules that decided") << ", maybe several of one "
      << "text\n";
  PrintRules(out, width);
  if (by_rule_ == nullptr) return;
  out << "\n"
      << style.Bold("What each rule alone stops")
      << ", a family being texts of one template\n";
  by_rule_->Print(out, width);
}

void Report::PrintClasses(std::ostream& out, size_t width) const {
  tools::Table table({{"file"},
                      {"class"},
                      Number("texts"),
                      Number("rejected"),
                      Number("held"),
                      Number("passed"),
                      Number("stopped"),
                      {"95 % certain"},
                      {""}});
  for (const Line& line : Lines()) {
    const Tally& plain = line.result.plain;
    table.AddRow({line.file, line.label, tools::Grouped(plain.total()),
                  tools::Grouped(plain.of(Outcome::kRejected)),
                  tools::Grouped(plain.of(Outcome::kHeld)),
                  tools::Grouped(plain.of(Outcome::kPassed)),
                  Percent(StoppedShare(plain)),
                  PercentRange(Wilson95(Stopped(plain), plain.total())),
                  tools::Bar(StoppedShare(plain), 1, kBarCells)});
  }
  out << table.Text(width);
}

void Report::PrintEvasions(std::ostream& out, size_t width) const {
  Line spam;
  Line ham;
  for (const auto& [key, result] : results_) {
    Add(result, (IsHam(key.second) ? ham : spam).result);
  }
  tools::Table table({{"evasion"},
                      {"example"},
                      Number("spam"),
                      Number("still stopped"),
                      {"95 % certain"},
                      Number("ham"),
                      Number("stopped"),
                      {"95 % certain"}});
  const auto add = [&](const std::string& name, const std::string& example,
                       const Tally& of_spam, const Tally& of_ham) {
    table.AddRow({name, example, tools::Grouped(of_spam.total()),
                  Percent(StoppedShare(of_spam)),
                  PercentRange(Wilson95(Stopped(of_spam), of_spam.total())),
                  tools::Grouped(of_ham.total()), Percent(StoppedShare(of_ham)),
                  PercentRange(Wilson95(Stopped(of_ham), of_ham.total()))});
  };
  add("none", "代开发票 VX", spam.result.plain, ham.result.plain);
  for (size_t way = 0; way < ways_.size(); ++way) {
    const auto of = [way](const Line& line) {
      return line.result.evaded.empty() ? Tally() : line.result.evaded[way];
    };
    add(ways_[way].name, ways_[way].example, of(spam), of(ham));
  }
  out << table.Text(width);
}

void Report::PrintRules(std::ostream& out, size_t width) const {
  tools::Table table({{"rule"}, Number("spam"), Number("ham"), {""}});
  std::vector<std::pair<std::string, RuleCount>> rules(rules_.begin(),
                                                       rules_.end());
  std::stable_sort(rules.begin(), rules.end(), [](auto& a, auto& b) {
    return a.second.spam > b.second.spam;
  });
  const double most =
      rules.empty() ? 1 : static_cast<double>(rules.front().second.spam);
  for (const auto& [rule, count] : rules) {
    table.AddRow(
        {rule, tools::Grouped(count.spam), tools::Grouped(count.ham),
         tools::Bar(static_cast<double>(count.spam), most, kBarCells)});
  }
  out << table.Text(width);
}

namespace {

using google::protobuf::Struct;

Struct& Child(Struct& parent, const std::string& key) {
  return *(*parent.mutable_fields())[key].mutable_struct_value();
}

void Set(Struct& object, const std::string& key, double value) {
  (*object.mutable_fields())[key].set_number_value(value);
}

void Set(Struct& object, const std::string& key, const std::string& value) {
  (*object.mutable_fields())[key].set_string_value(value);
}

void SetTally(const Tally& tally, Struct& out) {
  Set(out, "texts", static_cast<double>(tally.total()));
  Set(out, "rejected", static_cast<double>(tally.of(Outcome::kRejected)));
  Set(out, "held", static_cast<double>(tally.of(Outcome::kHeld)));
  Set(out, "passed", static_cast<double>(tally.of(Outcome::kPassed)));
  Set(out, "stopped_share", StoppedShare(tally));
  const Interval sure = Wilson95(Stopped(tally), tally.total());
  Set(out, "stopped_share_low", sure.low);
  Set(out, "stopped_share_high", sure.high);
}

}  // namespace

std::string Report::Json(const rules::RuleSet& rules) const {
  Struct all;
  Set(all, "rule_set", std::string(rules.id()));
  auto& classes = *(*all.mutable_fields())["classes"].mutable_list_value();
  for (const Line& line : Lines()) {
    Struct& one = *classes.add_values()->mutable_struct_value();
    if (!line.file.empty()) Set(one, "file", line.file);
    Set(one, "class", line.label);
    (*one.mutable_fields())["sum"].set_bool_value(line.sum);
    SetTally(line.result.plain, one);
    for (size_t way = 0; way < line.result.evaded.size(); ++way) {
      SetTally(line.result.evaded[way],
               Child(Child(one, "evasions"), ways_[way].name));
    }
  }
  for (const auto& [rule, count] : rules_) {
    Struct& one = Child(Child(all, "rules"), rule);
    Set(one, "spam", static_cast<double>(count.spam));
    Set(one, "ham", static_cast<double>(count.ham));
  }
  if (by_rule_ != nullptr) by_rule_->AddTo(all);
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(all, &json);
  return status.ok() ? json : "{}";
}

}  // namespace sluice::evaluate
