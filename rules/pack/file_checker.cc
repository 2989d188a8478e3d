#include "rules/pack/file_checker.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "rules/base/quoted.h"
#include "rules/base/reason_code.h"
#include "rules/contacts/domain_set.h"
#include "rules/pack/keyboard_slips.h"
#include "rules/pack/written_times.h"
#include "rules/pack/yaml_tree.h"

namespace sluice::rules {
namespace {

bool IsDate(const std::string& text) {
  absl::CivilDay day;
  return text.size() == 10 && absl::ParseCivilTime(text, &day) &&
         absl::FormatCivilTime(day) == text;
}

}  // namespace

Both NeedsId() {
  return SayBoth(
      "须填写 'id'，可用小写字母、数字和 '-'、'_'、'.'，最多 64 个字符",
      "'id' must be set, $0", kIdAllowed);
}

Both MustBeSet(absl::string_view key) {
  return SayBoth("须填写 '$0'", "'$0' must be set", key);
}

bool IsId(absl::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) ||
                  c == '-' || c == '_' || c == '.';
         });
}

void FileChecker::Fault(absl::string_view path, absl::string_view message,
                        absl::string_view written) {
  Fault(path, Both{"", std::string(message)}, written);
}

void FileChecker::Fault(absl::string_view path, Both message,
                        absl::string_view written) {
  // The fault of a value that could not be read is reported already.
  if (!file_.positions.IsReadable(path)) return;
  if (file_.positions.IsOpen(path)) {
    return faults_.Add(file_.path, file_.positions.At(path), OpenQuoteFault());
  }
  const Both hint = KeyboardHint(written);
  message.english += hint.english;
  if (!message.chinese.empty()) message.chinese += hint.chinese;
  faults_.Add(file_.path, file_.positions.At(path), std::move(message));
}

void FileChecker::CheckId(const std::string& path, const std::string& id,
                          std::set<std::string>& ids) {
  if (!IsId(id) && !id.empty()) {
    Fault(
        path,
        SayBoth("$0 不能作编号：只能用小写字母、数字和 '-'、'_'、'.'，最多 64 "
                "个字符",
                "$0 is no id: $1", Quoted(id), kIdAllowed),
        id);
  } else if (!IsId(id)) {
    Fault(path, NeedsId());
  } else if (!ids.insert(id).second) {
    Fault(path, SayBoth("编号“$0”重复", "duplicate id '$0'", id));
  }
}

void FileChecker::CheckBasis(const std::string& path, sluice::v1::Basis basis) {
  if (basis == sluice::v1::BASIS_UNSPECIFIED) {
    Fault(path, SayBoth("须填写 'basis'，可用：law、carrier、policy",
                        "'basis' must be set, allowed: law, carrier, policy"));
  }
}

void FileChecker::CheckCode(const std::string& path, const std::string& code,
                            const std::vector<std::string>* codes) {
  if (codes == nullptr || absl::c_linear_search(*codes, code)) return;
  Fault(path,
        Both{absl::StrCat("articles.yaml 没有说明代码“", code, "”",
                          Suggestion(code, *codes, Language::kChinese)),
             absl::StrCat("no article explains code '", code, "'",
                          Suggestion(code, *codes))},
        code);
}

void FileChecker::CheckMode(const std::string& path, rules::v1::CheckMode mode,
                            const std::string& observe_until,
                            sluice::v1::Basis basis, absl::string_view code) {
  if (!file_.positions.IsReadable(path + ".mode")) return;
  const bool relaxed = mode == rules::v1::CHECK_MODE_OBSERVE ||
                       mode == rules::v1::CHECK_MODE_OFF ||
                       mode == rules::v1::CHECK_MODE_SAMPLE;
  const std::optional<ReasonCode> known = ParseReasonCode(code);
  if (relaxed && known && IsAlwaysEnforced(*known)) {
    Fault(path + ".mode",
          SayBoth("$0 始终强制执行，可用：enforce",
                  "$0 is always enforced, allowed: enforce", code));
    return;
  }
  if (mode == rules::v1::CHECK_MODE_OFF && basis == sluice::v1::BASIS_LAW) {
    return Fault(path + ".mode",
                 SayBoth("法规要求的检查不能停用，可用：enforce、observe",
                         "what the law demands is never off, allowed: enforce, "
                         "observe"));
  }
  if (observe_until.empty()) return;
  if (mode != rules::v1::CHECK_MODE_OBSERVE) {
    Fault(path + ".observe_until",
          SayBoth("'observe_until' 只能与 mode: observe 一起使用：不再只是观察"
                  "时请删去它（rules edit：--set observe_until）",
                  "'observe_until' goes only with mode: observe: remove it "
                  "when nothing is to be observed (rules edit: --set "
                  "observe_until)"));
  }
  CheckDate(path + ".observe_until", observe_until);
}

void FileChecker::CheckDomainLists(
    const Pack& pack, const std::string& path,
    const google::protobuf::RepeatedPtrField<std::string>& ids,
    std::set<std::string>& seen) {
  // The lists of rules.yaml are not known.
  if (!pack.rules_file.positions.IsReadable("domain_lists")) return;
  for (int i = 0; i < ids.size() && !IsFull(); ++i) {
    const std::string at = absl::StrCat(path, "[", i, "]");
    std::string host;
    if (!pack.domain_lists.contains(ids[i]) && absl::StrContains(ids[i], '.') &&
        DomainFault(ids[i], host).english.empty()) {
      // Who writes one domain here writes all of them.
      return Fault(
          at,
          SayBoth("这里写域名表的编号，不写域名：请把 $0 等域名写进"
                  "一个文件，列在 rules.yaml 的 domain_lists 中，这里"
                  "写它的编号",
                  "here are ids of domain lists, and no domains: write "
                  "$0 and others into a file, name it under "
                  "domain_lists in rules.yaml, and write its id here",
                  Quoted(ids[i])),
          ids[i]);
    }
    if (!pack.domain_lists.contains(ids[i])) {
      std::vector<std::string> known;
      for (const auto& [id, domains] : pack.domain_lists) known.push_back(id);
      Fault(
          at,
          Both{absl::StrCat("没有域名表 ", Quoted(ids[i]),
                            known.empty() ? "：rules.yaml 中没有 'domain_lists'"
                                          : Suggestion(ids[i], known,
                                                       Language::kChinese)),
               absl::StrCat("unknown domain list ", Quoted(ids[i]),
                            known.empty() ? ": rules.yaml has no 'domain_lists'"
                                          : Suggestion(ids[i], known))},
          ids[i]);
    } else if (!seen.insert(ids[i]).second) {
      Fault(at, SayBoth("域名表“$0”写了两次", "domain list '$0' is there twice",
                        ids[i]));
    }
  }
}

void FileChecker::CheckDate(const std::string& path, const std::string& date) {
  if (date.empty() || IsDate(date)) return;
  const int days = DaysOfMonth(date);
  if (days > 0) {
    return Fault(path,
                 SayBoth("没有“$0”这一天：这个月只有 $1 天",
                         "'$0' is no date: the month has $1 days", date, days));
  }
  const std::string meant = FindKeyboardSlip(date) ? "" : MeantDate(date);
  Fault(path,
        meant.empty() ? SayBoth("“$0”不是日期，应写成 2026-12-31",
                                "'$0' is no date, allowed: 2026-12-31", date)
                      : SayBoth("“$0”不是日期的写法：请写 $1",
                                "'$0' is no date: write $1", date, meant),
        meant.empty() ? date : "");
}

}  // namespace sluice::rules
