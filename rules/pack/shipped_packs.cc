#include "rules/pack/shipped_packs.h"

#include <algorithm>
#include <filesystem>

#include "absl/strings/match.h"

namespace sluice::rules {
namespace {

namespace fs = std::filesystem;

fs::path PacksFolder() {
  std::error_code none;
  return fs::read_symlink("/proc/self/exe", none).parent_path().parent_path() /
         "share/sluice/packs";
}

}  // namespace

std::string PackFolder(const std::string& pack) {
  if (absl::StrContains(pack, '/')) return pack;
  const fs::path shipped = PacksFolder() / pack;
  std::error_code none;
  if (!fs::exists(shipped, none) && fs::is_directory(pack, none)) return pack;
  return shipped.string();
}

std::vector<std::string> ShippedPacks() {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(PacksFolder(), none)) {
    if (entry.is_directory(none)) {
      names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace sluice::rules
