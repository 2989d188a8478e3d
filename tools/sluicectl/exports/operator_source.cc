// What operators looked up and decided, as rows.

#include "rules/base/status_macros.h"
#include "sluice/admin/v1/history.grpc.pb.h"
#include "tools/sluicectl/call_names.h"
#include "tools/sluicectl/exports/typed_source.h"
#include "tools/sluicectl/key_names.h"

namespace sluice::ctl {
namespace {

constexpr uint32_t kActionsAPage = 1000;

class OperatorSource final
    : public TypedSource<admin::v1::ListOperatorActionsRequest,
                         admin::v1::ListOperatorActionsResponse> {
 public:
  OperatorSource(const Context& context,
                 admin::v1::ListOperatorActionsRequest request)
      : TypedSource(context, std::move(request)), keys_(context) {}

  std::string Kind() const override { return "operators"; }
  std::string Title() const override {
    return context_.Say("操作记录", "operator log");
  }
  std::vector<SheetColumn> Columns() const override {
    const auto text = CellKind::kText;
    return {{context_.Say("时间", "time"), CellKind::kTime, 20},
            {context_.Say("经办人", "who"), text, 24},
            {context_.Say("操作", "call"), text, 20},
            {context_.Say("对象", "about"), text, 40},
            {context_.Say("号码", "number"), text, 14},
            {context_.Say("原因", "why"), text, 30}};
  }

  absl::Status Read(
      const tools::Connection& connection, const std::string& token,
      const std::function<absl::Status(const ExportPage&)>& keep) override {
    const auto stub = admin::v1::HistoryService::NewStub(connection.channel());
    admin::v1::ListOperatorActionsRequest request = request_;
    request.set_page_size(kActionsAPage);
    request.set_page_token(token);
    admin::v1::ListOperatorActionsResponse page;
    do {
      SLUICE_RETURN_IF_ERROR(connection.Call(
          *stub, &admin::v1::HistoryService::Stub::ListOperatorActions, request,
          page));
      SLUICE_RETURN_IF_ERROR(
          keep({page, static_cast<uint64_t>(page.actions_size()),
                page.next_page_token()}));
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return absl::OkStatus();
  }

 private:
  void ClearTimes(
      admin::v1::ListOperatorActionsRequest& request) const override {
    request.clear_start_time();
    request.clear_end_time();
  }
  absl::Status Rows(
      const admin::v1::ListOperatorActionsResponse& page,
      const std::function<absl::Status(const ExportRow&)>& visit) override {
    for (const admin::v1::OperatorAction& action : page.actions()) {
      const std::string call = CallText(context_, action.method());
      SLUICE_RETURN_IF_ERROR(visit({action, call, [&] {
                                      return std::vector<std::string>{
                                          TimeCell(action.action_time()),
                                          keys_.Of(action.actor()),
                                          call,
                                          action.subject(),
                                          NumberCell(action.recipient()),
                                          action.reason()};
                                    }}));
    }
    return absl::OkStatus();
  }

  KeyNames keys_;
};

}  // namespace

std::unique_ptr<ExportSource> MakeOperatorSource(
    const Context& context, admin::v1::ListOperatorActionsRequest request) {
  return std::make_unique<OperatorSource>(context, std::move(request));
}

}  // namespace sluice::ctl
