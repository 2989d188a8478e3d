#include "gateway/admin/history_service.h"

#include <algorithm>
#include <future>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/admin/looked_up_number.h"
#include "gateway/admin/named_party.h"
#include "gateway/admin/operator_action.h"
#include "gateway/admin/party_resource.h"
#include "gateway/admin/services.h"
#include "gateway/wire/time_range.h"
#include "gateway/wire/timestamp.h"
#include "gateway/wire/token.h"
#include "rules/base/both_error.h"
#include "rules/base/faults.h"
#include "rules/base/language.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

// A page ends early when it has so many bytes: clients receive at most 4 MiB.
constexpr size_t kAnswerBytesMax = 3 << 20;
// Operator actions that a call reads at most; it then ends with what it has.
constexpr size_t kActionsACall = 100'000;

// The kinds have the same numbers in both packages.
store::v1::PartyKind StoredKind(admin::v1::PartyKind kind) {
  return static_cast<store::v1::PartyKind>(kind);
}

absl::Status CheckKind(admin::v1::PartyKind kind) {
  if (admin::v1::PartyKind_IsValid(kind)) return absl::OkStatus();
  return InvalidField("kind", SayBoth("没有这一类登记", "no such kind"));
}

// The keys of the actor; empty: all.
absl::StatusOr<std::set<std::string>> ReadActor(const KeyHolders& holders,
                                                const std::string& actor) {
  // Sluice itself.
  if (actor.empty() || actor == "sluiced") {
    return actor.empty() ? std::set<std::string>() : std::set{actor};
  }
  const std::vector<std::string> keys = holders.KeysOf(actor);
  if (!keys.empty()) return std::set<std::string>(keys.begin(), keys.end());
  // Not repeated: it may be the text of a message, pasted by mistake.
  return InvalidField(
      "actor", SayBoth("既没有这个编号的密钥，也没有这个姓名的密钥持有人："
                       "`sluicectl key list` 列出全部",
                       "neither the id of a key nor the name of a person who "
                       "holds one: `sluicectl key list` shows all"));
}

// The call of this name; "": all.
absl::StatusOr<absl::string_view> ReadMethod(const std::string& method) {
  if (method.empty()) return absl::string_view();
  std::vector<std::string> known;
  for (int i = 0; i < kRpcs; ++i) {
    const absl::string_view name = Name(static_cast<Rpc>(i));
    const absl::string_view last = name.substr(name.find('.') + 1);
    if (absl::EqualsIgnoreCase(method, name)) return name;
    // AuditService.GetMessage is the one that is journaled; GatewayService has
    // one of that name.
    const bool of_people = static_cast<Rpc>(i) > Rpc::kGetMessage;
    if (of_people && absl::EqualsIgnoreCase(method, last)) return name;
    known.emplace_back(last);
  }
  const std::string near = rules::NearestOf(method, known);
  return InvalidField(
      "method", near.empty() ? SayBoth("没有这个调用", "no call is named so")
                             : SayBoth("没有这个调用，是否应为 $0？",
                                       "no call is named so, did you mean $0?",
                                       Quoted(near)));
}

void ShowParty(const store::v1::Party& party, admin::v1::PartyVersion& shown) {
  switch (party.kind_case()) {
    case store::v1::Party::kLicensee:
      return ToResource(party, *shown.mutable_licensee());
    case store::v1::Party::kAccount:
      return ToResource(party, *shown.mutable_account());
    case store::v1::Party::kContentProvider:
      return ToResource(party, *shown.mutable_content_provider());
    case store::v1::Party::kSignature:
      return ToResource(party, *shown.mutable_signature());
    case store::v1::Party::kPort:
      return ToResource(party, *shown.mutable_port());
    case store::v1::Party::kTemplate:
      return ToResource(party, *shown.mutable_template_());
    case store::v1::Party::KIND_NOT_SET:
      return;
  }
}

absl::Status ShowChange(const AdminContext& admin,
                        const ControlHistory::Change& change,
                        admin::v1::PartyChange& shown) {
  SLUICE_ASSIGN_OR_RETURN(const store::v1::Record record,
                          admin.store.ReadControlAt(change.record));
  const store::v1::PartyChanged& changed = record.party_changed();
  SetTimestamp(record.at_ms(), *shown.mutable_change_time());
  shown.set_kind(
      static_cast<admin::v1::PartyKind>(filter::KindOf(changed.party())));
  shown.set_party_id(changed.party().id());
  shown.set_actor(changed.actor());
  shown.set_actor_person(admin.control.key_holders().PersonOf(changed.actor()));
  shown.set_reason(changed.reason());
  ShowParty(changed.party(), *shown.mutable_after());
  if (!change.before) return absl::OkStatus();
  SLUICE_ASSIGN_OR_RETURN(const store::v1::Record before,
                          admin.store.ReadControlAt(*change.before));
  ShowParty(before.party_changed().party(), *shown.mutable_before());
  return absl::OkStatus();
}

