#include "gateway/admin/party_resource.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "filter/registry/registry.h"
#include "rules/base/check.h"
#include "rules/base/enum_names.h"
#include "rules/base/error_reason.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Fields of Party itself; the other fields belong to the kind.
constexpr absl::string_view kCommon[] = {"id", "state", "revision",
                                         "update_time"};
constexpr absl::string_view kRecordNumber = "record_number";

// The journal's name for an enum value: "mobile" for CARRIER_MOBILE.
std::string ShortNameOf(const EnumDescriptor& type, int number) {
  const auto* value = type.FindValueByNumber(number);
  if (number == 0 || value == nullptr) return "";
  return absl::AsciiStrToLower(ShortName(*value));
}

int NumberOf(const EnumDescriptor& type, absl::string_view name) {
  for (int i = 0; i < type.value_count(); ++i) {
    const int number = type.value(i)->number();
    if (ShortNameOf(type, number) == name) return number;
  }
  return 0;
}

void CopyFields(const Message& from, Message& to);

// A value of one field, or of a repeated one the value at `index`.
class Value {
 public:
  Value(const Message& message, const FieldDescriptor& field, int index)
      : message_(message), field_(field), index_(index) {}

  const Message& message() const {
    return Repeated() ? Use().GetRepeatedMessage(message_, &field_, index_)
                      : Use().GetMessage(message_, &field_);
  }
  bool boolean() const {
    return Repeated() ? Use().GetRepeatedBool(message_, &field_, index_)
                      : Use().GetBool(message_, &field_);
  }
  uint32_t number() const {
    return Repeated() ? Use().GetRepeatedUInt32(message_, &field_, index_)
                      : Use().GetUInt32(message_, &field_);
  }
  uint64_t revision() const { return Use().GetUInt64(message_, &field_); }
  // The name, of an enum or of a text field.
  std::string text() const {
    if (field_.enum_type() != nullptr) {
      return ShortNameOf(*field_.enum_type(), EnumNumber());
    }
    return Repeated() ? Use().GetRepeatedString(message_, &field_, index_)
                      : Use().GetString(message_, &field_);
  }
  int number_in(const EnumDescriptor& type) const {
    return field_.enum_type() != nullptr ? EnumNumber()
                                         : NumberOf(type, text());
  }

 private:
  bool Repeated() const { return field_.is_repeated(); }
  const google::protobuf::Reflection& Use() const {
    return *message_.GetReflection();
  }
  int EnumNumber() const {
    return Repeated() ? Use().GetRepeatedEnumValue(message_, &field_, index_)
                      : Use().GetEnumValue(message_, &field_);
  }

  const Message& message_;
  const FieldDescriptor& field_;
  const int index_;
};

// Sets `field` to the value, or adds the value to a repeated one.
void Put(const Value& value, const FieldDescriptor& field, Message& to) {
  const google::protobuf::Reflection& use = *to.GetReflection();
  const bool add = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return CopyFields(value.message(),
                        add ? *use.AddMessage(&to, &field)
                            : *use.MutableMessage(&to, &field));
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int number = value.number_in(*field.enum_type());
      return add ? use.AddEnumValue(&to, &field, number)
                 : use.SetEnumValue(&to, &field, number);
    }
    case FieldDescriptor::CPPTYPE_STRING:
      return add ? use.AddString(&to, &field, value.text())
                 : use.SetString(&to, &field, value.text());
    case FieldDescriptor::CPPTYPE_BOOL:
      return add ? use.AddBool(&to, &field, value.boolean())
                 : use.SetBool(&to, &field, value.boolean());
    case FieldDescriptor::CPPTYPE_UINT32:
      return add ? use.AddUInt32(&to, &field, value.number())
                 : use.SetUInt32(&to, &field, value.number());
    case FieldDescriptor::CPPTYPE_UINT64:
      return use.SetUInt64(&to, &field, value.revision());
    default:
      SLUICE_CHECK(false);  // No party field has another type; see its test.
  }
}

void CopyField(const Message& from, const FieldDescriptor& source, Message& to,
               const FieldDescriptor& target) {
  const google::protobuf::Reflection& use = *from.GetReflection();
  to.GetReflection()->ClearField(&to, &target);
  const int count = source.is_repeated() ? use.FieldSize(from, &source)
                                         : use.HasField(from, &source);
  for (int i = 0; i < count; ++i) Put(Value(from, source, i), target, to);
}

// Copies all fields that both messages have, by name.
void CopyFields(const Message& from, Message& to) {
  if (from.GetDescriptor() == to.GetDescriptor()) return to.CopyFrom(from);
  for (int i = 0; i < from.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& source = *from.GetDescriptor()->field(i);
    const auto* target = to.GetDescriptor()->FindFieldByName(source.name());
    if (target != nullptr) CopyField(from, source, to, *target);
  }
}

