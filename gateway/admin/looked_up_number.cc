#include "gateway/admin/looked_up_number.h"

#include "absl/strings/str_cat.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/pasted_phone.h"

namespace sluice::gateway {
namespace {

Words HintOf(Elsewhere elsewhere) {
  if (elsewhere == Elsewhere::kReplies) {
    return {
        "不是有效号码的发送方（短号码、伪码）不能按号码查找：不给号码，按时"
        "间查找上行回复",
        "Senders that are not valid numbers (short numbers, pseudonyms) "
        "are found by time: search without the number"};
  }
  return {
      "发往短号码、伪码等无效号码的短信均已拒绝，按时间查找：`sluicectl "
      "audit search --from 24h --recipient-as-submitted 号码`",
      "Messages to short numbers, pseudonyms and others that are not "
      "valid were rejected and are found by time: `sluicectl audit search "
      "--from 24h --recipient-as-submitted NUMBER`"};
}

}  // namespace

absl::StatusOr<Phone> ReadLookedUp(absl::string_view field,
                                   absl::string_view number,
                                   Elsewhere elsewhere) {
  absl::StatusOr<Phone> phone = ParsePastedPhone(number);
  if (phone.ok()) return phone;
  const Both why = BothOf(phone.status());
  const Words hint = HintOf(elsewhere);
  return InvalidField(
      field, Both{absl::StrCat(why.in(Language::kChinese), "。", hint.chinese),
                  absl::StrCat(why.english, ". ", hint.english)});
}

}  // namespace sluice::gateway
