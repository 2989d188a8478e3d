#include "rules/compare/policy_weaker.h"

#include <algorithm>
#include <bitset>
#include <map>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rules/base/grouped.h"
#include "rules/check/policy_times.h"
#include "rules/compare/figures.h"
#include "rules/compare/limit_weaker.h"

namespace sluice::rules {
namespace {

using rules::v1::PackPolicy;

constexpr int kDayMinutes = 24 * 60;
using Minutes = std::bitset<kDayMinutes>;

// Which way each figure of the policy is weaker. Limits and send hours are
// compared by what they let pass, whatever their figures.
constexpr Figure kDuties[] = {
    {"needs_consent",
     WeakerWhen::kLess,
     {"未经同意也发送（31 号令第 18 条）",
      "sent without consent (Order 31, article 18)"}},
    {"needs_opt_out_wording",
     WeakerWhen::kLess,
     {"不告知拒收方式也发送", "sent without saying how to opt out"}},
    {"needs_signature",
     WeakerWhen::kLess,
     {"不写明是谁发的也发送，运营商会拦截",
      "sent without saying who sends, and carriers stop it"}},
};
// Of advertising the regulation itself stops it.
constexpr Figure kStops[] = {
    {"stopped_by_opt_out",
     WeakerWhen::kLess,
     {"拒收以后还会收到", "sent to those who opted out"}},
};
constexpr Figure kPolicy[] = {
    {"key_window_hours",
     WeakerWhen::kLess,
     {"过后重新提交的会再发一次", "submitted again, it is sent again"}},
    {"calling_codes",
     WeakerWhen::kHasMore,
     {"本规则不是为这些号码制定的", "the pack is not for their recipients"}},
};
constexpr Figure kSignature[] = {
    {"length_min",
     WeakerWhen::kLess,
     {"过短的签名看不出是谁", "short ones do not say who sends"}},
    {"length_max",
     WeakerWhen::kMore,
     {"整句话也成了签名", "whole sentences pass as one"}},
    {"tail_allowed",
     WeakerWhen::kMore,
     {"看到末尾才知道是谁发的", "who sends is said at the end only"}},
    {"digits_only_allowed",
     WeakerWhen::kMore,
     {"号码也能冒充签名", "a number passes as a name"}},
};
constexpr Figure kRetention[] = {
    {"messages_days_min",
     WeakerWhen::kLess,
     {"记录可以更早删除", "records may go sooner"}},
    {"messages_days", WeakerWhen::kLess, {"记录更早删除", "records go sooner"}},
    {"standing_days",
     WeakerWhen::kLess,
     {"拒收和同意的证据更早删除", "opt-outs and proofs of consent go sooner"}},
};
constexpr Figure kLinks[] = {
    {"links_max", WeakerWhen::kMoreOrZero, {"允许更多链接", "more links pass"}},
    {"contacts_max",
     WeakerWhen::kMoreOrZero,
     {"允许更多联系方式", "more contacts pass"}},
    {"shorteners",
     WeakerWhen::kLacks,
     {"其中的短链接不再识别", "their short links are not known"}},
};
constexpr Figure kWording[] = {
    {"reply_words",
     WeakerWhen::kLacks,
     {"这样回复不再算拒收", "such a reply is no opt-out"}},
    {"reply_contains",
     WeakerWhen::kLacks,
     {"这样回复不再算拒收", "such a reply is no opt-out"}},
    {"complaint_contains",
     WeakerWhen::kLacks,
     {"这样回复不再算投诉", "such a reply is no complaint"}},
    {"refusal_unheeded",
     WeakerWhen::kLacks,
     {"这样回复不再算拒收和投诉",
      "such a reply is neither opt-out nor complaint"}},
    {"reply_courtesies",
     WeakerWhen::kLacks,
     {"与它写在一起的拒收可能不再算拒收",
      "an opt-out that has it may be none"}},
    {"negations",
     WeakerWhen::kHasMore,
     {"带它的拒收不再生效", "an opt-out with it does not count"}},
};
constexpr Figure kCampaigns[] = {
    {"minutes",
     WeakerWhen::kLess,
     {"分批发送即可绕过", "sending in parts evades it"}},
};
constexpr Figure kHeader[] = {
    {"countries",
     WeakerWhen::kLacks,
     {"本规则不再是为其收件人制定的", "the pack is not for its recipients"}},
};
constexpr Figure kArticles[] = {
    {"basis",
     WeakerWhen::kOther,
     {"拒绝时不再援引法规，检查也可以停用",
      "rejections do not name the law, and the check may be off"}},
};

std::string NameOf(int message_class) {
  return WrittenName(*sluice::v1::MessageClass_descriptor(), message_class);
}

Minutes OpenAt(const rules::v1::SendHours& hours) {
  Minutes open;
  const int from = MinutesOfDay(hours.open());
  const int to = MinutesOfDay(hours.close());
  const int length = from <= to ? to - from : to + kDayMinutes - from;
  for (int i = 0; i < length; ++i) {
    open.set(static_cast<size_t>((from + i) % kDayMinutes));
  }
  return open;
}

// When messages of the class may be sent.
Minutes OpenFor(const PackPolicy& policy, int message_class) {
  Minutes open;
  bool named = false;
  for (const rules::v1::SendHours& hours : policy.send_hours()) {
    if (!absl::c_linear_search(hours.classes(), message_class)) continue;
    named = true;
    open |= OpenAt(hours);
  }
  return named ? open : open.set();
}

// The setting of the check for the class: the last one counts. -1: none.
int SettingOf(const PackPolicy& policy, absl::string_view code,
              int message_class) {
  for (int i = policy.checks_size() - 1; i >= 0; --i) {
    const rules::v1::CheckSetting& one = policy.checks(i);
    if (one.code() == code &&
        (one.classes().empty() ||
         absl::c_linear_search(one.classes(), message_class))) {
      return i;
    }
  }
  return -1;
}

int EffectOf(const PackPolicy& policy, int setting) {
  return setting < 0 ? rules::EffectOf(rules::v1::CHECK_MODE_ENFORCE)
                     : rules::EffectOf(policy.checks(setting).mode());
}

// The most numbers that messages of the class reach unseen; 0: any number.
uint32_t CampaignOf(const PackPolicy& policy, int message_class,
                    std::string& path) {
  const rules::v1::CampaignPolicy& campaigns = policy.campaigns();
  path = "campaigns.recipients_max";
  if (absl::c_linear_search(campaigns.classes(), message_class)) {
    return campaigns.recipients_max();
  }
  for (int i = 0; i < campaigns.limits_size(); ++i) {
    const rules::v1::CampaignLimit& one = campaigns.limits(i);
    path = absl::StrCat("campaigns.limits[", i, "].recipients_max");
    if (absl::c_linear_search(one.classes(), message_class)) {
      return one.recipients_max();
    }
  }
  path = "campaigns";
  return 0;
}

class PolicyComparison {
 public:
  PolicyComparison(const Pack& shipped, const Pack& own, Weaker& weaker)
      : shipped_(shipped.policy),
        own_(own.policy),
        shipped_pack_(shipped),
        own_pack_(own),
        weaker_(weaker) {}

