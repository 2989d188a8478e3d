#include "gateway/control/party_check.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "filter/registry/filed_contacts.h"
#include "filter/registry/registry.h"
#include "gateway/control/party_bounds.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/both_error.h"
#include "rules/base/characters.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"
#include "rules/fold/fold.h"

namespace sluice::gateway {
namespace {

constexpr size_t kIdSizeMax = 64;
// Carriers assign no shorter numbers. A shorter prefix would claim the access
// numbers of other owners.
constexpr size_t kPortDigitsMin = 3;
constexpr size_t kAliasCharactersMax = 64;
constexpr uint32_t kCallingCodeMax = 999;

absl::Status CheckId(absl::string_view id) {
  bool good = id.size() <= kIdSizeMax;
  bool named = false;
  for (const unsigned char c : id) {
    const bool names = absl::ascii_islower(c) || absl::ascii_isdigit(c);
    named = named || names;
    good = good && (names || c == '-' || c == '.');
  }
  if (good && named) return absl::OkStatus();
  return InvalidField(
      "id", SayBoth("须为 1 至 64 个小写字母、数字、“-”和“.”，至少有一个字母"
                    "或数字",
                    "1 to 64 lower case letters, digits, dashes and dots, at "
                    "least one of them a letter or digit"));
}

absl::Status CheckName(absl::string_view field, const std::string& name) {
  if (!absl::StripAsciiWhitespace(name).empty()) return absl::OkStatus();
  return InvalidField(
      field, SayBoth("须为 1 至 400 字节", "1 to 400 bytes are needed"));
}

// Letters are those of ASCII and Chinese characters.
bool IsAlias(absl::string_view alias) {
  const auto size = static_cast<int32_t>(alias.size());
  size_t characters = 0;
  for (int32_t at = 0; at < size; ++characters) {
    UChar32 c;
    U8_NEXT(alias.data(), at, size, c);
    const bool ascii = c >= 0 && c < 0x80;
    const auto byte = static_cast<unsigned char>(c);
    const bool mark = c == '-' || c == '.' || c == '_';
    if (ascii ? !mark && !absl::ascii_isalnum(byte)
              : c < 0 || !IsHan(static_cast<char32_t>(c))) {
      return false;
    }
  }
  return characters <= kAliasCharactersMax && !AllDigits(alias);
}

absl::Status CheckPort(const store::v1::Port& port) {
  if (port.number().size() < kPortDigitsMin) {
    return InvalidField(
        "port.number", SayBoth("至少 3 位数字", "3 or more digits are needed"));
  }
  if (port.alias().empty() || IsAlias(port.alias())) return absl::OkStatus();
  return InvalidField(
      "port.alias",
      SayBoth("须为 1 至 64 个字母、汉字、数字、“-”、“.”和“_”，不能全是数字："
              "那是号码",
              "1 to 64 letters, digits, dashes, dots and underscores are "
              "allowed, not digits alone: they are a number"));
}

absl::Status CheckAccount(const store::v1::Account& account) {
  SLUICE_RETURN_IF_ERROR(CheckName("account.name", account.name()));
  std::set<uint32_t> seen;
  for (const uint32_t code : account.calling_codes()) {
    if (code < 1 || code > kCallingCodeMax) {
      return InvalidField("account.calling_codes",
                          SayBoth("须为 1 至 999", "1 to 999 are allowed"));
    }
    if (!seen.insert(code).second) {
      return InvalidField("account.calling_codes",
                          SayBoth("$0 重复", "$0 is there twice", code));
    }
  }
  return absl::OkStatus();
}

// "all", or a province as in ISO 3166-2: two capitals of the country, a dash,
// and 1 to 3 capitals or digits.
bool IsArea(absl::string_view area) {
  if (area == "all") return true;
  if (area.size() < 4 || area.size() > 6 || area[2] != '-') return false;
  for (size_t i = 0; i < area.size(); ++i) {
    const auto c = static_cast<unsigned char>(area[i]);
    const bool digit = i > 2 && absl::ascii_isdigit(c);
    if (i != 2 && !absl::ascii_isupper(c) && !digit) return false;
  }
  return true;
}

absl::Status CheckLicensee(const store::v1::Licensee& licensee) {
  SLUICE_RETURN_IF_ERROR(CheckName("licensee.name", licensee.name()));
  for (const std::string& area : licensee.license_areas()) {
    if (IsArea(area)) continue;
    return InvalidField("licensee.license_areas",
                        SayBoth("$0 既不是 all，也不是 ISO 3166-2 的省级代码，"
                                "如 CN-GD",
                                "$0 is neither all nor a province of ISO "
                                "3166-2, such as CN-GD",
                                Quoted(area)));
  }
  if (licensee.has_license_start_time() && licensee.has_license_end_time() &&
      MillisOf(licensee.license_start_time()) >
          MillisOf(licensee.license_end_time())) {
    return InvalidField(
        "licensee.license_end_time",
        SayBoth("早于许可起始时间", "is before license_start_time"));
  }
  return absl::OkStatus();
}

// `field` is the name of `contacts` in errors.
absl::Status CheckContacts(
    absl::string_view field,
    const google::protobuf::RepeatedPtrField<store::v1::FiledContact>&
        contacts) {
  for (int i = 0; i < contacts.size(); ++i) {
    const store::v1::FiledContact& contact = contacts[i];
    const std::string at = absl::StrCat(field, "[", i, "]");
    if (!rules::v1::ContactKind_IsValid(contact.kind()) ||
        contact.kind() == rules::v1::CONTACT_KIND_UNSPECIFIED) {
      return InvalidField(at + ".kind",
                          SayBoth("可用的有 link、email、phone、qq 和 wechat",
                                  "link, email, phone, qq and wechat are "
                                  "allowed"));
    }
    const Both fault = filter::FilingFault(contact.kind(), contact.value());
    if (!fault.english.empty()) return InvalidField(at + ".value", fault);
  }
  return absl::OkStatus();
}

// A verification template must have one of these words; carriers look for them.
constexpr absl::string_view kCodeWords[] = {"验证码", "校验码", "动态码",
                                            "注册码"};

// The registry checks the parts that texts are compared with.
absl::Status CheckTemplate(const store::v1::Template& party) {
  std::string folded;
  if (!rules::FoldTable::Shared().Fold(party.text(), folded)) {
    return InvalidField("template.text", SayBoth("不是 UTF-8", "not UTF-8"));
  }
  if (absl::StartsWith(folded, "【")) {
    return InvalidField(
        "template.text",
        SayBoth("以签名开头：请去掉，并在 signature_id 中给出",
                "begins with a signature: leave it out and name it in "
                "signature_id"));
  }
  if (party.message_class() == v1::MESSAGE_CLASS_VERIFICATION &&
      std::none_of(std::begin(kCodeWords), std::end(kCodeWords),
                   [&](absl::string_view word) {
                     return absl::StrContains(folded, word);
                   })) {
    return InvalidField("template.text",
                        SayBoth("验证码类模板须含“验证码”、“校验码”、“动态码”或"
                                "“注册码”",
                                "a verification template must contain 验证码, "
                                "校验码, 动态码 or 注册码"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckState(const store::v1::Party& party) {
  if (store::v1::PartyState_IsValid(party.state())) return absl::OkStatus();
  return WithOuterField(
      InvalidField("state", SayBoth("没有这个状态", "not a known state")),
      filter::RequestFieldOf(party));
}

absl::Status CheckParty(const store::v1::Party& party) {
  const absl::string_view outer = filter::RequestFieldOf(party);
  SLUICE_RETURN_IF_ERROR(WithOuterField(CheckId(party.id()), outer));
  SLUICE_RETURN_IF_ERROR(CheckState(party));
  SLUICE_RETURN_IF_ERROR(CheckBounds(party));
  switch (party.kind_case()) {
    case store::v1::Party::kLicensee:
      return CheckLicensee(party.licensee());
    case store::v1::Party::kAccount:
      return CheckAccount(party.account());
    case store::v1::Party::kContentProvider:
      return CheckName("content_provider.name",
                       party.content_provider().name());
    case store::v1::Party::kPort:
      return CheckPort(party.port());
    case store::v1::Party::kSignature:
      // The registry checks the name, which texts are compared with.
      return CheckContacts("signature.contacts", party.signature().contacts());
    case store::v1::Party::kTemplate:
      SLUICE_RETURN_IF_ERROR(CheckTemplate(party.template_()));
      return CheckContacts("template.contacts", party.template_().contacts());
    case store::v1::Party::KIND_NOT_SET:
      return InvalidField("kind", "none is set");
  }
  return absl::OkStatus();
}

}  // namespace sluice::gateway
