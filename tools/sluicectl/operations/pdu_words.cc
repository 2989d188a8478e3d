#include "tools/sluicectl/operations/pdu_words.h"

#include "absl/strings/str_cat.h"
#include "tools/sluicectl/carrier_words.h"
#include "tools/sluicectl/pattern_words.h"

namespace sluice::ctl {
namespace {

constexpr Words kMeanings[] = {
    {"第 # 条，共 # 条，参考号 #：#", "part # of #, reference #: #"},
    {"状态报告，# 字节", "status report of # octets"},
    {"命令字未知", "unknown command"},
    {"#，网关 #，序号 #", "# gw # seq #"},
};

constexpr Words kFaults[] = {
    {"#：须有 # 字节，只剩 # 字节", "#: need # octets, # left"},
    {"#：# 超出一个字节", "#: # does not fit into one octet"},
    {"#：# 字节，只容得下 # 字节", "#: # octets, room for #"},
    {"#：中间有 NUL", "#: NUL inside"},
    {"#：超过 # 字节", "#: more than # octets"},
    {"#：#，最多 #", "#: #, at most #"},
    {"消息体：多出 # 字节", "body: # octets left over"},
    {"Total_Length：所写为 #，PDU 实为 #",
     "Total_Length: says #, the PDU has #"},
    {"Command_Id：命令字未知", "Command_Id: unknown command"},
};

}  // namespace

std::string PduMeaning(Language language, absl::string_view english) {
  if (language == Language::kEnglish) return std::string(english);
  return ChineseOfPattern(kMeanings, english)
      .value_or(CarrierWords(language, english));
}

std::string PduFault(Language language, absl::string_view english) {
  if (language == Language::kEnglish) return std::string(english);
  return ChineseOfPattern(kFaults, english)
      .value_or(absl::StrCat("（原文：", english, "）"));
}

}  // namespace sluice::ctl
