#include "filter/policy/policy.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "rules/base/milliseconds.h"
#include "rules/base/phone.h"
#include "rules/base/status_macros.h"

namespace sluice::filter {
namespace {

constexpr std::pair<absl::string_view, LimitKey> kKeys[] = {
    {"account", kByAccount},   {"content_provider", kByContentProvider},
    {"port", kByPort},         {"signature", kBySignature},
    {"template", kByTemplate}, {"content", kByContent},
    {"campaign", kByCampaign}, {"class", kByClass},
};

constexpr std::pair<absl::string_view, CalendarUnit> kUnits[] = {
    {"minute", CalendarUnit::kMinute}, {"hour", CalendarUnit::kHour},
    {"day", CalendarUnit::kDay},       {"week", CalendarUnit::kWeek},
    {"month", CalendarUnit::kMonth},
};

// "30s", "1m", "24h", "7d" in milliseconds.
absl::StatusOr<int64_t> ParseWindow(absl::string_view text) {
  constexpr absl::string_view kAllowed =
      "a number with s, m, h or d, at most 31 days, or minute, hour, day, week "
      "and month are allowed";
  int64_t unit_ms = 0;
  switch (text.empty() ? '\0' : text.back()) {
    case 's':
      unit_ms = kSecondMs;
      break;
    case 'm':
      unit_ms = kMinuteMs;
      break;
    case 'h':
      unit_ms = kHourMs;
      break;
    case 'd':
      unit_ms = kDayMs;
      break;
    default:
      return absl::InvalidArgumentError(kAllowed);
  }
  int32_t count = 0;
  if (!absl::SimpleAtoi(text.substr(0, text.size() - 1), &count) ||
      count <= 0 || count > 31 * kDayMs / unit_ms) {
    return absl::InvalidArgumentError(kAllowed);
  }
  return count * unit_ms;
}

// "HH:MM"; 24:00 is the end of the day.
absl::StatusOr<int64_t> ParseTimeOfDay(absl::string_view text) {
  int hour = 0;
  int minute = 0;
  if (text.size() != 5 || text[2] != ':' ||
      !absl::SimpleAtoi(text.substr(0, 2), &hour) ||
      !absl::SimpleAtoi(text.substr(3), &minute) || hour < 0 || minute < 0 ||
      minute > 59 || hour * 60 + minute > 24 * 60) {
    return absl::InvalidArgumentError("HH:MM from 00:00 to 24:00 is allowed");
  }
  return hour * kHourMs + minute * kMinuteMs;
}

}  // namespace

// Fills one Policy, section by section.
class PolicyBuilder {
 public:
  PolicyBuilder(const absl::TimeZone& zone, Policy& policy)
      : zone_(zone), policy_(policy) {}

  absl::Status ReadClasses(const rules::v1::PackPolicy& pack);
  absl::Status ReadHours(const rules::v1::PackPolicy& pack);
  absl::Status ReadChecks(const rules::v1::PackPolicy& pack,
                          const rules::v1::PackArticles& articles);
  absl::Status ReadLimits(const rules::v1::PackPolicy& pack);
  absl::Status ReadContent(
      absl::Span<const rules::v1::ContentRule> rules,
      absl::Span<const rules::v1::Threshold> thresholds,
      absl::Span<const rules::v1::ImpersonationCategory> impersonations);
  absl::Status ReadWordings(const rules::v1::PackPolicy& pack);
  void ReadLinks(const rules::v1::PackPolicy& pack);
  absl::Status ReadFigures(const rules::v1::PackPolicy& pack);
  absl::Status ReadCampaigns(const rules::v1::PackPolicy& pack);

 private:
  absl::StatusOr<Limit> ReadLimit(const rules::v1::LimitRule& rule) const;
  template <typename Part>
  absl::Status ReadCampaignLimit(const Part& limit);

