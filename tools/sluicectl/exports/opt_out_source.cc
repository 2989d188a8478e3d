// Opt-outs as rows.

#include "absl/strings/str_join.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/opt_outs.grpc.pb.h"
#include "tools/sluicectl/exports/typed_source.h"
#include "tools/sluicectl/key_names.h"

namespace sluice::ctl {
namespace {

std::vector<SheetColumn> OptOutColumns(const Context& context) {
  const auto text = CellKind::kText;
  return {{context.Say("登记时间", "recorded"), CellKind::kTime, 20},
          {context.Say("号码", "number"), text, 14},
          {context.Say("内容提供者", "content provider"), text, 24},
          {context.Say("签名", "signature"), text, 20},
          {context.Say("类别", "classes"), text, 20},
          {context.Say("来源", "source"), text, 12},
          {context.Say("用户原话", "reply"), text, 30},
          {context.Say("所回复的短信", "message"), text, 18},
          {context.Say("凭据", "evidence"), text, 30},
          {context.Say("登记人", "recorded by"), text, 24},
          {context.Say("是否有效", "state"), text, 10},
          {context.Say("解除时间", "removed"), CellKind::kTime, 20},
          {context.Say("解除依据", "ground of removal"), text, 30},
          {context.Say("用户同意时间", "consent given"), CellKind::kTime, 20},
          {context.Say("解除人", "removed by"), text, 24},
          {context.Say("更正编号", "correction"), text, 12},
          {context.Say("导入编号", "import"), text, 16},
          {context.Say("退订编号", "opt-out id"), text, 18}};
}

class OptOutSource final
    : public TypedSource<admin::v1::StreamOptOutsRequest,
                         admin::v1::StreamOptOutsResponse> {
 public:
  OptOutSource(const Context& context, admin::v1::StreamOptOutsRequest request)
      : TypedSource(context, std::move(request)), keys_(context) {}

  std::string Kind() const override { return "optouts"; }
  std::string Title() const override {
    return context_.Say("退订", "opt-outs");
  }
  std::vector<SheetColumn> Columns() const override {
    return OptOutColumns(context_);
  }

  absl::Status Read(
      const tools::Connection& connection, const std::string& token,
      const std::function<absl::Status(const ExportPage&)>& keep) override {
    const auto stub = admin::v1::OptOutsService::NewStub(connection.channel());
    grpc::ClientContext call;
    connection.Prepare(call, /*stream=*/true);
    admin::v1::StreamOptOutsRequest request = request_;
    request.set_page_token(token);
    const auto stream = stub->StreamOptOuts(&call, request);
    admin::v1::StreamOptOutsResponse page;
    while (stream->Read(&page)) {
      SLUICE_RETURN_IF_ERROR(
          keep({page, static_cast<uint64_t>(page.opt_outs_size()),
                page.next_page_token()}));
    }
    return connection.Explain(stream->Finish());
  }

 private:
  void ClearTimes(admin::v1::StreamOptOutsRequest& request) const override {
    request.clear_start_time();
    request.clear_end_time();
  }
  absl::Status Rows(
      const admin::v1::StreamOptOutsResponse& page,
      const std::function<absl::Status(const ExportRow&)>& visit) override {
    for (const admin::v1::OptOut& opt_out : page.opt_outs()) {
      SLUICE_RETURN_IF_ERROR(visit(
          {opt_out, InForceText(opt_out), [&] { return CellsOf(opt_out); }}));
    }
    return absl::OkStatus();
  }

  std::string InForceText(const admin::v1::OptOut& opt_out) const {
    return opt_out.has_remove_time() ? context_.Say("已解除", "removed")
                                     : context_.Say("有效", "in force");
  }
  std::vector<std::string> CellsOf(const admin::v1::OptOut& opt_out) {
    const admin::v1::OptOutScope& scope = opt_out.scope();
    const std::string classes = absl::StrJoin(
        scope.classes(), context_.Say("、", ", "),
        [this](std::string* out, int one) {
          out->append(context_.Name(static_cast<v1::MessageClass>(one)));
        });
    return {TimeCell(opt_out.create_time()),
            NumberCell(opt_out.recipient()),
            scope.content_provider_id().empty()
                ? context_.Say("全部", "all")
                : parties_.Provider(scope.content_provider_id(),
                                    opt_out.create_time()),
            parties_.Signature(scope.signature_id(), opt_out.create_time()),
            classes,
            context_.Name(opt_out.source()),
            opt_out.raw_reply(),
            opt_out.message_id(),
            opt_out.evidence(),
            keys_.Of(opt_out.actor()),
            InForceText(opt_out),
            TimeCell(opt_out.remove_time()),
            opt_out.removal_proof(),
            TimeCell(opt_out.consent_time()),
            keys_.Of(opt_out.remover()),
            opt_out.correction_id(),
            opt_out.import_id(),
            opt_out.id()};
  }

  KeyNames keys_;
};

}  // namespace

std::unique_ptr<ExportSource> MakeOptOutSource(
    const Context& context, admin::v1::StreamOptOutsRequest request) {
  return std::make_unique<OptOutSource>(context, std::move(request));
}

}  // namespace sluice::ctl
