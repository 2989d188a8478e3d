#include "tools/sluicectl/json_line.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/wrappers.pb.h"
#include "tools/lib/display_width.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

std::string JsonText(absl::string_view text) {
  google::protobuf::StringValue value;
  // Also makes it UTF-8, which names of files need not be.
  value.set_value(tools::Printable(text));
  return ToJson(value);
}

std::string JsonTexts(const std::vector<std::string>& texts) {
  std::vector<std::string> values;
  for (const std::string& text : texts) values.push_back(JsonText(text));
  return JsonList(values);
}

std::string JsonList(const std::vector<std::string>& values) {
  return absl::StrCat("[", absl::StrJoin(values, ","), "]");
}

JsonLine& JsonLine::Text(absl::string_view name, absl::string_view value) {
  return Value(name, JsonText(value));
}

JsonLine& JsonLine::Count(absl::string_view name, uint64_t value) {
  return Value(name, absl::StrCat(value));
}

JsonLine& JsonLine::Seconds(absl::string_view name, double value) {
  return Value(name, absl::StrFormat("%.3f", value));
}

JsonLine& JsonLine::Flag(absl::string_view name, bool value) {
  return Value(name, value ? "true" : "false");
}

JsonLine& JsonLine::Value(absl::string_view name, absl::string_view json) {
  absl::StrAppend(&fields_, fields_.size() > 1 ? "," : "", "\"", name,
                  "\":", json);
  return *this;
}

}  // namespace sluice::ctl
