// sluicectl audit head, rotate-key: signed heads of the journals, and the key
// that signs them.

#include <google/protobuf/util/time_util.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/base/files.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/proofs.grpc.pb.h"
#include "store/proofs/head.h"
#include "store/proofs/kept_head.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/out_file.h"
#include "tools/sluicectl/proof_verify.h"

namespace sluice::ctl {
namespace {

struct HeadFlags {
  std::string out;
  bool print = false;
  std::string compare;  // A file.
};

struct RotateFlags {
  std::string reason;
};

std::string TimeOf(int64_t ms) {
  return tools::TimeText(
      google::protobuf::util::TimeUtil::MillisecondsToTimestamp(ms));
}

// A head for paper, 80 columns wide. A person can type the two lines that
// matter: see store/proofs/kept_head.h.
std::string PageOf(const Context& context, const store::SignedHead& head) {
  std::string page =
      context.Say("Sluice 签名校验点\n", "Sluice: signed head\n");
  absl::StrAppend(&page, std::string(52, '='), "\n");
  absl::StrAppend(&page, "number       ", head.head.number, "\n");
  absl::StrAppend(&page, "time         ", TimeOf(head.head.time_ms), "\n");
  absl::StrAppend(&page, "store        ", head.head.store, "\n");
  absl::StrAppend(&page, "key          ", head.key_id, "\n");
  absl::StrAppend(&page, "fingerprint  ", store::FingerprintOf(head), "\n");
  for (const store::JournalTree& one : head.head.journals) {
    absl::StrAppend(&page, "records      ", one.journal, " ",
                    tools::Grouped(one.tree.size), "\n");
  }
  return absl::StrCat(
      page, "\n",
      context.Say(
          "指纹涵盖全部日志的根哈希和签名。请存放在本系统的管理者改不到的地方。"
          "\n"
          "核对时把 number 和 fingerprint 两行存为文件，大小写和连字符不限：\n"
          "  sluicectl audit head --compare FILE\n"
          "  sluicectl store check ./sluice-data --head FILE\n",
          "The fingerprint covers the roots of all journals and the "
          "signature.\n"
          "Keep this page where the owner of the system cannot change it. To\n"
          "compare, write the lines number and fingerprint to a file; upper\n"
          "case and hyphens do not matter:\n"
          "  sluicectl audit head --compare FILE\n"
          "  sluicectl store check ./sluice-data --head FILE\n"));
}

// Whether the server has the last head in the file, and still holds all that
// this head says.
absl::StatusOr<int> Compare(const Context& context, const std::string& path) {
  SLUICE_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  SLUICE_ASSIGN_OR_RETURN(const std::vector<store::KeptHead> kept,
                          store::ReadKeptHeads(text));
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::ProofsService::NewStub(connection.channel());
  admin::v1::ProveHeadsRequest request;
  request.set_from(kept.back().number);
  admin::v1::ProveHeadsResponse response;
  SLUICE_RETURN_IF_ERROR(connection.Call(
      *stub, &admin::v1::ProofsService::Stub::ProveHeads, request, response));
  SLUICE_ASSIGN_OR_RETURN(const VerifiedHeads heads,
                          VerifyHeads(response.proof()));
  if (!kept.back().Is(heads.from)) {
    return absl::DataLossError(context.Say(
        "第 $0 个校验点与 $1 中的不同：日志曾被改写，或是另一套数据",
        "Head $0 is another one than that in $1: the past was written anew, or "
        "it is another store",
        kept.back().number, path));
  }
  if (context.json) {
    context.out << tools::JsonLine()
                       .Count("from", heads.from.head.number)
                       .Count("to", heads.to.head.number)
                       .Text("key", heads.to.key_id)
                       .Flag("verified", true)
                       .End()
                << "\n";
    return 0;
  }
  context.out << context.style.Good(context.Say(
                     "第 $0 个校验点（$1）与所存的相同；\n"
                     "其中的记录都在第 $2 个校验点（$3）中，没有改动。",
                     "Head $0 of $1 is the one that was kept;\nhead $2 of $3 "
                     "holds all its records, unchanged.",
                     tools::Grouped(heads.from.head.number),
                     TimeOf(heads.from.head.time_ms),
                     tools::Grouped(heads.to.head.number),
                     TimeOf(heads.to.head.time_ms)))
              << "\n";
  return 0;
}

absl::StatusOr<int> GetHead(const Context& context, const HeadFlags& flags) {
  if (!flags.compare.empty()) return Compare(context, flags.compare);
  SLUICE_RETURN_IF_ERROR(CheckNewFile("--out", flags.out));
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::ProofsService::NewStub(connection.channel());
  admin::v1::GetHeadResponse response;
  SLUICE_RETURN_IF_ERROR(connection.Call(
      *stub, &admin::v1::ProofsService::Stub::GetHead, {}, response));
  const admin::v1::SignedHead& head = response.head();
  SLUICE_ASSIGN_OR_RETURN(const store::SignedHead verified, VerifyHead(head));
  const std::string text = flags.print    ? PageOf(context, verified)
                           : context.json ? tools::ToJson(head) + "\n"
                                          : head.text();
  SLUICE_RETURN_IF_ERROR(WriteOut(context, flags.out, text));
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

absl::StatusOr<int> RotateKey(const Context& context,
                              const RotateFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::ProofsService::NewStub(connection.channel());
  admin::v1::RotateSigningKeyRequest request;
  request.set_reason(flags.reason);
  admin::v1::RotateSigningKeyResponse response;
  SLUICE_RETURN_IF_ERROR(
      connection.Call(*stub, &admin::v1::ProofsService::Stub::RotateSigningKey,
                      request, response));
  SLUICE_ASSIGN_OR_RETURN(const store::SignedHead first,
                          VerifyHead(response.head()));
  if (context.json) {
    context.out << tools::ToJson(response.head()) << "\n";
    return 0;
  }
  context.out << context.Say(
      "从第 $0 个签名校验点起，签名密钥为 $1，已由原密钥签认。\n"
      "请把密钥编号记在别处，并备份新的密钥文件；原密钥已删除。\n",
      "From head $0 on the key is $1, which the old key signed.\nNote its id "
      "elsewhere, and keep a copy of the key's file; the old key is deleted.\n",
      tools::Grouped(first.head.number), first.key_id);
  return 0;
}

}  // namespace

void AddAuditHead(tools::CommandLine& group, Context& context) {
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
        command
            .Add("--out", flags.out,
                 {"写入此文件，须未存在",
                  "Write it to this file, which must not exist"})
            .TypeName("FILE");
        command.Add("--print", flags.print,
                    {"打印页：序号和指纹，可手工核对",
                     "A page to print: number and fingerprint, which a person "
                     "can compare"});
        command
            .Add("--compare", flags.compare,
                 {"与另存于别处的校验点或打印页核对",
                  "Compare with a head or a page that was kept elsewhere"})
            .TypeName("FILE");
      },
      GetHead);
  AddCommand<RotateFlags>(
      group, context, "rotate-key",
      {"更换签名密钥：原密钥签认新密钥后删除，核对时可由原密钥一路查到新密钥。",
       "Replaces the key that signs heads: the old key signs the new one and "
       "is "
       "deleted, so that checks can follow from the old key to the new one."},
      {"sluicectl audit rotate-key --reason \"每年更换\"",
       "sluicectl audit rotate-key --reason \"once a year\""},
      [](tools::CommandLine& command, RotateFlags& flags) {
        command
            .Add("--reason", flags.reason,
                 {"原因，记入日志", "Why, for the log"})
            .Required();
      },
      RotateKey);
}

}  // namespace sluice::ctl
