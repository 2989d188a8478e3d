#include "store/journal/journal_file.h"

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"

namespace sluice::store {

absl::Status ReadExactly(const JournalFile& file, uint64_t offset,
                         absl::Span<char> out) {
  SLUICE_ASSIGN_OR_RETURN(const size_t size, file.Read(offset, out));
  if (size < out.size()) {
    return absl::OutOfRangeError(
        absl::StrCat("the file ends at ", offset + size));
  }
  return absl::OkStatus();
}

}  // namespace sluice::store
