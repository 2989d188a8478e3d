#include "tools/demo_run/input.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/base/characters.h"
#include "rules/base/status_macros.h"
#include "tools/lib/display_width.h"
#include "tools/lib/line_reader.h"
#include "tools/lib/words.h"
#include "tools/loadgen/texts.h"

namespace sluice::demo {
namespace {

constexpr absl::string_view kOpen = "【";
constexpr absl::string_view kClose = "】";
constexpr size_t kProviders = 12;
constexpr uint64_t kNumberSeed = 20150630;
// One recipient in so many has opted out of the sender's promotions.
constexpr size_t kOptOutEvery = 40;

constexpr const char* kCodeWords[] = {"验证码",           "驗證碼",   "校验码",
                                      "动态码",           "动态密码", "注册码",
                                      "verification code"};
constexpr const char* kPromotionWords[] = {
    "优惠", "優惠", "促销", "特价",  "特價", "特惠",     "满减", "折",
    "秒杀", "抢购", "开抢", "免费",  "免費", "抽奖",     "团购", "新品",
    "红包", "彩金", "中奖", "大奖",  "首付", "开户",     "返利", "返水",
    "直降", "立减", "退订", "拒收",  "楼盘", "贷款",     "代开", "办证",
    "招聘", "诚聘", "兼职", "加微",  "加Q",  "回收",     "代理", "推荐",
    "预售", "上市", "sale", "% off", "免息", "欢迎光临", "礼品"};
constexpr const char* kPublicWords[] = {"气象",     "预警：",   "应急管理",
                                        "反诈中心", "消防救援", "疾控中心",
                                        "防空警报"};

template <size_t n>
bool ContainsAny(absl::string_view text, const char* const (&words)[n]) {
  return std::any_of(std::begin(words), std::end(words), [&](const char* word) {
    return absl::StrContains(text, word);
  });
}

// The same in every run and on every machine, unlike std::hash.
uint64_t HashOf(absl::string_view text) {
  uint64_t hash = 14695981039346656037u;  // FNV-1a.
  for (const char c : text) {
    hash = (hash ^ static_cast<uint8_t>(c)) * 1099511628211u;
  }
  return hash ^ (hash >> 32);
}

// Whether a signature may be registered: 2 to 20 characters, not only digits.
bool CanRegister(const std::string& name) {
  const size_t size = tools::SplitGlyphs(name).size();
  return size >= 2 && size <= 20 && !AllDigits(name);
}

std::vector<Provider> MakeProviders() {
  std::vector<Provider> providers;
  for (size_t i = 0; i <= kProviders; ++i) {
    const bool last = i == kProviders;
    providers.push_back(
        {last ? "suspended" : absl::StrFormat("provider-%02d", i + 1),
         last ? "停业示例公司" : absl::StrFormat("示例公司%02d", i + 1),
         absl::StrFormat("10690%02d01", i), absl::StrFormat("10690%02d02", i),
         last});
  }
  return providers;
}

// Turns texts into messages, one after the other.
class Planner {
 public:
  explicit Planner(absl::Time now) : now_(now) {
    plan_.providers = MakeProviders();
    plan_.signatures[kOwnSignature] = 0;
  }

  void Register(const InputText& input) {
    const std::string name = HeadSignature(input.text);
    if (name.empty()) return;
    if (!CanRegister(name) || input.label == "case-unregistered" ||
        input.label == "case-malformed-signature") {
      left_out_.insert(name);
      return;
    }
    const bool suspended = input.label == "case-suspended";
    plan_.signatures.emplace(name, suspended ? kProviders : OwnerOf(name));
  }

  void Add(const InputText& input) {
    v1::OutgoingMessage message;
    std::string text = input.text;
    if (HeadSignature(text).empty() && !absl::StartsWith(text, kOpen) &&
        !absl::StartsWith(text, "[") && input.label != "no-signature") {
      text = absl::StrCat(kOpen, kOwnSignature, kClose, text);
      ++plan_.signatures_prepended;
    }
    const size_t index = plan_.messages.size();
    message.set_key(absl::StrCat("line-", input.line));
    message.set_client_ref(input.label.substr(0, 64));
    message.set_text(text);
    message.set_message_class(SuggestClass(text));
    message.set_recipient(load::NumberAt(index, kNumberSeed));
    message.set_on_behalf_of(ProviderOf(text).id);
    ApplyCase(input, message);
    if (index % kOptOutEvery == 7 && !absl::StartsWith(input.label, "case-")) {
      Refuse(message);
    }
    plan_.messages.push_back(std::move(message));
  }

  Plan Take() {
    plan_.signatures_left_out = left_out_.size();
    return std::move(plan_);
  }