absl::StatusOr<ControlHistory::ChangeFilter> ReadFilter(
    const AdminContext& admin,
    const admin::v1::ListPartyChangesRequest& request) {
  SLUICE_RETURN_IF_ERROR(CheckKind(request.kind()));
  ControlHistory::ChangeFilter filter;
  filter.kind = StoredKind(request.kind());
  if (!request.party_id().empty()) {
    if (request.kind() == admin::v1::PARTY_KIND_UNSPECIFIED) {
      return InvalidField("kind", SayBoth("给出 party_id 时须给出类别",
                                          "party_id needs a kind"));
    }
    const store::SnapshotPtr snapshot = admin.store.snapshot();
    SLUICE_ASSIGN_OR_RETURN(const store::v1::Party* const party,
                            FindNamed(*snapshot->registry, filter.kind,
                                      request.party_id(), "party_id"));
    filter.party_id = party->id();
  }
  SLUICE_ASSIGN_OR_RETURN(
      filter.actors, ReadActor(admin.control.key_holders(), request.actor()));
  SLUICE_ASSIGN_OR_RETURN(const TimeRange period,
                          TimeRangeOf(request, admin.store.NowMs()));
  filter.from_ms = period.from_ms;
  filter.until_ms = request.has_end_time() ? period.until_ms : 0;
  return filter;
}

// What a page token of this request belongs to: all but the page.
template <class Request>
std::string ScopeOf(Request request) {
  request.clear_page_size();
  request.clear_page_token();
  return request.SerializeAsString();
}

}  // namespace

grpc::ServerUnaryReactor* HistoryService::ListPartyChanges(
    grpc::CallbackServerContext* context,
    const admin::v1::ListPartyChangesRequest* request,
    admin::v1::ListPartyChangesResponse* response) {
  const auto list = [this, request, response](
                        const Key&, const StopAsked& stop) -> absl::Status {
    SLUICE_ASSIGN_OR_RETURN(const ControlHistory::ChangeFilter filter,
                            ReadFilter(admin_, *request));
    SLUICE_ASSIGN_OR_RETURN(const size_t size, PageSize(request->page_size()));
    const std::string scope = ScopeOf(*request);
    size_t place =
        request->newest_first() ? std::numeric_limits<size_t>::max() : 0;
    if (!request->page_token().empty()) {
      SLUICE_ASSIGN_OR_RETURN(const std::vector<uint64_t> values,
                              DecodePageToken(TokenKind::kPartyChanges,
                                              request->page_token(), 1, scope));
      place = values[0];
    }
    SLUICE_ASSIGN_OR_RETURN(
        const std::vector<ControlHistory::Change> found,
        admin_.history.Changes(filter, request->newest_first(), place, size + 1,
                               stop));
    size_t bytes = 0;
    for (size_t i = 0; i < found.size(); ++i) {
      SLUICE_RETURN_IF_ERROR(CheckStop(stop));
      admin::v1::PartyChange shown;
      if (i < size) SLUICE_RETURN_IF_ERROR(ShowChange(admin_, found[i], shown));
      bytes += shown.ByteSizeLong();
      if (i == size || (i > 0 && bytes > kAnswerBytesMax)) {
        const size_t last = found[i - 1].place;
        response->set_next_page_token(
            EncodeToken(TokenKind::kPartyChanges,
                        {request->newest_first() ? last : last + 1}, scope));
        break;
      }
      *response->add_changes() = std::move(shown);
    }
    return absl::OkStatus();
  };
  return ServeLookup(admin_, context, Rpc::kListPartyChanges, list);
}

grpc::ServerUnaryReactor* HistoryService::ListParties(
    grpc::CallbackServerContext* context,
    const admin::v1::ListPartiesRequest* request,
    admin::v1::ListPartiesResponse* response) {
  const auto list = [this, request, response](
                        const Key&, const StopAsked& stop) -> absl::Status {
    SLUICE_RETURN_IF_ERROR(CheckKind(request->kind()));
    if (request->kind() == admin::v1::PARTY_KIND_UNSPECIFIED) {
      return InvalidField("kind", SayBoth("请给出类别", "a kind is needed"));
    }
    if (!request->has_as_of_time()) {
      return InvalidField("as_of_time",
                          SayBoth("请给出时间", "a time is needed"));
    }
    SLUICE_ASSIGN_OR_RETURN(
        const int64_t time_ms,
        ReadPast("as_of_time", request->as_of_time(), admin_.store.NowMs()));
    SLUICE_ASSIGN_OR_RETURN(const size_t size, PageSize(request->page_size()));
    const std::string scope = ScopeOf(*request);
    SLUICE_ASSIGN_OR_RETURN(const std::string after,
                            DecodeIdPageToken(TokenKind::kPartiesThen,
                                              request->page_token(), scope));
    SLUICE_ASSIGN_OR_RETURN(
        const std::vector<store::RecordRef> found,
        admin_.history.PartiesAt(StoredKind(request->kind()), time_ms, after,
                                 size + 1, stop));
    size_t bytes = 0;
    std::string last;
    for (size_t i = 0; i < found.size(); ++i) {
      SLUICE_RETURN_IF_ERROR(CheckStop(stop));
      SLUICE_ASSIGN_OR_RETURN(const store::v1::Record record,
                              admin_.store.ReadControlAt(found[i]));
      bytes += record.ByteSizeLong();
      if (i == size || (i > 0 && bytes > kAnswerBytesMax)) {
        response->set_next_page_token(
            EncodeIdToken(TokenKind::kPartiesThen, last, scope));
        break;
      }
      ShowParty(record.party_changed().party(), *response->add_parties());
      last = record.party_changed().party().id();
    }
    return absl::OkStatus();
  };
  return ServeLookup(admin_, context, Rpc::kListParties, list);
}

