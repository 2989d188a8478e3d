#include "gateway/admin/dossier_service.h"

#include <algorithm>
#include <deque>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "filter/policy/number_table.h"
#include "gateway/admin/looked_up_number.h"
#include "gateway/admin/number_opt_outs.h"
#include "gateway/admin/operator_action.h"
#include "gateway/admin/services.h"
#include "gateway/wire/call_context.h"
#include "gateway/wire/message_events.h"
#include "gateway/wire/record_view.h"
#include "gateway/wire/timestamp.h"
#include "gateway/wire/token.h"
#include "gateway/wire/utf8.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

constexpr size_t kEntriesDefault = 50;
// Of what is over, and of what the office did.
constexpr size_t kPastShown = 20;

struct Page {
  Phone recipient;
  size_t size = 0;
  store::RecordRef before;  // None: from the newest.
};

absl::StatusOr<Page> ReadPage(const admin::v1::GetDossierRequest& request) {
  Page page;
  SLUICE_ASSIGN_OR_RETURN(
      page.recipient,
      ReadLookedUp("recipient", request.recipient(), Elsewhere::kMessages));
  SLUICE_ASSIGN_OR_RETURN(page.size,
                          PageSize(request.page_size(), kEntriesDefault));
  if (!request.page_token().empty()) {
    SLUICE_ASSIGN_OR_RETURN(
        const std::vector<uint64_t> values,
        DecodePageToken(TokenKind::kDossier, request.page_token(), 1,
                        ToE164(page.recipient)));
    page.before = store::RecordRef::FromValue(values.front());
  }
  return page;
}

// Turns records into entries.
class Timeline {
 public:
  Timeline(const RecordView& view, uint16_t partition)
      : view_(view), partition_(partition) {}

  // Adds what is shown of a record: nothing of some kinds, an entry for each
  // opt-out that a record reverses, otherwise one entry. A message is shown in
  // its first state.
  void Show(store::RecordRef ref, const store::v1::Record& record,
            admin::v1::GetDossierResponse& out) const {
    if (record.has_opt_out_removed()) return ShowRemoved(record, out);
    admin::v1::DossierEntry& entry = *out.add_entries();
    if (!ShowOne(ref, record, entry)) out.mutable_entries()->RemoveLast();
  }

 private:
  bool ShowOne(store::RecordRef ref, const store::v1::Record& record,
               admin::v1::DossierEntry& entry) const {
    const store::MessageId id = {partition_, ref};
    SetTimestamp(record.at_ms(), *entry.mutable_time());
    if (record.has_decided()) {
      *entry.mutable_message() = view_.Message(id, record);
    } else if (record.has_reply()) {
      *entry.mutable_reply() = view_.Reply(id, record);
    } else if (record.has_opt_out_added()) {
      *entry.mutable_opt_out() = view_.OptOut(id, record);
    } else if (record.has_refusals_counted()) {
      *entry.mutable_refusals_counted() = view_.Refusals(record);
    } else {
      return false;
    }
    return true;
  }

  // The entry names the opt-out by its id and tells of its removal.
  void ShowRemoved(const store::v1::Record& record,
                   admin::v1::GetDossierResponse& out) const {
    const store::v1::OptOutRemoved& removed = record.opt_out_removed();
    for (const uint64_t ref : removed.removed()) {
      admin::v1::DossierEntry& entry = *out.add_entries();
      SetTimestamp(record.at_ms(), *entry.mutable_time());
      admin::v1::OptOut& opt_out = *entry.mutable_opt_out_removed();
      opt_out.set_id(
          store::ToString({partition_, store::RecordRef::FromValue(ref)}));
      opt_out.set_recipient(ToE164(Phone{record.recipient()}));
      opt_out.set_actor(removed.actor());
      ShowRemoval(removed, record.at_ms(), opt_out);
    }
  }

  const RecordView& view_;
  const uint16_t partition_;
};

