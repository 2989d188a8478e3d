#include "rules/check/policy_sense.h"

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rules/base/enum_names.h"
#include "rules/base/grouped.h"
#include "rules/base/quoted.h"
#include "rules/check/policy_times.h"

namespace sluice::rules {
namespace {

using sluice::v1::MessageClass;

constexpr double kDay = 24 * 60 * 60;
constexpr int kDayMinutes = 24 * 60;

// Minutes of a message without an own time, in which it is of use.
struct Validity {
  MessageClass message_class;
  uint32_t least;
  uint32_t most;
  absl::string_view usual;
};
constexpr Validity kValidities[] = {
    {sluice::v1::MESSAGE_CLASS_VERIFICATION, 2, 60, "5"},
    {sluice::v1::MESSAGE_CLASS_NOTICE, 30, 4320, "1440"},
    {sluice::v1::MESSAGE_CLASS_COMMERCIAL, 60, 4320, "0"},
    {sluice::v1::MESSAGE_CLASS_CONSENT_REQUEST, 60, 4320, "0"},
    {sluice::v1::MESSAGE_CLASS_PUBLIC_INTEREST, 30, 4320, "1440"},
};

// The fewest messages in an hour or a day that are of use.
struct Fewest {
  MessageClass message_class;
  uint32_t least;
  absl::string_view usual_chinese;
  absl::string_view usual_english;
};
constexpr Fewest kVerifications = {sluice::v1::MESSAGE_CLASS_VERIFICATION, 2,
                                   "每分钟 1 条、每小时 5 条、每天 10 条",
                                   "1 a minute, 5 an hour and 10 a day"};

// A limit of all classes that allows fewer stops what recipients wait for.
constexpr uint32_t kManyOfAll = 20;

std::string NameOf(int message_class) {
  const auto* const value =
      sluice::v1::MessageClass_descriptor()->FindValueByNumber(message_class);
  return value == nullptr ? "" : absl::AsciiStrToLower(ShortName(*value));
}

// Consent and refusals, which the regulation has for these only.
bool IsForAdvertising(int message_class) {
  return message_class == sluice::v1::MESSAGE_CLASS_COMMERCIAL ||
         message_class == sluice::v1::MESSAGE_CLASS_CONSENT_REQUEST;
}

bool Counts(const rules::v1::LimitRule& limit, MessageClass message_class) {
  return limit.classes().empty() ||
         absl::c_linear_search(limit.classes(), message_class);
}

bool HasKey(const rules::v1::LimitRule& limit, absl::string_view key) {
  return absl::c_linear_search(limit.by(), key);
}

// Whether it is about one text again, and not about how many there are. There
// are only so many templates, which are released one by one.
bool IsOfOneText(const rules::v1::LimitRule& limit) {
  return HasKey(limit, "content") || HasKey(limit, "campaign");
}

bool IsEnforcedLimit(const rules::v1::LimitRule& limit) {
  return limit.mode() == rules::v1::CHECK_MODE_ENFORCE ||
         limit.mode() == rules::v1::CHECK_MODE_UNSPECIFIED;
}

class PolicySense {
 public:
  PolicySense(const Pack& pack, Warnings& warnings)
      : pack_(pack), policy_(pack.policy), warnings_(warnings) {}

  void Find(absl::Time now) {
    LookAtZone(now);
    for (int i = 0; i < policy_.classes_size(); ++i) LookAtClass(i);
    LookAtHours();
    LookAtLimits(kVerifications);
    for (int i = 0; i < policy_.limits_size(); ++i) {
      LookAtClassless(i);
      LookAtSameText(i);
    }
    LookAtCampaigns();
    LookAtCallingCodes();
    LookAtFigures();
  }

 private:
  void LookAtZone(absl::Time now) {
    absl::TimeZone zone;
    if (!absl::LoadTimeZone(pack_.header.time_zone(), &zone) ||
        zone.At(now).offset == 8 * 3600) {
      return;
    }
    warnings_.Add(
        pack_.header_file.path, pack_.header_file.positions.At("time_zone"),
        SayBoth("不是中国的时区", "time zones of elsewhere"),
        SayBoth("规则包用于中国（countries: CN），时区 $0 却不是北京时间："
                "按“天”计的限额和发送时段会错开几个小时；通常写 Asia/Shanghai",
                "the pack is for China (countries: CN), and $0 is not its "
                "time: limits by the day and send hours are hours off; usually "
                "Asia/Shanghai",
                Quoted(pack_.header.time_zone())));
  }

  void LookAtClass(int i) {
    const rules::v1::ClassPolicy& one = policy_.classes(i);
    const int message_class = one.message_class();
    const std::string path = absl::StrCat("classes[", i, "]");
    if (IsForAdvertising(message_class) && !one.stopped_by_opt_out()) {
      AddStopped(path, message_class);
    }
    LookAtDemands(one, path);
    LookAtValidity(one, path + ".validity_minutes");
  }

