#include "tools/lib/command_words.h"

#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "tools/lib/help_format.h"

namespace sluice::tools {
namespace {

constexpr Words kPlaceholders[] = {
    {"主机:端口", "HOST:PORT"},
    {"号码", "PHONE"},
    {"号码或编号", "PHONE_OR_ID"},
    {"字段=值", "FIELD=VALUE"},
    {"十六进制", "HEX"},
    {"变量=值", "NAME=VALUE"},
    {"名称", "NAME"},
    {"路径", "PATH"},
    {"规则包", "PACK"},
    {"编号", "ID"},
    {"编号", "NUMBER"},
    {"类别", "KIND"},
    {"标签", "LABEL"},
    {"数量", "N"},
    {"文件", "FILE"},
    {"文件夹", "FOLDER"},
    {"备份文件夹", "DIR"},
    {"文本", "TEXT"},
    {"词", "WORD"},
    {"维度", "WHAT"},
    {"步长", "STEP"},
    // Of numbers, as CLI11 names their types.
    {"整数", "INT"},
    {"整数", "UINT"},
    {"数", "FLOAT"},
};

class ChineseFormatter : public HelpFormatter {
 public:
  ChineseFormatter() {
    label("Usage", "用法");
    label("OPTIONS", "选项");
    label("SUBCOMMAND", "子命令");
    label("Positionals", "参数");
    label("REQUIRED", "必填");
    label("Env", "环境变量");
    label("Needs", "须同时给出");
    label("Excludes", "不能同时给出");
  }

  std::string make_option_name(const CLI::Option* option,
                               bool is_positional) const override {
    const std::string name =
        HelpFormatter::make_option_name(option, is_positional);
    return is_positional ? Placeholder(Language::kChinese, name) : name;
  }
};

// "a is required" is "须给出 a": what stands before `end`; empty: something
// else.
std::string Before(absl::string_view text, absl::string_view end) {
  return absl::ConsumeSuffix(&text, end) ? std::string(text) : "";
}

std::string OfTwo(absl::string_view text, absl::string_view between,
                  absl::string_view chinese) {
  const std::vector<absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits(between, 1));
  return parts.size() < 2 ? std::string(text)
                          : absl::StrCat(parts[0], chinese, parts[1]);
}

}  // namespace

std::string Placeholder(Language language, absl::string_view name) {
  for (const Words& words : kPlaceholders) {
    if (words.english == name) return std::string(words.in(language));
  }
  return std::string(name);
}

void SpeakChinese(CLI::App& app) {
  app.formatter(std::make_shared<ChineseFormatter>());
  app.group("子命令");
  app.option_defaults()->group("选项");
  app.set_help_flag("-h,--help", "显示本帮助并退出");
}

std::string ChineseFault(const CLI::Error& error) {
  const std::string text = error.what();
  if (text == "A subcommand is required") return "须给出子命令";
  if (const std::string name = Before(text, " is required"); !name.empty()) {
    return absl::StrCat("须给出 ", Placeholder(Language::kChinese, name));
  }
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const std::vector<std::string> parts =
        absl::StrSplit(text, absl::MaxSplits(": ", 1));
    return absl::StrCat("多余的参数：", parts.back());
  }
  if (dynamic_cast<const CLI::ExcludesError*>(&error) != nullptr) {
    return absl::StrCat(OfTwo(text, " excludes ", " 不能与 "), " 同时给出");
  }
  if (dynamic_cast<const CLI::RequiresError*>(&error) != nullptr) {
    return OfTwo(text, " requires ", " 须同时给出 ");
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    const std::vector<std::string> parts =
        absl::StrSplit(text, absl::MaxSplits(": ", 1));
    return absl::StrCat(Placeholder(Language::kChinese, parts[0]),
                        "：值的个数不对");
  }
  return absl::StrReplaceAll(text, {{" not in {", " 不可用，可用的有 {"}});
}

}  // namespace sluice::tools
