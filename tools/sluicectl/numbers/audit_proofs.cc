// sluicectl audit head, prove, verify: signed heads of the journals, and proofs
// by them.

#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "rules/base/files.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/proofs.grpc.pb.h"
#include "sluice/store/v1/record.pb.h"
#include "store/proofs/head.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/proof_verify.h"

namespace sluice::ctl {
namespace {

struct HeadFlags {
  std::string out;
};

struct ProveFlags {
  std::string id;
  std::vector<std::string> between;
  std::string out;
};

struct VerifyFlags {
  std::string file;
  std::string key;
  std::string head;
};

std::string TimeOf(int64_t ms) {
  return tools::TimeText(
      google::protobuf::util::TimeUtil::MillisecondsToTimestamp(ms));
}

// To the file, or to the output when none is named.
absl::Status Write(const Context& context, const std::string& path,
                   const std::string& text) {
  if (path.empty()) {
    context.out << text;
    return absl::OkStatus();
  }
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) {
    return absl::UnavailableError(
        context.Say("$0：无法写入", "$0: cannot be written", path));
  }
  return absl::OkStatus();
}

absl::StatusOr<int> GetHead(const Context& context, const HeadFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::ProofsService::NewStub(connection.channel());
  admin::v1::GetHeadResponse response;
  SLUICE_RETURN_IF_ERROR(connection.Call(
      *stub, &admin::v1::ProofsService::Stub::GetHead, {}, response));
  const admin::v1::SignedHead& head = response.head();
  SLUICE_ASSIGN_OR_RETURN(const store::SignedHead verified, VerifyHead(head));
  SLUICE_RETURN_IF_ERROR(
      Write(context, flags.out,
            context.json ? tools::ToJson(head) + "\n" : head.text()));
  if (!flags.out.empty()) {
    context.err << context.Say(
        "第 $0 个签名校验点（$1）已写入 $2。\n密钥编号 $3：请记在别处，核对时"
        "要用。\n",
        "Head $0 of $1 is in $2.\nNote the key's id elsewhere, $3: checks "
        "compare it.\n",
        tools::Grouped(verified.head.number), TimeOf(verified.head.time_ms),
        flags.out, verified.key_id);
  }
  return 0;
}

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
  SLUICE_RETURN_IF_ERROR(Write(context, flags.out, json + "\n"));
  if (!flags.out.empty()) {
    context.err << context.Say(
        "证明已写入 $0。核对：sluicectl audit verify $0（不需要服务器）\n",
        "The proof is in $0. Verify it, without a server:\n"
        "sluicectl audit verify $0\n",
        flags.out);
  }
  return 0;
}

// What a record says, for a line of the table.
std::string WhatOf(const Context& context, const store::v1::Record& record) {
  using store::v1::Record;
  switch (record.body_case()) {
    case Record::kDecided:
      return absl::StrCat(context.Name(record.decided().decision()),
                          context.Say("：", ": "), record.decided().text());
    case Record::kHandedOver:
      return context.Say("交给运营商", "handed over to the carrier");
    case Record::kAnswered:
      return context.Say("运营商应答：$0", "answered by the carrier: $0",
                         context.Name(record.answered().state()));
    case Record::kReported:
      return context.Say("状态报告：$0", "status report: $0",
                         context.Name(record.reported().state()));
    case Record::kRedecided:
      return context.Say("重新判定：$0", "decided again: $0",
                         context.Name(record.redecided().decided().decision()));
    case Record::kEnded:
      return context.Say("结束", "ended");
    case Record::kGivenBack:
      return context.Say("未发出，退回待发", "given back, not sent");
    default:
      return context.Say("其他记录", "another record");
  }
}

