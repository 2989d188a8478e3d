#include "gateway/admin/proofs_service.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gateway/admin/services.h"
#include "gateway/control/actor.h"
#include "gateway/wire/mask_phones.h"
#include "gateway/wire/record_view.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/status_macros.h"
#include "store/journal/message_id.h"
#include "store/journal/segment.h"

namespace sluice::gateway {
namespace {

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

void ShowRecords(
    const store::RecordsProof& proof,
    google::protobuf::RepeatedPtrField<admin::v1::RecordProof>& shown) {
  for (const store::RecordProof& one : proof.records) {
    admin::v1::RecordProof& record = *shown.Add();
    record.set_record(one.record);
    record.set_leaf(std::string(store::AsBytes(one.leaf)));
    record.set_index(one.index);
    ShowPath(one.path, *record.mutable_path());
  }
}

constexpr size_t kSha256Octets = 32;
constexpr size_t kKindOctetsMax = 32;
constexpr size_t kFiltersOctetsMax = 2000;

bool IsKind(absl::string_view kind) {
  return !kind.empty() && kind.size() <= kKindOctetsMax &&
         absl::c_all_of(kind, [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
         });
}

absl::Status CheckSeal(const admin::v1::SealExportRequest& request) {
  if (!IsKind(request.kind())) {
    return InvalidField("kind",
                        SayBoth("须为小写字母、数字和连字符，不超过 32 个",
                                "must be lower-case letters, digits and "
                                "hyphens, at most 32"));
  }
  if (request.filters().size() > kFiltersOctetsMax) {
    return InvalidField(
        "filters", SayBoth("不得超过 $0 字节", "at most $0 octets are allowed",
                           kFiltersOctetsMax));
  }
  if (request.sha256().size() != kSha256Octets) {
    return InvalidField("sha256", SayBoth("须为 32 字节", "must be 32 octets"));
  }
  return absl::OkStatus();
}

absl::Status Admit(RateGate& gate) {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const absl::Duration wait = gate.Admit(1, absl::FromChrono(now));
  if (wait == absl::ZeroDuration()) return absl::OkStatus();
  return WithRetryDelay(
      WithReason(
          ErrorOf(absl::StatusCode::kResourceExhausted,
                  SayBoth("签名请求过多，请稍后再试",
                          "too many heads are asked for: try again later")),
          ErrorReason::kRateLimited),
      wait);
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

absl::Status ProofsService::Show(const store::SignedHead& head,
                                 const store::PublicKey& key,
                                 admin::v1::SignedHead& shown) const {
  SLUICE_ASSIGN_OR_RETURN(const std::vector<store::KeyChange> keys,
                          admin_.store.KeysUpTo(key));
  shown.set_text(head.text);
  shown.set_public_key(key.data(), key.size());
  for (const store::KeyChange& change : keys) {
    admin::v1::SigningKey& one = *shown.add_keys();
    one.set_public_key(change.key.data(), change.key.size());
    if (shown.keys_size() == 1) continue;
    one.set_signature(change.signature.data(), change.signature.size());
  }
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* ProofsService::GetHead(
    grpc::CallbackServerContext* context, const admin::v1::GetHeadRequest*,
    admin::v1::GetHeadResponse* response) {
  const auto get = [this, response](const Key&,
                                    const StopAsked&) -> absl::Status {
    SLUICE_RETURN_IF_ERROR(Admit(signings_));
    // Proves nothing, and waits for no first reading.
    SLUICE_ASSIGN_OR_RETURN(const store::RecordsProof proof,
                            admin_.store.ProveRecords(0, {}));
    return Show(proof.head, proof.key, *response->mutable_head());
  };
  return ServeLookup(admin_, context, Rpc::kGetHead, get);
}

grpc::ServerUnaryReactor* ProofsService::ProveMessage(
    grpc::CallbackServerContext* context,
    const admin::v1::ProveMessageRequest* request,
    admin::v1::ProveMessageResponse* response) {
  const auto prove = [this, request, response](
                         const Caller& key,
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
    admin::v1::MessageProof& made = *response->mutable_proof();
    made.set_message_id(request->message_id());
    SLUICE_RETURN_IF_ERROR(Show(proof.head, proof.key, *made.mutable_head()));
    made.set_journal(store::TreeName(id->partition));
    ShowRecords(proof, *made.mutable_records());
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
    SLUICE_RETURN_IF_ERROR(Show(from->head, from->key, *made.mutable_from()));
    SLUICE_RETURN_IF_ERROR(Show(to->head, to->key, *made.mutable_to()));
    for (size_t i = 0; i < paths.size(); ++i) {
      admin::v1::JournalGrowth& shown = *made.add_journals();
      shown.set_journal(to->head.head.journals[i].journal);
      ShowPath(paths[i], *shown.mutable_path());
    }
    return absl::OkStatus();
  };
  return ServeLookup(admin_, context, Rpc::kProveHeads, prove);
}

grpc::ServerUnaryReactor* ProofsService::SealExport(
    grpc::CallbackServerContext* context,
    const admin::v1::SealExportRequest* request,
    admin::v1::SealExportResponse* response) {
  const auto seal = [this, request, response](const Key& key,
                                              const StopAsked&) {
    return Seal(key, *request, *response->mutable_proof());
  };
  return ServeLookup(admin_, context, Rpc::kSealExport, seal);
}

absl::Status ProofsService::Seal(const Key& key,
                                 const admin::v1::SealExportRequest& request,
                                 admin::v1::ExportProof& made) {
  SLUICE_RETURN_IF_ERROR(CheckSeal(request));
  SLUICE_RETURN_IF_ERROR(Admit(signings_));
  store::v1::Record record;
  store::v1::ExportSealed& sealing = *record.mutable_export_sealed();
  sealing.set_actor(key.id);
  sealing.set_kind(request.kind());
  sealing.set_filters(MaskPhones(request.filters()));
  sealing.set_rows(request.rows());
  sealing.set_sha256(request.sha256());
  SLUICE_ASSIGN_OR_RETURN(const store::RecordsProof proof,
                          admin_.store.SealRecord(record));
  store::v1::Record written;
  if (!written.ParseFromString(proof.records.front().record)) {
    return absl::DataLossError("the record of the export cannot be read");
  }
  const store::v1::ExportSealed& sealed = written.export_sealed();
  admin::v1::SealedExport& shown = *made.mutable_export_();
  shown.set_kind(sealed.kind());
  shown.set_filters(sealed.filters());
  shown.set_rows(sealed.rows());
  shown.set_sha256(absl::BytesToHexString(sealed.sha256()));
  SetTimestamp(written.at_ms(), *shown.mutable_time());
  shown.set_actor(sealed.actor());
  SLUICE_RETURN_IF_ERROR(Show(proof.head, proof.key, *made.mutable_head()));
  made.set_journal(store::TreeName(store::kControlPartition));
  ShowRecords(proof, *made.mutable_records());
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* ProofsService::RotateSigningKey(
    grpc::CallbackServerContext* context,
    const admin::v1::RotateSigningKeyRequest* request,
    admin::v1::RotateSigningKeyResponse* response) {
  const auto rotate = [this, request, response](const Key& key) {
    return Rotate(key, request->reason(), *response->mutable_head());
  };
  return ServeNow(admin_, context, Rpc::kRotateSigningKey, rotate);
}

absl::Status ProofsService::Rotate(const Key& key, const std::string& reason,
                                   admin::v1::SignedHead& first) {
  SLUICE_RETURN_IF_ERROR(CheckReason({key.id, reason}));
  SLUICE_RETURN_IF_ERROR(Admit(signings_));
  SLUICE_ASSIGN_OR_RETURN(const store::HeadAndKey made,
                          admin_.store.RotateSigningKey(key.id, reason));
  spdlog::warn("the key that signs heads was replaced by {}: it is {} now",
               key.id, made.head.key_id);
  return Show(made.head, made.key, first);
}

std::unique_ptr<grpc::Service> MakeProofsService(AdminContext& admin) {
  return std::make_unique<ProofsService>(admin);
}

}  // namespace sluice::gateway