const FieldDescriptor& FieldOf(const Message& message, absl::string_view name) {
  const auto* field =
      message.GetDescriptor()->FindFieldByName(std::string(name));
  SLUICE_CHECK(field != nullptr);
  return *field;
}

// The field of Party that holds a kind.
const FieldDescriptor& PartFieldOf(const Descriptor& resource) {
  const auto& kinds = *store::v1::Party::descriptor()->oneof_decl(0);
  int i = 0;
  while (kinds.field(i)->message_type()->name() != resource.name()) {
    SLUICE_CHECK(++i < kinds.field_count());
  }
  return *kinds.field(i);
}

bool IsCommon(absl::string_view name) {
  return std::find(std::begin(kCommon), std::end(kCommon), name) !=
         std::end(kCommon);
}

// `path` is no field of `type`, but it is more than a misspelled name: a field
// of a field, all fields, or a name in the spelling of JSON.
bool IsNoName(absl::string_view path) {
  return !std::all_of(path.begin(), path.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return absl::ascii_islower(byte) || absl::ascii_isdigit(byte) || c == '_';
  });
}

// A field that `path` may mean; else the first one of the kind's own.
std::string ExampleOf(const Descriptor& type, absl::string_view path) {
  std::string name;
  for (const char c : path.substr(0, path.find('.'))) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isupper(byte)) name += '_';
    name += absl::ascii_tolower(byte);
  }
  const FieldDescriptor* const meant = type.FindFieldByName(name);
  if (meant != nullptr) return meant->name();
  for (int i = 0; i < type.field_count(); ++i) {
    const std::string& own = type.field(i)->name();
    if (!IsCommon(own) && own != kRecordNumber) return own;
  }
  return "state";
}

absl::Status CheckMasked(const Descriptor& type, const std::string& name) {
  if (type.FindFieldByName(name) == nullptr && IsNoName(name)) {
    return InvalidField(
        "update_mask",
        absl::StrCat(Quoted(name), ": name whole fields of ", type.name(),
                     ", such as ", ExampleOf(type, name)));
  }
  if (type.FindFieldByName(name) == nullptr) {
    return InvalidField(
        "update_mask",
        absl::StrCat(type.name(), " has no field ", Quoted(name)));
  }
  const bool ours =
      name != "state" && (IsCommon(name) || name == kRecordNumber);
  if (ours || name == "accepted_hits") {
    return InvalidField("update_mask",
                        absl::StrCat(name, " is not for callers to change"));
  }
  return absl::OkStatus();
}

}  // namespace

store::v1::PartyKind KindOfResource(const Descriptor& type) {
  store::v1::Party party;
  party.GetReflection()->MutableMessage(&party, &PartFieldOf(type));
  return filter::KindOf(party);
}

void ToResource(const store::v1::Party& party, Message& resource) {
  const FieldDescriptor& part = PartFieldOf(*resource.GetDescriptor());
  CopyFields(party.GetReflection()->GetMessage(party, &part), resource);
  for (const absl::string_view name : kCommon) {
    CopyField(party, FieldOf(party, name), resource, FieldOf(resource, name));
  }
  CopyField(party, FieldOf(party, "number"), resource,
            FieldOf(resource, kRecordNumber));
}

store::v1::Party FromResource(const Message& resource) {
  store::v1::Party party;
  const FieldDescriptor& part = PartFieldOf(*resource.GetDescriptor());
  CopyFields(resource, *party.GetReflection()->MutableMessage(&party, &part));
  for (const absl::string_view name : {"id", "state"}) {
    CopyField(resource, FieldOf(resource, name), party, FieldOf(party, name));
  }
  return party;
}

absl::Status ApplyMask(const google::protobuf::FieldMask& mask,
                       const Message& resource, store::v1::Party& party) {
  if (mask.paths().empty()) {
    return InvalidField("update_mask", "name the fields to change");
  }
  const FieldDescriptor& part = PartFieldOf(*resource.GetDescriptor());
  for (const std::string& path : mask.paths()) {
    SLUICE_RETURN_IF_ERROR(CheckMasked(*resource.GetDescriptor(), path));
    if (path == "state" && !resource.GetReflection()->HasField(
                               resource, &FieldOf(resource, path))) {
      return WithOuterField(
          InvalidField("state", "a state is needed where update_mask names it"),
          part.name());
    }
    Message& to = path == "state"
                      ? static_cast<Message&>(party)
                      : *party.GetReflection()->MutableMessage(&party, &part);
    CopyField(resource, FieldOf(resource, path), to, FieldOf(to, path));
  }
  return absl::OkStatus();
}

}  // namespace sluice::gateway