  void Find() {
    for (const rules::v1::ClassPolicy& one : shipped_.classes()) {
      LookAtDuties(one);
      LookAtHours(one.message_class());
      LookAtCampaign(one.message_class());
    }
    for (int i = 0; i < own_.checks_size(); ++i) LookAtCheck(i);
    LookAtFigures();
    LookAtHeader();
    LookAtArticles();
  }

 private:
  void LookAtDuties(const rules::v1::ClassPolicy& shipped) {
    const auto own =
        absl::c_find_if(own_.classes(), [&shipped](const auto& one) {
          return one.message_class() == shipped.message_class();
        });
    const std::string name = NameOf(shipped.message_class());
    if (own == own_.classes().end()) {
      return Add(true, "classes",
                 SayBoth("没有类别 $0：不查同意、退订和签名",
                         "class $0 is gone: neither consent nor opt-outs nor "
                         "a signature are asked for",
                         name));
    }
    const std::string path =
        absl::StrCat("classes[", own - own_.classes().begin(), "]");
    const auto add = [&](const std::string& at, const Both& what) {
      Add(true, at,
          SayBoth("类别 $0 的 $1", "class $0: $2", name, what.chinese,
                  what.english));
    };
    ForEachWeaker(shipped, *own, path, kDuties, add);
    if (shipped.message_class() != sluice::v1::MESSAGE_CLASS_COMMERCIAL &&
        shipped.message_class() != sluice::v1::MESSAGE_CLASS_CONSENT_REQUEST) {
      ForEachWeaker(shipped, *own, path, kStops, add);
    }
  }

