// The API's names and numbers. A released one never changes its meaning, and
// the server's own copy of the Gateway messages stays the same on the wire.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sluice/admin/v1/audit.pb.h"
#include "sluice/admin/v1/campaigns.pb.h"
#include "sluice/admin/v1/dossier.pb.h"
#include "sluice/admin/v1/exemption.pb.h"
#include "sluice/admin/v1/holds.pb.h"
#include "sluice/admin/v1/operations.pb.h"
#include "sluice/admin/v1/opt_outs.pb.h"
#include "sluice/admin/v1/registry.pb.h"
#include "sluice/admin/v1/rules.pb.h"
#include "sluice/config/v1/config.pb.h"
#include "sluice/rules/v1/pack.pb.h"
#include "sluice/store/v1/party.pb.h"
#include "sluice/store/v1/record.pb.h"
#include "sluice/v1/gateway.pb.h"
#include "sluice/wire/v1/gateway.pb.h"

namespace sluice {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;

// ---- The wire copy.

bool SameType(const FieldDescriptor& open, const FieldDescriptor& wire) {
  if (open.type() == FieldDescriptor::TYPE_STRING) {
    return wire.type() == FieldDescriptor::TYPE_BYTES;
  }
  return open.type() == wire.type();
}

// Compares two messages field by field, down to the messages in them.
void ExpectSameOnTheWire(const Descriptor& open, const Descriptor& wire) {
  SCOPED_TRACE(open.full_name());
  ASSERT_EQ(open.field_count(), wire.field_count());
  for (int i = 0; i < open.field_count(); ++i) {
    const FieldDescriptor& a = *open.field(i);
    const FieldDescriptor* b = wire.FindFieldByNumber(a.number());
    ASSERT_NE(b, nullptr) << a.name();
    EXPECT_EQ(a.name(), b->name());
    EXPECT_EQ(a.is_repeated(), b->is_repeated()) << a.name();
    EXPECT_TRUE(SameType(a, *b)) << a.name();
    EXPECT_EQ(a.enum_type(), b->enum_type()) << a.name();
    if (a.message_type() != nullptr && a.message_type() != b->message_type()) {
      ExpectSameOnTheWire(*a.message_type(), *b->message_type());
    }
  }
}

TEST(WireMessages, AreTheApisOnTheWire) {
  ExpectSameOnTheWire(*v1::SubmitRequest::descriptor(),
                      *wire::v1::SubmitRequest::descriptor());
  ExpectSameOnTheWire(*v1::SubmitResponse::descriptor(),
                      *wire::v1::SubmitResponse::descriptor());
}

TEST(WireMessages, ReadEachOther) {
  v1::SubmitRequest request;
  request.set_batch(7);
  v1::OutgoingMessage& message = *request.add_messages();
  message.set_recipient("13800138000");
  message.set_text("文字");
  message.set_message_class(v1::MESSAGE_CLASS_NOTICE);
  (*message.mutable_variables())["code"] = "1";
  message.mutable_send_after()->set_seconds(5);
  wire::v1::SubmitRequest wire;
  ASSERT_TRUE(wire.ParseFromString(request.SerializeAsString()));
  EXPECT_EQ(wire.messages(0).text(), "文字");
  EXPECT_EQ(wire.messages(0).variables(0).key(), "code");
  v1::SubmitRequest back;
  ASSERT_TRUE(back.ParseFromString(wire.SerializeAsString()));
  EXPECT_EQ(back.DebugString(), request.DebugString());
}

// ---- The committed names and numbers.

void AddField(const FieldDescriptor& field, std::vector<std::string>& lines) {
  std::string type = field.type_name();
  if (field.message_type() != nullptr) type = field.message_type()->full_name();
  if (field.enum_type() != nullptr) type = field.enum_type()->full_name();
  if (field.is_map()) {
    type =
        absl::StrCat("map<", field.message_type()->map_key()->type_name(), ",",
                     field.message_type()->map_value()->type_name(), ">");
  } else if (field.is_repeated()) {
    type = "repeated " + type;
  }
  if (field.real_containing_oneof() != nullptr) {
    type += " in " + field.real_containing_oneof()->name();
  }
  lines.push_back(
      absl::StrCat(field.full_name(), " = ", field.number(), " ", type));
}

void AddEnum(const EnumDescriptor& type, std::vector<std::string>& lines) {
  for (int i = 0; i < type.value_count(); ++i) {
    lines.push_back(absl::StrCat(type.full_name(), ".", type.value(i)->name(),
                                 " = ", type.value(i)->number()));
  }
}

void AddMessage(const Descriptor& type, std::vector<std::string>& lines) {
  if (type.options().map_entry()) return;
  lines.push_back("message " + type.full_name());
  for (int i = 0; i < type.field_count(); ++i) AddField(*type.field(i), lines);
  for (int i = 0; i < type.nested_type_count(); ++i) {
    AddMessage(*type.nested_type(i), lines);
  }
  for (int i = 0; i < type.enum_type_count(); ++i) {
    AddEnum(*type.enum_type(i), lines);
  }
}

void AddFile(const FileDescriptor& file, std::vector<std::string>& lines) {
  for (int i = 0; i < file.service_count(); ++i) {
    const auto& service = *file.service(i);
    for (int m = 0; m < service.method_count(); ++m) {
      const auto& method = *service.method(m);
      lines.push_back(absl::StrCat("rpc ", method.full_name(), "(",
                                   method.client_streaming() ? "stream " : "",
                                   method.input_type()->full_name(),
                                   ") returns (",
                                   method.server_streaming() ? "stream " : "",
                                   method.output_type()->full_name(), ")"));
    }
  }
  for (int i = 0; i < file.message_type_count(); ++i) {
    AddMessage(*file.message_type(i), lines);
  }
  for (int i = 0; i < file.enum_type_count(); ++i) {
    AddEnum(*file.enum_type(i), lines);
  }
}

std::vector<std::string> ApiNow() {
  std::vector<std::string> lines;
  for (const FileDescriptor* file :
       {v1::Span::descriptor()->file(), v1::SubmitRequest::descriptor()->file(),
        admin::v1::OptOut::descriptor()->file(),
        store::v1::Party::descriptor()->file(),
        admin::v1::ApiKey::descriptor()->file(),
        admin::v1::MessageRecord::descriptor()->file(),
        admin::v1::DossierEntry::descriptor()->file(),
        admin::v1::ReloadRequest::descriptor()->file(),
        admin::v1::ClockRequest::descriptor()->file(),
        config::v1::Config::descriptor()->file(),
        store::v1::Record::descriptor()->file(),
        rules::v1::PackHeader::descriptor()->file(),
        admin::v1::Campaign::descriptor()->file(),
        admin::v1::Exemption::descriptor()->file(),
        admin::v1::HoldFilter::descriptor()->file()}) {
    AddFile(*file, lines);
  }
  return lines;
}

constexpr char kGolden[] = "tests/gateway/golden/api.txt";

std::set<std::string> Released() {
  std::set<std::string> lines;
  std::ifstream in(kGolden);
  for (std::string line; std::getline(in, line);) lines.insert(line);
  return lines;
}

TEST(Api, ReleasedNamesAndNumbersStay) {
  const std::vector<std::string> now = ApiNow();
  const std::set<std::string> have(now.begin(), now.end());
  const std::set<std::string> released = Released();
  EXPECT_FALSE(released.empty());
  for (const std::string& line : released) {
    EXPECT_TRUE(have.contains(line)) << "released, and now gone: " << line;
  }
}

// SLUICE_UPDATE_GOLDEN=1 appends what is new; it never takes a line away.
TEST(Api, WhatIsNewIsReleasedToo) {
  std::set<std::string> released = Released();
  std::ofstream out;
  const bool update = std::getenv("SLUICE_UPDATE_GOLDEN") != nullptr;
  if (update) out.open(kGolden, std::ios::app);
  for (const std::string& line : ApiNow()) {
    if (!released.insert(line).second) continue;
    if (update) out << line << "\n";
    EXPECT_TRUE(update) << "run with SLUICE_UPDATE_GOLDEN=1 to release: "
                        << line;
  }
}

}  // namespace
}  // namespace sluice
