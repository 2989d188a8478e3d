#include "tools/lib/chinese_names.h"

#include "absl/strings/ascii.h"

namespace sluice::tools {
namespace {

constexpr struct {
  absl::string_view type;
  absl::string_view chinese;
  absl::string_view english;
} kNames[] = {
    {"sluice.v1.MessageClass", "验证码", "VERIFICATION"},
    {"sluice.v1.MessageClass", "验证", "VERIFICATION"},
    {"sluice.v1.MessageClass", "通知", "NOTICE"},
    {"sluice.v1.MessageClass", "行业", "NOTICE"},
    {"sluice.v1.MessageClass", "营销", "COMMERCIAL"},
    {"sluice.v1.MessageClass", "推广", "COMMERCIAL"},
    {"sluice.v1.MessageClass", "广告", "COMMERCIAL"},
    {"sluice.v1.MessageClass", "商业", "COMMERCIAL"},
    {"sluice.v1.MessageClass", "征求同意", "CONSENT_REQUEST"},
    {"sluice.v1.MessageClass", "同意请求", "CONSENT_REQUEST"},
    {"sluice.v1.MessageClass", "公益", "PUBLIC_INTEREST"},
    {"sluice.admin.v1.OptOutSource", "回复", "REPLY"},
    {"sluice.admin.v1.OptOutSource", "投诉", "COMPLAINT"},
    {"sluice.admin.v1.OptOutSource", "12321", "HOTLINE_12321"},
    {"sluice.admin.v1.OptOutSource", "运营商", "CARRIER"},
    {"sluice.admin.v1.OptOutSource", "监管", "REGULATOR"},
    {"sluice.admin.v1.OptOutSource", "人工", "OFFICER"},
    {"sluice.admin.v1.OptOutSource", "导入", "IMPORT"},
};

}  // namespace

absl::string_view EnglishName(const google::protobuf::EnumDescriptor& type,
                              absl::string_view text) {
  const absl::string_view word = absl::StripAsciiWhitespace(text);
  for (const auto& name : kNames) {
    if (type.full_name() == name.type && word == name.chinese) {
      return name.english;
    }
  }
  return "";
}

}  // namespace sluice::tools