  void LookAtHours(int message_class) {
    const Minutes shipped = OpenFor(shipped_, message_class);
    if ((OpenFor(own_, message_class) & ~shipped).none()) return;
    for (int i = 0; i < own_.send_hours_size(); ++i) {
      const rules::v1::SendHours& hours = own_.send_hours(i);
      const Minutes more = OpenAt(hours) & ~shipped;
      if (more.none() ||
          !absl::c_linear_search(hours.classes(), message_class)) {
        continue;
      }
      const auto open = static_cast<size_t>(MinutesOfDay(hours.open()));
      Add(false,
          absl::StrCat("send_hours[", i, "].",
                       shipped.test(open % kDayMinutes) ? "close" : "open"),
          SayBoth("类别 $0 在 $1 至 $2 发送，每天比随附多 $3 分钟",
                  "class $0 is sent from $1 to $2, $3 minutes a day more than "
                  "shipped",
                  NameOf(message_class), hours.open(), hours.close(),
                  Grouped(more.count())));
    }
    if (absl::c_none_of(own_.send_hours(), [=](const auto& hours) {
          return absl::c_linear_search(hours.classes(), message_class);
        })) {
      Add(false, "send_hours",
          SayBoth("类别 $0 没有发送时段，夜间也会发送",
                  "class $0 has no send hours, and is sent at night",
                  NameOf(message_class)));
    }
  }

  void LookAtCampaign(int message_class) {
    std::string path;
    const uint32_t shipped = CampaignOf(shipped_, message_class, path);
    const uint32_t own = CampaignOf(own_, message_class, path);
    if (shipped == 0 || (own != 0 && own <= shipped)) return;
    const std::string name = NameOf(message_class);
    Add(false, path,
        own == 0 ? SayBoth("类别 $0 的群发不再转人工，随附超过 $1 个号码即转",
                           "campaigns of class $0 never wait for a person, "
                           "shipped beyond $1 numbers",
                           name, Grouped(shipped))
                 : SayBoth("类别 $0 群发 $2 个号码以内不转人工，随附为 $1",
                           "campaigns of class $0 to $2 numbers wait for no "
                           "person, shipped $1",
                           name, Grouped(shipped), Grouped(own)));
  }

  void LookAtCheck(int i) {
    const rules::v1::CheckSetting& setting = own_.checks(i);
    std::string classes;
    int shipped_effect = 0;
    bool all = true;
    for (const rules::v1::ClassPolicy& one : shipped_.classes()) {
      const int message_class = one.message_class();
      const int effect = EffectOf(
          shipped_, SettingOf(shipped_, setting.code(), message_class));
      if (SettingOf(own_, setting.code(), message_class) != i ||
          EffectOf(own_, i) >= effect) {
        all = false;
        continue;
      }
      shipped_effect = std::max(shipped_effect, effect);
      absl::StrAppend(&classes, classes.empty() ? "" : ", ",
                      NameOf(message_class));
    }
    if (!classes.empty()) AddCheck(i, all ? "" : classes, shipped_effect);
  }

  void AddCheck(int i, const std::string& classes, int shipped_effect) {
    const rules::v1::CheckSetting& setting = own_.checks(i);
    const bool observed = EffectOf(own_, i) > 0;
    const Both of = classes.empty() ? SayBoth(" ", "")
                                    : SayBoth("（$0）", " ($0)", classes);
    const Both until =
        setting.observe_until().empty()
            ? Both()
            : SayBoth("到 $0 为止", " until $0", setting.observe_until());
    Add(IsLaw(setting.code()), absl::StrCat("checks[", i, "].mode"),
        !observed
            ? SayBoth("检查 $0$1停用，随附为$2",
                      "check $0$3 is off, shipped $4", setting.code(),
                      of.chinese, shipped_effect > 1 ? "强制执行" : "仅观察",
                      of.english, shipped_effect > 1 ? "enforced" : "observed")
            : SayBoth("检查 $0$1$2仅观察，不拦截，随附为强制执行",
                      "check $0$3 is observed$4, shipped enforced: what it "
                      "finds is sent",
                      setting.code(), of.chinese, until.chinese, of.english,
                      until.english));
  }

