#include "rules/base/language.h"

#include "absl/strings/cord.h"
#include "rules/base/check.h"

namespace sluice {
namespace {

constexpr absl::string_view kPayload = "sluice/chinese";

}  // namespace

absl::Status WithChinese(absl::Status status, absl::string_view chinese) {
  SLUICE_CHECK(!status.ok());
  status.SetPayload(kPayload, absl::Cord(chinese));
  return status;
}

std::string ChineseOf(const absl::Status& status) {
  const auto chinese = status.GetPayload(kPayload);
  return chinese ? std::string(*chinese) : std::string();
}

}  // namespace sluice