  // The regulation asks for consent and ways to refuse of commercial messages
  // only; consent cannot be needed to ask for it.
  void LookAtDemands(const rules::v1::ClassPolicy& one,
                     const std::string& path) {
    if (one.message_class() == sluice::v1::MESSAGE_CLASS_COMMERCIAL) return;
    const bool asks =
        one.message_class() == sluice::v1::MESSAGE_CLASS_CONSENT_REQUEST;
    for (const auto& [key, set] :
         {std::pair<absl::string_view, bool>("needs_consent",
                                             one.needs_consent()),
          {"needs_opt_out_wording", !asks && one.needs_opt_out_wording()},
          {"stopped_by_opt_out", !asks && one.stopped_by_opt_out()}}) {
      if (!set) continue;
      const Both why =
          asks ? SayBoth("征求同意的短信正是为了取得同意",
                         "these messages ask for the consent")
               : SayBoth(
                     "31 号令的同意和拒收只针对商业短信，收件人等着的"
                     "短信会被拒绝",
                     "consent and opt-outs of Order 31 are about "
                     "commercial messages, and messages that recipients "
                     "wait for are refused");
      Add(absl::StrCat(path, ".", key),
          SayBoth("不应有的要求", "demands that the class has not"),
          SayBoth("类别 $0 写了 $1：$2；请删去这一行",
                  "class $0 has $1: $3; remove the line",
                  NameOf(one.message_class()), key, why.chinese, why.english));
    }
  }

  // Of the regulation, and therefore no choice of a pack.
  void AddStopped(const std::string& path, int message_class) {
    Add(path + ".stopped_by_opt_out",
        SayBoth("不起作用的设置", "settings without effect"),
        SayBoth(
            "不写 stopped_by_opt_out: true，类别 $0 在收件人拒收后也一样不再"
            "发送（31 号令第 18 条）：这一行不起作用，请写 true",
            "without stopped_by_opt_out: true class $0 is stopped all the "
            "same when the recipient refuses (Order 31, article 18): the "
            "line has no effect and should say true",
            NameOf(message_class)));
  }

  void LookAtValidity(const rules::v1::ClassPolicy& one,
                      const std::string& path) {
    const uint32_t minutes = one.validity_minutes();
    const auto* const usual =
        absl::c_find_if(kValidities, [&one](const Validity& validity) {
          return validity.message_class == one.message_class();
        });
    if (minutes == 0 || usual == std::end(kValidities) ||
        (minutes >= usual->least && minutes <= usual->most)) {
      return;
    }
    const Both why =
        minutes < usual->least
            ? SayBoth("手机关机或网络稍慢就会过期不发",
                      "it expires when a phone is off or a link slow")
            : SayBoth("送到时早已没有用处", "it arrives when it is of no use");
    Add(path, SayBoth("不合常理的有效期", "validities that make no sense"),
        SayBoth("类别 $0 的有效期为 $1 分钟：$3；通常为 $2",
                "messages of class $0 are valid for $1 min: $4; usually $2",
                NameOf(one.message_class()), Grouped(minutes), usual->usual,
                why.chinese, why.english));
  }

  void LookAtHours() {
    bool across = false;  // Midnight, which is told apart.
    for (int i = 0; i < policy_.send_hours_size(); ++i) {
      const rules::v1::SendHours& hours = policy_.send_hours(i);
      across |= MinutesOfDay(hours.open()) > MinutesOfDay(hours.close());
      for (const MessageClass one : {sluice::v1::MESSAGE_CLASS_VERIFICATION,
                                     sluice::v1::MESSAGE_CLASS_NOTICE}) {
        if (!absl::c_linear_search(hours.classes(), one)) continue;
        AddUrgent(hours, one, absl::StrCat("send_hours[", i, "].classes"));
        break;
      }
    }
    if (!across) LookAtSum();
  }

  void AddUrgent(const rules::v1::SendHours& hours, MessageClass message_class,
                 const std::string& path) {
    if (hours.open() == "00:00" && hours.close() == "24:00") return;
    const Both why =
        message_class == sluice::v1::MESSAGE_CLASS_VERIFICATION
            ? SayBoth("其余时间登录的人收不到验证码",
                      "whoever signs in at another time gets no code")
            : SayBoth("其余时间的到账、取件、停水等通知都要等",
                      "notices of payments, parcels and the like wait");
    Add(path, SayBoth("限了时段的通知", "notices that wait"),
        SayBoth("类别 $0 只在 $1 至 $2 发送，$3：通常不限时段",
                "class $0 is sent from $1 to $2 only, and $4: usually always",
                NameOf(message_class), hours.open(), hours.close(), why.chinese,
                why.english));
  }

