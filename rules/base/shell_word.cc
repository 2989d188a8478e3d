#include "rules/base/shell_word.h"

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace sluice {
namespace {

// Whether it means itself wherever it stands in a word.
bool IsPlain(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         absl::c_linear_search(absl::string_view("-_./:,+@%"), c);
}

}  // namespace

std::string ShellWord(absl::string_view value) {
  if (!value.empty() && absl::c_all_of(value, IsPlain)) {
    return std::string(value);
  }
  return absl::StrCat("'", absl::StrReplaceAll(value, {{"'", "'\\''"}}), "'");
}

}  // namespace sluice
