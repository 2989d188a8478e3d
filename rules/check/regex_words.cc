#include "rules/check/regex_words.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace sluice::rules {
namespace {

// By a part of the English; the first that is there decides.
constexpr struct {
  absl::string_view english;
  absl::string_view chinese;
} kKinds[] = {
    {"matches the empty text", "它会匹配空文本"},
    {"matches empty buffer", "它会匹配空文本"},
    {"Pattern can never match", "它永远不会匹配"},
    {"Unmatched parentheses", "括号不成对"},
    {"close parenthesis", "括号不成对"},
    {"missing )", "括号不成对"},
    {"unexpected )", "括号不成对"},
    {"Unterminated character class", "方括号“[”没有结束"},
    {"missing ]", "方括号“[”没有结束"},
    {"Invalid range in character class", "方括号中的字符范围有误"},
    {"out of order", "方括号中的字符范围有误"},
    {"invalid character class range", "字符范围或字符属性有误"},
    {"not supported in a character class", "方括号中不支持这种写法"},
    {"POSIX", "没有这个字符类"},
    {"invalid character class", "没有这个字符类"},
    {" property", "没有这个字符属性"},
    {"Bounded repeat is too large", "重复次数过大"},
    {"no argument for repetition operator", "重复符号前没有可重复的内容"},
    {"invalid repetition size", "重复次数有误"},
    {"repetition operator", "重复的写法有误"},
    {"Invalid repeat", "重复的写法有误"},
    {"Possessive quantifiers", "不支持占有式重复"},
    {"Zero-width assertions", "不支持零宽断言（前后查找）"},
    {"eference", "不支持引用分组"},
    {"onditional", "不支持条件分支"},
    {"recursion", "不支持递归"},
    {"Embedded", "不支持在中间写开头或结尾的锚点"},
    {"trailing \\", "末尾的反斜杠后没有字符"},
    {"at end of input", "末尾的反斜杠后没有字符"},
    {"escape", "没有这个转义写法"},
    {"Value in \\", "字符编号有误"},
    {"named", "分组的名称有误"},
    {"perl operator", "不支持这种以“(?”开头的写法"},
    {"omment", "注释没有结束"},
    {"Unknown character", "有不认识的字符"},
    {"UTF-8", "不是 UTF-8"},
    {"too large", "过大"},
    {"exceeds limit", "过长"},
    {"no memory", "内存不足"},
    {"upported", "不支持这种写法"},
    {"disallowed", "不支持这种写法"},
};

absl::string_view KindOf(absl::string_view english) {
  for (const auto& kind : kKinds) {
    if (absl::StrContains(english, kind.english)) return kind.chinese;
  }
  return "写法有误";
}

}  // namespace

std::string ChineseOfRegexFault(absl::string_view english) {
  return absl::StrCat(KindOf(english), "（原文：", english, "）");
}

}  // namespace sluice::rules
