#include "tools/loadgen/texts.h"

#include <random>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "tools/lib/display_width.h"
#include "tools/lib/line_reader.h"

namespace sluice::load {
namespace {

constexpr const char* kWho[] = {"张女士", "王先生", "李同学", "陈老师",
                                "赵师傅", "孙阿姨", "周经理", "吴医生",
                                "郑先生", "林女士", "何同学", "高师傅"};
constexpr const char* kPlace[] = {"城东",     "滨江",     "解放路",   "东湖",
                                  "人民广场", "大学城",   "南门",     "科技园",
                                  "火车站",   "中山北路", "会展中心", "老城"};
constexpr const char* kEvent[] = {
    "您预约的水表检修", "您的挂号就诊", "您申请的图书续借", "您登记的宽带安装",
    "您提交的证件补办", "您的体检报告", "您订购的生鲜配送", "您孩子的家长会",
    "您报修的空调维护", "您送洗的衣物", "您的包裹派送",     "您的电费账单"};
constexpr const char* kState[] = {"已安排在%日上午九点至十一点进行",
                                  "已改到%日下午两点开始",
                                  "预计%日中午前完成",
                                  "已由工作人员确认为%日办理",
                                  "因天气原因顺延至%日",
                                  "已于%日登记完毕"};
constexpr const char* kAsk[] = {
    "请届时携带本人身份证件到%服务点前台办理",
    "请保持电话畅通，师傅到达%前会与您联系", "如需改期请提前一天到%营业厅说明",
    "请提前十分钟到%大厅三号窗口等候", "请家里留人，并准备好编号以便%站点核对"};
constexpr const char* kEnd[] = {"，感谢您的理解与配合。", "，谢谢。",
                                "，祝您生活愉快。", "，给您带来不便请谅解。"};

// Prefixes of all carriers, without those of data cards and satellites (1349).
constexpr const char* kPrefixes[] = {
    "135", "136", "137", "138", "139", "150", "151", "152", "157", "158",
    "159", "182", "183", "187", "188", "130", "131", "132", "155", "156",
    "185", "186", "176", "133", "153", "180", "181", "189", "177", "192"};
constexpr size_t kSizeMin = 54;  // Characters.
constexpr size_t kSizeMax = 66;
constexpr uint64_t kTails = 100'000'000;
constexpr uint64_t kStep = 61'803'399;  // Shares no factor with kTails.

template <size_t n>
const char* Pick(const char* const (&list)[n], std::mt19937_64& random) {
  return list[random() % n];
}

// `pattern` with `%` replaced.
std::string Fill(absl::string_view pattern, absl::string_view value) {
  const size_t at = pattern.find('%');
  return absl::StrCat(pattern.substr(0, at), value, pattern.substr(at + 1));
}

}  // namespace

std::vector<std::string> MakeTexts(absl::string_view signature, size_t count,
                                   uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::string> texts;
  while (texts.size() < count) {
    const uint64_t number = random() % 90'000 + 10'000;
    std::string text = absl::StrCat(
        "【", signature, "】", Pick(kWho, random), "您好，",
        Pick(kEvent, random), "（编号", number, "）",
        Fill(Pick(kState, random), absl::StrCat(random() % 28 + 1)), "，",
        Fill(Pick(kAsk, random), Pick(kPlace, random)), Pick(kEnd, random));
    // Each text has one part: the figures must not depend on the seed.
    const size_t size = tools::SplitGlyphs(text).size();
    if (size >= kSizeMin && size <= kSizeMax) texts.push_back(std::move(text));
  }
  return texts;
}

absl::StatusOr<std::vector<std::string>> ReadTexts(
    const std::string& path, absl::string_view signature) {
  std::vector<std::string> texts;
  const auto take = [&](uint64_t, std::string& line) {
    if (line.empty()) return absl::OkStatus();
    texts.push_back(absl::StartsWith(line, "【")
                        ? line
                        : absl::StrCat("【", signature, "】", line));
    return absl::OkStatus();
  };
  SLUICE_RETURN_IF_ERROR(tools::ForEachLineOf(path, take));
  if (texts.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": has no text"));
  }
  return texts;
}

void WriteNumber(uint64_t index, uint64_t seed, char* out) {
  constexpr uint64_t kPrefixCount = std::size(kPrefixes);
  const char* prefix = kPrefixes[index % kPrefixCount];
  out[0] = prefix[0];
  out[1] = prefix[1];
  out[2] = prefix[2];
  uint64_t tail = ((index / kPrefixCount) * kStep + seed * 7'919) % kTails;
  for (size_t at = kNumberSize; at-- > 3; tail /= 10) {
    out[at] = static_cast<char>('0' + tail % 10);
  }
}

std::string NumberAt(uint64_t index, uint64_t seed) {
  std::string number(kNumberSize, '0');
  WriteNumber(index, seed, number.data());
  return number;
}

}  // namespace sluice::load
