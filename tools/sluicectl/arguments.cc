#include "tools/sluicectl/arguments.h"

#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/base/error_reason.h"
#include "tools/lib/words.h"

namespace sluice::ctl {

absl::Status WithNext(const absl::Status& status, absl::string_view next) {
  if (status.ok() || absl::StrContains(status.message(), "\n  ")) return status;
  absl::Status with(status.code(),
                    absl::StrCat(status.message(), "\n  ", next));
  const std::string field = FieldOf(status);
  return field.empty() ? with : WithField(std::move(with), field);
}

int Misused(const Context& context, absl::string_view what) {
  context.err << "sluicectl: " << what << "\n";
  return 2;
}

absl::StatusOr<v1::MessageClass> ReadClass(const std::string& name) {
  if (name.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--class is required: ", kClassHelp));
  }
  const auto value = tools::ParseEnum<v1::MessageClass>(name);
  if (value.ok()) return *value;
  return absl::InvalidArgumentError(
      absl::StrCat("--class ", value.status().message()));
}

std::string ReadText(const Context& context, const std::string& text) {
  if (text != "-") return text;
  std::string read(std::istreambuf_iterator<char>(context.in), {});
  while (!read.empty() && (read.back() == '\n' || read.back() == '\r')) {
    read.pop_back();
  }
  return read;
}

}  // namespace sluice::ctl
