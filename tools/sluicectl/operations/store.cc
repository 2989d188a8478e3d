// sluicectl store: a store's files on this machine; here the check of its
// journals.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/base/files.h"
#include "rules/base/status_macros.h"
#include "store/journal/posix_journal_file.h"
#include "store/store_check.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/lib/progress.h"
#include "tools/lib/table.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/damage_words.h"
#include "tools/sluicectl/operations/store_heads.h"

namespace sluice::ctl {
namespace {

struct StoreFlags {
  std::string path;
  std::string head;     // A file; empty: none.
  std::string witness;  // As well.
};

// Adds the heads in the file, if one is named.
absl::Status ReadKept(const Context& context, const std::string& path,
                      std::vector<store::KeptHead>& kept) {
  if (path.empty()) return absl::OkStatus();
  SLUICE_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  auto read = store::ReadKeptHeads(text);
  if (!read.ok()) {
    return absl::InvalidArgumentError(context.Say(
        "$0：不是签名校验点（$1）。请给出 `sluicectl audit head` 写下的文件、见"
        "证人的文件，或打印页的 number 和 fingerprint 两行",
        "$0: $1. Give a file that `sluicectl audit head` or a witness wrote, "
        "or "
        "the lines number and fingerprint of a printed page",
        path, read.status().message()));
  }
  for (store::KeptHead& head : *read) kept.push_back(std::move(head));
  return absl::OkStatus();
}

std::string ReportJson(const store::CheckedJournal& checked) {
  const store::JournalCheckReport& report = checked.report;
  std::vector<tools::JsonLine> damage;
  for (const store::JournalDamage& d : report.damage) {
    damage.push_back(tools::JsonLine()
                         .Count("segment", d.segment)
                         .Count("offset", d.offset)
                         .Text("what", d.what));
  }
  const std::string root(report.root.begin(), report.root.end());
  return tools::JsonLine()
      .Text("folder", checked.folder)
      .Text("journal", store::NameOf(report.identity))
      .Count("segments", report.segments)
      .Count("segments_reduced", report.segments_reduced)
      .Count("groups", report.groups)
      .Count("records", report.records)
      .Count("removed", report.removed)
      .Count("bytes", report.bytes)
      .Text("root", absl::BytesToHexString(root))
      .Count("bytes_torn", report.bytes_torn)
      .Count("damage_count", report.damage_count)
      .Objects("damage", damage)
      .End();
}

void PrintUnchecked(const Context& context,
                    const store::UncheckedFolder& unchecked) {
  if (context.json) {
    context.out << tools::JsonLine()
                       .Text("folder", unchecked.folder)
                       .Text("error", unchecked.why)
                       .End()
                << "\n";
    return;
  }
  context.err << context.Say(
      "$0：无法校验（原文：$1）：请以 sluiced 的用户运行，或先修复\n",
      "$0: cannot be checked: $1: run the check as the user of sluiced, or "
      "mend it\n",
      unchecked.folder, unchecked.why);
}

void PrintReports(const Context& context, const store::StoreCheck& check) {
  using tools::Align;
  tools::Table table({{context.Say("文件夹", "folder")},
                      {context.Say("日志", "journal")},
                      {context.Say("段", "segments"), Align::kRight},
                      {context.Say("组", "groups"), Align::kRight},
                      {context.Say("记录", "records"), Align::kRight},
                      {context.Say("已清理", "removed"), Align::kRight},
                      {context.Say("字节", "bytes"), Align::kRight},
                      {context.Say("未写完", "torn"), Align::kRight},
                      {context.Say("损坏", "damage"), Align::kRight},
                      {context.Say("最新根哈希", "last root")}});
  tools::Table damage({{context.Say("文件夹", "folder")},
                       {context.Say("段", "segment"), Align::kRight},
                       {context.Say("偏移", "offset"), Align::kRight},
                       {context.Say("损坏情况", "what"), Align::kLeft, true}});
  for (const store::CheckedJournal& checked : check.journals) {
    const store::JournalCheckReport& r = checked.report;
    const std::string root(r.root.begin(), r.root.end());
    table.AddRow(
        {checked.folder, store::NameOf(r.identity), tools::Grouped(r.segments),
         tools::Grouped(r.groups), tools::Grouped(r.records),
         tools::Grouped(r.removed), tools::Grouped(r.bytes),
         tools::Grouped(r.bytes_torn), tools::Grouped(r.damage_count),
         r.root == store::Hash{} ? "-"
                                 : absl::BytesToHexString(root).substr(0, 16)});
    for (const store::JournalDamage& d : r.damage) {
      damage.AddRow({checked.folder, absl::StrCat(d.segment),
                     absl::StrCat(d.offset),
                     DamageWords(context.language, d.what)});
    }
  }
  context.out << table.Text(context.width);
  if (damage.empty()) {
    context.out
        << "\n"
        << (check.unchecked.empty()
                ? context.style.Good(context.Say("没有损坏。", "No damage."))
                : context.style.Bad(context.Say("有未校验的部分。",
                                                "Not everything was checked.")))
        << "\n";
    if (check.unchecked.empty()) PrintHeads(context, check);
    return;
  }
  context.out
      << "\n"
      << context.style.Bad(context.Say("损坏", "Damage")) << "\n"
      << damage.Text(context.width)
      << context.Say(
             "\n请用副本恢复损坏的段（最新根哈希可证明是同一份日志），再重"
             "新校验。\n没有副本时：`sluicectl store accept-loss` 显示日志"
             "末尾丢失了什么。\n",
             "\nRestore the damaged segments from a copy (the last root "
             "proves that it is the same journal), then check again.\n"
             "Without a copy: `sluicectl store accept-loss` shows what "
             "is lost at the end of a journal.\n");
}

absl::StatusOr<int> Check(const Context& context, const StoreFlags& flags) {
  std::vector<store::KeptHead> kept;
  SLUICE_RETURN_IF_ERROR(ReadKept(context, flags.head, kept));
  SLUICE_RETURN_IF_ERROR(ReadKept(context, flags.witness, kept));
  if (store::PosixJournalFiles::IsInUse(flags.path)) {
    context.err << context.Say(
        "这个数据存储正由 sluiced "
        "使用：校验期间写入的内容可能看起来像未写完或缺"
        "失。要得到可靠的结果，请先停止 sluiced。\n",
        "sluiced has this store open: data that it writes during the check may "
        "look torn or missing. Stop sluiced first for a reliable result.\n");
  }
  std::unique_ptr<tools::Progress> progress;
  std::string shown;
  SLUICE_ASSIGN_OR_RETURN(
      const store::StoreCheck check,
      store::CheckStore(
          flags.path,
          [&](const std::string& folder, uint64_t done, uint64_t all) {
            if (folder != shown) {
              progress = std::make_unique<tools::Progress>(
                  context.err, context.progress, absl::StrCat(folder, " MiB"),
                  0);
              shown = folder;
            }
            progress->Set(done >> 20, all >> 20);
          },
          kept));
  progress = nullptr;
  uint64_t damaged = 0;
  for (const store::CheckedJournal& checked : check.journals) {
    damaged += checked.report.damage_count;
    if (context.json) context.out << ReportJson(checked) << "\n";
  }
  for (const store::UncheckedFolder& unchecked : check.unchecked) {
    PrintUnchecked(context, unchecked);
  }
  if (context.json) {
    context.out << HeadsJson(check) << "\n";
  } else {
    PrintReports(context, check);
  }
  return damaged == 0 && check.unchecked.empty() ? 0 : 1;
}

}  // namespace

void AddStore(tools::CommandLine& app, Context& context) {
  tools::CommandLine& group =
      AddGroup(app, "store", {"磁盘上的日志", "The journals on disk"},
               "sluicectl store check ./sluice-data");
  AddCommand<StoreFlags>(
      group, context, "check",
      {"读取数据存储的每份日志，核对每个校验和、根哈希和位置。不需要服务器；请"
       "先"
       "停止 sluiced，因为未写完的内容看起来像损坏。不作任何改动。还与 sluiced "
       "每分钟签名的校验点核对，说明完整到哪一个校验点，以及仅凭这份数据不能证"
       "明什么。有损坏时退出码为 1。",
       "Reads every journal of a store and verifies every checksum, root and "
       "position. Needs no server; stop sluiced first, because an unfinished "
       "write looks torn. Changes nothing. Compares the journals with the "
       "heads "
       "that sluiced signs every minute, and says up to which head they are "
       "complete and what this copy alone cannot show. Exits 1 on damage."},
      "sluicectl store check ./sluice-data --head ./kept/head-1234.txt",
      [](tools::CommandLine& command, StoreFlags& flags) {
        command
            .Add("PATH", flags.path, {"数据存储的文件夹", "The store's folder"})
            .Required();
        command
            .Add("--head", flags.head,
                 {"另存于别处的签名校验点或打印页：数据必须与它一致",
                  "A signed head that was kept elsewhere, or a printed page: "
                  "the store must hold what it says"})
            .TypeName("FILE");
        command
            .Add("--witness", flags.witness,
                 {"见证人的文件：与其中每个校验点核对，指出第一个不符的",
                  "The file of a witness: the first of its heads that "
                  "disagrees is named"})
            .TypeName("FILE");
      },
      Check);
  AddStoreBackup(group, context);
  AddStoreRestore(group, context);
  AddStoreLoss(group, context);
}

}  // namespace sluice::ctl