// The kept head must be in the proof, letter by letter.
absl::Status CompareWithKept(const Context& context, const std::string& path,
                             const std::vector<store::SignedHead>& heads) {
  if (path.empty()) return absl::OkStatus();
  SLUICE_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  for (const store::SignedHead& head : heads) {
    if (head.text == text) return absl::OkStatus();
  }
  return absl::DataLossError(context.Say(
      "$0 中的校验点不是证明所依据的校验点，证明与另存的校验点无关",
      "The head in $0 is none of those in the proof: it proves nothing about "
      "the head that you keep",
      path));
}

// What the signatures are worth: whose key it is.
absl::Status TellKey(const Context& context, const std::string& expected,
                     const std::vector<store::SignedHead>& heads) {
  for (const store::SignedHead& head : heads) {
    if (expected.empty() || head.key_id == expected) continue;
    return absl::DataLossError(context.Say("签名密钥是 $0，不是 $1",
                                           "Key $0 signed it, not $1",
                                           head.key_id, expected));
  }
  if (!expected.empty() || context.json) return absl::OkStatus();
  context.out << context.Say(
      "签名密钥 $0：请与另存的密钥编号核对（--key）。\n",
      "Signed by key $0: compare it with the id that you noted (--key).\n",
      heads.back().key_id);
  return absl::OkStatus();
}

absl::Status ShowMessage(const Context& context,
                         const admin::v1::MessageProof& proof,
                         const store::SignedHead& head) {
  const store::TreeState& tree = head.head.Of(proof.journal())->tree;
  if (context.json) {
    context.out << tools::JsonLine()
                       .Text("message_id", proof.message_id())
                       .Text("journal", proof.journal())
                       .Count("records",
                              static_cast<uint64_t>(proof.records_size()))
                       .Count("head", head.head.number)
                       .Text("time", TimeOf(head.head.time_ms))
                       .Text("key", head.key_id)
                       .Flag("verified", true)
                       .End()
                << "\n";
    return absl::OkStatus();
  }
  context.out << context.style.Good(context.Say(
                     "短信 $0 的 $1 条记录都在第 $2 个签名校验点（$3）中。",
                     "The $1 records of message $0 are in head $2 of $3.",
                     proof.message_id(), proof.records_size(),
                     tools::Grouped(head.head.number),
                     TimeOf(head.head.time_ms)))
              << "\n";
  tools::Table table(
      {{context.Say("位置", "place"), tools::Align::kRight},
       {context.Say("时间", "time")},
       {context.Say("号码", "number")},
       {context.Say("内容", "what"), tools::Align::kLeft, true}});
  for (const admin::v1::RecordProof& one : proof.records()) {
    store::v1::Record record;
    const bool kept =
        !one.record().empty() && record.ParseFromString(one.record());
    table.AddRow(
        {tools::Grouped(one.index()), kept ? TimeOf(record.at_ms()) : "-",
         record.recipient() == 0 ? "-" : absl::StrCat(record.recipient()),
         kept ? WhatOf(context, record)
              : context.Say("已过保存期，内容已删除，哈希仍在",
                            "removed by retention; its hash is "
                            "there")});
  }
  context.out << table.Text(context.width)
              << context.Say("日志 $0，共 $1 条记录。\n",
                             "Journal $0, of $1 records.\n", proof.journal(),
                             tools::Grouped(tree.size));
  return absl::OkStatus();
}

void ShowHeads(const Context& context, const VerifiedHeads& heads) {
  if (context.json) {
    context.out << tools::JsonLine()
                       .Count("from", heads.from.head.number)
                       .Count("to", heads.to.head.number)
                       .Text("key", heads.to.key_id)
                       .Flag("verified", true)
                       .End()
                << "\n";
    return;
  }
  context.out << context.style.Good(context.Say(
                     "第 $1 个校验点（$3）包含第 $0 个校验点（$2）的全部记录，"
                     "没有改动。",
                     "Head $1 of $3 holds all records of head $0 of $2,\n"
                     "unchanged.",
                     tools::Grouped(heads.from.head.number),
                     tools::Grouped(heads.to.head.number),
                     TimeOf(heads.from.head.time_ms),
                     TimeOf(heads.to.head.time_ms)))
              << "\n";
  tools::Table table(
      {{context.Say("日志", "journal")},
       {context.Say("原有记录", "records then"), tools::Align::kRight},
       {context.Say("现有记录", "records later"), tools::Align::kRight}});
  for (const store::JournalTree& later : heads.to.head.journals) {
    const store::JournalTree* const earlier = heads.from.head.Of(later.journal);
    table.AddRow({later.journal,
                  tools::Grouped(earlier == nullptr ? 0 : earlier->tree.size),
                  tools::Grouped(later.tree.size)});
  }
  context.out << table.Text(context.width);
}

