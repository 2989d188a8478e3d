#include "gateway/admin/statistics_rows.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "filter/policy/number_table.h"
#include "filter/policy/province.h"
#include "gateway/admin/named_party.h"
#include "gateway/wire/timestamp.h"
#include "gateway/wire/utf8.h"
#include "rules/base/both_error.h"
#include "rules/base/bytes.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

using admin::v1::StatisticsDimension;
using store::v1::PartyKind;

constexpr absl::string_view kUnknown = "unknown";
constexpr absl::string_view kClassPrefix = "MESSAGE_CLASS_";

std::optional<PartyKind> PartyKindOf(StatisticsDimension dimension) {
  switch (dimension) {
    case admin::v1::STATISTICS_DIMENSION_LICENSEE:
      return store::v1::PARTY_KIND_LICENSEE;
    case admin::v1::STATISTICS_DIMENSION_ACCOUNT:
    case admin::v1::STATISTICS_DIMENSION_AGENT:
      return store::v1::PARTY_KIND_ACCOUNT;
    case admin::v1::STATISTICS_DIMENSION_CONTENT_PROVIDER:
      return store::v1::PARTY_KIND_CONTENT_PROVIDER;
    case admin::v1::STATISTICS_DIMENSION_SIGNATURE:
      return store::v1::PARTY_KIND_SIGNATURE;
    case admin::v1::STATISTICS_DIMENSION_PORT:
      return store::v1::PARTY_KIND_PORT;
    default:
      return std::nullopt;
  }
}

std::string StoredNumber(uint32_t number) {
  std::string bytes;
  AppendBigEndian(number, bytes);
  return bytes;
}

uint32_t NumberOf(absl::string_view stored) {
  return ByteReader(stored).TakeBigEndian<uint32_t>().value_or(0);
}

std::string StoredOctet(int value) {
  return std::string(1, static_cast<char>(value));
}

std::string NameOf(const store::v1::Party& party) {
  switch (party.kind_case()) {
    case store::v1::Party::kLicensee:
      return party.licensee().name();
    case store::v1::Party::kAccount:
      return party.account().name();
    case store::v1::Party::kContentProvider:
      return party.content_provider().name();
    case store::v1::Party::kSignature:
      return party.signature().name();
    case store::v1::Party::kPort:
      return absl::StrCat(party.port().number(), party.port().sub_port());
    default:
      return "";
  }
}

std::string ClassName(uint8_t message_class) {
  absl::string_view name =
      v1::MessageClass_Name(static_cast<v1::MessageClass>(message_class));
  absl::ConsumePrefix(&name, kClassPrefix);
  return absl::AsciiStrToLower(name);
}

absl::StatusOr<std::string> StoredClass(absl::string_view name) {
  v1::MessageClass message_class = v1::MESSAGE_CLASS_UNSPECIFIED;
  if (!v1::MessageClass_Parse(
          absl::StrCat(kClassPrefix, absl::AsciiStrToUpper(name)),
          &message_class)) {
    return InvalidField("value", SayBoth("没有这个类别", "not a known class"));
  }
  return StoredOctet(message_class);
}

absl::StatusOr<std::string> StoredCarrier(absl::string_view name) {
  if (name == kUnknown) return StoredOctet(0);
  const absl::StatusOr<Carrier> carrier = filter::ParseCarrier(name);
  if (!carrier.ok()) {
    return InvalidField("value",
                        SayBoth("没有这个运营商", "not a known carrier"));
  }
  return StoredOctet(static_cast<int>(*carrier));
}

absl::StatusOr<std::string> StoredProvince(absl::string_view code) {
  const std::string upper = absl::AsciiStrToUpper(code);
  if (filter::ParseProvince(upper)) return upper;
  for (int i = 1; i <= filter::kProvinces; ++i) {
    const auto province = static_cast<filter::Province>(i);
    if (filter::ChineseName(province) == code ||
        absl::AsciiStrToUpper(filter::EnglishName(province)) == upper) {
      return std::string(filter::CodeOf(province));
    }
  }
  return InvalidField(
      "value",
      SayBoth("没有这个省份：写 CN-GD、广东或 Guangdong 这样的代码或名称",
              "not a known province: give a code or name such as "
              "CN-GD, 广东 or Guangdong"));
}

// The counts with a field for each; the most frequent reason first.
void Show(const store::Tally& tally, admin::v1::StatisticsCounts& counts) {
  using store::Metric;
  counts.set_submitted(tally[Metric::kSubmitted]);
  counts.set_submitted_parts(tally[Metric::kSubmittedParts]);
  counts.set_accepted(tally[Metric::kAccepted]);
  counts.set_held(tally[Metric::kHeld]);
  counts.set_rejected(tally[Metric::kRejected]);
  counts.set_released(tally[Metric::kReleased]);
  counts.set_rejected_later(tally[Metric::kRejectedLater]);
  counts.set_held_later(tally[Metric::kHeldLater]);
  counts.set_cancelled(tally[Metric::kCancelled]);
  counts.set_expired(tally[Metric::kExpired]);
  counts.set_taken_parts(tally[Metric::kTakenParts]);
  counts.set_refused_parts(tally[Metric::kRefusedParts]);
  counts.set_unanswered_parts(tally[Metric::kUnansweredParts]);
  counts.set_delivered_parts(tally[Metric::kDeliveredParts]);
  counts.set_failed_parts(tally[Metric::kFailedParts]);
  counts.set_no_report(tally[Metric::kNoReport]);
  counts.set_refunded(tally[Metric::kRefunded]);
  counts.set_replies(tally[Metric::kReplies]);
  counts.set_opt_outs(tally[Metric::kOptOuts]);
  counts.set_complaints(tally[Metric::kComplaints]);
  std::vector<std::pair<uint64_t, std::string>> reasons;
  for (const auto& [reason, count] : tally.rejected_by_reason) {
    reasons.emplace_back(count, reason);
  }
  std::stable_sort(
      reasons.begin(), reasons.end(),
      [](const auto& a, const auto& b) { return a.first > b.first; });
  for (auto& [count, reason] : reasons) {
    admin::v1::RejectedByReason& shown = *counts.add_rejected_by_reason();
    shown.set_reason(std::move(reason));
    shown.set_count(count);
  }
}

}  // namespace

