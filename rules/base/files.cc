#include "rules/base/files.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace sluice {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const std::string fault = absl::StrCat(path, ": cannot be read");
  std::error_code error;
  const std::filesystem::file_status status =
      std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    return absl::NotFoundError(absl::StrCat(path, ": no such file"));
  }
  // A folder opens like a file and then has no content.
  if (std::filesystem::is_directory(status)) {
    return absl::UnavailableError(fault);
  }
  std::ifstream in(path, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  if (!in) return absl::UnavailableError(fault);
  return std::move(content).str();
}

}  // namespace sluice
