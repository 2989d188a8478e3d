#include "tools/lib/json_line.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "google/protobuf/util/json_util.h"
#include "tools/lib/display_width.h"

namespace sluice::tools {
namespace {

using Json = nlohmann::ordered_json;

Json Parsed(const google::protobuf::Message& message) {
  return Json::parse(ToJson(message));
}

}  // namespace

struct JsonLine::Body {
  Json object = Json::object();

  Json& At(absl::string_view name) { return object[std::string(name)]; }
};

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  // Fails only for an Any of unknown type; the API has no Any.
  (void)google::protobuf::util::MessageToJsonString(message, &json, options);
  return json;
}

JsonLine::JsonLine() : body_(std::make_unique<Body>()) {}
JsonLine::~JsonLine() = default;
JsonLine::JsonLine(const JsonLine& other)
    : body_(std::make_unique<Body>(*other.body_)) {}

JsonLine& JsonLine::Text(absl::string_view name, absl::string_view value) {
  body_->At(name) = Printable(value);
  return *this;
}

JsonLine& JsonLine::Texts(absl::string_view name,
                          const std::vector<std::string>& values) {
  Json& list = body_->At(name) = Json::array();
  for (const std::string& value : values) list.push_back(Printable(value));
  return *this;
}

JsonLine& JsonLine::Count(absl::string_view name, uint64_t value) {
  body_->At(name) = value;
  return *this;
}

JsonLine& JsonLine::Counts(absl::string_view name,
                           const std::map<std::string, uint64_t>& counts) {
  Json& object = body_->At(name) = Json::object();
  for (const auto& [key, count] : counts) object[key] = count;
  return *this;
}

JsonLine& JsonLine::Number(absl::string_view name, double value, int decimals) {
  const double scale = std::pow(10, decimals);
  body_->At(name) = std::round(value * scale) / scale;
  return *this;
}

JsonLine& JsonLine::Flag(absl::string_view name, bool value) {
  body_->At(name) = value;
  return *this;
}

JsonLine& JsonLine::Null(absl::string_view name) {
  body_->At(name) = nullptr;
  return *this;
}

JsonLine& JsonLine::Object(absl::string_view name, const JsonLine& value) {
  body_->At(name) = value.body_->object;
  return *this;
}

JsonLine& JsonLine::Objects(absl::string_view name,
                            const std::vector<JsonLine>& values) {
  Json& list = body_->At(name) = Json::array();
  for (const JsonLine& value : values) list.push_back(value.body_->object);
  return *this;
}

JsonLine& JsonLine::Message(absl::string_view name,
                            const google::protobuf::Message& message) {
  body_->At(name) = Parsed(message);
  return *this;
}

JsonLine& JsonLine::Fields(const google::protobuf::Message& message) {
  body_->object.update(Parsed(message));
  return *this;
}

std::string JsonLine::End() const { return body_->object.dump(); }

}  // namespace sluice::tools
