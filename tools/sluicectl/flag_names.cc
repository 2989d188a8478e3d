#include "tools/sluicectl/flag_names.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "rules/base/error_reason.h"
#include "tools/lib/command_words.h"

namespace sluice::ctl {
namespace {

// Fields whose flag or argument has another name. The first that the command
// has is the one that the person typed.
constexpr std::pair<absl::string_view, absl::string_view> kOtherNames[] = {
    {"as_of_time", "--as-of"},
    {"classes", "--class"},
    {"consent_time", "--consented"},
    {"duration", "--for"},
    {"duration", "--hours"},
    {"end_time", "--until"},
    {"expected", "--count"},
    {"from_time", "--from"},
    {"key", "--message-key"},
    {"expire_time", "--expires"},
    {"id", "ID"},
    {"kind", "KIND"},
    {"message_class", "--class"},
    {"message_id", "ID"},
    {"message_ids", "ID"},
    {"number", "NUMBER"},
    {"number", "PHONE"},
    {"party_id", "ID"},
    {"planned_time", "--at"},
    {"recipient", "--to"},
    {"sender", "--number"},
    {"until_time", "--until"},
    {"words", "--word"},
    {"recipient", "PHONE"},
    {"review_time", "--review"},
    {"roles", "--role"},
    {"start_time", "--from"},
    {"start_time", "--since"},
    {"text", "TEXT"},
};

// What sets one part of a path: "content_provider_id" is --content-provider-id
// or --content-provider. Empty: nothing.
std::string NameOf(absl::string_view part, const tools::CommandLine& line) {
  std::vector<std::string> names = {
      absl::StrCat("--", absl::StrReplaceAll(part, {{"_", "-"}}))};
  for (const absl::string_view end : {"-id", "-ids"}) {
    absl::string_view shorter = names.front();
    if (absl::ConsumeSuffix(&shorter, end)) names.emplace_back(shorter);
  }
  for (const auto& [field, name] : kOtherNames) {
    if (field == part) names.emplace_back(name);
  }
  for (std::string& name : names) {
    if (line.ChosenHas(name)) return std::move(name);
  }
  return "";
}

// The last part of the path that something sets: "signature.contacts[1].value"
// is --contacts. Empty: none.
std::string NameOfPath(absl::string_view path, const tools::CommandLine& line) {
  const std::vector<absl::string_view> parts = absl::StrSplit(path, '.');
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    std::string name = NameOf(part->substr(0, part->find('[')), line);
    if (!name.empty()) return name;
  }
  return "";
}

bool IsPath(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) ||
           absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '_' ||
           c == '.' || c == '[' || c == ']';
  });
}

}  // namespace

namespace {

// The Chinese of an error, after the flag that its field is.
std::string ChineseText(const absl::Status& status, absl::string_view chinese,
                        const tools::CommandLine& line) {
  const std::string field = FieldOf(status);
  const std::string name = field.empty() ? "" : NameOfPath(field, line);
  return name.empty()
             ? std::string(chinese)
             : absl::StrCat(tools::Placeholder(Language::kChinese, name), "：",
                            chinese);
}

}  // namespace

std::string ErrorText(const absl::Status& status,
                      const tools::CommandLine& line, Language language) {
  const std::string message(status.message());
  const std::string field = FieldOf(status);
  if (field == "update_mask") {
    return Say(language, "请至少给出一个要修改的字段；--help 列出全部字段",
               "give at least one field to change; --help lists them");
  }
  const std::string chinese = ChineseOf(status);
  if (language == Language::kChinese && !chinese.empty()) {
    return ChineseText(status, chinese, line);
  }
  if (!field.empty()) {
    const absl::string_view fault = MessageWithoutField(status);
    const std::string name = NameOfPath(field, line);
    if (name.empty() || fault.size() == message.size()) return message;
    return absl::StrCat(name, ": ", fault);
  }
  // Errors that say where they are only in their prose.
  const size_t colon = message.find(": ");
  if (colon == std::string::npos) return message;
  const std::string path = message.substr(0, colon);
  const std::string name = IsPath(path) ? NameOfPath(path, line) : "";
  return name.empty() ? message : absl::StrCat(name, message.substr(colon));
}

}  // namespace sluice::ctl
