#include "gateway/admin/opt_outs_service.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gateway/admin/admin_stream.h"
#include "gateway/admin/number_opt_outs.h"
#include "gateway/admin/opt_out_entry.h"
#include "gateway/admin/opt_out_export.h"
#include "gateway/admin/services.h"
#include "gateway/wire/call_context.h"
#include "gateway/wire/record_view.h"
#include "gateway/wire/timestamp.h"
#include "gateway/wire/token.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

// The record after which a page of this number's opt-outs begins.
absl::StatusOr<uint64_t> AfterOf(const std::string& page_token,
                                 Phone recipient) {
  if (page_token.empty()) return 0;
  SLUICE_ASSIGN_OR_RETURN(
      const std::vector<uint64_t> values,
      DecodePageToken(TokenKind::kOptOuts, page_token, 1, ToE164(recipient)));
  return values[0];
}

absl::StatusOr<store::OptOutEntry> ReadRemove(
    const filter::Registry& registry,
    const admin::v1::RemoveOptOutRequest& request, const Key& key,
    int64_t now_ms) {
  if (request.proof().empty() || request.proof().size() > kEvidenceSizeMax) {
    return InvalidField(
        "proof", SayBoth("请说明机主本人的同意，1 至 $0 字节",
                         "describe the recipient's own consent, 1 to $0 bytes",
                         kEvidenceSizeMax));
  }
  if (!request.has_consent_time() || !TryMillisOf(request.consent_time()) ||
      MillisOf(request.consent_time()) > now_ms) {
    return InvalidField("consent_time",
                        SayBoth("须为给出同意的时间，不晚于现在",
                                "when the consent was given, not after now"));
  }
  admin::v1::OptOutScope scope = request.scope();
  SLUICE_RETURN_IF_ERROR(ReplaceNames(registry, scope));
  SLUICE_ASSIGN_OR_RETURN(store::OptOutEntry entry,
                          ReadScope(registry, request.recipient(), scope));
  entry.actor = key.id;
  return entry;
}

// A new opt-out, made from the request without reading its record back.
admin::v1::OptOut Added(const filter::Registry& registry,
                        const store::OptOutEntry& entry,
                        const store::OptOutResult& result, int partition) {
  store::v1::Record record;
  record.set_at_ms(result.at_ms);
  record.set_recipient(entry.recipient.e164);
  store::v1::OptOutAdded& added = *record.mutable_opt_out_added();
  added.set_content_provider(result.content_provider.value);
  added.set_signature(result.signature.value);
  added.set_classes(entry.classes);
  added.set_source(entry.source);
  added.set_evidence(entry.evidence);
  added.set_actor(entry.actor);
  return RecordView(registry, filter::Language::kChinese)
      .OptOut({static_cast<uint16_t>(partition), result.record}, record);
}

// Puts the correction that a call returned into the response, or returns its
// error.
absl::Status Into(absl::StatusOr<admin::v1::OptOutCorrection> correction,
                  admin::v1::OptOutCorrection& response) {
  if (!correction.ok()) return correction.status();
  response = *std::move(correction);
  return absl::OkStatus();
}

}  // namespace

