#pragma once

// What the fields of parties are called and what they mean, in both languages;
// parties.proto says more.

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "rules/base/language.h"

namespace sluice::ctl {

// The Chinese name of a field, such as 名称; empty: there is none.
absl::string_view ChineseLabelOf(
    const google::protobuf::FieldDescriptor& field);

// The meaning of a field whose name does not say it all; else empty.
Words MeaningOf(const google::protobuf::FieldDescriptor& field);

}  // namespace sluice::ctl
