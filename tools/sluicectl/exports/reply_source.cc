// Replies of recipients (MO) as rows.

#include "rules/base/status_macros.h"
#include "sluice/admin/v1/replies.grpc.pb.h"
#include "tools/sluicectl/exports/typed_source.h"
#include "tools/sluicectl/reply_text.h"

namespace sluice::ctl {
namespace {

constexpr int32_t kRepliesAPage = 1000;

std::vector<SheetColumn> ReplyColumns(const Context& context) {
  const auto text = CellKind::kText;
  return {{context.Say("收到时间", "received"), CellKind::kTime, 20},
          {context.Say("来自号码", "from"), text, 14},
          {context.Say("发往号码", "to"), text, 22},
          {context.Say("内容", "text"), text, 40},
          {context.Say("识读结果", "what it is"), text, 20},
          {context.Say("决定性词语", "word"), text, 12},
          {context.Say("停发", "stops"), text, 24},
          {context.Say("投诉", "complaint"), text, 8},
          {context.Say("待人工查看", "to review"), text, 10},
          {context.Say("所回复的短信", "message"), text, 18},
          {context.Say("链路", "link"), text, 10},
          {context.Say("编号", "id"), text, 18}};
}

class ReplySource final : public TypedSource<admin::v1::ListRepliesRequest,
                                             admin::v1::ListRepliesResponse> {
 public:
  ReplySource(const Context& context, admin::v1::ListRepliesRequest request)
      : TypedSource(context, std::move(request)) {}

  std::string Kind() const override { return "replies"; }
  std::string Title() const override {
    return context_.Say("上行回复", "replies");
  }
  std::vector<SheetColumn> Columns() const override {
    return ReplyColumns(context_);
  }

  absl::Status Read(
      const tools::Connection& connection, const std::string& token,
      const std::function<absl::Status(const ExportPage&)>& keep) override {
    const auto stub = admin::v1::RepliesService::NewStub(connection.channel());
    admin::v1::ListRepliesRequest request = request_;
    request.set_page_size(kRepliesAPage);
    request.set_page_token(token);
    admin::v1::ListRepliesResponse page;
    do {
      SLUICE_RETURN_IF_ERROR(connection.Call(
          *stub, &admin::v1::RepliesService::Stub::ListReplies, request, page));
      SLUICE_RETURN_IF_ERROR(
          keep({page, static_cast<uint64_t>(page.replies_size()),
                page.next_page_token()}));
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return absl::OkStatus();
  }

 private:
  void ClearTimes(admin::v1::ListRepliesRequest& request) const override {
    request.mutable_filter()->clear_from_time();
    request.mutable_filter()->clear_until_time();
  }
  absl::Status Rows(
      const admin::v1::ListRepliesResponse& page,
      const std::function<absl::Status(const ExportRow&)>& visit) override {
    for (const admin::v1::Reply& reply : page.replies()) {
      SLUICE_RETURN_IF_ERROR(visit({reply, ReplyMeaning(context_, reply),
                                    [&] { return CellsOf(reply); }}));
    }
    return absl::OkStatus();
  }

  std::vector<std::string> CellsOf(const admin::v1::Reply& reply) {
    const std::string yes = context_.Say("是", "yes");
    return {TimeCell(reply.received_time()),
            NumberCell(reply.sender()),
            reply.access_number(),
            ReplyText(context_, reply),
            ReplyMeaning(context_, reply),
            reply.word(),
            StoppedBy(context_, reply, parties_),
            reply.complaint() ? yes : "",
            reply.review() ? yes : "",
            reply.message_id(),
            reply.link(),
            reply.id()};
  }
};

}  // namespace

std::unique_ptr<ExportSource> MakeReplySource(
    const Context& context, admin::v1::ListRepliesRequest request) {
  return std::make_unique<ReplySource>(context, std::move(request));
}

}  // namespace sluice::ctl
