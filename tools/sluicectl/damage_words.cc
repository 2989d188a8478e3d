#include "tools/sluicectl/damage_words.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tools/sluicectl/pattern_words.h"

namespace sluice::ctl {
namespace {

// Patterns of ChineseOfPattern(): the longer sentence stands before those that
// it contains.
constexpr Words kDamage[] = {
    {"日志在 # 损坏：#。请用副本恢复 #，并用 `sluicectl store check` 校验；不要"
     "删除任何内容。如果没有副本，`sluicectl store accept-loss` "
     "显示丢失了什么，"
     "并可让日志不带它继续",
     "journal damaged at #: #. Restore # from a copy and check it with "
     "`sluicectl store check`; delete nothing. If there is no copy, `sluicectl "
     "store accept-loss` shows what is lost and lets the journal go on without "
     "it"},
    {"日志在 # 损坏：#。请用副本恢复 #，并用 `sluicectl store check` 校验；不要"
     "删除任何内容",
     "journal damaged at #: #. Restore # from a copy and check it with "
     "`sluicectl store check`; delete nothing"},
    {"#/journal：#，而视图没有保存它们的结果：退订和等待中的短信会丢失。请用副"
     "本恢复缺失的段",
     "#/journal: #, and the views do not stand in for them: opt-outs and "
     "messages under way would be lost. Restore what is missing from a copy"},
    {"#，而这里曾全部写入：它可能已经确认过",
     "#, though all of it was written once: it may have been acknowledged"},
    {"#，而最后一组曾全部写入：它可能已经确认过",
     "#, though all of the last group was written once: it may have been "
     "acknowledged"},
    {"#，而偏移 # 处的一组是在它落盘之后写入的",
     "#, and the group at offset # was written when this was durable"},
    {"#，而第 # 段已经开始", "#, though segment # has begun"},
    {"# 缺失或为空", "# is missing or empty"},
    {"应为一组记录之处全是零", "zeros where a group should be"},
    {"第 # 段偏移 #", "segment # offset #"},
    {"文件 # 损坏（#）：请用副本或任一段的段头恢复",
     "file # is damaged (#): restore it from a copy, or from the header of any "
     "segment"},
    {"日志有段而没有文件 #：请用副本恢复",
     "the journal has segments and no file #: restore it from a copy"},
    {"段头：上一个根哈希与前一段的不符",
     "header: previous root is not that of the segment before"},
    {"段头：#", "header: #"},
    {"文件 #：#", "file #: #"},
    {"前 # 条记录与 # 签名时不同：有记录被改动、删除或添加",
     "the first # records are not those that # signed: one was changed, "
     "removed "
     "or added"},
    {"# 签名时有 # 条须长期保留的记录（退订及其证据），现有 # 条：有人删除了它"
     "们",
     "# signed # records that retention must keep (opt-outs and their "
     "evidence), and # of them are here: somebody removed them"},
    {"已清理 # 条记录，与数据保留写明的不同",
     "# records are removed, which are others than retention announced"},
    {"# 条记录已不在，而数据保留没有写明：有人删除了它们",
     "# records are removed, and no record of retention says so: somebody "
     "removed them"},
    {"日志只有 # 条记录，而 # 签名时有 # 条",
     "the journal ends after # records, and # signed #"},
    {"整份日志缺失；第 # 个校验点签名时有 # 条记录",
     "the journal is missing; head # signed # records of it"},
    {"第 # 个校验点签名时这份日志有 # 条记录，而其余日志称只有 # 个分区",
     "head # signed # records of this journal, and the others say that there "
     "are only # partitions"},
    {"第 # 个校验点接在第 # 个之后", "head # comes after head #"},
    {"第 # 个校验点所指的第 # 个与实际不符：其中之一被改写",
     "head # does not name head # as it is: one of them was written otherwise"},
    {"第 # 个校验点与另存于别处的不同",
     "head # is another one than the head that was kept elsewhere"},
    {"第 # 个校验点属于另一个数据存储", "head # is of another store"},
    {"第 # 个校验点不是由当时的密钥签名",
     "head # is not signed by the key of its time"},
    {"另存于别处的第 # 个校验点签于备份之后，而这里由备份恢复（备份至第 # 个"
     "校验点）：它所涵盖的内容不在这里",
     "head #, which was kept elsewhere, came after the backup from which this "
     "store was restored (up to head #): what it covers is not here"},
    {"另存于别处的第 # 个校验点在这里缺失",
     "head #, which was kept elsewhere, is missing"},
    {"另存于别处的校验点属于另一个数据存储",
     "the head that was kept elsewhere is of another store"},
    {"另存于别处的校验点由密钥 # 签名，而这里从未有过此密钥",
     "the head that was kept elsewhere is signed by key #, which this store "
     "never had"},
    {"另存于别处的校验点的签名不成立",
     "the head that was kept elsewhere is not signed as it says"},
    {"第 # 个校验点（# UTC）", "head # of # UTC"},
    {"整份日志缺失；曾经落盘至 #",
     "the journal is missing; it was durable up to #"},
    {"磁盘无法读取", "the disk cannot read it"},
    {"整份日志缺失：密钥、主体、规则版本",
     "the journal is missing: keys, parties, rule versions"},
    {"整份日志缺失", "the journal is missing"},
    {"这份日志与其他日志不属于同一个数据存储",
     "this journal belongs to another store than the others do"},
    {"# 属于另一个数据存储或分区", "# belongs to another store or partition"},
    {"# 存放的是第 # 段", "# holds segment #"},
    {"属于另一个数据存储", "it belongs to another store"},
    {"文件头损坏", "its header is damaged"},
    {"有一格损坏", "a slot is damaged"},
    {"太短", "too short"},
    {"须有 # 字节，只剩 # 字节", "need # octets, # left"},
    {"长度超过任何帧", "length beyond any frame's"},
    {"组的种类与其所在的段不符", "a group of the wrong kind for its segment"},
    {"缺少这一段", "the segment is missing"},
    {"缺少第 # 至 # 段", "segments # to # are missing"},
    {"日志到此为止，而曾经落盘至 #",
     "the journal ends here and was durable up to #"},
    {"日志在这里有过另一个根哈希：这是它的另一份副本，后来各自增长",
     "the journal had another root here: this is another copy of it, which has "
     "grown otherwise"},
    {"文件创建时为 # 字节，现为 # 字节：末尾被截去",
     "the file was made with # octets and has #: its end was cut off"},
    {"应为一组记录或段尾之处全是零",
     "zeros where a group or the end should be"},
    {"首偏移的顺序不对", "its first offset is out of order"},
    {"上一个根哈希与前一组的不符",
     "its previous root is not that of the group before"},
    {"段尾的根哈希不同", "another root at the end"},
    {"段尾之后还有字节", "bytes after the end"},
    {"索引与各组不符", "the index is not that of the groups"},
    {"校验和不符", "checksum differs"},
    {"没有校验和", "no checksum"},
    {"不是这种文件", "not one of these files"},
    {"版本 # 未知", "unknown version #"},
    {"版本未知", "unknown version"},
    {"为 # 字节，应为 # 字节", "# bytes, not #"},
    {"太短，容不下段头", "too short for a header"},
    {"种类未知", "unknown kind"},
    {"长度与段尾不符", "not the length of an end"},
    {"不是段尾", "not an end"},
    {"索引太短", "index: too short"},
    {"索引比文件还长", "index: longer than its file"},
    {"索引的校验和不符", "index: checksum differs"},
    {"未清理的组中有已清理的记录", "a record removed, in a group not reduced"},
    {"有记录的末尾在组外", "a record ends outside of the group"},
    {"已清理的记录处不是哈希", "a removed record's body is no hash"},
    {"有多余的字节", "bytes left over"},
    {"比最短的组还短", "shorter than the shortest group"},
    {"长度与帧的不符", "length differs from the frame's"},
    {"一组有 # 条记录", "a group of # records"},
    {"太短，容不下其记录", "too short for its records"},
    {"根哈希与记录不符", "the root is not that of the records"},
    {"被截断", "cut off"},
    {"文件在此结束", "the file ends"},
    {"这里没有一组记录", "no group there"},
};

}  // namespace

std::string DamageWords(Language language, absl::string_view english) {
  if (language == Language::kEnglish) return std::string(english);
  return ChineseOfPattern(kDamage, english)
      .value_or(absl::StrCat("（原文：", english, "）"));
}

}  // namespace sluice::ctl
