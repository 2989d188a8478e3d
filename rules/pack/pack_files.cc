#include "rules/pack/pack_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "rules/base/error_reason.h"
#include "rules/base/files.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "rules/pack/sha256.h"

namespace sluice::rules {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBytesMax = 64 << 20;
constexpr size_t kFilesMax = 1'000;
constexpr size_t kNameSizeMax = 200;

absl::Status Failed(const std::string& path, absl::string_view what) {
  return absl::UnavailableError(
      absl::StrCat(path, ": ", what, ": ", std::strerror(errno)));
}

// Stays in its folder, and can be a file on any machine.
bool IsGoodName(absl::string_view name) {
  if (name.empty() || name.size() > kNameSizeMax) return false;
  for (const absl::string_view part : absl::StrSplit(name, '/')) {
    if (part.empty() || part[0] == '.') return false;
    for (const char c : part) {
      if (static_cast<unsigned char>(c) < 0x20 || c == '\\' || c == 0x7f) {
        return false;
      }
    }
  }
  return true;
}

absl::Status Sync(const std::string& path, int flags) {
  const int file = open(path.c_str(), flags | O_CLOEXEC);
  if (file < 0) return Failed(path, "cannot be opened");
  const bool synced = fsync(file) == 0;
  close(file);
  return synced ? absl::OkStatus() : Failed(path, "cannot be synced");
}

absl::Status WriteFiles(const PackFiles& files, const std::string& folder) {
  std::set<std::string> folders = {folder};
  for (const admin::v1::PackFile& file : files) {
    const fs::path path = fs::path(folder) / file.name();
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    folders.insert(path.parent_path().string());
    std::ofstream out(path, std::ios::binary);
    out.write(file.content().data(),
              static_cast<std::streamsize>(file.content().size()));
    out.close();
    if (error || !out) return Failed(path.string(), "cannot be written");
    SLUICE_RETURN_IF_ERROR(Sync(path.string(), O_RDONLY));
  }
  for (const std::string& one : folders) {
    SLUICE_RETURN_IF_ERROR(Sync(one, O_RDONLY | O_DIRECTORY));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckPackFiles(const PackFiles& files) {
  std::set<std::string> names;
  size_t bytes = 0;
  for (const admin::v1::PackFile& file : files) {
    if (!IsGoodName(file.name())) {
      return InvalidField(
          "files",
          absl::StrCat("'",
                       absl::CHexEscape(file.name().substr(0, kNameSizeMax)),
                       "' is no name of a file in a pack"));
    }
    if (!names.insert(file.name()).second) {
      return InvalidField("files",
                          absl::StrCat(file.name(), " is there twice"));
    }
    bytes += file.content().size();
  }
  if (files.size() > kFilesMax || bytes > kBytesMax) {
    return InvalidField("files", "at most 1,000 files and 64 MiB are allowed");
  }
  return absl::OkStatus();
}

std::string DigestOf(const PackFiles& files) {
  std::vector<const admin::v1::PackFile*> sorted;
  for (const admin::v1::PackFile& file : files) sorted.push_back(&file);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* a, const auto* b) { return a->name() < b->name(); });
  std::string all;
  for (const admin::v1::PackFile* file : sorted) {
    absl::StrAppend(&all, file->name(), "\n", file->content().size(), "\n",
                    file->content());
  }
  return absl::BytesToHexString(Sha256(all));
}

absl::StatusOr<PackFiles> ReadPackFiles(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    return WithChinese(absl::InvalidArgumentError(absl::StrCat(
                           folder, ": not a folder with a rule pack")),
                       absl::StrCat(folder, "：不是规则包的文件夹"));
  }
  PackFiles files;
  size_t bytes_left = kBytesMax;
  for (auto it = fs::recursive_directory_iterator(folder, error);
       !error && it != fs::recursive_directory_iterator();
       it.increment(error)) {
    const bool hidden = it->path().filename().string()[0] == '.';
    const fs::file_type type = it->symlink_status(error).type();
    if (hidden && type == fs::file_type::directory) {
      it.disable_recursion_pending();
    }
    if (hidden || type == fs::file_type::directory) continue;
    std::string name = it->path().lexically_relative(folder).generic_string();
    absl::StatusOr<std::string> content = ReadFileIn(folder, name, bytes_left);
    const bool full = content.ok() && files.size() == kFilesMax;
    if (absl::IsUnavailable(content.status())) {
      return absl::UnavailableError(
          absl::StrCat(it->path().string(), ": ", content.status().message()));
    }
    if (!content.ok() || full) {
      return WithChinese(
          absl::InvalidArgumentError(absl::StrCat(
              it->path().string(), ": ",
              full ? "one file too many" : content.status().message(),
              "; a pack is at most 1,000 plain files of 64 MiB together")),
          absl::StrCat(it->path().string(), "：",
                       full ? "文件太多" : "不能读取",
                       "；一个规则包最多 1,000 个普通文件，合计 64 MiB"));
    }
    bytes_left -= content->size();
    admin::v1::PackFile& file = files.emplace_back();
    file.set_name(std::move(name));
    file.set_content(*std::move(content));
  }
  if (error) return Failed(folder, "cannot be read");
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.name() < b.name(); });
  return files;
}

absl::Status WritePackFiles(const PackFiles& files, const std::string& folder) {
  SLUICE_RETURN_IF_ERROR(CheckPackFiles(files));
  std::error_code error;
  if (fs::exists(folder, error) && !fs::is_empty(folder, error)) {
    return absl::AlreadyExistsError(
        absl::StrCat(folder, ": is there already and not empty"));
  }
  fs::create_directories(folder, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat(folder, ": cannot be made: ", error.message()));
  }
  return WriteFiles(files, folder);
}

}  // namespace sluice::rules
