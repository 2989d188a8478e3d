#include "tools/sluicectl/input_file.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace sluice::ctl {

absl::Status InputFile::Open(const std::string& path) {
  if (path == "-") return absl::OkStatus();
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return absl::NotFoundError(absl::StrCat(path, ": no such file"));
  }
  file_.open(path, std::ios::binary);
  if (!file_ || std::filesystem::is_directory(path, ignored)) {
    return absl::NotFoundError(absl::StrCat(
        path, ": cannot be read; give a file or - for standard input"));
  }
  in_ = &file_;
  bytes_ = std::filesystem::file_size(path, ignored);
  if (ignored) bytes_ = 0;
  return absl::OkStatus();
}

void InputFile::Show(tools::Progress& progress) {
  if (bytes_ == 0 || ++lines_ % 64 != 0 || !in_->good()) return;
  progress.Set(static_cast<uint64_t>(in_->tellg()) >> 10, bytes_ >> 10);
}

}  // namespace sluice::ctl