namespace {

// A ListOperatorActionsRequest, read and checked.
struct ActionSearch {
  std::set<std::string> actors;
  absl::string_view method;
  Phone recipient;
  TimeRange period;
  size_t page_size = 0;
  store::RecordRef begin;
  std::string scope;
};

absl::StatusOr<ActionSearch> ReadActionSearch(
    const AdminContext& admin,
    const admin::v1::ListOperatorActionsRequest& request) {
  ActionSearch search;
  SLUICE_ASSIGN_OR_RETURN(
      search.actors, ReadActor(admin.control.key_holders(), request.actor()));
  SLUICE_ASSIGN_OR_RETURN(search.method, ReadMethod(request.method()));
  if (!request.recipient().empty()) {
    SLUICE_ASSIGN_OR_RETURN(
        search.recipient,
        ReadLookedUp("recipient", request.recipient(), Elsewhere::kMessages));
  }
  const int64_t now_ms = admin.store.NowMs();
  SLUICE_ASSIGN_OR_RETURN(search.period, BegunTimeRangeOf(request, now_ms));
  // Or a reader who reads to the end would read what that journals.
  search.period.until_ms = std::min(search.period.until_ms, now_ms);
  SLUICE_ASSIGN_OR_RETURN(search.page_size, PageSize(request.page_size()));
  search.scope = ScopeOf(request);
  if (request.page_token().empty()) return search;
  SLUICE_ASSIGN_OR_RETURN(
      const std::vector<uint64_t> values,
      DecodePageToken(TokenKind::kOperatorActions, request.page_token(), 1,
                      search.scope));
  search.begin = store::RecordRef::FromValue(values[0]);
  return search;
}

// What was looked for, for the log itself.
std::string SubjectOf(const ActionSearch& search) {
  std::vector<std::string> parts = {"operator log"};
  if (!search.actors.empty()) {
    parts.push_back(absl::StrCat("of ", absl::StrJoin(search.actors, ", ")));
  }
  if (!search.method.empty()) parts.emplace_back(search.method);
  if (search.recipient) parts.push_back(Masked(search.recipient));
  return absl::StrJoin(parts, ", ");
}

bool Matches(const ActionSearch& search, const store::v1::Record& record) {
  const store::v1::OperatorAction& action = record.operator_action();
  if (search.recipient && record.recipient() != search.recipient.e164) {
    return false;
  }
  if (!search.method.empty() && action.method() != search.method) return false;
  return search.actors.empty() || search.actors.contains(action.actor());
}

absl::Status RunActionSearch(const AdminContext& admin,
                             const ActionSearch& search, const StopAsked& stop,
                             admin::v1::ListOperatorActionsResponse& response) {
  size_t read = 0;
  return admin.history.VisitActions(
      search.period.from_ms, search.period.until_ms, search.begin,
      [&](store::RecordRef ref, const store::v1::Record& record) {
        const bool full =
            response.actions_size() == static_cast<int>(search.page_size);
        if (full || ++read > kActionsACall) {
          SetTimestamp(record.at_ms(), *response.mutable_reached_time());
          response.set_next_page_token(EncodeToken(
              TokenKind::kOperatorActions, {ref.value()}, search.scope));
          return false;
        }
        if (Matches(search, record)) {
          ShowAction(admin.control.key_holders(), record,
                     *response.add_actions());
        }
        return true;
      },
      stop);
}

}  // namespace

grpc::ServerUnaryReactor* HistoryService::ListOperatorActions(
    grpc::CallbackServerContext* context,
    const admin::v1::ListOperatorActionsRequest* request,
    admin::v1::ListOperatorActionsResponse* response) {
  const auto list = [this, request, response](
                        const Caller& caller,
                        const StopAsked& stop) -> absl::Status {
    SLUICE_ASSIGN_OR_RETURN(const ActionSearch search,
                            ReadActionSearch(admin_, *request));
    std::future<absl::Status> noted = admin_.log.Note(
        caller, Rpc::kListOperatorActions, search.recipient, SubjectOf(search));
    SLUICE_RETURN_IF_ERROR(RunActionSearch(admin_, search, stop, *response));
    return noted.get();
  };
  return ServeLookup(admin_, context, Rpc::kListOperatorActions, list);
}

std::unique_ptr<grpc::Service> MakeHistoryService(AdminContext& admin) {
  return std::make_unique<HistoryService>(admin);
}

}  // namespace sluice::gateway