  const absl::TimeZone& zone_;
  Policy& policy_;
};

absl::Status PolicyBuilder::ReadClasses(const rules::v1::PackPolicy& pack) {
  // The validity of a class that the pack does not name.
  for (CompiledClass& c : policy_.classes_) c.validity_ms = kDayMs;
  std::set<int> seen;
  for (const rules::v1::ClassPolicy& in : pack.classes()) {
    const int number = in.message_class();
    if (number <= 0 || number >= kMessageClasses) {
      return InvalidValue("classes.message_class", "unknown class");
    }
    if (!seen.insert(number).second) {
      return InvalidValue(
          "classes.message_class",
          absl::StrCat(v1::MessageClass_Name(in.message_class()),
                       " is there twice"));
    }
    CompiledClass& out = policy_.classes_[static_cast<size_t>(number)];
    out.validity_ms = in.validity_minutes() * kMinuteMs;
    out.needs_consent = in.needs_consent();
    out.needs_opt_out_wording = in.needs_opt_out_wording();
    out.stopped_by_opt_out = in.stopped_by_opt_out();
    out.needs_signature = in.needs_signature();
  }
  return absl::OkStatus();
}

absl::Status PolicyBuilder::ReadHours(const rules::v1::PackPolicy& pack) {
  for (const rules::v1::SendHours& hours : pack.send_hours()) {
    const absl::StatusOr<int64_t> open = ParseTimeOfDay(hours.open());
    if (!open.ok())
      return InvalidValue("send_hours.open", open.status().message());
    const absl::StatusOr<int64_t> close = ParseTimeOfDay(hours.close());
    if (!close.ok()) {
      return InvalidValue("send_hours.close", close.status().message());
    }
    const ClassMask mask = ReadClassMask(hours.classes());
    for (int c = 0; c < kMessageClasses; ++c) {
      if ((mask & MaskOf(static_cast<MessageClass>(c))) == 0) continue;
      policy_.classes_[static_cast<size_t>(c)].hours.push_back(
          {*open, *close, hours.basis()});
    }
    if (hours.basis() != v1::BASIS_UNSPECIFIED) {
      policy_.bases_[static_cast<size_t>(ReasonCode::kSendHours)] =
          hours.basis();
    }
  }
  return absl::OkStatus();
}

absl::Status PolicyBuilder::ReadChecks(
    const rules::v1::PackPolicy& pack,
    const rules::v1::PackArticles& articles) {
  for (const rules::v1::Article& article : articles.articles()) {
    SLUICE_ASSIGN_OR_RETURN(const ReasonCode code, CodeNamed(article.code()));
    if (article.basis() == v1::BASIS_UNSPECIFIED) continue;
    policy_.bases_[static_cast<size_t>(code)] = article.basis();
  }
  for (const rules::v1::CheckSetting& setting : pack.checks()) {
    const absl::StatusOr<ReasonCode> code = CodeNamed(setting.code());
    if (!code.ok()) return InvalidValue("checks", code.status().message());
    v1::Basis& basis = policy_.bases_[static_cast<size_t>(*code)];
    if (setting.basis() != v1::BASIS_UNSPECIFIED) basis = setting.basis();
    const absl::StatusOr<Mode> mode =
        ReadMode(setting.mode(), setting.observe_until(), basis, *code, zone_);
    if (!mode.ok()) {
      return InvalidValue(absl::StrCat("checks: ", setting.code()),
                          mode.status().message());
    }
    const ClassMask mask = ReadClassMask(setting.classes());
    for (int c = 0; c < kMessageClasses; ++c) {
      if ((mask & MaskOf(static_cast<MessageClass>(c))) == 0) continue;
      policy_.modes_[static_cast<size_t>(*code)][static_cast<size_t>(c)] =
          *mode;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Limit> PolicyBuilder::ReadLimit(
    const rules::v1::LimitRule& rule) const {
  Limit limit;
  limit.id = rule.id();
  limit.classes = ReadClassMask(rule.classes());
  limit.max = rule.max();
  limit.refund_undelivered = rule.refund_undelivered();
  limit.basis =
      rule.basis() == v1::BASIS_UNSPECIFIED ? v1::BASIS_POLICY : rule.basis();
  if (!rule.code().empty()) {
    SLUICE_ASSIGN_OR_RETURN(limit.code, CodeNamed(rule.code()));
  }
  for (const std::string& by : rule.by()) {
    if (by == "recipient") continue;
    const auto* key =
        std::find_if(std::begin(kKeys), std::end(kKeys),
                     [&](const auto& k) { return k.first == by; });
    if (key == std::end(kKeys)) {
      return InvalidValue(
          "by",
          "recipient, account, content_provider, port, signature, "
          "template, content, campaign and class are allowed");
    }
    limit.by |= key->second;
  }
  const auto* unit =
      std::find_if(std::begin(kUnits), std::end(kUnits),
                   [&](const auto& u) { return u.first == rule.window(); });
  if (unit != std::end(kUnits)) {
    limit.calendar = unit->second;
  } else {
    const absl::StatusOr<int64_t> window_ms = ParseWindow(rule.window());
    if (!window_ms.ok())
      return InvalidValue("window", window_ms.status().message());
    limit.window_ms = *window_ms;
  }
  SLUICE_ASSIGN_OR_RETURN(
      limit.mode, ReadMode(rule.mode(), rule.observe_until(), limit.basis,
                           limit.code, zone_));
  return limit;
}

absl::Status PolicyBuilder::ReadLimits(const rules::v1::PackPolicy& pack) {
  std::set<absl::string_view> ids;
  for (const rules::v1::LimitRule& rule : pack.limits()) {
    absl::StatusOr<Limit> limit = ReadLimit(rule);
    if (!limit.ok()) {
      return InvalidValue(absl::StrCat("limits: ", rule.id()),
                          limit.status().message());
    }
    if (!ids.insert(rule.id()).second) {
      return InvalidValue(absl::StrCat("limits: ", rule.id()),
                          "id is there twice");
    }
    policy_.limits_.push_back(*std::move(limit));
  }
  for (size_t i = 0; i < policy_.limits_.size(); ++i) {
    if (policy_.limits_[i].mode.off()) continue;
    for (int c = 0; c < kMessageClasses; ++c) {
      const auto message_class = static_cast<MessageClass>(c);
      if ((policy_.limits_[i].classes & MaskOf(message_class)) == 0) continue;
      policy_.classes_[static_cast<size_t>(c)].limits.push_back(
          static_cast<uint16_t>(i));
    }
  }
  return absl::OkStatus();
}

absl::Status PolicyBuilder::ReadContent(
    absl::Span<const rules::v1::ContentRule> rules,
    absl::Span<const rules::v1::Threshold> thresholds,
    absl::Span<const rules::v1::ImpersonationCategory> impersonations) {
  SLUICE_ASSIGN_OR_RETURN(
      policy_.content_,
      ContentPolicy::Build(rules, thresholds, impersonations, zone_));
  return absl::OkStatus();
}

absl::Status PolicyBuilder::ReadWordings(const rules::v1::PackPolicy& pack) {
  SLUICE_ASSIGN_OR_RETURN(policy_.wordings_,
                          Wordings::Read(pack.opt_out_wording()));
  return absl::OkStatus();
}

void PolicyBuilder::ReadLinks(const rules::v1::PackPolicy& pack) {
  const rules::v1::LinkPolicy& in = pack.links();
  policy_.links_.checked = pack.has_links();
  policy_.links_.links_max = in.links_max();
  policy_.links_.contacts_max = in.contacts_max();
  policy_.links_.shorteners.assign(in.shorteners().begin(),
                                   in.shorteners().end());
}

absl::Status PolicyBuilder::ReadFigures(const rules::v1::PackPolicy& pack) {
  if (pack.signature().length_min() > 0) {
    policy_.signature_length_min_ = pack.signature().length_min();
  }
  if (pack.signature().length_max() > 0) {
    policy_.signature_length_max_ = pack.signature().length_max();
  }
  if (policy_.signature_length_min_ > policy_.signature_length_max_) {
    return InvalidValue("signature.length_min", "is above length_max");
  }
  policy_.tail_signature_allowed_ = pack.signature().tail_allowed();
  policy_.digits_signature_allowed_ = pack.signature().digits_only_allowed();
  if (pack.defer_days_max() > 7) {
    return InvalidValue("defer_days_max", "at most 7 is allowed");
  }
  policy_.defer_max_ms_ =
      (pack.defer_days_max() == 0 ? 7 : pack.defer_days_max()) * kDayMs;
  policy_.defer_spread_ms_ = pack.defer_spread_minutes() * kMinuteMs;
  policy_.key_window_ms_ =
      (pack.key_window_hours() == 0 ? 24 : pack.key_window_hours()) * kHourMs;
  if (pack.hold_hours() > 30 * 24) {
    return InvalidValue("hold_hours", "at most 720 is allowed");
  }
  policy_.hold_ms_ = pack.hold_hours() * kHourMs;
  policy_.calling_codes_.assign(pack.calling_codes().begin(),
                                pack.calling_codes().end());
  if (policy_.calling_codes_.empty()) policy_.calling_codes_ = {86};
  return absl::OkStatus();
}

// After ReadChecks: what is not checked need not be counted.
template <typename Part>
absl::Status PolicyBuilder::ReadCampaignLimit(const Part& limit) {
  if (limit.recipients_max() == 0 || limit.recipients_max() > 65'535) {
    return InvalidValue("campaigns.limits.recipients_max",
                        "1 to 65535 are allowed");
  }
  const ClassMask mask = ReadClassMask(limit.classes());
  for (int c = 0; c < kMessageClasses; ++c) {
    const auto message_class = static_cast<MessageClass>(c);
    const bool off =
        policy_.ModeOf(ReasonCode::kCampaignUnreviewed, message_class).off();
    if (off || (mask & MaskOf(message_class)) == 0) continue;
    policy_.campaigns_.recipients_max[static_cast<size_t>(c)] =
        limit.recipients_max();
  }
  return absl::OkStatus();
}

absl::Status PolicyBuilder::ReadCampaigns(const rules::v1::PackPolicy& pack) {
  if (!pack.has_campaigns()) return absl::OkStatus();
  const rules::v1::CampaignPolicy& in = pack.campaigns();
  if (in.minutes() == 0 || in.minutes() > 24 * 60) {
    return InvalidValue("campaigns.minutes", "1 to 1440 are allowed");
  }
  policy_.campaigns_.window_ms = in.minutes() * kMinuteMs;
  if (!in.classes().empty()) {
    SLUICE_RETURN_IF_ERROR(ReadCampaignLimit(in));
  }
  for (const rules::v1::CampaignLimit& limit : in.limits()) {
    SLUICE_RETURN_IF_ERROR(ReadCampaignLimit(limit));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const Policy>> Policy::Build(
    const rules::v1::PackPolicy& pack, const rules::v1::PackArticles& articles,
    const rules::v1::PackHeader& header,
    absl::Span<const rules::v1::ContentRule> rules,
    absl::Span<const rules::v1::Threshold> thresholds,
    absl::Span<const rules::v1::ImpersonationCategory> impersonations) {
  const std::string zone_name =
      header.time_zone().empty() ? "Asia/Shanghai" : header.time_zone();
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(zone_name, &zone)) {
    return InvalidValue("time_zone",
                        "not the name of a zone, such as Asia/Shanghai");
  }
  absl::TimeZone mainland;
  if (!absl::LoadTimeZone("Asia/Shanghai", &mainland)) {
    return absl::FailedPreconditionError("tzdata is not installed");
  }
  std::shared_ptr<Policy> policy(
      new Policy(LocalTime(zone), LocalTime(mainland)));
  policy->bases_.fill(v1::BASIS_POLICY);
  PolicyBuilder builder(zone, *policy);
  SLUICE_RETURN_IF_ERROR(builder.ReadClasses(pack));
  SLUICE_RETURN_IF_ERROR(builder.ReadHours(pack));
  SLUICE_RETURN_IF_ERROR(builder.ReadChecks(pack, articles));
  SLUICE_RETURN_IF_ERROR(builder.ReadLimits(pack));
  SLUICE_RETURN_IF_ERROR(
      builder.ReadContent(rules, thresholds, impersonations));
  SLUICE_RETURN_IF_ERROR(builder.ReadWordings(pack));
  builder.ReadLinks(pack);
  SLUICE_RETURN_IF_ERROR(builder.ReadFigures(pack));
  SLUICE_RETURN_IF_ERROR(builder.ReadCampaigns(pack));
  return std::shared_ptr<const Policy>(std::move(policy));
}

absl::StatusOr<std::shared_ptr<const Policy>> Policy::Build(
    const rules::RuleSet& rule_set) {
  return Build(rule_set.policy(), rule_set.articles(), rule_set.header(),
               rule_set.rules(), rule_set.thresholds(),
               rule_set.impersonation_categories());
}

const LocalTime& Policy::LocalTimeOf(uint64_t e164) const {
  return IsMainland(Phone{e164}) ? mainland_time_ : local_time_;
}

}  // namespace sluice::filter
