// sluicectl audit verify: proofs and covers of exports, without a server.

#include <google/protobuf/util/time_util.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "rules/base/files.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/proofs.pb.h"
#include "sluice/store/v1/record.pb.h"
#include "store/backup/backup_files.h"
#include "store/proofs/head.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/proof_verify.h"

namespace sluice::ctl {
namespace {

struct VerifyFlags {
  std::string file;
  std::string key;
  std::string head;
  std::string exported;
};

std::string TimeOf(int64_t ms) {
  return tools::TimeText(
      google::protobuf::util::TimeUtil::MillisecondsToTimestamp(ms));
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

// What the signatures are worth: whose keys they are. A key is as good as one
// before it, which signed it.
absl::Status TellKeys(const Context& context, const std::string& expected,
                      const std::vector<admin::v1::SignedHead>& heads) {
  const std::vector<std::string> keys = KeyIdsOf(heads.back());
  for (const admin::v1::SignedHead& head : heads) {
    const std::vector<std::string> ids = KeyIdsOf(head);
    if (expected.empty() || absl::c_linear_search(ids, expected)) continue;
    return absl::DataLossError(
        context.Say("签名密钥是 $0，不是 $1，也不是由它签认的",
                    "Key $0 signed it, not $1 or one that this signed",
                    ids.back(), expected));
  }
  if (context.json) return absl::OkStatus();
  for (size_t i = 1; i < keys.size(); ++i) {
    context.out << context.Say("密钥 $0 由密钥 $1 签认。\n",
                               "Key $0 was signed by key $1.\n", keys[i],
                               keys[i - 1]);
  }
  const std::vector<std::string> first = KeyIdsOf(heads.front());
  if (!absl::c_linear_search(keys, first.back())) {
    context.out << context.style.Warn(context.Say(
                       "密钥由 $0 换成 $1，未经前者签认：前者是否已丢失？",
                       "Key $1 came after key $0, which did not sign it: was "
                       "that lost?",
                       first.back(), keys.back()))
                << "\n";
  }
  if (expected.empty()) {
    context.out << context.Say(
        "签名密钥 $0：请与另存的密钥编号核对（--key）。\n",
        "Signed by key $0: compare it with the id that you noted (--key).\n",
        keys.back());
  }
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

// The file that was exported must be the one whose digest was journaled.
absl::Status CompareWithFile(const Context& context, const std::string& path,
                             const store::v1::ExportSealed& sealed) {
  if (path.empty()) return absl::OkStatus();
  SLUICE_ASSIGN_OR_RETURN(const auto file, store::SourceFile::Open(path));
  SLUICE_ASSIGN_OR_RETURN(const std::string digest,
                          store::DigestOf(*file, file->size()));
  if (digest == absl::BytesToHexString(sealed.sha256())) {
    return absl::OkStatus();
  }
  return absl::DataLossError(context.Say(
      "$0 不是封面所证明的文件：内容与导出时不同",
      "$0 is not the file that was exported: its content is another", path));
}

void ShowExport(const Context& context, const VerifiedExport& verified,
                const std::string& file) {
  const store::v1::ExportSealed& sealed = verified.record.export_sealed();
  const store::Head& head = verified.head.head;
  if (context.json) {
    context.out << tools::JsonLine()
                       .Text("kind", sealed.kind())
                       .Text("filters", sealed.filters())
                       .Count("rows", sealed.rows())
                       .Text("sha256", absl::BytesToHexString(sealed.sha256()))
                       .Text("exported", TimeOf(verified.record.at_ms()))
                       .Text("actor", sealed.actor())
                       .Text("file", file)
                       .Count("head", head.number)
                       .Text("time", TimeOf(head.time_ms))
                       .Text("key", verified.head.key_id)
                       .Flag("verified", true)
                       .End()
                << "\n";
    return;
  }
  context.out << context.style.Good(context.Say(
                     "此导出已登记在案，在第 $0 个签名校验点（$1）中。",
                     "This export was journaled, and is in head $0 of $1.",
                     tools::Grouped(head.number), TimeOf(head.time_ms)))
              << "\n";
  tools::Table table(
      {{context.Say("项目", "item")},
       {context.Say("内容", "content"), tools::Align::kLeft, true}});
  table.AddRow({context.Say("类型", "kind"), sealed.kind()});
  table.AddRow({context.Say("条件", "filters"), sealed.filters()});
  table.AddRow({context.Say("行数", "rows"), tools::Grouped(sealed.rows())});
  table.AddRow({context.Say("时间", "time"), TimeOf(verified.record.at_ms())});
  table.AddRow({context.Say("密钥", "API key"), sealed.actor()});
  table.AddRow({"SHA-256", absl::BytesToHexString(sealed.sha256())});
  context.out << table.Text(context.width);
  if (file.empty()) {
    context.out << context.Say(
        "尚未核对导出的文件：请用 --file 给出。\n",
        "The exported file was not compared: name it with --file.\n");
  } else {
    context.out << context.style.Good(context.Say(
                       "$0 与导出时相同，没有改动。",
                       "$0 is the file that was exported, unchanged.", file))
                << "\n";
  }
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
  std::vector<admin::v1::SignedHead> shown;
  std::optional<VerifiedHeads> growth;
  std::optional<VerifiedExport> sealed;
  if (!flags.exported.empty() && !file.sealed) {
    return absl::InvalidArgumentError(
        context.Say("--file：$0 不是导出的封面",
                    "--file: $0 is not the cover of an export", flags.file));
  }
  if (file.sealed) {
    SLUICE_ASSIGN_OR_RETURN(sealed, VerifyExport(*file.sealed));
    heads = {sealed->head};
    shown = {file.sealed->head()};
  } else if (file.message) {
    SLUICE_ASSIGN_OR_RETURN(heads.emplace_back(), VerifyMessage(*file.message));
    shown = {file.message->head()};
  } else {
    SLUICE_ASSIGN_OR_RETURN(growth, VerifyHeads(*file.heads));
    heads = {growth->from, growth->to};
    shown = {file.heads->from(), file.heads->to()};
  }
  SLUICE_RETURN_IF_ERROR(CompareWithKept(context, flags.head, heads));
  if (sealed) {
    SLUICE_RETURN_IF_ERROR(CompareWithFile(context, flags.exported,
                                           sealed->record.export_sealed()));
    ShowExport(context, *sealed, flags.exported);
  } else if (growth) {
    ShowHeads(context, *growth);
  } else {
    SLUICE_RETURN_IF_ERROR(ShowMessage(context, *file.message, heads[0]));
  }
  SLUICE_RETURN_IF_ERROR(TellKeys(context, flags.key, shown));
  return 0;
}

}  // namespace

void AddAuditVerify(tools::CommandLine& group, Context& context) {
  AddCommand<VerifyFlags>(
      group, context, "verify",
      {"核对 `sluicectl audit prove` 开具的证明或导出的封面，不需要服务器。"
       "不成立时退出码为 1。",
       "Verifies a proof that `sluicectl audit prove` wrote, or the cover of "
       "an "
       "export, without a server. Exits 1 when it does not hold."},
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
        command
            .Add("--file", flags.exported,
                 {"导出的文件：须与封面所证明的相同",
                  "The exported file, which must be the one of the cover"})
            .TypeName("FILE");
      },
      Verify);
}

}  // namespace sluice::ctl
