#include "rules/match/compile_cache.h"

#include <hs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "rules/base/check.h"
#include "rules/base/files.h"
#include "rules/pack/sha256.h"

namespace sluice::rules {
namespace {

namespace fs = std::filesystem;

// Four levels of folding, of some versions.
constexpr size_t kEntriesMax = 64;
constexpr size_t kHashSize = 32;
// Nobody writes one entry longer.
constexpr std::chrono::hours kWriteMax(1);
// A million words are 100 MB.
constexpr size_t kEntryBytesMax = 1 << 30;

}  // namespace

CompileCache::CompileCache(std::string folder, Writes writes)
    : folder_(std::move(folder)), writes_(writes) {}

std::string CompileCache::KeyOf(absl::string_view source) {
  hs_platform_info_t platform = {};
  SLUICE_CHECK(hs_populate_platform(&platform) == HS_SUCCESS);
  return absl::BytesToHexString(
      Sha256(absl::StrCat(hs_version(), "/", platform.tune, "/",
                          platform.cpu_features, "/", source)));
}

std::string CompileCache::PathOf(const std::string& key) const {
  return absl::StrCat(folder_, "/", key, ".hs");
}

// A file is the hash of the database, and the database.
std::optional<std::string> CompileCache::Get(const std::string& key) const {
  const absl::StatusOr<std::string> all = ReadFile(PathOf(key), kEntryBytesMax);
  if (!all.ok() || all->size() < kHashSize) return std::nullopt;
  std::string database = all->substr(kHashSize);
  if (Sha256(database) != absl::string_view(*all).substr(0, kHashSize)) {
    return std::nullopt;
  }
  // A database in use is not old.
  std::error_code error;
  fs::last_write_time(PathOf(key), fs::file_time_type::clock::now(), error);
  return database;
}

void CompileCache::Put(const std::string& key,
                       absl::string_view database) const {
  if (writes_ == Writes::kAtOnce) return Write(key, database);
  held_[key] = std::string(database);
}

void CompileCache::Release() const {
  for (const auto& [key, database] : held_) Write(key, database);
  held_.clear();
}

// Written beside its place and moved there, so that what is there is whole.
void CompileCache::Write(const std::string& key,
                         absl::string_view database) const {
  std::error_code error;
  fs::create_directories(folder_, error);
  static std::atomic<uint64_t> puts = 0;
  const std::string made =
      absl::StrCat(PathOf(key), ".", getpid(), ".", ++puts);
  std::ofstream out(made, std::ios::binary);
  const std::string hash = Sha256(database);
  out.write(hash.data(), static_cast<std::streamsize>(hash.size()));
  out.write(database.data(), static_cast<std::streamsize>(database.size()));
  out.close();
  if (out) {
    fs::rename(made, PathOf(key), error);
  } else {
    fs::remove(made, error);
  }
  DropOld();
}

void CompileCache::DropOld() const {
  std::error_code error;
  std::vector<std::pair<fs::file_time_type, fs::path>> entries;
  for (auto it = fs::directory_iterator(folder_, error);
       !error && it != fs::directory_iterator(); it.increment(error)) {
    std::error_code gone;
    // What a process that was killed had begun.
    if (it->path().extension() != ".hs") {
      const auto age = fs::file_time_type::clock::now() -
                       fs::last_write_time(it->path(), gone);
      if (!gone && age > kWriteMax) fs::remove(it->path(), gone);
      continue;
    }
    entries.emplace_back(fs::last_write_time(it->path(), gone), it->path());
  }
  if (entries.size() <= kEntriesMax) return;
  std::sort(entries.begin(), entries.end());
  for (size_t i = 0; i + kEntriesMax < entries.size(); ++i) {
    fs::remove(entries[i].second, error);
  }
}

}  // namespace sluice::rules
