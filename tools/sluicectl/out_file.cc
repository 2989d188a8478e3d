#include "tools/sluicectl/out_file.h"

#include <sys/stat.h>

#include <cstdio>

#include "rules/base/both_error.h"
#include "rules/base/language.h"

namespace sluice::ctl {

bool FileExists(const std::string& path) {
  struct stat ignored;
  return stat(path.c_str(), &ignored) == 0;
}

absl::Status CheckNewFile(absl::string_view flag, const std::string& path) {
  if (path.empty() || !FileExists(path)) return absl::OkStatus();
  return ErrorOf(absl::StatusCode::kAlreadyExists,
                 SayBoth("$0：$1 已存在，请另起文件名",
                         "$0: $1 exists, give another name", flag, path));
}

absl::Status WriteOut(const Context& context, const std::string& path,
                      const std::string& text) {
  if (path.empty()) {
    context.out << text;
    return absl::OkStatus();
  }
  std::FILE* const file = std::fopen(path.c_str(), "wbx");
  bool written = file != nullptr;
  if (written) {
    written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    written = std::fclose(file) == 0 && written;
  }
  if (written) return absl::OkStatus();
  return absl::UnavailableError(
      context.Say("$0：无法写入", "$0: cannot be written", path));
}

}  // namespace sluice::ctl
