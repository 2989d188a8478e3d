#include "rules/pack/figures.h"

#include <cstdint>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace sluice::rules {
namespace {

struct Figure {
  absl::string_view field;  // Behind "sluice.rules.v1.".
  uint32_t min;
  uint32_t max;  // 0: no limit of its own.
  uint32_t example;
};

constexpr Figure kFigures[] = {
    {"AutoRollback.messages_min", 20, 1'000'000, 200},
    {"AutoRollback.minutes", 1, 60, 5},
    {"AutoRollback.times", 1, 1'000, 10},
    {"CampaignLimit.recipients_max", 1, 65'535, 500},
    {"CampaignPolicy.minutes", 1, 1'440, 10},
    {"CampaignPolicy.recipients_max", 1, 65'535, 500},
    {"ClassPolicy.validity_minutes", 0, 10'080, 1'440},
    {"ContactMatch.at_least", 1, 100, 1},
    {"ContentRule.sample_percent", 1, 99, 10},
    {"ContentRule.score", 1, 1'000, 60},
    {"Count.at_least", 2, 0, 2},
    {"Length.max", 1, 1'000, 70},
    {"Length.min", 1, 1'000, 10},
    {"LimitRule.max", 1, 0, 2},
    {"LinkMatch.at_least", 1, 100, 1},
    {"LinkPolicy.contacts_max", 0, 100, 2},
    {"LinkPolicy.links_max", 0, 100, 1},
    {"Near.within", 0, 1'000, 6},
    {"PackPolicy.calling_codes", 1, 999, 86},
    {"PackPolicy.defer_days_max", 0, 7, 7},
    {"PackPolicy.defer_spread_minutes", 0, 1'440, 60},
    {"PackPolicy.hold_hours", 0, 720, 48},
    {"PackPolicy.key_window_hours", 0, 168, 24},
    {"RetentionPolicy.messages_days", 0, 0, 396},
    {"RetentionPolicy.messages_days_min", 0, 0, 155},
    {"RetentionPolicy.standing_days", 0, 0, 1'096},
    {"SignaturePolicy.length_max", 1, 0, 20},
    {"SignaturePolicy.length_min", 0, 0, 2},
    {"Sounds.same_tone_up_to", 0, 0, 2},
    {"Threshold.score", 1, 0, 100},
    {"WeightMatch.at_least", 1, 0, 100},
};

const Figure* FigureOf(const google::protobuf::FieldDescriptor& field) {
  const auto* const figure = absl::c_find_if(kFigures, [&](const Figure& one) {
    return field.full_name() == absl::StrCat("sluice.rules.v1.", one.field);
  });
  return figure == std::end(kFigures) ? nullptr : figure;
}

Both RangeOf(const Figure& figure) {
  return figure.max == 0 ? SayBoth("不小于 $0，如 $1", " from $0, such as $1",
                                   figure.min, figure.example)
                         : SayBoth("$0 至 $1，如 $2", ", $0 to $1, such as $2",
                                   figure.min, figure.max, figure.example);
}

// What stands around the digits; nothing: there are none, or nothing is.
Both HintOf(const YamlNode& node) {
  const bool digits = absl::c_any_of(
      node.scalar, [](unsigned char c) { return absl::ascii_isdigit(c); });
  const bool plain = absl::c_all_of(
      node.scalar, [](unsigned char c) { return absl::ascii_isdigit(c); });
  if (node.quoted && plain) return SayBoth("：不加引号", ": without quotes");
  if (!digits || plain) return {};
  return SayBoth("：只写数字", ": only digits");
}

}  // namespace

Both FigureFault(const google::protobuf::FieldDescriptor& field,
                 const YamlNode& node, const Both& range) {
  const Figure* const figure = FigureOf(field);
  const Both allowed = figure == nullptr ? range : RangeOf(*figure);
  const Both hint = figure == nullptr ? Both() : HintOf(node);
  return SayBoth("'$0' 须是整数，$1$2", "'$0' must be a whole number$3$4",
                 field.name(), allowed.chinese, hint.chinese, allowed.english,
                 hint.english);
}

}  // namespace sluice::rules