  bool IsLaw(const std::string& code) const {
    return absl::c_any_of(shipped_pack_.articles.articles(),
                          [&code](const rules::v1::Article& one) {
                            return one.code() == code &&
                                   one.basis() == sluice::v1::BASIS_LAW;
                          });
  }

  void LookAtFigures() {
    const auto look = [this](const auto& shipped, const auto& own,
                             const std::string& path,
                             absl::Span<const Figure> figures) {
      const std::string lead = path.empty() ? "" : path + ".";
      ForEachWeaker(
          shipped, own, path, figures,
          [&](const std::string& at, const Both& what) {
            Add(false, at,
                SayBoth("$0$1", "$0$2", lead, what.chinese, what.english));
          });
    };
    look(shipped_, own_, "", kPolicy);
    look(shipped_.signature(), own_.signature(), "signature", kSignature);
    look(shipped_.retention(), own_.retention(), "retention", kRetention);
    look(shipped_.links(), own_.links(), "links", kLinks);
    look(shipped_.opt_out_wording(), own_.opt_out_wording(), "opt_out_wording",
         kWording);
    if (own_.has_campaigns()) {
      look(shipped_.campaigns(), own_.campaigns(), "campaigns", kCampaigns);
    }
  }

  void LookAtHeader() {
    ForEachWeaker(shipped_pack_.header, own_pack_.header, "", kHeader,
                  [this](const std::string& at, const Both& what) {
                    weaker_.law.Add(own_pack_.header_file.path,
                                    own_pack_.header_file.positions.At(at),
                                    Kind(true), what);
                  });
  }

  void LookAtArticles() {
    std::map<std::string, int> own;
    const auto& articles = own_pack_.articles.articles();
    for (int i = 0; i < articles.size(); ++i)
      own.emplace(articles[i].code(), i);
    for (const rules::v1::Article& one : shipped_pack_.articles.articles()) {
      const auto found = own.find(one.code());
      if (one.basis() != sluice::v1::BASIS_LAW) continue;
      if (found == own.end()) {
        weaker_.law.Add(
            own_pack_.articles_file.path, {.line = 0, .column = 0}, Kind(true),
            SayBoth("缺少 $0 的条款，拒绝时不再援引法规",
                    "the article of $0 is gone: rejections do not name the law",
                    one.code()));
        continue;
      }
      ForEachWeaker(one, articles[found->second],
                    absl::StrCat("articles[", found->second, "]"), kArticles,
                    [&](const std::string& at, const Both& what) {
                      weaker_.law.Add(own_pack_.articles_file.path,
                                      own_pack_.articles_file.positions.At(at),
                                      Kind(true),
                                      SayBoth("$0 的 $1", "$0: $2", one.code(),
                                              what.chinese, what.english));
                    });
    }
  }

  static Both Kind(bool is_law) {
    return is_law ? SayBoth("放弃的法定要求", "demands of the law given up")
                  : SayBoth("放宽的设置", "looser settings");
  }

  // Where nothing of the path is in the file, of the file as a whole.
  void Add(bool is_law, const std::string& path, Both what) {
    const YamlPositions& positions = own_pack_.policy_file.positions;
    Position position = positions.At(path);
    if (!positions.Has(path.substr(0, path.find_first_of(".[")))) {
      position = {.line = 0, .column = 0};
    }
    weaker_.For(is_law).Add(own_pack_.policy_file.path, position, Kind(is_law),
                            std::move(what));
  }

  const PackPolicy& shipped_;
  const PackPolicy& own_;
  const Pack& shipped_pack_;
  const Pack& own_pack_;
  Weaker& weaker_;
};

}  // namespace

rules::v1::CheckMode ModeOf(const PackPolicy& policy, absl::string_view code,
                            int message_class) {
  const int setting = SettingOf(policy, code, message_class);
  return setting < 0 ? rules::v1::CHECK_MODE_ENFORCE
                     : policy.checks(setting).mode();
}

void FindWeakerPolicy(const Pack& shipped, const Pack& own, Weaker& weaker) {
  PolicyComparison(shipped, own, weaker).Find();
  FindWeakerLimits(shipped, own, weaker);
}

}  // namespace sluice::rules
