#include "tools/sluicectl/party_past.h"

#include <cstdint>
#include <tuple>

#include "sluice/admin/v1/history.grpc.pb.h"
#include "tools/sluicectl/party_text.h"

namespace sluice::ctl {
namespace {

using admin::v1::HistoryService;
using google::protobuf::Descriptor;
using google::protobuf::Message;
using google::protobuf::Timestamp;

constexpr uint32_t kPageSize = 1000;

bool IsAfter(const Timestamp& a, const Timestamp& b) {
  return std::tuple(a.seconds(), a.nanos()) >
         std::tuple(b.seconds(), b.nanos());
}

}  // namespace

const Message* PartyPast::At(const Descriptor& type, const std::string& id,
                             const Timestamp& time) {
  const auto [it, added] = parties_.try_emplace({type.name(), id});
  if (added) it->second = Ask(type, id);
  const Changes& changes = it->second;
  if (changes.empty()) return nullptr;
  // The clock may have been set back, so times need not rise.
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
    if (!IsAfter(change->change_time(), time)) return PartyIn(change->after());
  }
  return PartyIn(changes.front().after());
}

PartyPast::Changes PartyPast::Ask(const Descriptor& type,
                                  const std::string& id) {
  const tools::Connection* const connection = server_.connection();
  if (connection == nullptr) return {};
  const auto stub = HistoryService::NewStub(connection->channel());
  admin::v1::ListPartyChangesRequest request;
  request.set_kind(
      static_cast<admin::v1::PartyKind>(VersionFieldOf(type).number()));
  request.set_party_id(id);
  request.set_page_size(kPageSize);
  Changes changes;
  admin::v1::ListPartyChangesResponse page;
  do {
    if (!server_.Answered(connection->Call(
            *stub, &HistoryService::Stub::ListPartyChanges, request, page))) {
      return {};
    }
    changes.insert(changes.end(), page.changes().begin(), page.changes().end());
    request.set_page_token(page.next_page_token());
  } while (!page.next_page_token().empty());
  return changes;
}

}  // namespace sluice::ctl
