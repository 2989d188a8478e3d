// Checks the conditions of policy.yaml beyond its schema.

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "rules/base/language.h"
#include "rules/pack/file_checker.h"
#include "rules/pack/keyboard_slips.h"
#include "rules/pack/reply_phrase.h"
#include "rules/pack/written_times.h"

namespace sluice::rules {
namespace {

const std::vector<std::string>& LimitKeys() {
  static const auto& keys = *new std::vector<std::string>{
      "recipient", "account", "content_provider", "port", "signature",
      "template",  "content", "campaign",         "class"};
  return keys;
}

// Of signatures, where a pack sets none; as the filter has them.
constexpr uint32_t kSignatureLengthMin = 2;
constexpr uint32_t kSignatureLengthMax = 20;

bool IsWindow(absl::string_view text) {
  for (const absl::string_view unit :
       {"minute", "hour", "day", "week", "month"}) {
    if (text == unit) return true;
  }
  if (text.size() < 2 || !absl::ascii_isdigit(text[0])) return false;
  uint32_t seconds = 0;
  switch (text.back()) {
    case 's':
      seconds = 1;
      break;
    case 'm':
      seconds = 60;
      break;
    case 'h':
      seconds = 60 * 60;
      break;
    case 'd':
      seconds = 24 * 60 * 60;
      break;
    default:
      return false;
  }
  uint32_t count = 0;
  return absl::SimpleAtoi(text.substr(0, text.size() - 1), &count) &&
         count > 0 && count <= 31 * 24 * 60 * 60 / seconds;
}

// ": write 08:00"; nothing: nobody knows what is meant.
Both ToWrite(const std::string& meant) {
  return meant.empty() ? Both() : SayBoth("：请写 $0", ": write $0", meant);
}

// HH:MM, 00:00 to 24:00.
bool IsTimeOfDay(absl::string_view text) {
  if (text.size() != 5 || text[2] != ':') return false;
  for (const int i : {0, 1, 3, 4}) {
    if (!absl::ascii_isdigit(text[i])) return false;
  }
  return text == "24:00" || (text.substr(0, 2) < "24" && text[3] < '6');
}

class PolicyChecker : public FileChecker {
 public:
  PolicyChecker(const Pack& pack, const std::vector<std::string>* codes,
                Faults& faults)
      : FileChecker(pack.policy_file, faults),
        pack_(pack),
        policy_(pack.policy),
        articles_(pack.articles),
        codes_(codes) {}

  void Check() {
    CheckClasses();
    for (int i = 0; i < policy_.send_hours_size(); ++i) CheckHours(i);
    std::set<std::string> ids;
    for (int i = 0; i < policy_.limits_size(); ++i) CheckLimit(i, ids);
    for (int i = 0; i < policy_.checks_size(); ++i) CheckSetting(i);
    CheckWording();
    CheckLinks();
    CheckFigures();
    if (policy_.has_campaigns()) CheckCampaigns();
  }

 private:
  void CheckClasses() {
    std::set<int> seen;
    for (int i = 0; i < policy_.classes_size(); ++i) {
      const std::string path = absl::StrCat("classes[", i, "]");
      const rules::v1::ClassPolicy& policy = policy_.classes(i);
      if (policy.message_class() == sluice::v1::MESSAGE_CLASS_UNSPECIFIED) {
        Fault(path + ".message_class", MustBeSet("message_class"));
      } else if (!seen.insert(policy.message_class()).second) {
        Fault(path + ".message_class",
              SayBoth("这个类别重复", "this class is there twice"));
      }
      if (policy.validity_minutes() > 7 * 24 * 60) {
        Fault(path + ".validity_minutes",
              SayBoth("最多 10080（7 天）",
                      "at most 10080 (7 days) are allowed"));
      }
    }
  }

