#include "tools/sluicectl/rules/pack_base.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "rules/base/both_error.h"
#include "rules/base/files.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "tools/sluicectl/rules/rules_commands.h"

namespace sluice::ctl {
namespace {

constexpr char kName[] = "/.version.json";
constexpr size_t kBytesMax = 4'096;

}  // namespace

void NoteBase(const Context& context, const std::string& folder,
              const admin::v1::RuleVersion& version) {
  const nlohmann::json base = {{"version", version.number()},
                               {"files_digest", version.files_digest()}};
  std::ofstream out(folder + kName, std::ios::trunc);
  out << base.dump() << "\n";
  out.close();
  if (out) return;
  context.err << context.Say(
      "$0$1：无法写入。下次导入时请说明文件夹由哪个版本修改而来：--based-on "
      "$2\n",
      "$0$1: cannot be written; say at the next import which version the "
      "folder "
      "was made from: --based-on $2\n",
      folder, kName, version.number());
}

absl::StatusOr<uint32_t> ReadBase(const Context& context,
                                  const std::string& folder) {
  const absl::StatusOr<std::string> text = ReadFile(folder + kName, kBytesMax);
  if (!text.ok()) return 0;
  const auto base = nlohmann::json::parse(*text, nullptr,
                                          /*allow_exceptions=*/false);
  const bool known = base.is_object() && base.contains("version") &&
                     base["version"].is_number_unsigned() &&
                     base.contains("files_digest") &&
                     base["files_digest"].is_string();
  if (!known) {
    return ErrorOf(
        absl::StatusCode::kInvalidArgument,
        SayBoth("$0$1：已损坏。请删除它，并说明文件夹由哪个版本修改而来："
                "--based-on 编号",
                "$0$1: damaged. Remove it and say which version the folder was "
                "made from: --based-on NUMBER",
                folder, kName));
  }
  admin::v1::GetVersionRequest request;
  request.set_number(base["version"].get<uint32_t>());
  admin::v1::GetVersionResponse response;
  const absl::Status found = CallRules(
      context, &admin::v1::RulesService::Stub::GetVersion, request, response);
  if (found.code() == absl::StatusCode::kNotFound) return 0;
  SLUICE_RETURN_IF_ERROR(found);
  const bool same = response.version().files_digest() == base["files_digest"];
  return same ? response.version().number() : 0;
}

}  // namespace sluice::ctl
