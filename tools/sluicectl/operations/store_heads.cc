#include "tools/sluicectl/operations/store_heads.h"

#include <google/protobuf/util/time_util.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/lib/words.h"

namespace sluice::ctl {
namespace {

std::string TimeOf(int64_t ms) {
  return tools::TimeText(
      google::protobuf::util::TimeUtil::MillisecondsToTimestamp(ms));
}

std::string NameOf(uint16_t partition) { return store::TreeName(partition); }

std::string RestoreText(const Context& context,
                        const store::SignedHistory::Restore& restore) {
  const std::string reason = restore.reason.empty()
                                 ? context.Say("未说明", "not told")
                                 : restore.reason;
  if (restore.moved) {
    return context.Say(
        "$0 由备份迁移而来：\n备份于 $1，至第 $2 个校验点。原因：$3\n",
        "Moved here on $0 by way of\na backup of $1, head $2. Reason: $3\n",
        TimeOf(restore.restored_ms), TimeOf(restore.taken_ms),
        tools::Grouped(restore.head), reason);
  }
  return context.Say(
      "$0 由备份恢复：\n备份于 $1，至第 $2 个校验点。原因：$3\n"
      "备份之后的内容已丢失；别处所存编号更大的旧校验点属于丢失的部分。\n",
      "Restored on $0 from\na backup of $1, head $2. Reason: $3\n"
      "What came after the backup is lost; later heads that others kept are "
      "of\n"
      "that.\n",
      TimeOf(restore.restored_ms), TimeOf(restore.taken_ms),
      tools::Grouped(restore.head), reason);
}

// What a copy alone cannot show, a line each.
std::vector<std::string> NotShown(const Context& context,
                                  const store::StoreCheck& check) {
  const store::SignedHistory& history = check.history;
  std::vector<std::string> lines;
  if (check.records_unsigned > 0) {
    lines.push_back(context.Say("此后写入的 $0 条记录是否还有别的",
                                "whether more than the $0 records were written "
                                "after that head",
                                tools::Grouped(check.records_unsigned)));
  }
  lines.push_back(context.Say(
      "是否签过更新的校验点：请用 --head 与另存于别处的校验点核对",
      "whether a later head was signed: compare with one that you keep\n"
      "    elsewhere, with --head"));
  lines.push_back(
      context.Say("密钥 $0 是否就是本系统的密钥：请与另存的密钥编号核对",
                  "whether key $0 is the store's own: compare it with the id\n"
                  "    that you noted",
                  history.newest->key_id));
  for (size_t i = 1; i < history.keys.size(); ++i) {
    if (history.keys[i].by_the_one_before) continue;
    lines.push_back(
        context.Say("$0 以后的内容是否由本系统写下：密钥未经前者签认而更换",
                    "whether what came after $0 is the store's own: the\n"
                    "    key before did not sign the one after",
                    TimeOf(history.keys[i].since_ms)));
  }
  if (check.reduced_unnamed > 0) {
    lines.push_back(context.Say(
        "旧版本清理了哪些记录（$0 段）：旧版本没有写明",
        "which records an older version removed from $0 segments: it\n"
        "    did not say",
        tools::Grouped(check.reduced_unnamed)));
  }
  return lines;
}

}  // namespace

void PrintHeads(const Context& context, const store::StoreCheck& check) {
  const store::SignedHistory& history = check.history;
  if (!history.newest) {
    context.out << context.Say(
        "还没有签名校验点，无法证明没有记录被删除。sluiced 启动后每分钟签一次。"
        "\n",
        "There is no signed head yet, so nothing shows that no record was "
        "removed.\nsluiced signs one every minute.\n");
    return;
  }
  const store::Head& head = history.newest->head;
  context.out << context.Say(
      "记录完整，没有改动，截至 $1 的第 $0 个签名校验点\n"
      "（以这份数据能够证明的为限）。\n",
      "Complete and unchanged up to head $0 of $1,\nas far as this copy can "
      "show.\n",
      tools::Grouped(head.number), TimeOf(head.time_ms));
  for (const store::SignedHistory::Loss& loss : history.losses) {
    context.out << context.Say(
        "$1 有人接受了 $0 的丢失，原因：$2。此前的校验点不再核对该日志。\n",
        "A loss of $0 was accepted on $1: $2. Heads before it are\n"
        "not compared with that journal.\n",
        NameOf(loss.partition), TimeOf(loss.at_ms), loss.reason);
  }
  for (const store::SignedHistory::Restore& restore : history.restores) {
    context.out << RestoreText(context, restore);
  }
  for (size_t i = 1; i < history.keys.size(); ++i) {
    const store::SignedHistory::Key& key = history.keys[i];
    context.out << (key.by_the_one_before
                        ? context.Say("$0 起的密钥是 $1，由前一个密钥签认。\n",
                                      "From $0 the key is $1, signed by the "
                                      "one before.\n",
                                      TimeOf(key.since_ms), key.id)
                        : context.Say(
                              "$0 起的密钥是 $1，前一个密钥没有签认。\n",
                              "From $0 the key is $1, which the one before did "
                              "not sign.\n",
                              TimeOf(key.since_ms), key.id));
  }
  context.out << context.Say("仅凭这份数据不能证明：\n",
                             "This copy alone cannot show\n");
  for (const std::string& line : NotShown(context, check)) {
    context.out << "  - " << line << "\n";
  }
}

std::string HeadsJson(const store::StoreCheck& check) {
  const store::SignedHistory& history = check.history;
  tools::JsonLine line;
  line.Count("heads", history.heads);
  if (history.newest) {
    line.Count("head", history.newest->head.number)
        .Text("time", TimeOf(history.newest->head.time_ms))
        .Text("key", history.newest->key_id)
        .Text("text", history.newest->text);
  }
  std::vector<tools::JsonLine> keys;
  for (const store::SignedHistory::Key& key : history.keys) {
    keys.push_back(tools::JsonLine()
                       .Text("key", key.id)
                       .Text("time", TimeOf(key.since_ms))
                       .Flag("signed_by_previous", key.by_the_one_before));
  }
  std::vector<tools::JsonLine> losses;
  for (const store::SignedHistory::Loss& loss : history.losses) {
    losses.push_back(tools::JsonLine()
                         .Text("journal", NameOf(loss.partition))
                         .Text("time", TimeOf(loss.at_ms))
                         .Text("reason", loss.reason));
  }
  std::vector<tools::JsonLine> restores;
  for (const store::SignedHistory::Restore& restore : history.restores) {
    restores.push_back(tools::JsonLine()
                           .Text("restored", TimeOf(restore.restored_ms))
                           .Text("backup", TimeOf(restore.taken_ms))
                           .Count("head", restore.head)
                           .Flag("moved", restore.moved)
                           .Text("reason", restore.reason));
  }
  return line.Count("records_unsigned", check.records_unsigned)
      .Count("reduced_unnamed", check.reduced_unnamed)
      .Objects("keys", keys)
      .Objects("losses_accepted", losses)
      .Objects("restores", restores)
      .End();
}

}  // namespace sluice::ctl
