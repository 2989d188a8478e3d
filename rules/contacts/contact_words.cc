#include "rules/contacts/contact_words.h"

#include <algorithm>
#include <initializer_list>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "rules/base/characters.h"
#include "rules/contacts/word_ends.h"

namespace sluice::rules {
namespace {

using absl::string_view;
using Words = std::initializer_list<string_view>;

// Fillers that may stand between a word and its number at most.
constexpr int kFillersMax = 6;
// Bytes in which the words "near" are looked for, and those to send.
constexpr size_t kNear = 30;
constexpr size_t kSendNear = 60;

bool IsLetter(char c) {
  return absl::ascii_isalpha(static_cast<unsigned char>(c));
}

bool StartsWithAny(string_view text, Words words) {
  return std::any_of(words.begin(), words.end(), [&](string_view word) {
    return absl::StartsWith(text, word);
  });
}

bool ConsumeAnyPrefix(string_view& text, Words words) {
  return std::any_of(words.begin(), words.end(), [&](string_view word) {
    return absl::ConsumePrefix(&text, word);
  });
}

// The fillers between a word and its number.
constexpr WordEnds kFillers({" ",  ":", ";", "(",  "[",  "{",  "\"",
                             "'",  "“", "‘", "「", "【", "〔", "是",
                             "为", "-", "—", "=",  "→",  "."});
constexpr WordEnds kNumberWords({"号", "码"});

constexpr WordEnds kCallWords(
    {"电话", "致电", "来电", "请电", "速电",      "即电", "电联",  "热线",
     "专线", "内线", "客服", "拨打", "请拨",      "拨",   "打",    "咨询",
     "详询", "垂询", "洽询", "请询", "投诉",      "举报", "报警",  "预约",
     "订座", "订餐", "订房", "tel",  "telephone", "call", "phone", "hotline",
     "☎",    "📞",    "☏",    "✆"});
constexpr WordEnds kWeakCallWords({"电", "询", "洽", "呼", "服务", "报名",
                                   "联系人", "联系", "处", "部"});
constexpr WordEnds kSendWords({"发送", "发短信"});
constexpr WordEnds kToWords({"到", "至"});

constexpr WordEnds kCodeWords({"码",     "口令",   "订单", "单号",   "编号",
                               "流水号", "序列号", "序号", "卡号",   "尾号",
                               "证号",   "期号",   "券号", "合同号", "账号",
                               "帐号",   "批号",   "工号", "学号",   "票号",
                               "柜号",   "代号",   "账户", "帐户",   "code",
                               "pin",    "no",     "id"});
// These end as a word for a code does.
constexpr WordEnds kNoCodeWords({"号码", "扫码"});

constexpr WordEnds kCurrencies({"¥", "¥ ", "$", "€", "£"});

// The text between WeChat's or QQ's word and the id: words that announce an id,
// or fillers.
constexpr WordEnds kAnnouncers(
    {":",    "=",  "号是", "号为", "id",   "号码", "联系方式", "联系", "咨询",
     "昵称", "➕",  "+",    "号",   "搜索", "搜",   "关注",     "添加", "\"",
     "“",    "‘",  "「",   "(",    "[",    "【",   "加",       "同步", "同",
     "账",   "帐", "公众", "服务", "订阅", "是"});
constexpr WordEnds kAccountGaps({" ", "-", "—", "→", ".", "_", ";", "~", "/"});

constexpr WordEnds kWeChatWords(
    {"微信", "vx",       "wx",   "v x",  "w x",    "v信",    "薇信",
     "威信", "徽信",     "维信", "微芯", "weixin", "wechat", "wei信",
     "vxin", "微x",      "v芯",  "官微", "绿泡泡", "绿泡",   "绿色泡泡",
     "绿信", "绿色软件", "小绿", "w❤",   "❤信"});
// Its two characters, each as many ways as people write it: 威❤, 溦伩, v心.
constexpr WordEnds kWei({"微", "薇", "威", "维", "溦", "徽", "葳", "v", "w",
                         "wei"});
constexpr WordEnds kXin({"信",   "芯",   "心", "伩", "訫", "❤",   "♥",
                         "♡",    "💗",    "💛",  "💚",  "💙",  "💜",   "🧡",
                         "🖤", "🤍", "💕",  "💖",  "💓",  "xin", "x"});
constexpr WordEnds kXinLetters({"信", "芯", "心", "伩", "訫", "xin", "x"});
constexpr WordEnds kAdds({"加", "+", "➕", "伽", "咖", "嘉"});
// Of Telegram, before an @name.
constexpr WordEnds kTelegramWords({"飞机", "纸飞机", "电报", "tg", "telegram",
                                   "✈", "🛩", "电报群", "飞机号", "飞机群"});
// These say that an id comes.
constexpr WordEnds kWeChatAdds({"加微信",   "加微", "加v", "加薇", "加威",
                                "+v",       "+微",  "+薇", "加vx", "加wx",
                                "加我微信", "➕v",   "➕微", "➕薇",  "➕威",
                                "➕vx",      "➕wx",  "伽v", "咖v",  "伽微",
                                "咖微",     "+vx",  "+wx"});
constexpr WordEnds kShortWeChatWords({"v:", "微:"});
constexpr WordEnds kQqWords({"qq", "q q", "扣扣", "抠抠", "企鹅", "秋秋",
                             "qq群", "扣扣群", "q群", "加扣", "企鹅群"});
constexpr WordEnds kDoubtfulQqWords({"扣", "群"});
constexpr WordEnds kQ({"q"});
// Words for taking money that end as a word for QQ does.
constexpr WordEnds kDeductions({"折扣", "抵扣", "实扣", "代扣", "预扣", "回扣",
                                "已扣", "被扣", "减扣", "划扣"});

constexpr WordEnds kStickingWords({"tel", "t", "m", "q", "qq", "vx", "wx", "v",
                                   "call", "phone", "mobile", "mob", "to", "at",
                                   "dial", "td", "vip"});

string_view WithoutFillers(string_view before) {
  for (int i = 0; i < kFillersMax && kFillers.TakeFrom(before); ++i) {
  }
  return before;
}

string_view WithoutFillersAndNumberWords(string_view before) {
  for (int i = 0; i < kFillersMax; ++i) {
    if (!kFillers.TakeFrom(before) && !kNumberWords.TakeFrom(before)) break;
  }
  return before;
}

// Whether `text` ends in both characters of WeChat's name. `announced`: with a
// heart, or after 加, which say that an id comes.
bool EndsInWeiXin(string_view text, bool& announced) {
  const string_view whole = text;
  if (!kXin.TakeFrom(text)) return false;
  const bool heart = !kXinLetters.EndIn(whole);
  absl::ConsumeSuffix(&text, " ");
  if (!kWei.EndIn(text)) return false;
  kWei.TakeFrom(text);
  announced = announced || heart || kAdds.EndIn(text);
  return true;
}

string_view LastBytes(string_view text, size_t size) {
  return text.substr(text.size() - std::min(size, text.size()));
}

bool HoldsAny(string_view text, Words words) {
  return std::any_of(words.begin(), words.end(), [&](string_view word) {
    return absl::StrContains(text, word);
  });
}

// ".50": one or two digits. More would be the next number of a list.
bool HasDecimals(string_view after) {
  if (!absl::ConsumePrefix(&after, ".")) return false;
  const auto end = std::find_if_not(after.begin(), after.end(), IsDigit);
  return end != after.begin() && end - after.begin() <= 2;
}

}  // namespace

bool IsCallBefore(string_view before, bool weak) {
  before = WithoutFillersAndNumberWords(before);
  return kCallWords.EndIn(before) || (weak && kWeakCallWords.EndIn(before));
}

bool IsCallNear(string_view before) {
  return HoldsAny(LastBytes(before, kNear),
                  {"询", "电话", "致电", "热线", "专线", "联系", "预约"});
}

bool IsSendBefore(string_view before) {
  before = WithoutFillersAndNumberWords(before);
  if (kSendWords.EndIn(before)) return true;
  if (!kToWords.TakeFrom(before)) return false;
  return HoldsAny(LastBytes(before, kSendNear), {"发", "编辑", "回复", "短信"});
}

bool IsCodeBefore(string_view before) {
  before = WithoutFillers(before);
  return kCodeWords.EndIn(before) && !kNoCodeWords.EndIn(before);
}

bool IsCodeNear(string_view before) {
  return HoldsAny(LastBytes(before, kNear),
                  {"码", "单号", "编号", "流水", "卡号", "账号", "帐号", "尾号",
                   "证号", "券号", "序号", "code", "学号", "工号", "id"});
}

bool IsCallAfter(string_view after) {
  absl::ConsumePrefix(&after, " ");
  return StartsWithAny(after, {"热线", "客服", "服务热线", "咨询", "专线"});
}

bool IsAmount(string_view before, string_view after) {
  return kCurrencies.EndIn(before) || HasDecimals(after) ||
         StartsWithAny(absl::StripPrefix(after, " "),
                       {"元", "块", "美元", "港币", "%", "圆", "¥"});
}

bool IsCountAfter(string_view after) {
  absl::ConsumePrefix(&after, " ");
  return StartsWithAny(
      after,
      {"万", "亿", "积分", "个", "人", "名", "位", "年", "月", "日", "天", "点",
       "时", "分", "秒",   "条", "次", "份", "套", "户", "家", "平", "㎡", "米",
       "里", "折", "期",   "号", "件", "张", "只", "台", "款", "多", "余", "+",
       "m",  "k",  "g",    "倍", "-1", "-2", "-3", "~",  "–",  "—",  "奖"});
}

bool IsBodyEnd(string_view after) {
  if (absl::ConsumePrefix(&after, "转") && !after.empty() &&
      IsDigit(after[0])) {
    after.remove_prefix(1);
  }
  while (ConsumeAnyPrefix(after, {" ", "。", "!", ".", ",", ";", "\n", ")"})) {
  }
  return after.empty() ||
         StartsWithAny(after, {"【", "[", "退", "回复", "回t", "回n", "回r",
                               "td", "t退", "拒收", "(退", "(回"});
}

AccountWord AccountWordBefore(string_view before) {
  AccountWord word;
  const string_view whole = before;
  for (int i = 0; i < kFillersMax; ++i) {
    const string_view with_word = before;
    if (kWeChatAdds.EndIn(before)) break;  // "➕v" announces by itself.
    if (kAnnouncers.TakeFrom(before)) {
      word.announced = true;
      word.named = word.named || absl::EndsWith(with_word, "id");
    } else if (!kAccountGaps.TakeFrom(before)) {
      break;
    }
  }
  const bool apart = before.size() < whole.size();
  if (kWeChatAdds.EndIn(before)) {
    word.kind = AccountKind::kWeChat;
    word.announced = true;
  } else if (kWeChatWords.EndIn(before) || kShortWeChatWords.EndIn(whole) ||
             EndsInWeiXin(before, word.announced)) {
    word.kind = AccountKind::kWeChat;
  } else if (kQqWords.EndIn(before)) {
    word.kind = AccountKind::kQq;
  } else if ((kDoubtfulQqWords.EndIn(before) && !kDeductions.EndIn(before)) ||
             (apart && kQ.EndIn(before))) {
    word.kind = AccountKind::kQq;
    word.doubtful = true;
  }
  return word;
}

bool IsTelegramBefore(string_view before) {
  for (int i = 0; i < kFillersMax; ++i) {
    if (!kAnnouncers.TakeFrom(before) && !kAccountGaps.TakeFrom(before)) break;
  }
  return kTelegramWords.EndIn(before);
}

bool MayStickBefore(string_view before) {
  return before.empty() || !IsLetter(before.back()) ||
         kStickingWords.EndIn(before);
}

bool MayStickAfter(string_view after) {
  if (after.empty() || !IsLetter(after.front())) return true;
  const auto end = std::find_if_not(after.begin(), after.end(), IsLetter);
  const string_view word =
      after.substr(0, static_cast<size_t>(end - after.begin()));
  for (const string_view known :
       {"vx", "wx", "qq", "or", "and", "q", "v", "wechat", "weixin", "td", "t",
        "tel", "vip", "n", "r"}) {
    if (word == known) return true;
  }
  return false;
}

}  // namespace sluice::rules
