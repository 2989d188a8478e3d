#pragma once

// One JSON object in one line, for output of programs that is no message of the
// API. Members stay in the order in which they are added.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace sluice::tools {

// One line of protobuf's JSON, field names as in the .proto file.
std::string ToJson(const google::protobuf::Message& message);

class JsonLine {
 public:
  JsonLine();
  ~JsonLine();
  JsonLine(const JsonLine& other);
  JsonLine& operator=(const JsonLine&) = delete;

  // Control characters of the text are shown, not kept, and what is no UTF-8 is
  // replaced.
  JsonLine& Text(absl::string_view name, absl::string_view value);
  JsonLine& Texts(absl::string_view name,
                  const std::vector<std::string>& values);
  JsonLine& Count(absl::string_view name, uint64_t value);
  // {"a": 1, "b": 2}, by name.
  JsonLine& Counts(absl::string_view name,
                   const std::map<std::string, uint64_t>& counts);
  // Rounded to so many decimals.
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