absl::Status OptOutsService::ShowAsRecorded(admin::v1::OptOut& opt_out) const {
  SLUICE_ASSIGN_OR_RETURN(const store::MessageId id,
                          store::DecodeMessageId(opt_out.id()));
  SLUICE_ASSIGN_OR_RETURN(const store::v1::Record record,
                          admin_.store.Read(id));
  const store::SnapshotPtr snapshot = admin_.store.snapshot();
  opt_out = RecordView(*snapshot->registry, filter::Language::kChinese)
                .OptOut(id, record);
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* OptOutsService::AddOptOut(
    grpc::CallbackServerContext* context,
    const admin::v1::AddOptOutRequest* request,
    admin::v1::AddOptOutResponse* response) {
  const auto add = [this, request, response](AdminCall& call) {
    const store::SnapshotPtr snapshot = admin_.store.snapshot();
    admin::v1::AddOptOutRequest with_ids = *request;
    const absl::Status named =
        ReplaceNames(*snapshot->registry, *with_ids.mutable_scope());
    if (!named.ok()) return call.End(named);
    const absl::StatusOr<store::OptOutEntry> entry =
        ReadOptOut(*snapshot->registry, with_ids,
                   admin::v1::OPT_OUT_SOURCE_OFFICER, call.key().id);
    if (!entry.ok()) return call.End(entry.status());
    admin_.store.AddOptOut(
        *entry, [this, &call, response, snapshot, entry = *entry](
                    const absl::StatusOr<store::OptOutResult>& result) {
          if (!result.ok()) return call.End(result.status());
          const int partition = admin_.store.PartitionOf(entry.recipient);
          *response->mutable_opt_out() =
              Added(*snapshot->registry, entry, *result, partition);
          response->set_existed(result->existed);
          response->set_cancelled(result->cancelled);
          if (!result->existed) return call.End(absl::OkStatus());
          // Another person may have recorded it, and, if the number has as many
          // of the scope as are kept, with other evidence: its record says.
          // Reading it waits for the disk.
          const bool queued =
              admin_.urgent_workers.Run([this, &call, response] {
                call.End(ShowAsRecorded(*response->mutable_opt_out()));
              });
          // The opt-out is in force; only the answer cannot show it.
          if (!queued) call.End(absl::OkStatus());
        });
  };
  return Serve(admin_, context, Rpc::kAddOptOut, add);
}

grpc::ServerUnaryReactor* OptOutsService::RemoveOptOut(
    grpc::CallbackServerContext* context,
    const admin::v1::RemoveOptOutRequest* request,
    admin::v1::RemoveOptOutResponse* response) {
  const auto render = [this, request, response](
                          const std::vector<store::RecordRef>& removed,
                          Phone recipient, const Key& key) -> absl::Status {
    store::v1::OptOutRemoved removal;
    removal.set_proof(request->proof());
    removal.set_consented_ms(MillisOf(request->consent_time()));
    removal.set_actor(key.id);
    const store::SnapshotPtr snapshot = admin_.store.snapshot();
    const RecordView view(*snapshot->registry, filter::Language::kChinese);
    const auto partition =
        static_cast<uint16_t>(admin_.store.PartitionOf(recipient));
    for (const store::RecordRef ref : removed) {
      const store::MessageId id = {partition, ref};
      SLUICE_ASSIGN_OR_RETURN(const store::v1::Record record,
                              admin_.store.Read(id));
      admin::v1::OptOut& opt_out = *response->add_removed() =
          view.OptOut(id, record);
      ShowRemoval(removal, admin_.store.NowMs(), opt_out);
    }
    return absl::OkStatus();
  };
  const auto remove = [this, request, render](AdminCall& call) {
    const store::SnapshotPtr snapshot = admin_.store.snapshot();
    const absl::StatusOr<store::OptOutEntry> entry = ReadRemove(
        *snapshot->registry, *request, call.key(), admin_.store.NowMs());
    if (!entry.ok()) return call.End(entry.status());
    const Phone recipient = entry->recipient;
    admin_.store.RemoveOptOut(
        *entry, request->proof(), MillisOf(request->consent_time()),
        [this, &call, render,
         recipient](absl::StatusOr<std::vector<store::RecordRef>> removed) {
          if (!removed.ok()) return call.End(removed.status());
          // Reading the records back waits for the disk.
          const bool queued = admin_.urgent_workers.Run(
              [&call, render, recipient, removed = *std::move(removed)] {
                call.End(render(removed, recipient, call.key()));
              });
          // The opt-out is removed; only the answer cannot show it.
          if (!queued) call.End(absl::OkStatus());
        });
  };
  return Serve(admin_, context, Rpc::kRemoveOptOut, remove);
}

grpc::ServerUnaryReactor* OptOutsService::LookupOptOuts(
    grpc::CallbackServerContext* context,
    const admin::v1::LookupOptOutsRequest* request,
    admin::v1::LookupOptOutsResponse* response) {
  const filter::Language language = LanguageOf(*context);
  const auto lookup = [this, request, response, language](
                          const Caller& key,
                          const StopAsked& stop) -> absl::Status {
    SLUICE_ASSIGN_OR_RETURN(const Phone recipient,
                            ReadRecipient(request->recipient()));
    SLUICE_ASSIGN_OR_RETURN(const size_t size, PageSize(request->page_size()));
    SLUICE_ASSIGN_OR_RETURN(const uint64_t after,
                            AfterOf(request->page_token(), recipient));
    std::future<absl::Status> noted =
        admin_.log.Note(key, Rpc::kLookupOptOuts, recipient, Masked(recipient));
    SLUICE_ASSIGN_OR_RETURN(
        auto opt_outs,
        OptOutsOf(admin_.store, recipient, after, size + 1, language, stop));
    uint64_t last = 0;
    for (auto& [record, opt_out] : opt_outs) {
      if (response->opt_outs_size() == static_cast<int>(size)) {
        response->set_next_page_token(
            EncodeToken(TokenKind::kOptOuts, {last}, ToE164(recipient)));
        break;
      }
      last = record;
      *response->add_opt_outs() = std::move(opt_out);
    }
    return noted.get();
  };
  return ServeLookup(admin_, context, Rpc::kLookupOptOuts, lookup);
}

grpc::ServerWriteReactor<admin::v1::StreamOptOutsResponse>*
OptOutsService::StreamOptOuts(grpc::CallbackServerContext* context,
                              const admin::v1::StreamOptOutsRequest* request) {
  using Response = admin::v1::StreamOptOutsResponse;
  const auto pages = [this, request = *request,
                      language = LanguageOf(*context)](
                         AdminStream<Response>& stream) -> absl::Status {
    SLUICE_ASSIGN_OR_RETURN(
        OptOutExport from,
        ReadOptOutExport(request, admin_.store,
                         *admin_.store.snapshot()->registry));
    SLUICE_RETURN_IF_ERROR(
        admin_.log
            .Note(stream.key(), Rpc::kStreamOptOuts, Phone{}, SubjectOf(from))
            .get());
    Response page;
    do {
      SLUICE_ASSIGN_OR_RETURN(
          page, NextPage(admin_.store, from, language, stream.stop()));
      if (!stream.Write(page)) return CallerGone();
    } while (!page.next_page_token().empty());
    return absl::OkStatus();
  };
  return ServeStream<Response>(admin_, admin_.exports, context,
                               Rpc::kStreamOptOuts, pages);
}

grpc::ServerUnaryReactor* OptOutsService::ProposeCorrection(
    grpc::CallbackServerContext* context,
    const admin::v1::ProposeCorrectionRequest* request,
    admin::v1::ProposeCorrectionResponse* response) {
  const auto propose = [this, request, response](const Key& key,
                                                 const StopAsked& stop) {
    return Into(corrections_.Propose(*request, key, stop),
                *response->mutable_correction());
  };
  if (request->import_id().empty()) {
    return ServeLookup(admin_, context, Rpc::kProposeCorrection, propose);
  }
  // An import is read from its begin on, which may take minutes.
  return ServeLong(admin_, admin_.preview_workers, context,
                   Rpc::kProposeCorrection, propose);
}

grpc::ServerUnaryReactor* OptOutsService::ConfirmCorrection(
    grpc::CallbackServerContext* context,
    const admin::v1::ConfirmCorrectionRequest* request,
    admin::v1::ConfirmCorrectionResponse* response) {
  return ServeNow(admin_, context, Rpc::kConfirmCorrection,
                  [this, request, response](const Key& key) {
                    return Into(corrections_.Confirm(*request, key),
                                *response->mutable_correction());
                  });
}

grpc::ServerUnaryReactor* OptOutsService::WithdrawCorrection(
    grpc::CallbackServerContext* context,
    const admin::v1::WithdrawCorrectionRequest* request,
    admin::v1::WithdrawCorrectionResponse* response) {
  return ServeNow(admin_, context, Rpc::kWithdrawCorrection,
                  [this, request, response](const Key& key) {
                    return Into(corrections_.Withdraw(*request, key),
                                *response->mutable_correction());
                  });
}

grpc::ServerUnaryReactor* OptOutsService::ListCorrections(
    grpc::CallbackServerContext* context,
    const admin::v1::ListCorrectionsRequest* request,
    admin::v1::ListCorrectionsResponse* response) {
  return ServeNow(admin_, context, Rpc::kListCorrections,
                  [this, request, response](const Key&) {
                    return corrections_.List(*request, *response);
                  });
}

grpc::ServerUnaryReactor* OptOutsService::ListOptOutImports(
    grpc::CallbackServerContext* context,
    const admin::v1::ListOptOutImportsRequest* request,
    admin::v1::ListOptOutImportsResponse* response) {
  return ServeNow(admin_, context, Rpc::kListOptOutImports,
                  [this, request, response](const Key&) {
                    return corrections_.ListImports(*request, *response);
                  });
}

std::unique_ptr<grpc::Service> MakeOptOutsService(AdminContext& admin,
                                                  ImportBook& imports,
                                                  CorrectionBook& corrections,
                                                  Corrector& corrector) {
  return std::make_unique<OptOutsService>(admin, imports, corrections,
                                          corrector);
}

}  // namespace sluice::gateway
