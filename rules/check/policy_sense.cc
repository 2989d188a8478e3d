#include "rules/check/policy_sense.h"

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "rules/base/enum_names.h"
#include "rules/base/grouped.h"
#include "rules/base/quoted.h"

namespace sluice::rules {
namespace {

using sluice::v1::MessageClass;

constexpr double kDay = 24 * 60 * 60;
constexpr int kDayMinutes = 24 * 60;

// The reasons that the regulation itself demands.
constexpr absl::string_view kLawCodes[] = {
    "SENDER_MISSING",           "PROVIDER_LICENSE_MISSING",
    "PROVIDER_LICENSE_EXPIRED", "PROVIDER_LICENSE_SCOPE",
    "SENDER_NOT_OWNED",         "ACCESS_CODE_NOT_REGISTERED",
    "PORT_PURPOSE_MISMATCH",    "PORT_SUBLEASED",
    "SIGNATURE_MISSING",        "CONTENT_PROHIBITED",
    "OPTOUT_NOTICE_MISSING",    "OPTOUT_NOTICE_INVALID",
    "OPTOUT_CHANNEL_DOWN",      "NEVER_SEND",
    "RECIPIENT_OPTED_OUT",      "RECIPIENT_COMPLAINED",
    "CONSENT_MISSING",          "CONSENT_SCOPE",
    "CONSENT_FREQUENCY",        "CONSENT_REQUEST_INCOMPLETE",
    "CONSENT_REQUEST_REPEATED", "CONSENT_EVIDENCE_MISSING",
};

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

// Messages a day to one number, as carriers and vendors allow them.
struct Daily {
  MessageClass message_class;
  double least;
  double most;
  absl::string_view usual_chinese;
  absl::string_view usual_english;
};
constexpr Daily kDailies[] = {
    {sluice::v1::MESSAGE_CLASS_COMMERCIAL, 0, 10, "每天 2 条、30 天 10 条",
     "2 a day and 10 in 30 days"},
    {sluice::v1::MESSAGE_CLASS_VERIFICATION, 2, 240,
     "每分钟 1 条、每小时 5 条、每天 10 条",
     "1 a minute, 5 an hour and 10 a day"},
};

std::string NameOf(int message_class) {
  const auto* const value =
      sluice::v1::MessageClass_descriptor()->FindValueByNumber(message_class);
  return value == nullptr ? "" : absl::AsciiStrToLower(ShortName(*value));
}

// Of a window as limits have it; of a wrong one 0.
double SecondsOf(absl::string_view window) {
  for (const auto& [name, seconds] :
       {std::pair<absl::string_view, double>("minute", 60),
        {"hour", 3600},
        {"day", kDay},
        {"week", 7 * kDay},
        {"month", 30 * kDay}}) {
    if (window == name) return seconds;
  }
  uint32_t count = 0;
  if (window.empty() ||
      !absl::SimpleAtoi(window.substr(0, window.size() - 1), &count)) {
    return 0;
  }
  const char unit = window.back();
  const double seconds = unit == 's'   ? 1
                         : unit == 'm' ? 60
                         : unit == 'h' ? 3600
                                       : kDay;
  return seconds * count;
}

// "08:30" in minutes.
int MinutesOf(absl::string_view time) {
  int hours = 0;
  int minutes = 0;
  const size_t colon = time.find(':');
  if (colon == time.npos || !absl::SimpleAtoi(time.substr(0, colon), &hours) ||
      !absl::SimpleAtoi(time.substr(colon + 1), &minutes)) {
    return 0;
  }
  return hours * 60 + minutes;
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

// "24 小时" of 24h, "一天" of day; a wrong window as it is.
std::string ChineseWindow(absl::string_view window) {
  for (const auto& [name, chinese] :
       {std::pair<absl::string_view, absl::string_view>("minute", "一分钟"),
        {"hour", "一小时"},
        {"day", "一天"},
        {"week", "一周"},
        {"month", "一个月"}}) {
    if (window == name) return std::string(chinese);
  }
  for (const auto& [unit, chinese] :
       {std::pair<absl::string_view, absl::string_view>("s", "秒"),
        {"m", "分钟"},
        {"h", "小时"},
        {"d", "天"}}) {
    if (!absl::EndsWith(window, unit)) continue;
    return absl::StrCat(absl::StripSuffix(window, unit), " ", chinese);
  }
  return std::string(window);
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
    for (const Daily& daily : kDailies) LookAtLimits(daily);
    LookAtCampaigns();
    LookAtArticles();
    LookAtChecks();
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
    const bool commercial =
        message_class == sluice::v1::MESSAGE_CLASS_COMMERCIAL;
    if (commercial && !one.needs_consent()) {
      AddDuty(path, "needs_consent", message_class,
              SayBoth("未经同意不得发送商业短信（31 号令第 18 条）",
                      "no commercial message without consent (Order 31, "
                      "article 18)"));
    }
    if (commercial && !one.needs_opt_out_wording()) {
      AddDuty(path, "needs_opt_out_wording", message_class,
              SayBoth("商业短信须告知拒收方式",
                      "a commercial message tells how to refuse more"));
    }
    if (IsForAdvertising(message_class) && !one.stopped_by_opt_out()) {
      AddStopped(path, message_class);
    }
    if (commercial && !one.needs_signature()) {
      AddDuty(path, "needs_signature", message_class,
              SayBoth("商业短信须标明内容提供者",
                      "a commercial message names its content provider"));
    } else if (!one.needs_signature()) {
      AddUnsigned(path, message_class);
    }
    LookAtValidity(one, path + ".validity_minutes");
  }

  void AddDuty(const std::string& path, absl::string_view duty,
               int message_class, const Both& why) {
    Add(absl::StrCat(path, ".", duty),
        SayBoth("未要求的法定义务", "duties that are not asked for"),
        SayBoth("类别 $0 不要求 $1：$2；通常写 $1: true",
                "class $0 does not ask for $1: $3; usually $1: true",
                NameOf(message_class), duty, why.chinese, why.english));
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

  void AddUnsigned(const std::string& path, int message_class) {
    Add(path + ".needs_signature",
        SayBoth("未要求的签名", "signatures that are not asked for"),
        SayBoth(
            "类别 $0 不要求 needs_signature：运营商会拦截没有签名的短信；通常"
            "写 needs_signature: true",
            "class $0 does not ask for needs_signature: carriers stop "
            "messages that do not name who sends them; usually "
            "needs_signature: true",
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
    bool commercial = false;
    bool night = false;
    for (int i = 0; i < policy_.send_hours_size(); ++i) {
      const rules::v1::SendHours& hours = policy_.send_hours(i);
      if (absl::c_linear_search(hours.classes(),
                                sluice::v1::MESSAGE_CLASS_VERIFICATION)) {
        AddUrgent(hours, absl::StrCat("send_hours[", i, "].classes"));
      }
      if (absl::c_none_of(hours.classes(), IsForAdvertising)) continue;
      commercial |= absl::c_linear_search(hours.classes(),
                                          sluice::v1::MESSAGE_CLASS_COMMERCIAL);
      night |= LookAtNight(hours, absl::StrCat("send_hours[", i, "]"));
    }
    if (!night) LookAtSum();
    if (commercial || !pack_.policy_file.positions.IsReadable("send_hours") ||
        absl::c_none_of(policy_.classes(), [](const auto& one) {
          return one.message_class() == sluice::v1::MESSAGE_CLASS_COMMERCIAL;
        })) {
      return;
    }
    Add("send_hours", SayBoth("夜间的发送时段", "send hours at night"),
        SayBoth("类别 commercial 没有发送时段，夜间也会发送：通常为 08:00 至 "
                "21:00，运营商不许更早或更晚",
                "class commercial has no send hours, and is sent at night: "
                "usually 08:00 to 21:00, as carriers demand"));
  }

  void AddUrgent(const rules::v1::SendHours& hours, const std::string& path) {
    if (hours.open() == "00:00" && hours.close() == "24:00") return;
    Add(path, SayBoth("限了时段的验证码", "codes that wait"),
        SayBoth(
            "验证码只在 $0 至 $1 发送，其余时间登录的人收不到：通常不限时段",
            "codes are sent from $0 to $1 only, and whoever signs in at "
            "another time gets none: usually always",
            hours.open(), hours.close()));
  }

  // Whether they include the night.
  bool LookAtNight(const rules::v1::SendHours& hours, const std::string& path) {
    const int open = MinutesOf(hours.open());
    const int close = MinutesOf(hours.close());
    if (open > close) return true;  // Told as hours across midnight.
    if (open >= 7 * 60 && close <= 22 * 60) return false;
    Add(path + (open < 7 * 60 ? ".open" : ".close"),
        SayBoth("夜间的发送时段", "send hours at night"),
        SayBoth("商业短信的发送时段 $0 至 $1 包括夜间：通常为 08:00 至 21:00，"
                "运营商最宽只到 22:00，夜间的广告短信会招来投诉",
                "send hours of commercial messages from $0 to $1 include the "
                "night: usually 08:00 to 21:00, carriers allow 22:00 at "
                "most, and advertising at night brings complaints",
                hours.open(), hours.close()));
    return true;
  }

  // A class may be sent in any of its send hours. None of them is at night.
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
        const int close = std::min(MinutesOf(hours.close()), kDayMinutes);
        for (int at = MinutesOf(hours.open()); at < close; ++at) {
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

  // The limit that allows fewest messages of the class a day decides how many
  // there are, whatever others allow.
  void LookAtLimits(const Daily& daily) {
    if (!pack_.policy_file.positions.IsReadable("limits")) return;
    if (absl::c_none_of(policy_.classes(), [&daily](const auto& one) {
          return one.message_class() == daily.message_class;
        })) {
      return;
    }
    double lowest = std::numeric_limits<double>::infinity();
    int tightest = -1;
    bool same_text = false;
    for (int i = 0; i < policy_.limits_size(); ++i) {
      const rules::v1::LimitRule& limit = policy_.limits(i);
      const double seconds = SecondsOf(limit.window());
      if (!Counts(limit, daily.message_class) || !IsEnforcedLimit(limit) ||
          seconds == 0) {
        continue;
      }
      if (IsOfOneText(limit)) {
        same_text = true;
        continue;
      }
      const double a_day = limit.max() * kDay / seconds;
      if (seconds <= kDay && seconds >= 3600 && limit.max() < daily.least &&
          !HasKey(limit, "template")) {
        AddTight(i, daily);
      }
      if (a_day >= lowest) continue;
      lowest = a_day;
      tightest = i;
    }
    if (lowest <= daily.most) return;
    if (tightest >= 0) return AddWide(tightest, daily, lowest);
    same_text ? AddSameText(daily) : AddNoLimit(daily);
  }

  void AddWide(int i, const Daily& daily, double a_day) {
    Add(absl::StrCat("limits[", i, "].max"),
        SayBoth("过宽的限额", "limits that stop nobody"),
        SayBoth("这条限额允许每个号码每天收 $1 条 $0 短信：通常为 $2，超过即为"
                "骚扰",
                "this limit allows $1 messages of class $0 a day to a number: "
                "usually $3, more is harassment",
                NameOf(daily.message_class),
                Grouped(static_cast<uint64_t>(a_day)), daily.usual_chinese,
                daily.usual_english));
  }

  void AddTight(int i, const Daily& daily) {
    Add(absl::StrCat("limits[", i, "].max"),
        SayBoth("过严的限额", "limits that stop everybody"),
        SayBoth("类别 $0 $5内只允许 $2 条，没有收到的人要不到第二条：通常为 "
                "$3",
                "class $0 is allowed $2 per $1, so that whoever did not get it "
                "cannot ask again: usually $4",
                NameOf(daily.message_class), policy_.limits(i).window(),
                policy_.limits(i).max(), daily.usual_chinese,
                daily.usual_english,
                ChineseWindow(policy_.limits(i).window())));
  }

  void AddNoLimit(const Daily& daily) {
    Add("limits", SayBoth("没有限额的类别", "classes without a limit"),
        SayBoth("类别 $0 没有强制执行的限额，一个号码可以收到任意多条：通常为 "
                "$1",
                "no limit of class $0 is enforced, so that a number may get "
                "any number of messages: usually $2",
                NameOf(daily.message_class), daily.usual_chinese,
                daily.usual_english));
  }

  void AddSameText(const Daily& daily) {
    Add("limits", SayBoth("没有限额的类别", "classes without a limit"),
        SayBoth("类别 $0 强制执行的限额只计相同内容或同一批次的短信，换一个内容"
                "就不受限：通常为 $1",
                "the limits of class $0 that are enforced count the same text "
                "only, or one campaign, and with other texts a number may get "
                "any number of messages: usually $2",
                NameOf(daily.message_class), daily.usual_chinese,
                daily.usual_english));
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
    if (max >= 20 && max <= 10 * usual) return;
    const Both why =
        max < 20 ? SayBoth("发给几个号码的相同短信就要转人工，日常通知也会积压",
                           "the same text to a few numbers waits for a person, "
                           "everyday notices too")
                 : SayBoth("大批群发也不会转人工审核",
                           "no campaign ever waits for a person");
    Add(path, SayBoth("不合常理的群发数量", "campaigns that make no sense"),
        SayBoth("recipients_max: $0 意味着$2：通常为 $1",
                "with recipients_max: $0 $3: usually $1", max, usual,
                why.chinese, why.english));
  }

  void LookAtArticles() {
    for (int i = 0; i < pack_.articles.articles_size(); ++i) {
      const rules::v1::Article& one = pack_.articles.articles(i);
      if (one.basis() == sluice::v1::BASIS_LAW ||
          !absl::c_linear_search(kLawCodes, one.code())) {
        continue;
      }
      warnings_.Add(
          pack_.articles_file.path,
          pack_.articles_file.positions.At(
              absl::StrCat("articles[", i, "].basis")),
          SayBoth("改变了依据的法定要求",
                  "demands of the law on another basis"),
          SayBoth("$0 是法规的要求，依据却写成别的：拒绝时不会援引法规，检查也"
                  "可以被停用；通常写 basis: law",
                  "the regulation demands $0, and its basis is another: "
                  "rejections do not name the law, and the check may be turned "
                  "off; usually basis: law",
                  one.code()));
    }
  }

  void LookAtChecks() {
    for (int i = 0; i < policy_.checks_size(); ++i) {
      const rules::v1::CheckSetting& one = policy_.checks(i);
      if (one.mode() != rules::v1::CHECK_MODE_OFF ||
          !absl::c_linear_search(kLawCodes, one.code())) {
        continue;
      }
      Add(absl::StrCat("checks[", i, "].mode"),
          SayBoth("停用的法定检查", "checks of the law that are off"),
          SayBoth(
              "$0 是法规的要求，却停用了：通常写 enforce，过渡期可写 observe "
              "并写明 observe_until",
              "the regulation demands $0, and it is off: usually enforce, "
              "or for a while observe with observe_until",
              one.code()));
    }
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
    const rules::v1::RetentionPolicy& retention = policy_.retention();
    // Five months.
    if (policy_.has_retention() && retention.messages_days() < 153) {
      AddFigure("retention.messages_days", retention.messages_days(),
                SayBoth("法规要求短信记录至少保存 5 个月；通常为 396",
                        "the regulation demands records of 5 months; usually "
                        "396"));
    }
    if (policy_.has_retention() && retention.standing_days() < 365) {
      AddFigure("retention.standing_days", retention.standing_days(),
                SayBoth("退订和同意的证据会过早删除，之后又会发给拒收的人；通常"
                        "为 1096",
                        "refusals and proofs of consent are gone too soon, and "
                        "whoever refused gets messages again; usually 1096"));
    }
    const uint32_t length = policy_.signature().length_max();
    if (length != 0 && (length < 8 || length > 40)) {
      AddFigure("signature.length_max", length,
                SayBoth("正常的签名为 2 至 20 个字，过短会拒绝、过长会放过",
                        "signatures have 2 to 20 characters: fewer are "
                        "refused, or too many pass"));
    }
    LookAtSpread();
    if (pack_.policy_file.positions.Has("links.links_max") &&
        policy_.links().links_max() == 0) {
      AddFigure("links.links_max", 0,
                SayBoth("0 表示不限链接的个数，并不是不许有链接；通常为 1",
                        "0 is no limit, and not no link; usually 1"));
    }
    const uint32_t minutes = policy_.campaigns().minutes();
    if (minutes != 0 && (minutes < 3 || minutes > 120)) {
      AddFigure(
          "campaigns.minutes", minutes,
          SayBoth("过短则分批即可绕过，过长则日常短信也算作群发；通常为 10",
                  "a short time is evaded by sending in parts, in a long "
                  "one everyday messages are a campaign; usually 10"));
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