  // A class may be sent in any of its send hours.
  void LookAtSum() {
    int told = -1;
    for (const MessageClass one : {sluice::v1::MESSAGE_CLASS_COMMERCIAL,
                                   sluice::v1::MESSAGE_CLASS_CONSENT_REQUEST}) {
      std::bitset<kDayMinutes> open;
      int last = -1;
      for (int i = 0; i < policy_.send_hours_size(); ++i) {
        const rules::v1::SendHours& hours = policy_.send_hours(i);
        if (!absl::c_linear_search(hours.classes(), one)) continue;
        last = i;
        const int close = std::min(MinutesOfDay(hours.close()), kDayMinutes);
        for (int at = MinutesOfDay(hours.open()); at < close; ++at) {
          open.set(static_cast<size_t>(at));
        }
      }
      if (last < 0 || last == told || open.count() >= 120) continue;
      told = last;
      AddShort(last, one, open.count());
    }
  }

  void AddShort(int i, MessageClass message_class, size_t minutes) {
    Add(absl::StrCat("send_hours[", i, "].close"),
        SayBoth("过短的发送时段", "send hours too short"),
        SayBoth(
            "类别 $0 的发送时段每天一共只有 $1 分钟，其余时间的短信都要推迟："
            "通常为 08:00 至 21:00",
            "send hours of class $0 are $1 minutes a day in all, and all "
            "else is deferred: usually 08:00 to 21:00",
            NameOf(message_class), minutes));
  }

  void LookAtLimits(const Fewest& fewest) {
    if (absl::c_none_of(policy_.classes(), [&fewest](const auto& one) {
          return one.message_class() == fewest.message_class;
        })) {
      return;
    }
    for (int i = 0; i < policy_.limits_size(); ++i) {
      const rules::v1::LimitRule& limit = policy_.limits(i);
      const double seconds = WindowSeconds(limit.window());
      if (Counts(limit, fewest.message_class) && IsEnforcedLimit(limit) &&
          !IsOfOneText(limit) && !HasKey(limit, "template") &&
          seconds <= kDay && seconds >= 3600 && limit.max() < fewest.least) {
        AddTight(i, fewest);
      }
    }
  }

  // A limit without classes is one of all, which its author may not know.
  void LookAtClassless(int i) {
    const rules::v1::LimitRule& limit = policy_.limits(i);
    const bool has_awaited =
        absl::c_any_of(policy_.classes(), [](const auto& one) {
          return one.message_class() ==
                     sluice::v1::MESSAGE_CLASS_VERIFICATION ||
                 one.message_class() == sluice::v1::MESSAGE_CLASS_NOTICE;
        });
    if (!has_awaited || !limit.classes().empty() || !IsEnforcedLimit(limit) ||
        IsOfOneText(limit) || limit.max() >= kManyOfAll ||
        WindowSeconds(limit.window()) < 3600) {
      return;
    }
    Add(absl::StrCat("limits[", i, "]"),
        SayBoth("没有写类别的限额", "limits without classes"),
        SayBoth("没有写 classes，验证码和通知也计入：$0内第 $1 条起都不发；"
                "请写明类别，如 classes: [commercial]",
                "without classes it counts codes and notices, too, and stops "
                "them from number $1 within $2 on: write the classes, such as "
                "classes: [commercial]",
                ChineseWindow(limit.window()), limit.max() + 1,
                limit.window()));
  }

  // The same code or text may be asked for again soon.
  void LookAtSameText(int i) {
    const rules::v1::LimitRule& limit = policy_.limits(i);
    if (!absl::c_linear_search(limit.classes(),
                               sluice::v1::MESSAGE_CLASS_VERIFICATION) ||
        !HasKey(limit, "content") || !IsEnforcedLimit(limit) ||
        WindowSeconds(limit.window()) <= 600) {
      return;
    }
    Add(absl::StrCat("limits[", i, "].window"),
        SayBoth("过严的限额", "limits that stop everybody"),
        SayBoth("相同的验证码 $0内不再发送，没有收到的人点“重新获取”也"
                "收不到：通常为 30s 至 60s",
                "the same code is not sent again within $1, so that whoever "
                "did not get it cannot ask again: usually 30s to 60s",
                ChineseWindow(limit.window()), limit.window()));
  }

  void AddTight(int i, const Fewest& fewest) {
    Add(absl::StrCat("limits[", i, "].max"),
        SayBoth("过严的限额", "limits that stop everybody"),
        SayBoth("类别 $0 $5内只允许 $2 条，没有收到的人要不到第二条：通常为 "
                "$3",
                "class $0 is allowed $2 per $1, so that whoever did not get it "
                "cannot ask again: usually $4",
                NameOf(fewest.message_class), policy_.limits(i).window(),
                policy_.limits(i).max(), fewest.usual_chinese,
                fewest.usual_english,
                ChineseWindow(policy_.limits(i).window())));
  }