 private:
  static size_t OwnerOf(const std::string& name) {
    return HashOf(name) % kProviders;
  }

  const Provider& ProviderOf(const std::string& text) const {
    const std::string name = HeadSignature(text);
    const auto known = plan_.signatures.find(name);
    return plan_.providers[known == plan_.signatures.end() ? OwnerOf(name)
                                                           : known->second];
  }

  void Refuse(const v1::OutgoingMessage& message) {
    plan_.opt_outs.push_back({message.recipient(), message.on_behalf_of()});
  }

  void ApplyCase(const InputText& input, v1::OutgoingMessage& message) {
    const std::string& label = input.label;
    if (!absl::StartsWith(label, "case-")) return;
    const Provider& owner = ProviderOf(message.text());
    if (label == "case-no-class") {
      message.set_message_class(v1::MESSAGE_CLASS_UNSPECIFIED);
    } else if (label == "case-empty") {
      message.set_text("");
    } else if (label == "case-bad-number") {
      message.set_recipient("1380013800");
    } else if (label == "case-landline") {
      message.set_recipient("+86 10 8888 6666");
    } else if (label == "case-foreign") {
      message.set_recipient("+1 415 555 0132");
    } else if (absl::StartsWith(label, "case-opted-out")) {
      Refuse(message);
    } else if (absl::StartsWith(label, "case-repeat") ||
               absl::StartsWith(label, "case-duplicate")) {
      message.set_recipient(Shared(label, message.recipient()));
      if (label == "case-duplicate-campaign")
        message.set_campaign_id("jubilee");
    } else if (label == "case-same-key") {
      message.set_recipient(Shared(label, message.recipient()));
      message.set_key(label);
    } else if (label == "case-wrong-port") {
      message.set_sender(owner.service_port);
    } else if (label == "case-foreign-port") {
      message.set_sender(owner.id == plan_.providers[0].id
                             ? plan_.providers[1].service_port
                             : plan_.providers[0].service_port);
    } else if (label == "case-expired") {
      *message.mutable_expire_at() =
          tools::ToTimestamp(now_ - absl::Minutes(1));
    } else if (label == "case-later") {
      *message.mutable_send_after() =
          tools::ToTimestamp(now_ + absl::Hours(12) + absl::Minutes(30));
      *message.mutable_expire_at() = tools::ToTimestamp(now_ + absl::Hours(48));
    }
  }

  // The recipient of the first message with this label.
  std::string Shared(const std::string& label, const std::string& recipient) {
    return shared_.emplace(label, recipient).first->second;
  }

  const absl::Time now_;
  Plan plan_;
  std::set<std::string> left_out_;
  std::map<std::string, std::string> shared_;
};

}  // namespace

absl::StatusOr<std::vector<InputText>> ReadInput(const std::string& path) {
  std::vector<InputText> texts;
  const auto take = [&](uint64_t number, std::string& line) {
    if (line.empty()) return absl::OkStatus();
    const size_t tab = line.find('\t');
    if (tab == std::string::npos) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ":", number, ":1: no tab; lines are label<TAB>text"));
    }
    for (const tools::Glyph& glyph : tools::SplitGlyphs(line)) {
      if (glyph.code_point == 0xfffd && glyph.size == 1) {
        return absl::InvalidArgumentError(absl::StrCat(
            path, ":", number, ":", glyph.offset + 1, ": not UTF-8"));
      }
    }
    texts.push_back({static_cast<size_t>(number), line.substr(0, tab),
                     line.substr(tab + 1)});
    return absl::OkStatus();
  };
  SLUICE_RETURN_IF_ERROR(tools::ForEachLineOf(path, take));
  return texts;
}

std::string HeadSignature(absl::string_view text) {
  if (!absl::StartsWith(text, kOpen)) return "";
  const size_t end = text.find(kClose);
  if (end == absl::string_view::npos) return "";
  return std::string(text.substr(kOpen.size(), end - kOpen.size()));
}

v1::MessageClass SuggestClass(absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(text);
  if (ContainsAny(lower, kCodeWords)) return v1::MESSAGE_CLASS_VERIFICATION;
  if (ContainsAny(lower, kPublicWords))
    return v1::MESSAGE_CLASS_PUBLIC_INTEREST;
  if (ContainsAny(lower, kPromotionWords)) return v1::MESSAGE_CLASS_COMMERCIAL;
  return v1::MESSAGE_CLASS_NOTICE;
}

Plan MakePlan(const std::vector<InputText>& texts, absl::Time now) {
  Planner planner(now);
  for (const InputText& text : texts) planner.Register(text);
  for (const InputText& text : texts) planner.Add(text);
  return planner.Take();
}

}  // namespace sluice::demo
