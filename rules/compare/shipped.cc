#include "rules/compare/shipped.h"

#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "rules/base/files.h"
#include "rules/pack/shipped_packs.h"
#include "rules/pack/yaml.h"

namespace sluice::rules {
namespace {

rules::v1::PackHeader HeaderOf(const PackFiles& files) {
  rules::v1::PackHeader header;
  for (const admin::v1::PackFile& file : files) {
    if (file.name() != "pack.yaml") continue;
    LoadYaml(file.name(), file.content(), &header).IgnoreError();
  }
  return header;
}

bool SharesCountry(const rules::v1::PackHeader& a,
                   const rules::v1::PackHeader& b) {
  return absl::c_any_of(a.countries(), [&b](const std::string& country) {
    return absl::c_linear_search(b.countries(), country);
  });
}

// Of a name among the shipped packs; no files: it cannot be read.
PackFiles FilesOf(const std::string& name) {
  auto files = ReadPackFiles(PackFolder(name));
  return files.ok() ? *std::move(files) : PackFiles();
}

}  // namespace

std::optional<ShippedPack> FindShipped(const Pack& own,
                                       const PackFiles& files) {
  const std::vector<std::string> names = ShippedPacks();
  ShippedPack shipped;
  PackFiles its_files;
  if (absl::c_linear_search(names, own.header.name())) {
    shipped.name = own.header.name();
    its_files = FilesOf(shipped.name);
  }
  for (size_t i = 0; i < names.size() && its_files.empty(); ++i) {
    PackFiles found = FilesOf(names[i]);
    if (!SharesCountry(HeaderOf(found), own.header)) continue;
    shipped.name = names[i];
    its_files = std::move(found);
  }
  if (its_files.empty() || DigestOf(its_files) == DigestOf(files)) {
    return std::nullopt;
  }
  Faults none;
  shipped.pack = ReadPack(its_files, none);
  FillDefaults(shipped.pack);
  return shipped;
}

}  // namespace sluice::rules
