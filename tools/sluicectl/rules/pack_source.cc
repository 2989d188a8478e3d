#include "tools/sluicectl/rules/pack_source.h"

#include <filesystem>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "rules/base/both_error.h"
#include "rules/base/encoding.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "rules/fold/fold.h"
#include "tools/lib/process.h"
#include "tools/sluicectl/arguments.h"
#include "tools/sluicectl/rules/rules_commands.h"

namespace sluice::ctl {

std::optional<uint32_t> VersionOf(absl::string_view source) {
  if (source == kInForce) return 0;
  uint32_t number = 0;
  if (source.find_first_not_of("0123456789") == source.npos &&
      absl::SimpleAtoi(source, &number) && number > 0) {
    return number;
  }
  return std::nullopt;
}

std::string NamedPack::NameIn(Language language) const {
  return version.number() == 0 ? name : NameOf(version, language);
}

absl::StatusOr<NamedPack> ReadNamedPack(const Context& context,
                                        const std::string& source) {
  NamedPack pack;
  if (const auto number = VersionOf(source)) {
    admin::v1::ExportVersionRequest request;
    request.set_number(*number);
    admin::v1::ExportVersionResponse response;
    SLUICE_RETURN_IF_ERROR(
        CallRules(context, &admin::v1::RulesService::Stub::ExportVersion,
                  request, response));
    pack.name = NameOf(response.version());
    pack.version = response.version();
    for (admin::v1::PackFile& file : *response.mutable_files()) {
      pack.files.push_back(std::move(file));
    }
    return pack;
  }
  std::error_code error;
  if (!std::filesystem::is_directory(source, error)) {
    return WithChinese(
        absl::NotFoundError(
            absl::StrCat(source,
                         ": no such folder. Name a pack's folder, a version by "
                         "its number (`sluicectl rules history`), or ",
                         kInForce)),
        absl::StrCat(
            source,
            "：没有这个文件夹。请给出规则包的文件夹、版本号（`sluicectl "
            "rules history`）或 ",
            kInForce));
  }
  pack.name = source;
  SLUICE_ASSIGN_OR_RETURN(pack.files, rules::ReadPackFiles(source));
  return pack;
}

absl::StatusOr<rules::PackFiles> ReadFolder(const std::string& folder,
                                            const std::string& encoding) {
  SLUICE_ASSIGN_OR_RETURN(rules::PackFiles files, rules::ReadPackFiles(folder));
  if (encoding.empty()) return files;
  SLUICE_ASSIGN_OR_RETURN(const rules::Encoding given,
                          rules::ParseEncoding(encoding));
  for (admin::v1::PackFile& file : files) {
    // Files of one pack come from several programs.
    const auto seems = rules::SeemingEncoding(file.content());
    if (seems == rules::Encoding::kUtf8) continue;
    // Who reads it says that it is no text; maybe nobody does.
    if (!rules::NoTextFault(file.content()).english.empty()) continue;
    auto content = rules::ToUtf8(file.content(), given);
    if (!content.ok()) {
      const std::string path =
          absl::StrCat(absl::StripSuffix(folder, "/"), "/", file.name());
      const Both fault = BothOf(content.status());
      return ErrorOf(content.status().code(),
                     {absl::StrCat(path, "：", fault.chinese),
                      absl::StrCat(path, ": ", fault.english)});
    }
    file.set_content(*std::move(content));
  }
  return files;
}

absl::Status WritePack(const rules::PackFiles& files,
                       const std::string& folder) {
  const absl::Status written = rules::WritePackFiles(files, folder);
  if (!absl::IsAlreadyExists(written)) return written;
  return WithNext(WithChinese(written, absl::StrCat(folder, "：已经存在")),
                  SayBoth("请指定一个新文件夹。", "Name a new folder."));
}

void AddPackEncoding(tools::CommandLine& command, std::string& encoding) {
  command
      .Add("--encoding", encoding,
           {"规则包中非 UTF-8 文件的编码：gbk（含 GB2312 和 GB18030）或 "
            "utf-16；此后按 UTF-8 处理",
            "Encoding of the pack's files that are not UTF-8: gbk (GB2312 "
            "and GB18030 too) or utf-16; they are taken as UTF-8 from then on"})
      .TypeName("NAME");
}

absl::StatusOr<CompiledPack> CompileFolder(const std::string& folder) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    return WithChinese(
        absl::NotFoundError(absl::StrCat(
            folder, ": no such folder; `sluicectl rules init` makes one")),
        absl::StrCat(folder,
                     "：没有这个文件夹；可用 `sluicectl rules init` 创建"));
  }
  // Made once for all packs: `seconds` must not include its time.
  rules::FoldTable::Shared();
  const absl::Time begin = absl::Now();
  CompiledPack pack;
  pack.name = folder;
  SLUICE_ASSIGN_OR_RETURN(pack.rules, rules::RuleSet::Load(folder));
  auto policy = filter::Policy::Build(*pack.rules);
  if (!policy.ok()) {
    return absl::Status(policy.status().code(),
                        absl::StrCat(folder, ": ", policy.status().message()));
  }
  pack.policy = *std::move(policy);
  pack.seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  return pack;
}

absl::StatusOr<CompiledPack> CompileFiles(const rules::PackFiles& files,
                                          const std::string& folder) {
  const tools::TempFolder temporary("sluicectl-rules");
  const std::string copy = temporary.path() + "/pack";
  SLUICE_RETURN_IF_ERROR(rules::WritePackFiles(files, copy));
  absl::StatusOr<CompiledPack> pack = CompileFolder(copy);
  if (!pack.ok()) {
    return WithChinese(
        absl::Status(
            pack.status().code(),
            absl::StrReplaceAll(pack.status().message(), {{copy, folder}})),
        absl::StrReplaceAll(ChineseOf(pack.status()), {{copy, folder}}));
  }
  pack->name = folder;
  return pack;
}

absl::StatusOr<CompiledPack> CompileNamedPack(const Context& context,
                                              const std::string& source) {
  if (!VersionOf(source)) return CompileFolder(source);
  SLUICE_ASSIGN_OR_RETURN(const NamedPack pack, ReadNamedPack(context, source));
  return CompileFiles(pack.files, pack.NameIn(context.language));
}

}  // namespace sluice::ctl