// Reads the records of the page, and one more to know whether a page follows.
// A message is shown in its newest state.
absl::Status Fill(const store::Store& store, const Page& page,
                  filter::Language language, const StopAsked& stop,
                  admin::v1::GetDossierResponse& response) {
  const store::SnapshotPtr snapshot = store.snapshot();
  const RecordView view(*snapshot->registry, language);
  const auto partition =
      static_cast<uint16_t>(store.PartitionOf(page.recipient));
  const Timeline timeline(view, partition);
  MessageEvents events(view);
  size_t on_page = 0;
  store::RecordRef last;
  SLUICE_RETURN_IF_ERROR(store.VisitNewestFirst(
      page.recipient, page.before, store::kAllKinds,
      [&](store::RecordRef ref, const store::v1::Record& record) {
        if (on_page++ == page.size) {
          response.set_next_page_token(EncodeToken(
              TokenKind::kDossier, {last.value()}, ToE164(page.recipient)));
          return false;
        }
        last = ref;
        timeline.Show(ref, record, response);
        if (record.has_decided()) {
          auto& entry = *response.mutable_entries()->rbegin();
          events.Add({partition, ref}, *entry.mutable_message());
        }
        return true;
      },
      stop));
  return events.Read(store, stop);
}

absl::Status FillOptOuts(const AdminContext& admin, Phone recipient,
                         filter::Language language, const StopAsked& stop,
                         admin::v1::GetDossierResponse& response) {
  std::deque<admin::v1::OptOut> past;
  SLUICE_ASSIGN_OR_RETURN(auto in_force,
                          OptOutsInForce(admin.store, recipient, language, stop,
                                         [&past](admin::v1::OptOut opt_out) {
                                           past.push_front(std::move(opt_out));
                                           if (past.size() > kPastShown) {
                                             past.pop_back();
                                           }
                                         }));
  for (auto& [record, opt_out] : in_force) {
    *response.add_opt_outs() = std::move(opt_out);
  }
  for (admin::v1::OptOut& opt_out : past) {
    *response.add_past_opt_outs() = std::move(opt_out);
  }
  return absl::OkStatus();
}

// A damaged operator log does not keep anybody from the records of a number.
absl::Status FillLookups(const AdminContext& admin, const Caller& caller,
                         Phone recipient, filter::Language language,
                         const StopAsked& stop,
                         admin::v1::GetDossierResponse& response) {
  const auto missing = [&](const Words& why) {
    response.set_lookups_missing(std::string(why.in(language)));
  };
  if ((caller.roles & RolesOf(Rpc::kListOperatorActions)) == 0) {
    missing({"查阅记录须有 audit 或 admin 角色才能查看",
             "to see who looked the number up needs the role audit or admin"});
    return absl::OkStatus();
  }
  const auto actions = admin.history.ActionsAbout(recipient, kPastShown, stop);
  if (absl::IsCancelled(actions.status())) return actions.status();
  if (!actions.ok()) {
    missing({"操作日志无法读取，请运行 `sluicectl store check`",
             "the operator log cannot be read, run `sluicectl store check`"});
    return absl::OkStatus();
  }
  for (const store::v1::Record& action : *actions) {
    ShowAction(admin.control.key_holders(), action, *response.add_lookups());
  }
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* DossierService::GetDossier(
    grpc::CallbackServerContext* context,
    const admin::v1::GetDossierRequest* request,
    admin::v1::GetDossierResponse* response) {
  const filter::Language language = LanguageOf(*context);
  const auto get = [this, request, response, language](
                       const Caller& caller,
                       const StopAsked& stop) -> absl::Status {
    SLUICE_ASSIGN_OR_RETURN(const Page page, ReadPage(*request));
    const bool first_page = page.before.value() == 0;
    // Before this call is itself in the log.
    if (first_page) {
      SLUICE_RETURN_IF_ERROR(FillLookups(admin_, caller, page.recipient,
                                         language, stop, *response));
    }
    std::future<absl::Status> noted = admin_.log.Note(
        caller, Rpc::kGetDossier, page.recipient, Masked(page.recipient));
    response->set_recipient(ToE164(page.recipient));
    const store::SnapshotPtr snapshot = admin_.store.snapshot();
    response->set_carrier(
        ShownCarrier(snapshot->numbers->CarrierOf(page.recipient)));
    if (first_page) {
      SLUICE_RETURN_IF_ERROR(
          FillOptOuts(admin_, page.recipient, language, stop, *response));
    }
    SLUICE_RETURN_IF_ERROR(Fill(admin_.store, page, language, stop, *response));
    return noted.get();
  };
  return ServeLookup(admin_, context, Rpc::kGetDossier, get);
}

std::unique_ptr<grpc::Service> MakeDossierService(AdminContext& admin) {
  return std::make_unique<DossierService>(admin);
}

}  // namespace sluice::gateway
