#include "gateway/admin/party_resource.h"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "sluice/admin/v1/parties.pb.h"

namespace sluice::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::unique_ptr<Message> ResourceOf(const FieldDescriptor& part) {
  const Descriptor* type =
      admin::v1::Licensee::descriptor()->file()->FindMessageTypeByName(
          part.message_type()->name());
  if (type == nullptr) return nullptr;
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()
          ->GetPrototype(type)
          ->New());
}

const google::protobuf::OneofDescriptor& Kinds() {
  return *store::v1::Party::descriptor()->oneof_decl(0);
}

void ExpectSameValues(const EnumDescriptor& a, const EnumDescriptor& b) {
  ASSERT_EQ(a.value_count(), b.value_count()) << a.full_name();
  for (int i = 0; i < a.value_count(); ++i) {
    EXPECT_EQ(a.value(i)->name(), b.value(i)->name());
    EXPECT_EQ(a.value(i)->number(), b.value(i)->number());
  }
}

// Both have the same fields, but for the `extra` ones of `shown`.
void ExpectSameFields(const Descriptor& stored, const Descriptor& shown,
                      const std::set<std::string>& extra) {
  SCOPED_TRACE(shown.full_name());
  for (int i = 0; i < shown.field_count(); ++i) {
    const std::string& name = shown.field(i)->name();
    EXPECT_TRUE(extra.contains(name) || stored.FindFieldByName(name)) << name;
  }
  for (int i = 0; i < stored.field_count(); ++i) {
    const FieldDescriptor& a = *stored.field(i);
    const FieldDescriptor* b = shown.FindFieldByName(a.name());
    ASSERT_NE(b, nullptr) << a.name();
    EXPECT_EQ(a.is_repeated(), b->is_repeated()) << a.name();
    if (a.cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
        b->enum_type() != nullptr) {
      continue;  // The journal has a name.
    }
    ASSERT_EQ(a.cpp_type(), b->cpp_type()) << a.name();
    if (a.enum_type() != nullptr) {
      ExpectSameValues(*a.enum_type(), *b->enum_type());
    }
    if (a.message_type() != b->message_type()) {
      ExpectSameFields(*a.message_type(), *b->message_type(), {});
    }
  }
}

TEST(PartyResource, HasEveryStoredFieldAndNoOther) {
  ExpectSameValues(*store::v1::PartyState_descriptor(),
                   *admin::v1::PartyState_descriptor());
  for (int i = 0; i < Kinds().field_count(); ++i) {
    const auto resource = ResourceOf(*Kinds().field(i));
    ASSERT_NE(resource, nullptr) << Kinds().field(i)->name();
    ExpectSameFields(
        *Kinds().field(i)->message_type(), *resource->GetDescriptor(),
        {"id", "state", "record_number", "revision", "update_time"});
  }
}

// Gives every field a value, and every repeated field two.
void Fill(Message& message, int& next) {
  const auto& use = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    for (int n = 0; n < (field->is_repeated() ? 2 : 1); ++n) {
      const bool add = field->is_repeated();
      ++next;
      switch (field->cpp_type()) {
        case FieldDescriptor::CPPTYPE_MESSAGE:
          Fill(add ? *use.AddMessage(&message, field)
                   : *use.MutableMessage(&message, field),
               next);
          break;
        case FieldDescriptor::CPPTYPE_ENUM:
          add ? use.AddEnumValue(&message, field, 1 + n)
              : use.SetEnumValue(&message, field, 1);
          break;
        case FieldDescriptor::CPPTYPE_STRING: {
          // Where the API has an enum, the text must be one of its names.
          const std::string text = field->name().find("carrier") == 0 ? "unicom"
                                   : field->name() == "type"
                                       ? "amount"
                                       : absl::StrCat("text-", next);
          add ? use.AddString(&message, field, text)
              : use.SetString(&message, field, text);
          break;
        }
        case FieldDescriptor::CPPTYPE_BOOL:
          add ? use.AddBool(&message, field, true)
              : use.SetBool(&message, field, true);
          break;
        case FieldDescriptor::CPPTYPE_UINT32:
          add ? use.AddUInt32(&message, field, static_cast<uint32_t>(next))
              : use.SetUInt32(&message, field, static_cast<uint32_t>(next));
          break;
        case FieldDescriptor::CPPTYPE_INT32:
          use.SetInt32(&message, field, next);
          break;
        case FieldDescriptor::CPPTYPE_INT64:
          use.SetInt64(&message, field, next);
          break;
        default:
          FAIL() << field->full_name();
      }
    }
  }
}

TEST(PartyResource, EveryFieldGoesThereAndBack) {
  int next = 0;
  for (int i = 0; i < Kinds().field_count(); ++i) {
    store::v1::Party party;
    party.set_id("one");
    party.set_state(store::v1::PARTY_STATE_SUSPENDED);
    Fill(*party.GetReflection()->MutableMessage(&party, Kinds().field(i)),
         next);
    const auto resource = ResourceOf(*Kinds().field(i));
    ToResource(party, *resource);
    const store::v1::Party back = FromResource(*resource);
    std::string difference;
    google::protobuf::util::MessageDifferencer differencer;
    differencer.ReportDifferencesToString(&difference);
    EXPECT_TRUE(differencer.Compare(party, back)) << difference;
  }
}

TEST(PartyResource, ShowsWhatSluiceAssignsAndTakesNoneOfIt) {
  store::v1::Party party;
  party.set_number(7);
  party.set_revision(9);
  party.mutable_update_time()->set_seconds(5);
  party.mutable_port()->set_number("1069001");
  admin::v1::Port port;
  ToResource(party, port);
  EXPECT_EQ(port.record_number(), 7u);
  EXPECT_EQ(port.revision(), 9u);
  EXPECT_EQ(port.update_time().seconds(), 5);
  EXPECT_EQ(port.number(), "1069001");
  const store::v1::Party back = FromResource(port);
  EXPECT_EQ(back.number(), 0u);
  EXPECT_EQ(back.revision(), 0u);
  EXPECT_FALSE(back.has_update_time());
  EXPECT_EQ(KindOfResource(*port.GetDescriptor()), store::v1::PARTY_KIND_PORT);
}

}  // namespace
}  // namespace sluice::gateway
