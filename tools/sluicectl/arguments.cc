#include "tools/sluicectl/arguments.h"

#include <istream>
#include <iterator>
#include <sstream>
#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/base/both_error.h"
#include "rules/base/encoding.h"
#include "rules/base/faults.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "tools/lib/command_words.h"
#include "tools/lib/encoded_input.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/prose.h"

namespace sluice::ctl {

absl::Status WithNext(const absl::Status& status, absl::string_view next) {
  return WithNext(status, Both{std::string(next), std::string(next)});
}

absl::Status WithNext(const absl::Status& status, const Both& next) {
  if (status.ok() || absl::StrContains(status.message(), "\n  ")) return status;
  absl::Status with(status.code(),
                    absl::StrCat(status.message(), "\n  ", next.english));
  status.ForEachPayload(
      [&with](absl::string_view type, const absl::Cord& payload) {
        with.SetPayload(type, payload);
      });
  const std::string chinese = ChineseOf(status);
  if (chinese.empty()) return with;
  return WithChinese(
      std::move(with),
      absl::StrCat(chinese, "\n  ", next.in(Language::kChinese)));
}

int Misused(const Context& context, absl::string_view what) {
  context.err << Prose(context, absl::StrCat("sluicectl: ", what));
  return 2;
}

absl::Status InFlag(absl::string_view flag, const absl::Status& fault) {
  const Both what = BothOf(fault);
  return ErrorOf(absl::StatusCode::kInvalidArgument,
                 {absl::StrCat(flag, " ", what.in(Language::kChinese)),
                  absl::StrCat(flag, " ", what.english)});
}

absl::StatusOr<v1::MessageClass> ReadClass(const std::string& name) {
  if (name.empty()) {
    return ErrorOf(absl::StatusCode::kInvalidArgument,
                   {absl::StrCat("须给出 --class：", kClassHelp.chinese),
                    absl::StrCat("--class is required: ", kClassHelp.english)});
  }
  const auto value = tools::ParseEnum<v1::MessageClass>(name);
  if (value.ok()) return *value;
  return InFlag("--class", value.status());
}

namespace {

// All of `in`, without the line ends at its end.
std::string ReadAll(std::istream& in) {
  std::string read(std::istreambuf_iterator<char>(in), {});
  while (!read.empty() && (read.back() == '\n' || read.back() == '\r')) {
    read.pop_back();
  }
  return read;
}

}  // namespace

std::string ReadText(const Context& context, const std::string& text) {
  return text == "-" ? ReadAll(context.in) : text;
}

absl::StatusOr<std::string> ReadUtf8(const Context& context,
                                     const std::string& text,
                                     absl::string_view encoding) {
  std::istringstream argument(text);
  const bool from_input = text == "-";
  const std::string name = tools::Placeholder(context.language, "TEXT");
  SLUICE_ASSIGN_OR_RETURN(const auto utf8,
                          tools::AsUtf8(from_input ? context.in : argument,
                                        from_input ? "-" : name, encoding));
  std::string read = ReadAll(*utf8);
  if (!rules::FirstInvalidUtf8(read)) return read;
  return WithChinese(absl::InvalidArgumentError(rules::NotUtf8(read)),
                     rules::NotUtf8(read, Language::kChinese));
}

}  // namespace sluice::ctl
