#include "rules/check/person_name.h"

#include <re2/re2.h>

#include "absl/strings/str_cat.h"

namespace sluice::rules {
namespace {

// Characters that many given names have and few other words.
constexpr absl::string_view kGiven =
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志文斌波辉鹏飞俊"
    "浩宇轩梓涵欣"
    "怡佳慧玲婷雪梅琴燕萍莉峰鑫帆博凯健琳倩颖洁莹晶丹荣德福祥林东民宏亮晨阳瑞雅"
    "君诗思雨子婉"
    "振庆忠义光云莲淑珍凤美";

}  // namespace

absl::string_view CommonSurnames() {
  return "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓"
         "许傅沈曾"
         "彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊陆郝孔白"
         "崔康毛邱秦"
         "江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚";
}

bool IsPersonName(absl::string_view word) {
  static const RE2& name = *new RE2(absl::StrCat(
      "[", CommonSurnames(), "][", kGiven, "]{1,2}|张三|李四|王五|赵六"));
  return word.size() <= 9 &&
         RE2::FullMatch(re2::StringPiece(word.data(), word.size()), name);
}

}  // namespace sluice::rules
