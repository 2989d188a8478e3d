#include "store/backup/manifest.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "rules/base/status_macros.h"

namespace sluice::store {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kFormat[] = "sluice backup 1";

std::string Hex(const Hash& hash) {
  return absl::BytesToHexString(AsBytes(hash));
}

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat(kManifestName, ": ", what));
}

absl::StatusOr<Hash> HashOf(const std::string& hex) {
  const std::string bytes = absl::HexStringToBytes(hex);
  Hash hash;
  if (hex.size() != 2 * hash.size() || bytes.size() != hash.size()) {
    return Damaged("not a hash");
  }
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

// Whoever can change a backup must not make a restore write elsewhere.
bool StaysInside(const std::string& path) {
  if (path.empty() || path.front() == '/') return false;
  for (const absl::string_view part : absl::StrSplit(path, '/')) {
    if (part.empty() || part == "." || part == "..") return false;
  }
  return true;
}

Json ToJson(const BackupFile& file) {
  Json json = {{"path", file.path},
               {"stored", file.stored},
               {"size", file.size},
               {"sha256", file.sha256}};
  if (!file.is_segment) return json;
  const BackupSegment& segment = file.segment;
  json["segment"] = {{"closed", segment.closed},
                     {"reduced", segment.reduced},
                     {"damaged", segment.damaged},
                     {"root", Hex(segment.root)},
                     {"inode", segment.inode},
                     {"changed_ns", segment.changed_ns},
                     {"source_size", segment.source_size}};
  return json;
}

// Throws nlohmann's exceptions.
absl::StatusOr<BackupFile> FileOf(const Json& json) {
  BackupFile file;
  file.path = json.at("path").get<std::string>();
  file.stored = json.at("stored").get<std::string>();
  file.size = json.at("size").get<uint64_t>();
  file.sha256 = json.at("sha256").get<std::string>();
  SLUICE_RETURN_IF_ERROR(HashOf(file.sha256).status());
  if (!StaysInside(file.path) || !StaysInside(file.stored)) {
    return Damaged("a path leads out of the folder");
  }
  file.is_segment = json.contains("segment");
  if (!file.is_segment) return file;
  const Json& of = json.at("segment");
  BackupSegment& segment = file.segment;
  segment.closed = of.at("closed").get<bool>();
  segment.reduced = of.at("reduced").get<bool>();
  segment.damaged = of.at("damaged").get<bool>();
  SLUICE_ASSIGN_OR_RETURN(segment.root,
                          HashOf(of.at("root").get<std::string>()));
  segment.inode = of.at("inode").get<uint64_t>();
  segment.changed_ns = of.at("changed_ns").get<int64_t>();
  segment.source_size = of.at("source_size").get<uint64_t>();
  return file;
}

Json ToJson(const BackupJournal& journal) {
  return {{"partition", journal.partition},
          {"segment", journal.end.segment()},
          {"offset", journal.end.offset()},
          {"root", Hex(journal.root)}};
}

// Throws nlohmann's exceptions.
absl::StatusOr<BackupJournal> JournalOf(const Json& json) {
  BackupJournal journal;
  journal.partition = json.at("partition").get<uint16_t>();
  journal.end = Position(json.at("segment").get<uint32_t>(),
                         json.at("offset").get<uint32_t>());
  SLUICE_ASSIGN_OR_RETURN(journal.root,
                          HashOf(json.at("root").get<std::string>()));
  return journal;
}

// Throws nlohmann's exceptions.
absl::StatusOr<BackupManifest> ManifestOf(const Json& json) {
  if (json.at("format").get<std::string>() != kFormat) {
    return Damaged("of another version");
  }
  BackupManifest manifest;
  manifest.store = json.at("store").get<std::string>();
  manifest.partitions = json.at("partitions").get<uint16_t>();
  manifest.taken_ms = json.at("taken_ms").get<int64_t>();
  manifest.newest_ms = json.at("newest_ms").get<int64_t>();
  manifest.running = json.at("running").get<bool>();
  manifest.head = json.at("head").get<uint64_t>();
  manifest.head_text = json.at("head_text").get<std::string>();
  manifest.has_signing_key = json.at("has_signing_key").get<bool>();
  for (const Json& one : json.at("journals")) {
    SLUICE_ASSIGN_OR_RETURN(BackupJournal journal, JournalOf(one));
    manifest.journals.push_back(std::move(journal));
  }
  if (manifest.journals.size() != size_t{manifest.partitions} + 1) {
    return Damaged("not all journals are named");
  }
  for (const Json& one : json.at("damage")) {
    manifest.damage.push_back(
        {one.at("journal").get<std::string>(),
         {one.at("segment").get<uint32_t>(), one.at("offset").get<uint64_t>(),
          one.at("what").get<std::string>()}});
  }
  for (const Json& one : json.at("files")) {
    SLUICE_ASSIGN_OR_RETURN(BackupFile file, FileOf(one));
    manifest.files.push_back(std::move(file));
  }
  return manifest;
}

template <typename Value>
absl::StatusOr<Value> Decode(absl::string_view text,
                             absl::StatusOr<Value> (*read)(const Json&)) {
  try {
    return read(Json::parse(text.begin(), text.end()));
  } catch (const Json::exception& error) {
    return Damaged(error.what());
  }
}

}  // namespace

std::string Encode(const BackupManifest& manifest) {
  Json json = {
      {"format", kFormat},
      {"taken", absl::FormatTime("%Y-%m-%dT%H:%M:%SZ",
                                 absl::FromUnixMillis(manifest.taken_ms),
                                 absl::UTCTimeZone())},
      {"store", manifest.store},
      {"partitions", manifest.partitions},
      {"taken_ms", manifest.taken_ms},
      {"newest_ms", manifest.newest_ms},
      {"running", manifest.running},
      {"head", manifest.head},
      {"head_text", manifest.head_text},
      {"has_signing_key", manifest.has_signing_key}};
  Json& journals = json["journals"] = Json::array();
  for (const BackupJournal& one : manifest.journals) {
    journals.push_back(ToJson(one));
  }
  Json& damage = json["damage"] = Json::array();
  for (const BackupDamage& one : manifest.damage) {
    damage.push_back({{"journal", one.journal},
                      {"segment", one.damage.segment},
                      {"offset", one.damage.offset},
                      {"what", one.damage.what}});
  }
  Json& files = json["files"] = Json::array();
  for (const BackupFile& one : manifest.files) files.push_back(ToJson(one));
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

absl::StatusOr<BackupManifest> DecodeManifest(absl::string_view text) {
  return Decode(text, ManifestOf);
}

std::string EncodeLine(const BackupFile& file) {
  return ToJson(file).dump(-1, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

absl::StatusOr<BackupFile> DecodeLine(absl::string_view line) {
  return Decode(line, FileOf);
}

}  // namespace sluice::store
