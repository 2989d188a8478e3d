#include "gateway/ported_numbers.h"

#include <string>
#include <utility>
#include <vector>

#include "rules/base/files.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {

absl::StatusOr<std::shared_ptr<const filter::NumberTable>> ReadNumbers(
    const config::v1::RulesConfig& rules) {
  std::vector<filter::NumberFile> files;
  for (const std::string& path : rules.portability()) {
    SLUICE_ASSIGN_OR_RETURN(std::string content, ReadFile(path));
    files.push_back({path, std::move(content)});
  }
  return filter::NumberTable::BuildDefault(files);
}

}  // namespace sluice::gateway
