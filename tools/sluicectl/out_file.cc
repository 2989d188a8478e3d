#include "tools/sluicectl/out_file.h"

#include <fstream>

namespace sluice::ctl {

absl::Status WriteOut(const Context& context, const std::string& path,
                      const std::string& text) {
  if (path.empty()) {
    context.out << text;
    return absl::OkStatus();
  }
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) {
    return absl::UnavailableError(
        context.Say("$0：无法写入", "$0: cannot be written", path));
  }
  return absl::OkStatus();
}

}  // namespace sluice::ctl