absl::StatusOr<int> Verify(const Context& context, const VerifyFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const std::string json, ReadFile(flags.file));
  SLUICE_ASSIGN_OR_RETURN(const ProofFile file, ReadProof(json));
  std::vector<store::SignedHead> heads;
  std::optional<VerifiedHeads> growth;
  if (file.message) {
    SLUICE_ASSIGN_OR_RETURN(heads.emplace_back(), VerifyMessage(*file.message));
  } else {
    SLUICE_ASSIGN_OR_RETURN(growth, VerifyHeads(*file.heads));
    heads = {growth->from, growth->to};
  }
  SLUICE_RETURN_IF_ERROR(CompareWithKept(context, flags.head, heads));
  if (growth) {
    ShowHeads(context, *growth);
  } else {
    SLUICE_RETURN_IF_ERROR(ShowMessage(context, *file.message, heads[0]));
  }
  SLUICE_RETURN_IF_ERROR(TellKey(context, flags.key, heads));
  return 0;
}

}  // namespace

void AddAuditProofs(tools::CommandLine& group, Context& context) {
  AddCommand<HeadFlags>(
      group, context, "head",
      {"日志的最新签名校验点：每份日志有多少条记录、根哈希是什么，由本系统签名"
       "。"
       "请把它存到别处（另一台机器、打印件）：以后若有记录被删改，就与它不符。",
       "The newest signed head of the journals: how many records each has and "
       "which root, signed. Keep it elsewhere (another machine, on paper): a "
       "record that is removed or changed later disagrees with it."},
      "sluicectl audit head --out head-2026-12-02.txt",
      [](tools::CommandLine& command, HeadFlags& flags) {
        command.Add("--out", flags.out, {"写入此文件", "Write it to this file"})
            .TypeName("FILE");
      },
      GetHead);
  AddCommand<ProveFlags>(
      group, context, "prove",
      {"为一条短信的判定和事件开具证明：它们在最新的签名校验点之中；或证明后一"
       "个校验点包含前一个的全部记录（--between）。证明用 `sluicectl audit "
       "verify` 核对，不需要服务器。",
       "Proves that the decision and events of a message are in the newest "
       "signed head; or, with --between, that a later head holds all that an "
       "earlier one held. `sluicectl audit verify` checks the proof, without a "
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
                 {"写入此文件", "Write the proof to this file"})
            .TypeName("FILE");
      },
      Prove);
  AddCommand<VerifyFlags>(
      group, context, "verify",
      {"核对 `sluicectl audit prove` 开具的证明，不需要服务器。不成立时退出码"
       "为 1。",
       "Verifies a proof that `sluicectl audit prove` wrote, without a server. "
       "Exits 1 when it does not hold."},
      "sluicectl audit verify proof.json --key 31f0a4d2c9b86e57",
      [](tools::CommandLine& command, VerifyFlags& flags) {
        command
            .Add("FILE", flags.file, {"证明的文件", "The file with the proof"})
            .Required();
        command
            .Add("--key", flags.key,
                 {"签名必须出自此密钥", "The key that must have signed"})
            .TypeName("ID");
        command
            .Add("--head", flags.head,
                 {"另存于别处的校验点：证明必须以它为据",
                  "A head that was kept elsewhere: the proof must be about it"})
            .TypeName("FILE");
      },
      Verify);
}

}  // namespace sluice::ctl
