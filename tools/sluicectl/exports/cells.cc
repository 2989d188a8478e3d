#include "absl/strings/strip.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/exports/export_source.h"

namespace sluice::ctl {
namespace {

// Of "2026-01-31 10:00:00 +08:00".
constexpr size_t kTimeSize = 19;

}  // namespace

std::string TimeCell(const google::protobuf::Timestamp& time) {
  const std::string text = tools::TimeText(time);
  return text == "-" ? "" : text.substr(0, kTimeSize);
}

std::string NumberCell(absl::string_view e164) {
  absl::string_view number = e164;
  if (absl::ConsumePrefix(&number, "+86")) return std::string(number);
  absl::ConsumePrefix(&number, "+");
  return std::string(number);
}

}  // namespace sluice::ctl
