#include "gateway/huge_pages.h"

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace sluice::gateway {

void UseHugePages(char** argv) {
  constexpr char kVariable[] = "GLIBC_TUNABLES";
  const char* const set = getenv(kVariable);
  if (set != nullptr && absl::StrContains(set, "glibc.malloc.hugetlb")) return;
  std::error_code error;
  const std::string program =
      std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return;
  const std::string more = "glibc.malloc.hugetlb=1";
  setenv(kVariable,
         (set == nullptr ? more : absl::StrCat(set, ":", more)).c_str(),
         /*overwrite=*/1);
  // Returns only on failure: the program then runs without huge pages.
  execv(program.c_str(), argv);
}

}  // namespace sluice::gateway
