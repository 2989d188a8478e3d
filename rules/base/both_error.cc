#include "rules/base/both_error.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/error_reason.h"

namespace sluice {

absl::Status ErrorOf(absl::StatusCode code, const Both& what) {
  absl::Status status(code, what.english);
  return what.chinese.empty() ? status
                              : WithChinese(std::move(status), what.chinese);
}

absl::Status ErrorOf(absl::StatusCode code, absl::string_view field,
                     const Both& what) {
  return WithField(
      ErrorOf(code, {what.chinese, absl::StrCat(field, ": ", what.english)}),
      field);
}

absl::Status InvalidField(absl::string_view field, const Both& what) {
  return ErrorOf(absl::StatusCode::kInvalidArgument, field, what);
}

Both BothOf(const absl::Status& status) {
  return {ChineseOf(status), std::string(status.message())};
}

}  // namespace sluice
