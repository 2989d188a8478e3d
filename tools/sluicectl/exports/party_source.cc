// Parties of the registry, as they were at a time, as rows: a column for each
// field.

#include "rules/base/status_macros.h"
#include "sluice/admin/v1/history.grpc.pb.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/exports/typed_source.h"
#include "tools/sluicectl/parties_at.h"
#include "tools/sluicectl/party_fields.h"
#include "tools/sluicectl/party_text.h"

namespace sluice::ctl {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr uint32_t kPartiesAPage = 1000;

class PartySource final : public TypedSource<admin::v1::ListPartiesRequest,
                                             admin::v1::ListPartiesResponse> {
 public:
  PartySource(const Context& context, admin::v1::ListPartiesRequest request)
      : TypedSource(context, std::move(request)),
        type_(*admin::v1::PartyVersion::descriptor()
                   ->FindFieldByNumber(request_.kind())
                   ->message_type()) {}

  std::string Kind() const override { return "registry"; }
  std::string Title() const override {
    return context_.Say("登记：$0", "registry: $0",
                        context_.Name(request_.kind()));
  }
  std::vector<SheetColumn> Columns() const override {
    std::vector<SheetColumn> columns = {
        {context_.Say("编号", "id"), CellKind::kText, 18},
        {context_.Say("状态", "state"), CellKind::kText, 10}};
    for (const FieldDescriptor* const field : Fields()) {
      columns.push_back(
          {LabelOf(*field, context_.language), CellKind::kText, 24});
    }
    return columns;
  }

  absl::Status Read(
      const tools::Connection& connection, const std::string& token,
      const std::function<absl::Status(const ExportPage&)>& keep) override {
    const auto stub = admin::v1::HistoryService::NewStub(connection.channel());
    admin::v1::ListPartiesRequest request = request_;
    request.set_page_size(kPartiesAPage);
    request.set_page_token(token);
    admin::v1::ListPartiesResponse page;
    do {
      SLUICE_RETURN_IF_ERROR(connection.Call(
          *stub, &admin::v1::HistoryService::Stub::ListParties, request, page));
      SLUICE_RETURN_IF_ERROR(
          keep({page, static_cast<uint64_t>(page.parties_size()),
                page.next_page_token()}));
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return absl::OkStatus();
  }

  // Rows show the parties that these refer to by their names of then.
  absl::Status Prepare(const tools::Connection& connection) override {
    return UseNamesAt(connection, type_, request_.as_of_time(), parties_);
  }

 private:
  std::vector<const FieldDescriptor*> Fields() const {
    std::vector<const FieldDescriptor*> fields;
    for (int i = 0; i < type_.field_count(); ++i) {
      if (IsPartyField(*type_.field(i))) fields.push_back(type_.field(i));
    }
    return fields;
  }
  // What a later run goes on with is of the same time.
  void ClearTimes(admin::v1::ListPartiesRequest& request) const override {
    request.clear_as_of_time();
  }
  std::string StateText(const Message& party) const {
    const FieldDescriptor* const state = type_.FindFieldByName("state");
    return tools::NameIn(context_.language, *state->enum_type(),
                         party.GetReflection()->GetEnumValue(party, state));
  }
  absl::Status Rows(
      const admin::v1::ListPartiesResponse& page,
      const std::function<absl::Status(const ExportRow&)>& visit) override {
    for (const admin::v1::PartyVersion& version : page.parties()) {
      const Message* const party = PartyIn(version);
      if (party == nullptr) continue;
      const std::string state = StateText(*party);
      SLUICE_RETURN_IF_ERROR(
          visit({*party, state, [&] { return CellsOf(*party, state); }}));
    }
    return absl::OkStatus();
  }
  std::vector<std::string> CellsOf(const Message& party,
                                   const std::string& state) {
    std::vector<std::string> cells = {
        party.GetReflection()->GetString(party, type_.FindFieldByName("id")),
        state};
    for (const FieldDescriptor* const field : Fields()) {
      cells.push_back(ValuesText(context_, party, *field, parties_));
    }
    return cells;
  }

  const Descriptor& type_;
};

}  // namespace

std::unique_ptr<ExportSource> MakePartySource(
    const Context& context, admin::v1::ListPartiesRequest request) {
  return std::make_unique<PartySource>(context, std::move(request));
}

}  // namespace sluice::ctl
