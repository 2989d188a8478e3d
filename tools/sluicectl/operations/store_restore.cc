// sluicectl store restore: makes a store of a backup.

#include "store/backup/restore.h"

#include <google/protobuf/util/time_util.h>

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/lib/progress.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {
namespace {

struct RestoreFlags {
  std::string folder;
  std::string to;
  std::string reason;
  bool moved = false;
  std::optional<uint64_t> skip;
};

std::string RestoreTime(int64_t ms) {
  return ms == 0
             ? "-"
             : tools::TimeText(
                   google::protobuf::util::TimeUtil::MillisecondsToTimestamp(
                       ms));
}

void PrintLost(const Context& context, const store::RestoreResult& result) {
  context.out << context.Say(
      "此后的内容不在这份备份中：\n"
      "  - 退订：请先从别处取得备份之后的退订，再发送\n"
      "  - 等待中的短信可能已经发送：启动时记为结果不明，不再发送\n"
      "  - 待审的短信可能已经放行并发送：放行之前请核对\n"
      "  - 别处存有的、编号大于 $0 的校验点与今后的不同；恢复已记入控制日志\n"
      "  - 短信编号不会重复使用：每个分区跳过 $1 段\n",
      "What came after is not in this backup:\n"
      "  - opt-outs: get those from elsewhere before you send\n"
      "  - messages that waited may have been sent: a start ends them as\n"
      "    UNKNOWN and never sends them\n"
      "  - held messages may have been released and sent: look before you\n"
      "    release them\n"
      "  - heads after $0 that others kept will differ from later ones; the\n"
      "    control journal says that the store was restored\n"
      "  - no message id is given twice: $1 segments of each partition are\n"
      "    skipped\n",
      result.manifest.head, result.skipped);
}

void PrintRestored(const Context& context, const RestoreFlags& flags,
                   const store::RestoreResult& result) {
  const store::BackupManifest& manifest = result.manifest;
  context.out << context.Say(
      "已恢复到 $0：$1 字节\n"
      "截至 $2，第 $3 个签名校验点\n",
      "Restored to $0: $1 bytes,\nup to $2, head $3\n", flags.to,
      tools::Grouped(result.bytes), RestoreTime(result.newest_ms),
      tools::Grouped(manifest.head));
  if (result.damage == 0) {
    context.out << context.style.Good(
                       context.Say("校验：没有损坏。", "Checked: no damage."))
                << "\n";
  } else {
    context.out << context.style.Bad(context.Say(
                       "校验：有 $0 处损坏，备份时已经指出。",
                       "Checked: damaged in $0 places, as the backup said.",
                       result.damage))
                << "\n"
                << context.Say("请运行 `sluicectl store check $0`。\n",
                               "Run `sluicectl store check $0`.\n", flags.to);
  }
  if (flags.moved) {
    context.out << context.Say(
        "等待中的短信会发送。请确保原来的数据存储不再启动。\n",
        "Messages that wait will be sent. Make sure that the store it was "
        "taken "
        "from never starts again.\n");
  } else {
    PrintLost(context, result);
  }
  if (!manifest.has_signing_key) {
    context.out << context.Say(
        "签名私钥不在备份中：请在启动前放回，否则 sluiced 会生成新密钥：\n"
        "$0/signing.key，或 store.signing_key 所指之处。\n",
        "The private signing key is not in the backup. Before a start put "
        "yours\n"
        "back, or sluiced makes another: $0/signing.key,\n"
        "or where store.signing_key says.\n",
        flags.to);
  }
}

void PrintRestoredJson(const Context& context,
                       const store::RestoreResult& result) {
  const store::BackupManifest& manifest = result.manifest;
  context.out << tools::JsonLine()
                     .Text("store", manifest.store)
                     .Text("backup_taken", RestoreTime(manifest.taken_ms))
                     .Text("newest_record", RestoreTime(result.newest_ms))
                     .Count("head", manifest.head)
                     .Count("bytes", result.bytes)
                     .Count("segments_skipped", result.skipped)
                     .Count("damage_count", result.damage)
                     .Flag("has_signing_key", manifest.has_signing_key)
                     .End()
              << "\n";
}

absl::StatusOr<int> Restore(const Context& context, const RestoreFlags& flags) {
  store::RestoreOptions options = {.reason = flags.reason,
                                   .moved = flags.moved};
  if (flags.skip) options.skip = static_cast<uint32_t>(*flags.skip);
  store::RestoreResult result;
  {
    tools::Progress progress(context.err, context.progress,
                             absl::StrCat(flags.to, " MiB"), 0);
    SLUICE_ASSIGN_OR_RETURN(
        result, store::RestoreStore(flags.folder, flags.to, options,
                                    [&progress](uint64_t done, uint64_t all) {
                                      progress.Set(done >> 20, all >> 20);
                                    }));
  }
  if (context.json) {
    PrintRestoredJson(context, result);
  } else {
    PrintRestored(context, flags, result);
  }
  return result.damage == 0 ? 0 : 1;
}

}  // namespace

void AddStoreRestore(tools::CommandLine& group, Context& context) {
  AddCommand<RestoreFlags>(
      group, context, "restore",
      {"由备份恢复出数据存储：只写入空文件夹，核对备份的摘要，再像 store check "
       "一样校验结果，并与备份中最新的签名校验点核对。sluiced "
       "可用它启动并继续。"
       "备份之后的内容不在其中；恢复一事记入控制日志。",
       "Makes a store of a backup: writes into an empty folder only, compares "
       "the digests, checks the result as store check does and compares it "
       "with the newest signed head of the backup. sluiced starts with it and "
       "goes on. What came after the backup is not in it; the control journal "
       "records the restore."},
      "sluicectl store restore /backup/sluice --to ./sluice-data",
      [](tools::CommandLine& command, RestoreFlags& flags) {
        command
            .Add("DIR", flags.folder,
                 {"备份所在的文件夹", "The backup's folder"})
            .Required();
        command
            .Add("--to", flags.to,
                 {"数据存储的文件夹，须为空或不存在",
                  "The store's folder: empty, or not there yet"})
            .TypeName("FOLDER")
            .Required();
        command.Add("--reason", flags.reason,
                    {"原因，记入日志", "Why, for the journal"});
        command.Add(
            "--moved", flags.moved,
            {"备份之后原数据存储没有运行过，今后也不再运行：等待中的短信"
             "照常发送",
             "The store has not run since the backup and never will: "
             "messages that wait are sent"});
        command
            .Add("--skip-segments", flags.skip,
                 {"每个分区为丢失部分的编号跳过几段；默认按平均写入速度的十倍估"
                  "计，至少 16 段",
                  "Segments of each partition that are left out for the ids of "
                  "what is lost; by default ten times what was written on "
                  "average, and at least 16"})
            .Between(0, 100'000);
      },
      Restore);
}

}  // namespace sluice::ctl