  void CheckCampaigns() {
    const rules::v1::CampaignPolicy& campaigns = policy_.campaigns();
    if (campaigns.minutes() == 0 || campaigns.minutes() > 24 * 60) {
      Fault("campaigns.minutes",
            SayBoth("'minutes' 须为 1 至 1440", "'minutes' must be 1 to 1440"));
    }
    const bool older =
        !campaigns.classes().empty() || campaigns.recipients_max() != 0;
    if (campaigns.limits().empty() && !older) {
      Fault("campaigns.limits", MustBeSet("limits"));
    }
    std::set<int> seen;
    if (older) CheckCampaignLimit("campaigns", campaigns, seen);
    for (int i = 0; i < campaigns.limits_size(); ++i) {
      CheckCampaignLimit(absl::StrCat("campaigns.limits[", i, "]"),
                         campaigns.limits(i), seen);
    }
  }

  template <typename Limit>
  void CheckCampaignLimit(const std::string& path, const Limit& limit,
                          std::set<int>& seen) {
    if (limit.classes().empty()) {
      Fault(path + ".classes", MustBeSet("classes"));
    }
    for (const int message_class : limit.classes()) {
      if (seen.insert(message_class).second) continue;
      Fault(path + ".classes", SayBoth("有类别重复", "a class is there twice"));
    }
    if (limit.recipients_max() == 0 || limit.recipients_max() > 65'535) {
      Fault(path + ".recipients_max",
            SayBoth("'recipients_max' 须为 1 至 65535",
                    "'recipients_max' must be 1 to 65535"));
    }
  }

  void CheckHours(int i) {
    const std::string path = absl::StrCat("send_hours[", i, "]");
    const rules::v1::SendHours& hours = policy_.send_hours(i);
    if (hours.classes().empty()) {
      Fault(path + ".classes", MustBeSet("classes"));
    }
    for (const auto& [name, time] :
         {std::pair<absl::string_view, std::string>("open", hours.open()),
          {"close", hours.close()}}) {
      if (IsTimeOfDay(time)) continue;
      const Both write =
          FindKeyboardSlip(time) ? Both() : ToWrite(MeantTimeOfDay(time));
      Fault(absl::StrCat(path, ".", name),
            SayBoth("'$0' 须为 HH:MM，00:00 至 24:00$1",
                    "'$0' must be HH:MM, 00:00 to 24:00$2", name, write.chinese,
                    write.english),
            write.english.empty() ? time : "");
    }
    if (hours.open() == hours.close()) {
      Fault(path + ".close",
            SayBoth("'open' 与 'close' 相同，会全天不能发送",
                    "'open' and 'close' are the same: never open"));
    } else if (hours.open() == "24:00") {
      Fault(path + ".open",
            SayBoth("'open' 须早于 24:00：从零点开始请写 00:00",
                    "'open' must be before 24:00: write 00:00 for midnight"));
    }
    CheckBasis(path + ".basis", hours.basis());
  }

  void CheckLimit(int i, std::set<std::string>& ids) {
    const std::string path = absl::StrCat("limits[", i, "]");
    const rules::v1::LimitRule& limit = policy_.limits(i);
    CheckId(path + ".id", limit.id(), ids);
    const auto is_key = [](const std::string& key) {
      return absl::c_linear_search(LimitKeys(), key);
    };
    if (!absl::c_linear_search(limit.by(), "recipient") &&
        absl::c_all_of(limit.by(), is_key)) {
      Fault(path + ".by",
            SayBoth("'by' 须含 recipient", "'by' must contain recipient"));
    }
    for (int j = 0; j < limit.by_size(); ++j) {
      if (!is_key(limit.by(j))) {
        Fault(absl::StrCat(path, ".by[", j, "]"),
              Both{absl::StrCat("'by' 不能含 '", limit.by(j), "'",
                                Suggestion(limit.by(j), LimitKeys(),
                                           Language::kChinese)),
                   absl::StrCat("'by' cannot hold '", limit.by(j), "'",
                                Suggestion(limit.by(j), LimitKeys()))},
              limit.by(j));
      }
    }
    if (limit.max() == 0) {
      Fault(path + ".max",
            SayBoth("'max' 须不小于 1", "'max' must be 1 or more"));
    }
    if (!IsWindow(limit.window())) {
      const Both write = ToWrite(MeantWindow(limit.window()));
      Fault(path + ".window",
            SayBoth(
                "'window' 须为数字加 s、m、h 或 d，最长 31d；或 minute、hour、"
                "day、week、month$0",
                "'window' must be a number with s, m, h or d, at most 31d, "
                "or minute, hour, day, week, month$1",
                write.chinese, write.english),
            limit.window());
    }
    CheckBasis(path + ".basis", limit.basis());
    if (!limit.code().empty() && limit.code() != "FREQUENCY_LIMIT" &&
        limit.code() != "DUPLICATE_CONTENT") {
      Fault(path + ".code",
            SayBoth("限额的 'code' 可用：FREQUENCY_LIMIT、DUPLICATE_CONTENT",
                    "'code' of a limit, allowed: FREQUENCY_LIMIT, "
                    "DUPLICATE_CONTENT"));
    }
    CheckMode(path, limit.mode(), limit.observe_until(), limit.basis(), "");
    CheckNotSampled(path, limit.mode());
  }

