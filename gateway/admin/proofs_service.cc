#include "gateway/admin/proofs_service.h"

#include <future>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/admin/services.h"
#include "gateway/wire/record_view.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/status_macros.h"
#include "store/journal/message_id.h"

namespace sluice::gateway {
namespace {

void Show(const store::SignedHead& head, const store::PublicKey& key,
          admin::v1::SignedHead& shown) {
  shown.set_text(head.text);
  shown.set_public_key(key.data(), key.size());
}

template <typename Field>
void ShowPath(const std::vector<store::Hash>& path, Field& shown) {
  for (const store::Hash& hash : path) {
    shown.Add(std::string(store::AsBytes(hash)));
  }
}

absl::Status NoSuchMessage() {
  return WithField(
      absl::NotFoundError("no such message, or it is no longer kept"),
      "message_id");
}

// The message's decision and what followed, oldest first.
absl::StatusOr<std::vector<store::RecordRef>> RecordsOf(
    const store::Store& store, const store::MessageId& id,
    const StopAsked& stop) {
  if (id.partition >= store.partitions()) return NoSuchMessage();
  const absl::StatusOr<store::v1::Record> decided = store.Read(id);
  if (absl::IsNotFound(decided.status())) return NoSuchMessage();
  if (!decided.ok()) return decided.status();
  if (!decided->has_decided()) return NoSuchMessage();
  std::vector<store::RecordRef> records = {id.record};
  SLUICE_RETURN_IF_ERROR(store.VisitEvents(
      id.partition, {id.record},
      [&](store::RecordRef ref, const store::v1::Record&) {
        records.push_back(ref);
        return true;
      },
      stop));
  return records;
}

}  // namespace

grpc::ServerUnaryReactor* ProofsService::GetHead(
    grpc::CallbackServerContext* context, const admin::v1::GetHeadRequest*,
    admin::v1::GetHeadResponse* response) {
  const auto get = [this, response](const Key&,
                                    const StopAsked&) -> absl::Status {
    // Proves nothing, and waits for no first reading.
    SLUICE_ASSIGN_OR_RETURN(const store::RecordsProof proof,
                            admin_.store.ProveRecords(0, {}));
    SLUICE_ASSIGN_OR_RETURN(const store::HeadAndKey signed_by,
                            admin_.store.FindHead(proof.head.head.number));
    Show(proof.head, signed_by.key, *response->mutable_head());
    return absl::OkStatus();
  };
  return ServeLookup(admin_, context, Rpc::kGetHead, get);
}

grpc::ServerUnaryReactor* ProofsService::ProveMessage(
    grpc::CallbackServerContext* context,
    const admin::v1::ProveMessageRequest* request,
    admin::v1::ProveMessageResponse* response) {
  const auto prove = [this, request, response](
                         const Key& key,
                         const StopAsked& stop) -> absl::Status {
    const absl::StatusOr<store::MessageId> id =
        store::DecodeMessageId(request->message_id());
    if (!id.ok()) return InvalidField("message_id", BothOf(id.status()));
    std::future<absl::Status> noted = admin_.log.Note(
        key, Rpc::kProveMessage, Phone{}, request->message_id());
    const auto records = RecordsOf(admin_.store, *id, stop);
    SLUICE_RETURN_IF_ERROR(noted.get());
    SLUICE_RETURN_IF_ERROR(records.status());
    SLUICE_ASSIGN_OR_RETURN(const store::RecordsProof proof,
                            admin_.store.ProveRecords(id->partition, *records));
    SLUICE_ASSIGN_OR_RETURN(const store::HeadAndKey signed_by,
                            admin_.store.FindHead(proof.head.head.number));
    admin::v1::MessageProof& made = *response->mutable_proof();
    made.set_message_id(request->message_id());
    Show(proof.head, signed_by.key, *made.mutable_head());
    made.set_journal(store::TreeName(id->partition));
    for (const store::RecordProof& one : proof.records) {
      admin::v1::RecordProof& shown = *made.add_records();
      shown.set_record(one.record);
      shown.set_leaf(std::string(store::AsBytes(one.leaf)));
      shown.set_index(one.index);
      ShowPath(one.path, *shown.mutable_path());
    }
    return absl::OkStatus();
  };
  return ServeLookup(admin_, context, Rpc::kProveMessage, prove);
}

grpc::ServerUnaryReactor* ProofsService::ProveHeads(
    grpc::CallbackServerContext* context,
    const admin::v1::ProveHeadsRequest* request,
    admin::v1::ProveHeadsResponse* response) {
  const auto prove = [this, request, response](
                         const Key&, const StopAsked&) -> absl::Status {
    SLUICE_ASSIGN_OR_RETURN(const store::RecordsProof newest,
                            admin_.store.ProveRecords(0, {}));
    const uint64_t number =
        request->to() == 0 ? newest.head.head.number : request->to();
    const auto from = admin_.store.FindHead(request->from());
    if (!from.ok()) return WithField(from.status(), "from");
    const auto to = admin_.store.FindHead(number);
    if (!to.ok()) return WithField(to.status(), "to");
    if (request->from() > number) {
      return InvalidField("from", "the earlier head comes first");
    }
    SLUICE_ASSIGN_OR_RETURN(
        const std::vector<std::vector<store::Hash>> paths,
        admin_.store.ProveGrowth(from->head.head, to->head.head));
    admin::v1::HeadsProof& made = *response->mutable_proof();
    Show(from->head, from->key, *made.mutable_from());
    Show(to->head, to->key, *made.mutable_to());
    for (size_t i = 0; i < paths.size(); ++i) {
      admin::v1::JournalGrowth& shown = *made.add_journals();
      shown.set_journal(to->head.head.journals[i].journal);
      ShowPath(paths[i], *shown.mutable_path());
    }
    return absl::OkStatus();
  };
  return ServeLookup(admin_, context, Rpc::kProveHeads, prove);
}

std::unique_ptr<grpc::Service> MakeProofsService(AdminContext& admin) {
  return std::make_unique<ProofsService>(admin);
}

}  // namespace sluice::gateway
