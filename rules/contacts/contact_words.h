#pragma once

// The words around digits that tell what the digits are: a number to call, a QQ
// or WeChat id, a code, an amount. All the words are in the .cc file, in folded
// form.

#include <cstddef>

#include "absl/strings/string_view.h"

namespace sluice::rules {

// `before` ends right where the digits begin. Most look beyond a few blanks,
// colons, opening brackets and words such as 号 and 是.

// "电话:", "请拨打", "tel"; `weak`: also words such as 电 and 询 alone, after
// which nothing shorter than a fixed line's number is meant.
bool IsCallBefore(absl::string_view before, bool weak);
// Such a word is somewhere in the last few characters.
bool IsCallNear(absl::string_view before);

// "编辑短信...到", "发送至": what follows is the number to send to.
bool IsSendBefore(absl::string_view before);

// "验证码", "单号", "尾号": what follows is no number to call.
bool IsCodeBefore(absl::string_view before);
// Such a word is somewhere in the last few characters.
bool IsCodeNear(absl::string_view before);

// "热线", "客服" right after a number.
bool IsCallAfter(absl::string_view after);

// An amount: a currency's sign before, or its unit, % or one or two decimals
// after.
bool IsAmount(absl::string_view before, absl::string_view after);
// A count or date: 万, 人, 个, 年, 月, ... Not asked of numbers too long for
// one, after which these words begin names and sentences.
bool IsCountAfter(absl::string_view after);

// The message itself ends before `after`, which is empty, a signature or the
// opt-out notice, or the end of the sentence and then one of them.
bool IsBodyEnd(absl::string_view after);

enum class AccountKind { kNone, kQq, kWeChat };
struct AccountWord {
  AccountKind kind = AccountKind::kNone;
  // The word says that an id follows ("微信号:", "加微信 "): behind other words
  // letters alone are an ordinary word ("微信wifi").
  bool announced = false;
  // It says so outright ("微信ID:"): an id of any length follows.
  bool named = false;
  // The word has other meanings too ("扣", "群"): it does not count before
  // amounts and counts.
  bool doubtful = false;
};
// "QQ", "扣扣", "微信号：" before an id.
AccountWord AccountWordBefore(absl::string_view before);

// "飞机", "电报号：", "tg" before an @name of Telegram.
bool IsTelegramBefore(absl::string_view before);

// Whether the Latin word at the end of `before`, if any, or at the beginning of
// `after` is one that is written without a blank beside a number: "tel", "vx".
bool MayStickBefore(absl::string_view before);
bool MayStickAfter(absl::string_view after);

}  // namespace sluice::rules
