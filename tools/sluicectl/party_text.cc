#include "tools/sluicectl/party_text.h"

#include <cstdlib>
#include <set>
#include <vector>

#include "absl/strings/str_join.h"
#include "tools/sluicectl/party_fields.h"

namespace sluice::ctl {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool IsPartyField(const FieldDescriptor& field) {
  static const auto& others =
      *new std::set<std::string>{"id",       "state",       "record_number",
                                 "revision", "update_time", "accepted_hits"};
  return !others.contains(field.name());
}

std::string ValuesText(const Context& context, const Message& party,
                       const FieldDescriptor& field, PartyNames& parties) {
  const auto& reflection = *party.GetReflection();
  const int count = field.is_repeated() ? reflection.FieldSize(party, &field)
                                        : reflection.HasField(party, &field);
  std::vector<std::string> values;
  for (int i = 0; i < count; ++i) {
    values.push_back(parties.InField(
        field.name(), FieldText(party, field, i, context.language)));
  }
  return absl::StrJoin(values, context.Say("、", ", "));
}

const Message* PartyIn(const admin::v1::PartyVersion& version) {
  const auto& reflection = *version.GetReflection();
  const FieldDescriptor* const field = reflection.GetOneofFieldDescriptor(
      version, version.GetDescriptor()->oneof_decl(0));
  return field == nullptr ? nullptr : &reflection.GetMessage(version, field);
}

const FieldDescriptor& VersionFieldOf(const Descriptor& party) {
  const Descriptor& version = *admin::v1::PartyVersion::descriptor();
  for (int i = 0; i < version.field_count(); ++i) {
    if (version.field(i)->message_type() == &party) return *version.field(i);
  }
  std::abort();  // A test lists every kind.
}

}  // namespace sluice::ctl
