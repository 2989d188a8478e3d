#include "gateway/admin/erasures_service.h"

#include <spdlog/spdlog.h>

#include <future>
#include <string>
#include <utility>

#include "gateway/admin/services.h"
#include "gateway/wire/timestamp.h"
#include "gateway/wire/token.h"
#include "rules/base/both_error.h"
#include "rules/base/pasted_phone.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

using admin::v1::Erasure;

absl::StatusOr<Phone> RecipientOf(const std::string& pasted) {
  absl::StatusOr<Phone> phone = ParsePastedPhone(pasted);
  if (!phone.ok()) return InvalidField("recipient", BothOf(phone.status()));
  return phone;
}

void Show(const store::ErasureOutlook& outlook,
          admin::v1::ErasureOutlook& out) {
  out.set_due(outlook.due);
  out.set_unclosed(outlook.unclosed);
  out.set_by_law(outlook.by_law);
  if (outlook.by_law > 0) {
    SetTimestamp(outlook.first_ms, *out.mutable_first_time());
    SetTimestamp(outlook.last_ms, *out.mutable_last_time());
  }
  out.set_held(outlook.held);
  out.set_lasting(outlook.lasting);
}

// Looks at what a request at `requested_ms` does.
absl::Status Look(const store::Store& store, Phone recipient,
                  int64_t requested_ms, const StopAsked& stop,
                  admin::v1::ErasureOutlook& out) {
  SLUICE_ASSIGN_OR_RETURN(const store::ErasureOutlook outlook,
                          store.LookAtErasure(recipient, requested_ms, stop));
  Show(outlook, out);
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* ErasuresService::PreviewErasure(
    grpc::CallbackServerContext* context,
    const admin::v1::PreviewErasureRequest* request,
    admin::v1::PreviewErasureResponse* response) {
  return ServeLookup(
      admin_, context, Rpc::kPreviewErasure,
      [this, request, response](const Caller& caller,
                                const StopAsked& stop) -> absl::Status {
        SLUICE_ASSIGN_OR_RETURN(const Phone recipient,
                                RecipientOf(request->recipient()));
        std::future<absl::Status> noted = admin_.log.Note(
            caller, Rpc::kPreviewErasure, recipient, Masked(recipient));
        response->set_recipient(ToE164(recipient));
        SLUICE_RETURN_IF_ERROR(Look(admin_.store, recipient,
                                    admin_.store.NowMs(), stop,
                                    *response->mutable_outlook()));
        return noted.get();
      });
}

grpc::ServerUnaryReactor* ErasuresService::CreateErasure(
    grpc::CallbackServerContext* context,
    const admin::v1::CreateErasureRequest* request,
    admin::v1::CreateErasureResponse* response) {
  return ServeLookup(
      admin_, context, Rpc::kCreateErasure,
      [this, request, response](const Caller& caller,
                                const StopAsked& stop) -> absl::Status {
        SLUICE_ASSIGN_OR_RETURN(const Phone recipient,
                                RecipientOf(request->recipient()));
        // As it is before anything goes. A caller who leaves meanwhile has
        // asked for nothing.
        admin::v1::ErasureOutlook outlook;
        SLUICE_RETURN_IF_ERROR(
            Look(admin_.store, recipient, admin_.store.NowMs(), stop, outlook));
        SLUICE_ASSIGN_OR_RETURN(Erasure erasure,
                                admin_.control.CreateErasure(
                                    recipient, {caller.id, request->reason()}));
        spdlog::warn("retention: erasure {} was requested", erasure.number());
        std::future<absl::Status> noted =
            admin_.log.Note(caller, Rpc::kCreateErasure, recipient,
                            Masked(recipient), request->reason());
        admin_.store.EraseSoon();
        *erasure.mutable_outlook() = std::move(outlook);
        *response->mutable_erasure() = std::move(erasure);
        return noted.get();
      });
}

grpc::ServerUnaryReactor* ErasuresService::ListErasures(
    grpc::CallbackServerContext* context,
    const admin::v1::ListErasuresRequest* request,
    admin::v1::ListErasuresResponse* response) {
  return ServeLookup(
      admin_, context, Rpc::kListErasures,
      [this, request, response](const Caller& caller,
                                const StopAsked& stop) -> absl::Status {
        SLUICE_ASSIGN_OR_RETURN(const size_t limit,
                                PageSize(request->page_size()));
        SLUICE_ASSIGN_OR_RETURN(
            const uint64_t before,
            PageNumber(TokenKind::kErasures, request->page_token()));
        std::future<absl::Status> noted =
            admin_.log.Note(caller, Rpc::kListErasures, Phone(), "");
        // One more tells whether there is another page.
        std::vector<Erasure> found = admin_.control.ListErasures(
            static_cast<uint32_t>(before), limit + 1);
        if (found.size() > limit) {
          found.resize(limit);
          response->set_next_page_token(
              EncodeToken(TokenKind::kErasures, {found.back().number()}));
        }
        for (Erasure& erasure : found) {
          SLUICE_ASSIGN_OR_RETURN(const Phone recipient,
                                  RecipientOf(erasure.recipient()));
          SLUICE_RETURN_IF_ERROR(Look(admin_.store, recipient,
                                      MillisOf(erasure.create_time()), stop,
                                      *erasure.mutable_outlook()));
          *response->add_erasures() = std::move(erasure);
        }
        return noted.get();
      });
}

std::unique_ptr<grpc::Service> MakeErasuresService(AdminContext& admin) {
  return std::make_unique<ErasuresService>(admin);
}

}  // namespace sluice::gateway
