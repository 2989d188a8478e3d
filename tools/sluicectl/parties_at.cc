#include "tools/sluicectl/parties_at.h"

#include <cstdint>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/history.grpc.pb.h"
#include "tools/sluicectl/party_text.h"

namespace sluice::ctl {
namespace {

using admin::v1::HistoryService;
using google::protobuf::Descriptor;
using google::protobuf::Message;

constexpr uint64_t kPageSizeMax = 1000;

// The types of the parties that one of this type refers to by name.
std::set<const Descriptor*> TypesNamedIn(const Descriptor& type) {
  std::set<const Descriptor*> types;
  for (int i = 0; i < type.field_count(); ++i) {
    const std::string& name = type.field(i)->name();
    if (absl::StartsWith(name, "content_provider_id")) {
      types.insert(admin::v1::ContentProvider::descriptor());
    }
    if (name == "licensee_id") types.insert(admin::v1::Licensee::descriptor());
    if (name == "parent_account_id") {
      types.insert(admin::v1::Account::descriptor());
    }
    if (name == "signature_id") {
      types.insert(admin::v1::Signature::descriptor());
    }
  }
  return types;
}

std::string TextIn(const Message& party, const char* field) {
  return party.GetReflection()->GetString(
      party, party.GetDescriptor()->FindFieldByName(field));
}

}  // namespace

absl::Status VisitPartiesAt(const tools::Connection& connection,
                            const Descriptor& type,
                            const google::protobuf::Timestamp& time,
                            const std::function<void(const Message&)>& visit) {
  const auto stub = HistoryService::NewStub(connection.channel());
  admin::v1::ListPartiesRequest request;
  request.set_kind(
      static_cast<admin::v1::PartyKind>(VersionFieldOf(type).number()));
  *request.mutable_as_of_time() = time;
  request.set_page_size(kPageSizeMax);
  admin::v1::ListPartiesResponse page;
  do {
    SLUICE_RETURN_IF_ERROR(connection.Call(
        *stub, &HistoryService::Stub::ListParties, request, page));
    for (const admin::v1::PartyVersion& version : page.parties()) {
      if (const Message* const party = PartyIn(version)) visit(*party);
    }
    request.set_page_token(page.next_page_token());
  } while (!page.next_page_token().empty());
  return absl::OkStatus();
}

absl::Status UseNamesAt(const tools::Connection& connection,
                        const Descriptor& type,
                        const google::protobuf::Timestamp& time,
                        PartyNames& parties) {
  for (const Descriptor* const named : TypesNamedIn(type)) {
    SLUICE_RETURN_IF_ERROR(VisitPartiesAt(
        connection, *named, time, [&parties](const Message& party) {
          parties.Use(*party.GetDescriptor(), TextIn(party, "id"),
                      TextIn(party, "name"));
        }));
  }
  return absl::OkStatus();
}

}  // namespace sluice::ctl