  void CheckSetting(int i) {
    const std::string path = absl::StrCat("checks[", i, "]");
    const rules::v1::CheckSetting& setting = policy_.checks(i);
    CheckCode(path + ".code", setting.code(), codes_);
    if (setting.mode() == rules::v1::CHECK_MODE_UNSPECIFIED) {
      Fault(path + ".mode",
            SayBoth("须填写 'mode'，可用：enforce、observe、off",
                    "'mode' must be set, allowed: enforce, observe, off"));
    }
    CheckMode(path, setting.mode(), setting.observe_until(), BasisOf(setting),
              setting.code());
    CheckNotSampled(path, setting.mode());
  }

  void CheckNotSampled(const std::string& path, rules::v1::CheckMode mode) {
    if (mode != rules::v1::CHECK_MODE_SAMPLE) return;
    Fault(path + ".mode",
          SayBoth("只有内容规则可以抽样执行，这里可用：enforce、observe、off",
                  "only content rules are sampled, allowed: enforce, observe, "
                  "off"));
  }

  sluice::v1::Basis BasisOf(const rules::v1::CheckSetting& setting) const {
    if (setting.basis() != sluice::v1::BASIS_UNSPECIFIED)
      return setting.basis();
    for (const rules::v1::Article& article : articles_.articles()) {
      if (article.code() == setting.code()) return article.basis();
    }
    return sluice::v1::BASIS_UNSPECIFIED;
  }

  void CheckWording() {
    const rules::v1::OptOutWording& wording = policy_.opt_out_wording();
    const bool needed =
        std::any_of(policy_.classes().begin(), policy_.classes().end(),
                    [](const rules::v1::ClassPolicy& c) {
                      return c.needs_opt_out_wording();
                    });
    if (needed && wording.accepted().empty()) {
      Fault("opt_out_wording.accepted",
            SayBoth("有类别须带退订提示：'accepted' 至少要有一种",
                    "a class needs opt-out wording: 'accepted' must hold at "
                    "least one"));
    }
    const bool told = needed && wording.accepted().empty();
    if (!wording.preferred().empty() && !told &&
        std::find(wording.accepted().begin(), wording.accepted().end(),
                  wording.preferred()) == wording.accepted().end()) {
      const std::vector<std::string> accepted(wording.accepted().begin(),
                                              wording.accepted().end());
      Fault("opt_out_wording.preferred",
            Both{absl::StrCat("'preferred' 须与 'accepted' 中的一种一字不差",
                              Suggestion(wording.preferred(), accepted,
                                         Language::kChinese)),
                 absl::StrCat("'preferred' must be one of 'accepted', letter "
                              "for letter",
                              Suggestion(wording.preferred(), accepted))});
    }
    CheckWords("accepted", wording.accepted(), std::nullopt);
    CheckWords("reply_words", wording.reply_words(), ReplySyntax::kPlain);
    CheckWords("reply_contains", wording.reply_contains(),
               ReplySyntax::kGapsOrWhole);
    CheckWords("complaint_contains", wording.complaint_contains(),
               ReplySyntax::kPlain);
    CheckWords("negations", wording.negations(), ReplySyntax::kPlain);
    CheckWords("reply_courtesies", wording.reply_courtesies(),
               ReplySyntax::kPlain);
    CheckWords("refusal_unheeded", wording.refusal_unheeded(),
               ReplySyntax::kGaps);
  }

