#include "tools/lib/summary.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "rules/base/language.h"
#include "tools/lib/bar.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"

namespace sluice::tools {
namespace {

constexpr v1::Decision kDecisions[] = {
    v1::DECISION_ACCEPTED, v1::DECISION_DEFERRED, v1::DECISION_HELD,
    v1::DECISION_REJECTED, v1::DECISION_UNDECIDED};

uint64_t At(const std::map<std::string, uint64_t>& counts,
            const std::string& name) {
  const auto found = counts.find(name);
  return found == counts.end() ? 0 : found->second;
}

}  // namespace

void VerdictSummary::Add(const v1::Verdict& verdict) {
  ++total_;
  ++decisions_[verdict.decision()];
  if (verdict.replayed()) ++replayed_;
  std::set<std::string> codes;
  for (const v1::Reason& reason : verdict.reasons()) {
    codes.insert(reason.code());
    if (!reason.sentence().empty()) {
      sentences_.emplace(reason.code(), reason.sentence());
    }
  }
  for (const std::string& code : codes) ++any_[code];
  if (!verdict.reasons().empty()) ++primary_[verdict.reasons(0).code()];
  codes.clear();
  for (const v1::Reason& reason : verdict.would_reasons()) {
    codes.insert(reason.code());
  }
  for (const std::string& code : codes) ++observed_[code];
}

uint64_t VerdictSummary::count(v1::Decision decision) const {
  const auto found = decisions_.find(decision);
  return found == decisions_.end() ? 0 : found->second;
}

uint64_t VerdictSummary::with_reason(const std::string& code) const {
  return At(any_, code);
}

void VerdictSummary::Print(std::ostream& out, const Style& style, size_t width,
                           Language language) const {
  const auto say = [language](absl::string_view chinese,
                              absl::string_view english) {
    return Say(language, chinese, english);
  };
  Table decisions({{say("判定", "decision")},
                   {say("短信数", "messages"), Align::kRight},
                   {say("占比", "share"), Align::kRight},
                   {say("在全部中", "of all")}});
  for (const v1::Decision decision : kDecisions) {
    const uint64_t n = count(decision);
    if (n == 0 && decision == v1::DECISION_UNDECIDED) continue;
    const double share =
        total_ == 0 ? 0 : static_cast<double>(n) / static_cast<double>(total_);
    decisions.AddRow({NameIn(language, decision), Grouped(n),
                      absl::StrFormat("%.1f %%", 100 * share),
                      Bar(share, 1, 30)});
  }
  out << decisions.Text(width);

  std::set<std::string> codes;
  for (const auto* counts : {&any_, &observed_}) {
    for (const auto& [code, n] : *counts) codes.insert(code);
  }
  if (codes.empty()) return;
  std::vector<std::string> order(codes.begin(), codes.end());
  std::stable_sort(order.begin(), order.end(),
                   [&](const std::string& a, const std::string& b) {
                     return At(any_, a) > At(any_, b);
                   });
  Table reasons({{say("原因", "reason")},
                 {say("为首要", "primary"), Align::kRight},
                 {say("合计", "in all"), Align::kRight},
                 {say("仅观察", "observed"), Align::kRight},
                 {say("其中一条短信的说明", "in words, of one message"),
                  Align::kLeft, true}});
  for (const std::string& code : order) {
    const auto sentence = sentences_.find(code);
    reasons.AddRow({code, Grouped(At(primary_, code)), Grouped(At(any_, code)),
                    Grouped(At(observed_, code)),
                    sentence == sentences_.end() ? "" : sentence->second});
  }
  out << "\n"
      << style.Bold(say("各项原因", "Why")) << "\n"
      << reasons.Text(width);
}

JsonLine VerdictSummary::Json() const {
  JsonLine line;
  line.Count("submitted", total_);
  for (const v1::Decision decision : kDecisions) {
    line.Count(absl::AsciiStrToLower(ShortName(decision)), count(decision));
  }
  line.Count("replayed", replayed_);
  return line.Counts("reasons", any_).Counts("would_reasons", observed_);
}

}  // namespace sluice::tools
