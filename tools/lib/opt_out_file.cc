#include "tools/lib/opt_out_file.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/pasted_phone.h"
#include "tools/lib/words.h"

namespace sluice::tools {
namespace {

// The fault of a column's value.
Both InColumn(absl::string_view chinese, absl::string_view column,
              const absl::Status& fault) {
  const Both what = BothOf(fault);
  return {absl::StrCat(chinese, "：", what.in(Language::kChinese)),
          absl::StrCat(column, ": ", what.english)};
}

Both SetClasses(const std::string& value, admin::v1::OptOutScope& scope) {
  for (const absl::string_view name :
       absl::StrSplit(value, absl::ByAnyChar(" ,;|"), absl::SkipEmpty())) {
    const auto parsed = ParseEnum<v1::MessageClass>(name);
    if (!parsed.ok()) return InColumn("类别", "classes", parsed.status());
    scope.add_classes(*parsed);
  }
  return {};
}

// Sets the field of the column. Returns the fault of `value`; empty: none.
Both SetColumn(const std::string& column, const std::string& value,
               google::protobuf::Message& out) {
  auto& opt_out = static_cast<admin::v1::AddOptOutRequest&>(out);
  if (column == "recipient") {
    // Parses the number as the server does; here the column of a fault is
    // known.
    const auto phone = ParsePastedPhone(value);
    if (!phone.ok()) return InColumn("号码", "recipient", phone.status());
    opt_out.set_recipient(value);
  } else if (value.empty()) {
    return {};
  } else if (column == "content_provider") {
    opt_out.mutable_scope()->set_content_provider_id(value);
  } else if (column == "signature") {
    opt_out.mutable_scope()->set_signature_id(value);
  } else if (column == "classes") {
    return SetClasses(value, *opt_out.mutable_scope());
  } else if (column == "evidence") {
    opt_out.set_evidence(value);
  } else if (column == "source") {
    const auto parsed = ParseEnum<admin::v1::OptOutSource>(value);
    if (!parsed.ok()) return InColumn("来源", "source", parsed.status());
    opt_out.set_source(*parsed);
  }
  return {};
}

RecordSchema OptOutSchema() {
  return {.columns = {"recipient", "content_provider", "signature", "classes",
                      "source", "evidence"},
          .aliases = {{"号码", "recipient"},
                      {"手机号", "recipient"},
                      {"手机号码", "recipient"},
                      {"手机", "recipient"},
                      {"电话", "recipient"},
                      {"电话号码", "recipient"},
                      {"内容提供者", "content_provider"},
                      {"客户", "content_provider"},
                      {"签名", "signature"},
                      {"类别", "classes"},
                      {"类型", "classes"},
                      {"来源", "source"},
                      {"凭证", "evidence"},
                      {"证据", "evidence"},
                      {"备注", "evidence"},
                      {"content_provider_id", "content_provider"},
                      {"signature_id", "signature"},
                      {"class", "classes"}},
          .json_names = {{"手机号", "recipient"}, {"号码", "recipient"}},
          .without_names = {"recipient"},
          .set = SetColumn,
          .one_line = true};
}

}  // namespace

OptOutReader::OptOutReader(std::istream& in, std::optional<FileFormat> format)
    : reader_(in, format, OptOutSchema()) {}

std::optional<OptOutLine> OptOutReader::Next() {
  OptOutLine line;
  const std::optional<InputPlace> place = reader_.Next(line.opt_out);
  if (!place) return std::nullopt;
  static_cast<InputPlace&>(line) = *place;
  return line;
}

}  // namespace sluice::tools