store::Dimension StoredDimension(StatisticsDimension dimension) {
  switch (dimension) {
    case admin::v1::STATISTICS_DIMENSION_LICENSEE:
      return store::Dimension::kLicensee;
    case admin::v1::STATISTICS_DIMENSION_ACCOUNT:
    case admin::v1::STATISTICS_DIMENSION_AGENT:
      return store::Dimension::kAccount;
    case admin::v1::STATISTICS_DIMENSION_CONTENT_PROVIDER:
      return store::Dimension::kContentProvider;
    case admin::v1::STATISTICS_DIMENSION_SIGNATURE:
      return store::Dimension::kSignature;
    case admin::v1::STATISTICS_DIMENSION_PORT:
      return store::Dimension::kPort;
    case admin::v1::STATISTICS_DIMENSION_CARRIER:
      return store::Dimension::kCarrier;
    case admin::v1::STATISTICS_DIMENSION_LINK:
      return store::Dimension::kLink;
    case admin::v1::STATISTICS_DIMENSION_CLASS:
      return store::Dimension::kClass;
    case admin::v1::STATISTICS_DIMENSION_PROVINCE:
      return store::Dimension::kProvince;
    case admin::v1::STATISTICS_DIMENSION_CAMPAIGN:
      return store::Dimension::kCampaign;
    default:
      return store::Dimension::kAll;
  }
}

absl::StatusOr<std::string> StoredValue(const filter::Registry& registry,
                                        StatisticsDimension dimension,
                                        absl::string_view value) {
  if (const auto kind = PartyKindOf(dimension)) {
    SLUICE_ASSIGN_OR_RETURN(const uint32_t number,
                            NumberOfNamed(registry, *kind, value, "value"));
    return StoredNumber(number);
  }
  switch (dimension) {
    case admin::v1::STATISTICS_DIMENSION_CARRIER:
      return StoredCarrier(value);
    case admin::v1::STATISTICS_DIMENSION_CLASS:
      return StoredClass(value);
    case admin::v1::STATISTICS_DIMENSION_PROVINCE:
      return StoredProvince(value);
    default:
      return std::string(value);
  }
}

std::vector<store::StatRow> OfAgents(const filter::Registry& registry,
                                     const std::vector<store::StatRow>& rows) {
  std::set<uint32_t> agents;
  const auto account_of = [&registry](uint32_t number) {
    return registry.FindParty(store::v1::PARTY_KIND_ACCOUNT, number);
  };
  const auto above = [&registry](const store::v1::Party* party) {
    return registry.FindParty(store::v1::PARTY_KIND_ACCOUNT,
                              party->account().parent_account_id());
  };
  for (const store::v1::Party& party : registry.parties()) {
    if (!party.has_account()) continue;
    const store::v1::Party* const agent = above(&party);
    if (agent != nullptr) agents.insert(agent->number());
  }
  std::map<std::pair<int64_t, uint32_t>, store::Tally> sums;
  for (const store::StatRow& row : rows) {
    // The chain of accounts has no loop; a bound costs nothing.
    int depth = 0;
    for (const store::v1::Party* at = account_of(NumberOf(row.value));
         at != nullptr && depth < 64; at = above(at), ++depth) {
      if (!agents.contains(at->number())) continue;
      sums[{row.time_ms, at->number()}].Add(row.tally);
    }
  }
  std::vector<store::StatRow> of_agents;
  for (auto& [of, tally] : sums) {
    of_agents.push_back({of.first, StoredNumber(of.second), std::move(tally)});
  }
  return of_agents;
}

admin::v1::StatisticsRow ShownRow(const filter::Registry& registry,
                                  StatisticsDimension dimension,
                                  const store::StatRow& row,
                                  filter::Language language) {
  admin::v1::StatisticsRow shown;
  if (row.time_ms != 0) SetTimestamp(row.time_ms, *shown.mutable_time());
  Show(row.tally, *shown.mutable_counts());
  const uint8_t octet =
      row.value.empty() ? 0 : static_cast<uint8_t>(row.value[0]);
  if (const auto kind = PartyKindOf(dimension)) {
    const store::v1::Party* const party =
        registry.FindParty(*kind, NumberOf(row.value));
    if (party != nullptr) {
      shown.set_value(party->id());
      shown.set_name(NameOf(*party));
    }
  } else if (dimension == admin::v1::STATISTICS_DIMENSION_CARRIER) {
    const absl::string_view name = filter::Name(static_cast<Carrier>(octet));
    shown.set_value(std::string(name.empty() ? kUnknown : name));
  } else if (dimension == admin::v1::STATISTICS_DIMENSION_CLASS) {
    shown.set_value(ClassName(octet));
  } else if (dimension == admin::v1::STATISTICS_DIMENSION_PROVINCE) {
    shown.set_value(row.value);
    const auto province = filter::ParseProvince(row.value).value_or(0);
    shown.set_name(std::string(language == filter::Language::kChinese
                                   ? filter::ChineseName(province)
                                   : filter::EnglishName(province)));
  } else if (row.value == store::kOtherCampaigns) {
    shown.set_value("other");
  } else {
    shown.set_value(ToUtf8(row.value));
  }
  return shown;
}

}  // namespace sluice::gateway
