#pragma once

// A JSON object in one line, for output that is no message of the API. Members
// keep the order in which they are added.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace sluice::tools {

// A message as one line of protobuf's JSON, field names as in the .proto file.
std::string ToJson(const google::protobuf::Message& message);

class JsonLine {
 public:
  JsonLine();
  ~JsonLine();
  JsonLine(const JsonLine& other);
  JsonLine& operator=(const JsonLine&) = delete;

  // Replaces control characters by visible ones, and invalid UTF-8.
  JsonLine& Text(absl::string_view name, absl::string_view value);
  JsonLine& Texts(absl::string_view name,
                  const std::vector<std::string>& values);
  JsonLine& Count(absl::string_view name, uint64_t value);
  // {"a": 1, "b": 2}, by name.
  JsonLine& Counts(absl::string_view name,
                   const std::map<std::string, uint64_t>& counts);
  // Rounded to `decimals` decimals.
  JsonLine& Number(absl::string_view name, double value, int decimals);
  JsonLine& Flag(absl::string_view name, bool value);
  JsonLine& Null(absl::string_view name);
  JsonLine& Object(absl::string_view name, const JsonLine& value);
  JsonLine& Objects(absl::string_view name,
                    const std::vector<JsonLine>& values);
  JsonLine& Message(absl::string_view name,
                    const google::protobuf::Message& message);
  // Adds the message's own fields.
  JsonLine& Fields(const google::protobuf::Message& message);

  // The line, without its end.
  std::string End() const;

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

}  // namespace sluice::tools
