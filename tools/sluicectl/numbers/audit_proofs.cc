// sluicectl audit head, rotate-key, prove: signed heads of the journals, the
// key that signs them, and proofs by them.

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "google/protobuf/util/time_util.h"
#include "rules/base/files.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/proofs.grpc.pb.h"
#include "store/proofs/head.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/out_file.h"
#include "tools/sluicectl/proof_verify.h"

namespace sluice::ctl {
namespace {

struct ProveFlags {
  std::string id;
  std::vector<std::string> between;
  std::string out;
};

absl::StatusOr<uint64_t> NumberOf(const Context& context,
                                  const std::string& text) {
  uint64_t number = 0;
  if (absl::SimpleAtoi(text, &number) && number > 0) return number;
  return absl::InvalidArgumentError(context.Say(
      "--between：“$0”不是校验点的序号；`sluicectl audit head` 显示最新的序号",
      "--between: '$0' is no number of a head; `sluicectl audit head` shows "
      "the newest",
      text));
}

absl::StatusOr<int> Prove(const Context& context, const ProveFlags& flags) {
  if (flags.id.empty() == flags.between.empty()) {
    return absl::InvalidArgumentError(
        context.Say("请给出短信编号，或 --between 和两个校验点的序号",
                    "Give a message id, or --between and the numbers of two "
                    "heads"));
  }
  SLUICE_RETURN_IF_ERROR(CheckNewFile("--out", flags.out));
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::ProofsService::NewStub(connection.channel());
  std::string json;
  if (!flags.id.empty()) {
    admin::v1::ProveMessageRequest request;
    request.set_message_id(flags.id);
    admin::v1::ProveMessageResponse response;
    SLUICE_RETURN_IF_ERROR(
        connection.Call(*stub, &admin::v1::ProofsService::Stub::ProveMessage,
                        request, response));
    json = tools::ToJson(response.proof());
  } else {
    admin::v1::ProveHeadsRequest request;
    SLUICE_ASSIGN_OR_RETURN(const uint64_t from,
                            NumberOf(context, flags.between[0]));
    SLUICE_ASSIGN_OR_RETURN(const uint64_t to,
                            NumberOf(context, flags.between[1]));
    request.set_from(from);
    request.set_to(to);
    admin::v1::ProveHeadsResponse response;
    SLUICE_RETURN_IF_ERROR(connection.Call(
        *stub, &admin::v1::ProofsService::Stub::ProveHeads, request, response));
    json = tools::ToJson(response.proof());
  }
  SLUICE_RETURN_IF_ERROR(WriteOut(context, flags.out, json + "\n"));
  if (!flags.out.empty()) {
    context.err << context.Say(
        "证明已写入 $0。核对：sluicectl audit verify $0（不需要服务器）\n",
        "The proof is in $0. Verify it, without a server:\n"
        "sluicectl audit verify $0\n",
        flags.out);
  }
  return 0;
}

}  // namespace

void AddAuditProofs(tools::CommandLine& group, Context& context) {
  AddLookupReason(
      AddCommand<ProveFlags>(
          group, context, "prove",
          {"为一条短信的判定和事件开具证明：它们在最新的签名校验点之中；或证明"
           "后一"
           "个校验点包含前一个的全部记录（--between）。证明用 `sluicectl audit "
           "verify` 核对，不需要服务器。",
           "Proves that the decision and events of a message are in the newest "
           "signed head; or, with --between, that a later head holds all that "
           "an "
           "earlier one held. `sluicectl audit verify` checks the proof, "
           "without a "
           "server."},
          "sluicectl audit prove 00000000A4F0001 --out proof.json",
          [](tools::CommandLine& command, ProveFlags& flags) {
            command.Add("ID", flags.id, {"短信编号", "The message id"});
            command
                .Add("--between", flags.between,
                     {"两个校验点的序号", "The numbers of two heads"})
                .Values(2, 2)
                .TypeName("NUMBER");
            command
                .Add("--out", flags.out,
                     {"写入此文件，须未存在",
                      "Write the proof to this file, which must not exist"})
                .TypeName("FILE");
          },
          Prove),
      context);
}

}  // namespace sluice::ctl
