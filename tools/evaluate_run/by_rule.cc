#include "tools/evaluate_run/by_rule.h"

#include <algorithm>
#include <utility>

#include "tools/evaluate_run/tally.h"
#include "tools/lib/bar.h"
#include "tools/lib/table.h"

namespace sluice::evaluate {

double ByRule::Alone::right() const {
  const auto of_bad = static_cast<double>(bad.families.size());
  const auto of_lawful = static_cast<double>(lawful.families.size());
  return of_bad / (of_bad + of_lawful);
}

void ByRule::Add(const std::vector<absl::string_view>& rules,
                 absl::string_view text, bool is_lawful) {
  if (rules.size() != 1) return;
  Alone& alone = rules_[std::string(rules.front())];
  Count& count = is_lawful ? alone.lawful : alone.bad;
  ++count.texts;
  count.families.insert(families_.Of(text));
}

void ByRule::Print(std::ostream& out, size_t width) const {
  const auto number = [](std::string title) {
    return tools::Column{std::move(title), tools::Align::kRight};
  };
  tools::Table table({{"stopped by it alone"},
                      number("bad texts"),
                      number("families"),
                      number("lawful texts"),
                      number("families"),
                      number("right")});
  std::vector<std::pair<std::string, Alone>> sorted(rules_.begin(),
                                                    rules_.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](auto& a, auto& b) {
    return a.second.right() < b.second.right();
  });
  for (const auto& [rule, alone] : sorted) {
    table.AddRow({rule, tools::Grouped(alone.bad.texts),
                  tools::Grouped(alone.bad.families.size()),
                  tools::Grouped(alone.lawful.texts),
                  tools::Grouped(alone.lawful.families.size()),
                  Percent(alone.right())});
  }
  out << table.Text(width);
}

void ByRule::AddTo(google::protobuf::Struct& all) const {
  auto& by_rule = *(*all.mutable_fields())["alone"]
                       .mutable_struct_value()
                       ->mutable_fields();
  for (const auto& [rule, alone] : rules_) {
    auto& one = *by_rule[rule].mutable_struct_value()->mutable_fields();
    const auto set = [&one](const char* key, double value) {
      one[key].set_number_value(value);
    };
    set("bad", static_cast<double>(alone.bad.texts));
    set("bad_families", static_cast<double>(alone.bad.families.size()));
    set("lawful", static_cast<double>(alone.lawful.texts));
    set("lawful_families", static_cast<double>(alone.lawful.families.size()));
    set("right_share", alone.right());
  }
}

}  // namespace sluice::evaluate