  void LookAtCampaigns() {
    const rules::v1::CampaignPolicy& campaigns = policy_.campaigns();
    if (campaigns.recipients_max() != 0) {
      LookAtCampaign(campaigns, "campaigns.recipients_max");
    }
    for (int i = 0; i < campaigns.limits_size(); ++i) {
      LookAtCampaign(campaigns.limits(i),
                     absl::StrCat("campaigns.limits[", i, "].recipients_max"));
    }
  }

  template <typename Limit>
  void LookAtCampaign(const Limit& limit, const std::string& path) {
    const bool commercial = absl::c_linear_search(
        limit.classes(), sluice::v1::MESSAGE_CLASS_COMMERCIAL);
    const uint32_t usual = commercial ? 500 : 2000;
    const uint32_t max = limit.recipients_max();
    if (max >= 20) return;
    Add(path, SayBoth("不合常理的群发数量", "campaigns that make no sense"),
        SayBoth("recipients_max: $0 意味着发给几个号码的相同短信就要转人工，"
                "日常通知也会积压：通常为 $1",
                "with recipients_max: $0 the same text to a few numbers waits "
                "for a person, everyday notices too: usually $1",
                max, usual));
  }

  void LookAtCallingCodes() {
    if (policy_.calling_codes().empty() ||
        absl::c_linear_search(policy_.calling_codes(), 86)) {
      return;
    }
    Add("calling_codes", SayBoth("缺少的国家代码", "missing calling codes"),
        SayBoth("规则包用于中国（countries: CN），calling_codes 中却没有 86，"
                "中国的号码都会被拒绝：通常为 [86]",
                "the pack is for China (countries: CN), and calling_codes lack "
                "86, so that its numbers are refused: usually [86]"));
  }

  // Figures of the policy that stand alone.
  void LookAtFigures() {
    const uint32_t length = policy_.signature().length_max();
    if (length != 0 && length < 8) {
      AddFigure("signature.length_max", length,
                SayBoth("正常的签名为 2 至 20 个字，长的会被拒绝",
                        "signatures have 2 to 20 characters, and longer ones "
                        "are refused"));
    }
    const uint32_t least = policy_.signature().length_min();
    if (least > 2) {
      AddFigure(
          "signature.length_min", least,
          SayBoth("两个字的签名很常见（如 京东、美团），会被拒绝；通常为 2",
                  "signatures of two characters are common, such as 京东 "
                  "and 美团, and are refused; usually 2"));
    }
    LookAtSpread();
    const uint32_t minutes = policy_.campaigns().minutes();
    if (minutes > 120) {
      AddFigure(
          "campaigns.minutes", minutes,
          SayBoth("时间过长，日常短信也算作群发；通常为 10",
                  "in a long time everyday messages are a campaign; usually "
                  "10"));
    }
    if (policy_.hold_hours() != 0 && policy_.hold_hours() < 12) {
      AddFigure("hold_hours", policy_.hold_hours(),
                SayBoth("夜间转人工的短信等不到上班就已过期；通常不写，或写 24 "
                        "以上",
                        "what is held at night expires before anybody looks; "
                        "usually not set, or 24 and more"));
    }
  }

  void LookAtSpread() {
    const uint32_t spread = policy_.defer_spread_minutes();
    if (!pack_.policy_file.positions.Has("defer_spread_minutes") ||
        (spread >= 5 && spread <= 240)) {
      return;
    }
    AddFigure("defer_spread_minutes", spread,
              SayBoth("推迟的短信会在开始时一起涌出，或拖得太久；通常为 60",
                      "what was deferred goes out in one burst, or far too "
                      "late; usually 60"));
  }

  void AddFigure(const std::string& path, uint32_t value, const Both& why) {
    Add(path, SayBoth("不合常理的数值", "figures that make no sense"),
        SayBoth("$0: $1：$2", "$0: $1: $3", path, value, why.chinese,
                why.english));
  }

  void Add(const std::string& path, const Both& kind, Both what) {
    warnings_.Add(pack_.policy_file.path, pack_.policy_file.positions.At(path),
                  kind, std::move(what));
  }

  const Pack& pack_;
  const rules::v1::PackPolicy& policy_;
  Warnings& warnings_;
};

}  // namespace

void FindPolicySense(const Pack& pack, absl::Time now, Warnings& warnings) {
  if (!absl::c_linear_search(pack.header.countries(), "CN")) return;
  PolicySense(pack, warnings).Find(now);
}

}  // namespace sluice::rules
