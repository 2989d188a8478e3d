// sluicectl store backup: copies a store, also while sluiced has it open.

#include "store/backup/backup.h"

#include <google/protobuf/util/time_util.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/lib/progress.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/damage_words.h"

namespace sluice::ctl {
namespace {

struct BackupFlags {
  std::string folder;
  std::string from = "sluice-data";
  std::string signing_key;
  bool verify = false;
  uint64_t mb_per_second = 0;
};

std::string TimeOfBackup(int64_t ms) {
  return ms == 0
             ? "-"
             : tools::TimeText(
                   google::protobuf::util::TimeUtil::MillisecondsToTimestamp(
                       ms));
}

void PrintJsonOf(const Context& context, const store::BackupResult& result) {
  const store::BackupManifest& manifest = result.manifest;
  std::vector<tools::JsonLine> damage;
  for (const store::BackupDamage& one : manifest.damage) {
    damage.push_back(tools::JsonLine()
                         .Text("journal", one.journal)
                         .Count("segment", one.damage.segment)
                         .Count("offset", one.damage.offset)
                         .Text("what", one.damage.what));
  }
  context.out << tools::JsonLine()
                     .Text("store", manifest.store)
                     .Text("taken", TimeOfBackup(manifest.taken_ms))
                     .Text("newest_record", TimeOfBackup(manifest.newest_ms))
                     .Flag("running", manifest.running)
                     .Count("head", manifest.head)
                     .Count("files_copied", result.files_copied)
                     .Count("bytes_copied", result.bytes_copied)
                     .Count("files_there", result.files_there)
                     .Count("bytes_there", result.bytes_there)
                     .Flag("has_signing_key", manifest.has_signing_key)
                     .Objects("damage", damage)
                     .End()
              << "\n";
}

void PrintDamage(const Context& context,
                 const store::BackupManifest& manifest) {
  using tools::Align;
  tools::Table table({{context.Say("日志", "journal")},
                      {context.Say("段", "segment"), Align::kRight},
                      {context.Say("偏移", "offset"), Align::kRight},
                      {context.Say("损坏情况", "what"), Align::kLeft, true}});
  for (const store::BackupDamage& one : manifest.damage) {
    table.AddRow({one.journal, absl::StrCat(one.damage.segment),
                  absl::StrCat(one.damage.offset),
                  DamageWords(context.language, one.damage.what)});
  }
  context.out << "\n"
              << context.style.Bad(
                     context.Say("数据存储有损坏", "The store has damage"))
              << "\n"
              << table.Text(context.width)
              << context.Say(
                     "\n其余内容都已备份。先前备份中完好的段予以保留。请修复后"
                     "再备份。\n",
                     "\nEverything else was backed up, and whole segments of "
                     "an earlier backup are kept.\nMend the store, then back "
                     "up again.\n");
}

void PrintText(const Context& context, const BackupFlags& flags,
               const store::BackupResult& result) {
  const store::BackupManifest& manifest = result.manifest;
  context.out << context.Say(
      "已备份到 $0\n\n"
      "备份时间    $1，此前确认的内容都在其中\n"
      "最新记录    $2\n"
      "签名校验点  $3\n"
      "本次复制    $4 字节，$5 个文件\n"
      "已有        $6 字节，$7 个文件\n",
      "Backed up to $0\n\n"
      "taken          $1: all that was acknowledged before\n"
      "newest record  $2\n"
      "signed head    $3\n"
      "copied         $4 bytes, files: $5\n"
      "already there  $6 bytes, files: $7\n",
      flags.folder, TimeOfBackup(manifest.taken_ms),
      TimeOfBackup(manifest.newest_ms),
      manifest.head == 0 ? context.Say("还没有", "none yet")
                         : tools::Grouped(manifest.head),
      tools::Grouped(result.bytes_copied), tools::Grouped(result.files_copied),
      tools::Grouped(result.bytes_there), tools::Grouped(result.files_there));
  context.out << (manifest.has_signing_key
                      ? context.Say(
                            "备份含签名私钥：拿到它的人可以伪造过去，请加密保管"
                            "。\n",
                            "The private signing key is in it: who has that "
                            "can forge the past. Encrypt the backup.\n")
                      : context.Say(
                            "签名私钥不在备份中：恢复后会生成新密钥，除非另行放"
                            "回。\n",
                            "The private signing key is not in it: after a "
                            "restore sluiced makes another,\nunless you put "
                            "yours back.\n"));
  if (!manifest.damage.empty()) PrintDamage(context, manifest);
}

absl::StatusOr<int> BackUp(const Context& context, const BackupFlags& flags) {
  store::BackupOptions options = {
      .signing_key = flags.signing_key,
      .verify = flags.verify,
      .bytes_per_second = flags.mb_per_second << 20};
  store::BackupResult result;
  {
    tools::Progress progress(context.err, context.progress,
                             absl::StrCat(flags.folder, " MiB"), 0);
    SLUICE_ASSIGN_OR_RETURN(
        result, store::BackUpStore(flags.from, flags.folder, options,
                                   [&progress](uint64_t done, uint64_t all) {
                                     progress.Set(done >> 20, all >> 20);
                                   }));
  }
  if (context.json) {
    PrintJsonOf(context, result);
  } else {
    PrintText(context, flags, result);
  }
  return result.manifest.damage.empty() ? 0 : 1;
}

}  // namespace

void AddStoreBackup(tools::CommandLine& group, Context& context) {
  AddCommand<BackupFlags>(
      group, context, "backup",
      {"备份数据存储，sluiced "
       "运行时也可以：在数据所在的机器上运行。再次备份到同"
       "一文件夹时只复制新的内容；中断后再运行一次即可继续。每一段在复制时都会"
       "校"
       "验；有损坏时指出位置，其余照常备份，退出码为 1。不含签名私钥和 "
       "admin.key"
       "。",
       "Backs up a store, also while sluiced runs: on the machine that has it. "
       "Another backup into the same folder copies only what is new; after an "
       "interruption, run it again. Each segment is verified as it is copied; "
       "damage is named, the rest is backed up, and the exit code is 1. Leaves "
       "out the private signing key and admin.key."},
      "sluicectl store backup /backup/sluice --from ./sluice-data",
      [](tools::CommandLine& command, BackupFlags& flags) {
        command
            .Add("DIR", flags.folder,
                 {"备份所在的文件夹，只有本用户可读",
                  "The backup's folder, which only this user can read"})
            .Required();
        command
            .Add("--from", flags.from,
                 {"数据存储的文件夹", "The store's folder"})
            .TypeName("FOLDER")
            .ShowDefault();
        command
            .Add(
                "--signing-key", flags.signing_key,
                {"也备份这个签名私钥", "Back up this private signing key, too"})
            .TypeName("FILE");
        command.Add("--verify", flags.verify,
                    {"重读以前备份的文件，已改变的重新复制",
                     "Read what earlier runs copied, and copy again what has "
                     "changed"});
        command
            .Add("--mb-per-second", flags.mb_per_second,
                 {"复制的速度上限，单位 MB；0 为不限",
                  "How fast to copy, in MB; 0: no limit"})
            .Between(0, 100'000)
            .ShowDefault();
      },
      BackUp);
}

}  // namespace sluice::ctl
