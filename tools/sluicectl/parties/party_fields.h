#pragma once

// The fields of a party's message as flags of the command line: what may be
// written for one, and how its values are shown. Apart from registry.cc, so
// that a new kind of field is one row here and no command changes.

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace sluice::ctl {

// "--license-number".
std::string FlagOf(const google::protobuf::FieldDescriptor& field);

// What the field means and what may be written for it, for --help.
std::string HelpOf(const google::protobuf::FieldDescriptor& field);

// Sets the field of `part` to what `text` says, or adds it where there are
// several. Errors: kInvalidArgument, without the flag's name in front.
absl::Status AddFieldText(const google::protobuf::FieldDescriptor& field,
                          const std::string& text,
                          google::protobuf::Message& part);

// The value, or value `index` where there are several; as AddFieldText reads
// it, but times are shown in the local zone.
std::string FieldText(const google::protobuf::Message& part,
                      const google::protobuf::FieldDescriptor& field,
                      int index);

}  // namespace sluice::ctl
