#include "gateway/entry/malformed.h"

#include <google/protobuf/message.h>
#include <google/protobuf/unknown_field_set.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/wire/utf8.h"
#include "rules/base/error_reason.h"

namespace sluice::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;

// As deep as protobuf itself parses.
constexpr int kDepthMax = 100;

std::string FindInField(const FieldDescriptor& field,
                        const std::string& content, int depth);

// The path of the first text in `fields` that is not UTF-8; empty: none.
std::string FindInMessage(const Descriptor& type, const UnknownFieldSet& fields,
                          int depth) {
  for (int i = 0; i < fields.field_count(); ++i) {
    const UnknownField& one = fields.field(i);
    const FieldDescriptor* field = type.FindFieldByNumber(one.number());
    if (field == nullptr) continue;
    if (one.type() != UnknownField::TYPE_LENGTH_DELIMITED) continue;
    std::string path = FindInField(*field, one.length_delimited(), depth);
    if (!path.empty()) return path;
  }
  return "";
}

std::string FindInField(const FieldDescriptor& field,
                        const std::string& content, int depth) {
  if (field.type() == FieldDescriptor::TYPE_STRING) {
    return ToUtf8(content) == content ? "" : field.name();
  }
  UnknownFieldSet inner;
  if (field.type() != FieldDescriptor::TYPE_MESSAGE || depth == kDepthMax ||
      !inner.ParseFromString(content)) {
    return "";
  }
  const std::string path =
      FindInMessage(*field.message_type(), inner, depth + 1);
  return path.empty() ? "" : absl::StrCat(field.name(), ".", path);
}

}  // namespace

absl::Status CheckParses(const Descriptor& type, absl::string_view bytes) {
  const std::unique_ptr<google::protobuf::Message> message(
      google::protobuf::MessageFactory::generated_factory()
          ->GetPrototype(&type)
          ->New());
  const int size = static_cast<int>(bytes.size());
  if (message->ParseFromArray(bytes.data(), size)) return absl::OkStatus();
  UnknownFieldSet fields;
  if (fields.ParseFromArray(bytes.data(), size)) {
    const std::string path = FindInMessage(type, fields, 0);
    if (!path.empty()) {
      return InvalidField(path, "not UTF-8; send all text as UTF-8");
    }
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "the request is not a ", type.full_name(),
      "; make it with the .proto files of this API (gRPC reflection has them), "
      "uncompressed"));
}

}  // namespace sluice::gateway
