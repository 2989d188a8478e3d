#include "gateway/versions/statistics_file.h"

#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "rules/base/bytes.h"
#include "rules/base/files.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

constexpr absl::string_view kMagic = "SLST";
constexpr uint32_t kVersion = 1;

absl::Status Failed(const std::string& path, absl::string_view what) {
  return absl::UnavailableError(
      absl::StrCat(path, ": ", what, ": ", std::strerror(errno)));
}

absl::Status WriteAll(int file, absl::string_view bytes,
                      const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t wrote = write(file, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return Failed(path, "cannot be written");
    bytes.remove_prefix(static_cast<size_t>(wrote));
  }
  return fsync(file) == 0 ? absl::OkStatus() : Failed(path, "cannot be synced");
}

absl::Status SyncFolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path();
  const int file = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return Failed(folder, "cannot be opened");
  const absl::Status status =
      fsync(file) == 0 ? absl::OkStatus() : Failed(folder, "cannot be synced");
  close(file);
  return status;
}

absl::StatusOr<store::v1::RuleStatistics> Take(absl::string_view bytes) {
  const size_t checked = bytes.size() - std::min<size_t>(bytes.size(), 8);
  ByteReader tail(bytes.substr(checked));
  SLUICE_ASSIGN_OR_RETURN(const auto checksum, tail.TakeBigEndian<uint64_t>());
  if (checksum != XXH3_64bits(bytes.data(), checked)) {
    return absl::DataLossError("checksum differs");
  }
  ByteReader in(bytes.substr(0, checked));
  SLUICE_ASSIGN_OR_RETURN(const auto magic, in.Take(kMagic.size()));
  if (magic != kMagic) return absl::DataLossError("not such a file");
  SLUICE_ASSIGN_OR_RETURN(const auto version, in.TakeBigEndian<uint32_t>());
  if (version != kVersion) {
    return absl::DataLossError(
        absl::StrCat("version ", version, " is unknown"));
  }
  SLUICE_ASSIGN_OR_RETURN(const auto size, in.TakeBigEndian<uint64_t>());
  if (size != in.remaining()) return absl::DataLossError("its size differs");
  SLUICE_ASSIGN_OR_RETURN(const auto body, in.Take(in.remaining()));
  store::v1::RuleStatistics statistics;
  if (!statistics.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
    return absl::DataLossError("its body does not decode");
  }
  return statistics;
}

}  // namespace

std::string EncodeStatistics(const store::v1::RuleStatistics& statistics) {
  const std::string body = statistics.SerializeAsString();
  std::string bytes(kMagic);
  AppendBigEndian(kVersion, bytes);
  AppendBigEndian(uint64_t{body.size()}, bytes);
  bytes += body;
  AppendBigEndian(uint64_t{XXH3_64bits(bytes.data(), bytes.size())}, bytes);
  return bytes;
}

absl::StatusOr<store::v1::RuleStatistics> DecodeStatistics(
    absl::string_view bytes) {
  absl::StatusOr<store::v1::RuleStatistics> statistics = Take(bytes);
  if (statistics.ok()) return statistics;
  // Sluice wrote these bytes: any failure to decode them means damage.
  return absl::DataLossError(
      absl::StrCat("rule statistics: ", statistics.status().message()));
}

// Writes a new file and renames it, so that `path` always has a whole file.
absl::Status WriteStatistics(const std::string& path,
                             const store::v1::RuleStatistics& statistics) {
  const std::string made = path + ".new";
  const int file =
      open(made.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return Failed(made, "cannot be made");
  const absl::Status wrote = WriteAll(file, EncodeStatistics(statistics), made);
  close(file);
  SLUICE_RETURN_IF_ERROR(wrote);
  if (std::rename(made.c_str(), path.c_str()) != 0) {
    return Failed(path, "cannot be replaced");
  }
  return SyncFolderOf(path);
}

absl::StatusOr<store::v1::RuleStatistics> ReadStatistics(
    const std::string& path) {
  SLUICE_ASSIGN_OR_RETURN(const std::string content, ReadFile(path));
  return DecodeStatistics(content);
}

}  // namespace sluice::gateway
