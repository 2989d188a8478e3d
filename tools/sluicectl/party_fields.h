#pragma once

// The fields of a party's message as flags of the command line: the form of
// their values, and how values are shown. Separate from registry.cc, so that a
// new kind of field is one row here and no command changes.

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "rules/base/language.h"

namespace sluice::ctl {

// "--license-number".
std::string FlagOf(const google::protobuf::FieldDescriptor& field);

// The meaning of the field and the form of its values, for --help.
Both HelpOf(const google::protobuf::FieldDescriptor& field);

// Sets the field of `part` to the value of `text`, or adds the value to a
// repeated field. Errors: kInvalidArgument, without the flag's name in front.
absl::Status AddFieldText(const google::protobuf::FieldDescriptor& field,
                          const std::string& text,
                          google::protobuf::Message& part);

// What people call the field: 名称; its name in the API in English.
std::string LabelOf(const google::protobuf::FieldDescriptor& field,
                    Language language);

// The value, or value `index` of a repeated field, in the form that
// AddFieldText() reads; only times are shown in the local zone.
std::string FieldText(const google::protobuf::Message& part,
                      const google::protobuf::FieldDescriptor& field, int index,
                      Language language);

}  // namespace sluice::ctl