  template <typename Words>
  void CheckWords(absl::string_view name, const Words& words,
                  std::optional<ReplySyntax> syntax) {
    for (int i = 0; i < words.size(); ++i) {
      const std::string path =
          absl::StrCat("opt_out_wording.", name, "[", i, "]");
      if (FoldWord(words[i]).empty()) {
        Fault(path, SayBoth("这个词归一化后为空",
                            "nothing is left of this word when it is folded"));
      } else if (syntax) {
        const std::optional<Both> fault = FaultOfReplyWord(words[i], *syntax);
        if (fault) Fault(path, *fault);
      }
    }
  }

  void CheckLinks() {
    const rules::v1::LinkPolicy& links = policy_.links();
    CheckAtMost("links.links_max", links.links_max(), kContactsMax);
    CheckAtMost("links.contacts_max", links.contacts_max(), kContactsMax);
    std::set<std::string> seen;
    CheckDomainLists(pack_, "links.shorteners", links.shorteners(), seen);
  }

  void CheckFigures() {
    CheckSignature();
    CheckAtMost("defer_days_max", policy_.defer_days_max(), 7);
    CheckAtMost("defer_spread_minutes", policy_.defer_spread_minutes(),
                24 * 60);
    CheckAtMost("key_window_hours", policy_.key_window_hours(), 7 * 24);
    CheckAtMost("hold_hours", policy_.hold_hours(), 30 * 24);
    for (int i = 0; i < policy_.calling_codes_size(); ++i) {
      const uint32_t code = policy_.calling_codes(i);
      if (code >= 1 && code <= 999) continue;
      Fault(absl::StrCat("calling_codes[", i, "]"),
            SayBoth("国家代码为 1 至 999，如 86",
                    "a calling code is 1 to 999: 86"));
    }
    if (!policy_.has_retention()) return;
    const rules::v1::RetentionPolicy& retention = policy_.retention();
    if (retention.messages_days() < retention.messages_days_min()) {
      Fault("retention.messages_days",
            SayBoth("'messages_days' 小于 'messages_days_min'",
                    "'messages_days' is below 'messages_days_min'"));
    }
  }

  // One of them may be left to its default.
  void CheckSignature() {
    const rules::v1::SignaturePolicy& signature = policy_.signature();
    const uint32_t min = signature.length_min() == 0 ? kSignatureLengthMin
                                                     : signature.length_min();
    const uint32_t max = signature.length_max() == 0 ? kSignatureLengthMax
                                                     : signature.length_max();
    if (min <= max) return;
    Fault(signature.length_min() == 0 ? "signature.length_max"
                                      : "signature.length_min",
          SayBoth("'length_min'（$0）大于 'length_max'（$1），没有签名符合",
                  "'length_min' ($0) is above 'length_max' ($1), so that no "
                  "signature is allowed",
                  min, max));
  }

  void CheckAtMost(absl::string_view path, uint32_t value, uint32_t max) {
    if (value > max) {
      Fault(path, SayBoth("'$0' 最大为 $1", "'$0' is at most $1", path, max));
    }
  }

  const Pack& pack_;
  const rules::v1::PackPolicy& policy_;
  const rules::v1::PackArticles& articles_;
  const std::vector<std::string>* codes_;
};

}  // namespace

void CheckPolicy(const Pack& pack, const std::vector<std::string>* codes,
                 Faults& faults) {
  PolicyChecker(pack, codes, faults).Check();
}

}  // namespace sluice::rules
