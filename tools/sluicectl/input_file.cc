#include "tools/sluicectl/input_file.h"

#include <filesystem>
#include <system_error>

#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "tools/lib/encoded_input.h"

namespace sluice::ctl {

absl::Status InputFile::Open(const std::string& path,
                             absl::string_view encoding) {
  if (path == "-" && encoding.empty()) return absl::OkStatus();
  if (path == "-") return Decode(path, encoding);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return ErrorOf(absl::StatusCode::kNotFound,
                   SayBoth("$0：没有这个文件", "$0: no such file", path));
  }
  file_.open(path, std::ios::binary);
  if (!file_ || std::filesystem::is_directory(path, ignored)) {
    return ErrorOf(
        absl::StatusCode::kNotFound,
        SayBoth("$0：无法读取；请给出文件，或用 - 表示标准输入",
                "$0: cannot be read; give a file or - for standard input",
                path));
  }
  in_ = &file_;
  bytes_ = std::filesystem::file_size(path, ignored);
  if (ignored) bytes_ = 0;
  return Decode(path, encoding);
}

absl::Status InputFile::Decode(const std::string& path,
                               absl::string_view encoding) {
  SLUICE_ASSIGN_OR_RETURN(utf8_, tools::AsUtf8(*in_, path, encoding));
  in_ = utf8_.get();
  return absl::OkStatus();
}

void InputFile::Show(tools::Progress& progress) {
  if (bytes_ == 0 || ++lines_ % 64 != 0 || !file_.good()) return;
  progress.Set(static_cast<uint64_t>(file_.tellg()) >> 10, bytes_ >> 10);
}

}  // namespace sluice::ctl
