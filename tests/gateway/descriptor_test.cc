// Checks of the API that tools/api-check cannot make: the server's own copy of
// the Gateway messages is the same on the wire, and the role table has every
// method under its name.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/access/caller.h"
#include "sluice/admin/v1/audit.pb.h"
#include "sluice/admin/v1/campaigns.pb.h"
#include "sluice/admin/v1/dossier.pb.h"
#include "sluice/admin/v1/erasures.pb.h"
#include "sluice/admin/v1/history.pb.h"
#include "sluice/admin/v1/holds.pb.h"
#include "sluice/admin/v1/legal_holds.pb.h"
#include "sluice/admin/v1/operations.pb.h"
#include "sluice/admin/v1/opt_outs.pb.h"
#include "sluice/admin/v1/proofs.pb.h"
#include "sluice/admin/v1/registry.pb.h"
#include "sluice/admin/v1/replies.pb.h"
#include "sluice/admin/v1/rules.pb.h"
#include "sluice/admin/v1/statistics.pb.h"
#include "sluice/v1/gateway.pb.h"
#include "sluice/wire/v1/gateway.pb.h"

namespace sluice {
namespace {

using google::protobuf::Descriptor;
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

// ---- The role table.

TEST(RoleTable, NamesEveryMethodOfTheApi) {
  std::set<std::string> methods;
  for (const FileDescriptor* file :
       {v1::SubmitRequest::descriptor()->file(),
        admin::v1::MessageRecord::descriptor()->file(),
        admin::v1::Campaign::descriptor()->file(),
        admin::v1::DossierEntry::descriptor()->file(),
        admin::v1::PartyChange::descriptor()->file(),
        admin::v1::HoldFilter::descriptor()->file(),
        admin::v1::Erasure::descriptor()->file(),
        admin::v1::LegalHold::descriptor()->file(),
        admin::v1::ClockStatus::descriptor()->file(),
        admin::v1::OptOut::descriptor()->file(),
        admin::v1::MessageProof::descriptor()->file(),
        admin::v1::Reply::descriptor()->file(),
        admin::v1::StatisticsRow::descriptor()->file(),
        admin::v1::CreateKeyRequest::descriptor()->file(),
        admin::v1::PackFile::descriptor()->file()}) {
    ASSERT_EQ(file->service_count(), 1) << file->name();
    const google::protobuf::ServiceDescriptor& service = *file->service(0);
    for (int m = 0; m < service.method_count(); ++m) {
      methods.insert(
          absl::StrCat(service.name(), ".", service.method(m)->name()));
    }
  }
  std::set<std::string> table;
  for (int i = 0; i < gateway::kRpcs; ++i) {
    table.insert(std::string(gateway::Name(static_cast<gateway::Rpc>(i))));
  }
  EXPECT_EQ(table, methods);
}

}  // namespace
}  // namespace sluice
