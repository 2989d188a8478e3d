#include "gateway/link/cmpp/report.h"

#include "absl/strings/match.h"

namespace sluice::cmpp {
namespace {

struct Meaning {
  absl::string_view stat;
  absl::string_view text;
};

// Source: CMPP 3.0.0, table of Stat values; MI to MN as seen in the field.
constexpr Meaning kWords[] = {
    {"DELIVRD", "delivered"},
    {"EXPIRED", "validity period has expired"},
    {"DELETED", "deleted"},
    {"UNDELIV", "cannot be delivered"},
    {"ACCEPTD", "accepted on behalf of the user (intermediate)"},
    {"UNKNOWN", "state is unknown"},
    {"REJECTD", "rejected"},
};
constexpr Meaning kPrefixes[] = {
    {"MA:", "the SMSC did not answer"},
    {"MB:", "the SMSC answered with an error"},
    {"MC:", "the SMSC sent no report"},
    {"CA:", "the SCP did not answer"},
    {"CB:", "the SCP answered with an error"},
    {"DA:", "the DSMP did not answer"},
    {"DB:", "the DSMP answered with an error"},
    {"SA:", "the SP did not answer"},
    {"SB:", "the SP answered with an error"},
    {"IA:", "the next gateway did not answer"},
    {"IB:", "the next gateway answered with an error"},
    {"IC:", "the next gateway sent no report"},
    {"MI:", "the SMSC reports a failure"},
    {"MJ:", "the SMSC reports a failure"},
    {"MK:", "the SMSC reports a failure"},
    {"ML:", "the SMSC reports a failure"},
    {"MM:", "the SMSC reports a failure"},
    {"MN:", "the SMSC reports a failure"},
};

}  // namespace

absl::StatusOr<ReportBody> DecodeReport(absl::string_view content) {
  return link::DecodeBody<ReportBody>(content,
                                      ReportNumberWidth(content.size()));
}

link::Delivery DeliveryOf(absl::string_view stat) {
  if (stat == "DELIVRD") return link::Delivery::kDelivered;
  if (stat == "ACCEPTD") return link::Delivery::kIntermediate;
  return link::Delivery::kFailed;
}

absl::string_view StatMeaning(absl::string_view stat) {
  for (const Meaning& word : kWords) {
    if (stat == word.stat) return word.text;
  }
  for (const Meaning& prefix : kPrefixes) {
    if (absl::StartsWith(stat, prefix.stat)) return prefix.text;
  }
  return "other failure";
}

absl::Time ReportTime(absl::string_view text) {
  if (text.size() != 10) return absl::InfinitePast();
  int parts[5];
  for (size_t i = 0; i < 5; ++i) {
    const absl::string_view two = text.substr(2 * i, 2);
    if (two[0] < '0' || two[0] > '9' || two[1] < '0' || two[1] > '9') {
      return absl::InfinitePast();
    }
    parts[i] = (two[0] - '0') * 10 + (two[1] - '0');
  }
  const absl::CivilMinute minute(2000 + parts[0], parts[1], parts[2], parts[3],
                                 parts[4]);
  // CivilMinute normalises: a time that it changes is not a time.
  if (minute.month() != parts[1] || minute.day() != parts[2] ||
      minute.hour() != parts[3] || minute.minute() != parts[4]) {
    return absl::InfinitePast();
  }
  return absl::FromCivil(minute, absl::FixedTimeZone(8 * 3600));
}

}  // namespace sluice::cmpp
