#include "rules/check/reply_warnings.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "rules/base/quoted.h"
#include "rules/check/lifts.h"
#include "rules/check/odd_word.h"
#include "rules/pack/word_list.h"

namespace sluice::rules {
namespace {

using Texts = google::protobuf::RepeatedPtrField<std::string>;

// What recipients answer who refuse nothing.
constexpr absl::string_view kEverydayReplies[] = {
    "好",
    "好的",
    "收到",
    "已收到",
    "谢谢",
    "谢谢您",
    "知道了",
    "明白",
    "嗯",
    "可以",
    "没问题",
    "是",
    "是的",
    "你好",
    "您好",
    "在吗",
    "我要报名",
    "我想咨询一下",
    "请问多少钱",
    "地址在哪里",
    "电话是多少",
    "明天去可以吗",
    "请问几点开门",
    "我会准时到",
    "快递放门口吧",
    "请给我回个电话",
    "新年快乐",
    "1",
    "2",
    "ok",
    "yes",
    "thanks",
    "thank you",
    "hello",
    "see you",
    "call me later",
    "不客气",
    "不好意思，刚看到",
    "没事",
    "我在路上",
    "我不在家",
    "请发一下地址",
    "再发我一份",
    "停车方便吗",
    "可以开发票吗",
    "怎么收费",
    "能便宜点吗",
    "我的订单到哪了",
    "你是谁",
    "什么时候送到",
    "我来领取",
    "请联系我",
    "报名",
    "y",
    "客服电话多少",
    "没收到短信",
    "为什么还没发货",
    "还有名额吗",
    "已经付款了",
    "不知道什么时候发货",
    "没看到发的链接",
    "怎么退货",
    "退款到账了",
    "帮我投一票",
    "我告诉他了",
    "警告灯亮了怎么办",
    "停水通知收到了",
    "举个例子",
};

// What stands before 退订 in a plain refusal.
constexpr absl::string_view kPolitely[] = {
    "请",   "请你们", "请给我", "我",     "我要", "我想", "要求",
    "帮我", "麻烦",   "麻烦你", "给我",   "马上", "尽快", "现在",
    "谢谢", "短信",   "立即",   "立刻",   "赶紧", "赶快", "直接",
    "全部", "统统",   "已经",   "我已经", "必须", "一定", "坚决",
    "确认", "申请",   "同意",   "本人",   "需要", "怎么", "如何",
};

// What negates a refusal, whether a pack says so or not.
constexpr absl::string_view kNegations[] = {"不",   "别",   "没",   "勿",
                                            "不要", "不想", "先不", "暂不"};

// What recipients reply who refuse and do not complain.
constexpr absl::string_view kPlainRefusals[] = {
    "退订", "拒收", "取消订阅", "不要再发了", "别发了", "stop", "unsubscribe",
};

// What tells recipients how to refuse, beside letters.
constexpr absl::string_view kWaysToRefuse[] = {
    "回", "复", "发", "致电", "拨打", "点", "编辑", "联系", "http",
};

// Most characters, spaces aside, that "…" in a word stands for.
constexpr size_t kGapMax = 8;

// A word of replies, read as those who act on replies read it.
struct ReplyWord {
  std::vector<std::string> pieces;  // Folded; "…" stands between them.
  bool whole = false;               // ^…$: refuses as the whole reply only.
};

ReplyWord ReadReplyWord(absl::string_view word) {
  ReplyWord read;
  if (absl::StartsWith(word, "^") && absl::ConsumeSuffix(&word, "$")) {
    word.remove_prefix(1);
    read.whole = true;
  }
  for (const absl::string_view piece : absl::StrSplit(word, "…")) {
    read.pieces.push_back(FoldWord(piece));
  }
  return read;
}

size_t CharactersOf(absl::string_view text) {
  size_t count = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    count += BeginsCharacter(text, at) && text[at] != ' ' ? 1 : 0;
  }
  return count;
}

// Whether pieces [index, ...) stand in `reply`, the first of them at most
// `gap_max` characters behind `from`.
bool PiecesAreIn(absl::string_view reply, const ReplyWord& word, size_t index,
                 size_t from, size_t gap_max) {
  if (index == word.pieces.size()) return true;
  const std::string& piece = word.pieces[index];
  if (piece.empty()) return false;
  for (size_t at = reply.find(piece, from); at != reply.npos;
       at = reply.find(piece, at + 1)) {
    if (CharactersOf(reply.substr(from, at - from)) > gap_max) return false;
    const size_t end = at + piece.size();
    if (!CutsLatin(reply, at) && !CutsLatin(reply, end) &&
        PiecesAreIn(reply, word, index + 1, end, kGapMax)) {
      return true;
    }
  }
  return false;
}

// Whether `reply` is `word`, or says it several times: TT, TDTD.
bool Repeats(absl::string_view reply, absl::string_view word) {
  if (reply.empty() || word.empty()) return false;
  while (absl::ConsumePrefix(&reply, word)) continue;
  return reply.empty();
}

// Whether a word makes `reply`, which is folded, one that is acted on.
bool IsIn(const ReplyWord& word, absl::string_view reply) {
  if (word.whole) return Repeats(reply, word.pieces.front());
  return PiecesAreIn(reply, word, 0, 0, reply.size());
}

// The runs of Latin letters in a wording: "r" of 拒收请回复r.
std::vector<std::string> LettersOf(absl::string_view folded) {
  std::vector<std::string> runs;
  bool goes_on = false;
  for (const char c : folded) {
    const bool letter = absl::ascii_isalpha(static_cast<unsigned char>(c));
    if (letter && !goes_on) runs.emplace_back();
    if (letter) runs.back() += c;
    goes_on = letter;
  }
  return runs;
}

class ReplyWarnings {
 public:
  ReplyWarnings(const Pack& pack, Warnings& warnings)
      : pack_(pack),
        wording_(pack.policy.opt_out_wording()),
        warnings_(warnings) {
    for (const std::string& word : wording_.reply_words()) {
      refusals_.push_back({{FoldWord(word)}, /*whole=*/true});
    }
    for (const std::string& word : wording_.reply_contains()) {
      refusals_.push_back(ReadReplyWord(word));
    }
  }

  void Find() {
    for (int i = 0; i < wording_.reply_words_size(); ++i) {
      LookAtReply("reply_words", i, wording_.reply_words(i),
                  {{FoldWord(wording_.reply_words(i))}, /*whole=*/true});
    }
    LookAtContained("reply_contains", wording_.reply_contains());
    LookAtContained("complaint_contains", wording_.complaint_contains());
    LookAtContained("refusal_unheeded", wording_.refusal_unheeded());
    for (int i = 0; i < wording_.complaint_contains_size(); ++i) {
      LookAtComplaint(i);
    }
    for (int i = 0; i < wording_.negations_size(); ++i) LookAtNegation(i);
    for (int i = 0; i < wording_.reply_courtesies_size(); ++i) {
      LookAtCourtesy(i);
    }
    // Of words that are written wrong it is not known what they refuse.
    const auto is_odd = [](const std::string& word) {
      return FindOddWord(word).has_value();
    };
    if (refusals_.empty() || absl::c_any_of(wording_.reply_words(), is_odd)) {
      return;
    }
    for (int i = 0; i < wording_.accepted_size(); ++i) LookAtAccepted(i);
  }

 private:
  void LookAtContained(absl::string_view field, const Texts& words) {
    for (int i = 0; i < words.size(); ++i) {
      LookAtReply(field, i, words[i], ReadReplyWord(words[i]));
    }
  }

  // Refuses alone, so that every plain opt-out is taken for more than that.
  void LookAtComplaint(int i) {
    const std::string& word = wording_.complaint_contains(i);
    const ReplyWord read = ReadReplyWord(word);
    if (IsTooShort("complaint_contains", read)) return;  // Which is told.
    const bool plain = absl::c_any_of(
        kPlainRefusals,
        [&read](absl::string_view one) { return IsIn(read, one); });
    const bool refuses = absl::c_any_of(
        wording_.reply_words(),
        [&read](const std::string& one) { return IsIn(read, FoldWord(one)); });
    if (!plain && !refuses) return;
    Add("complaint_contains", i,
        SayBoth("会误作投诉的退订", "opt-outs taken for complaints"),
        SayBoth("$0 会把普通的退订当作投诉，每条都要按投诉处理：请写投诉的人才"
                "会回复的词，如 投诉、举报",
                "with $0 a plain opt-out is a complaint, and has to be handled "
                "as one: write what only those reply who complain, such as "
                "投诉 and 举报",
                Quoted(word)));
  }

  // One letter or character is in replies of every kind.
  bool IsTooShort(absl::string_view field, const ReplyWord& read) const {
    if (read.whole || read.pieces.size() != 1 ||
        CharactersOf(read.pieces.front()) != 1) {
      return false;
    }
    // 烦 and 滚 refuse; no single character complains.
    return field == "complaint_contains" || field == "refusal_unheeded" ||
           absl::ascii_isalnum(
               static_cast<unsigned char>(read.pieces.front()[0]));
  }

  // What is dropped from a word, and was meant to be "…" or an end.
  static absl::string_view IdleMarkOf(absl::string_view word) {
    for (const absl::string_view mark :
         {"...", "。。。", "..", "。。", "⋯", "~~", "～～", "__"}) {
      const size_t at = word.find(mark);
      if (at != word.npos && at > 0 && at + mark.size() < word.size()) {
        return mark;
      }
    }
    const bool ends = absl::EndsWith(word, "$") && !absl::StartsWith(word, "^");
    return ends ? "$" : "";
  }

  void AddIdleMark(absl::string_view field, int i, const std::string& word,
                   absl::string_view mark) {
    if (mark == "$") {
      return Add(field, i, SayBoth("不起作用的符号", "marks without effect"),
                 SayBoth("$0 只有 $$ 没有 ^，$$ 不起作用：整条回复才算请写 "
                         "^…$$ 那样首尾都有的，如 ^不要$$",
                         "$0 has '$$' without '^', which says nothing: write "
                         "both for a whole reply, as ^不要$$",
                         Quoted(word)));
    }
    Add(field, i, SayBoth("不起作用的符号", "marks without effect"),
        SayBoth("$0 中的 $1 不起作用，两边须紧挨着才算：中间可有几个字请写“…”，"
                "如 别…发（只可用于 reply_contains 和 refusal_unheeded）",
                "$1 in $0 is dropped, so that its parts must be side by side: "
                "for some characters in between write '…', as 别…发 (in "
                "reply_contains and refusal_unheeded only)",
                Quoted(word), Quoted(mark)));
  }

  void AddTooShort(absl::string_view field, int i, const std::string& word) {
    if (field != "reply_contains" && field != "reply_words") {
      return Add(
          field, i, SayBoth("会误作投诉的回复", "replies taken for complaints"),
          SayBoth("$0 只有一个字，会出现在各种回复里：请写投诉的人才会回复的"
                  "整个词，如 投诉、举报",
                  "$0 is one character, which replies of every kind have: "
                  "write a whole word that only those reply who complain, such "
                  "as 投诉 and 举报",
                  Quoted(word)));
    }
    Add(field, i, SayBoth("会误作拒收的回复", "replies taken for refusals"),
        SayBoth("$0 只有一个字母或数字，会出现在各种回复里：拒收的字母"
                "请写进 reply_words，那里只看整条回复",
                "$0 is one letter or digit, which replies of every "
                "kind have: write it into reply_words, where it must "
                "be the whole reply",
                Quoted(word)));
  }

  void LookAtReply(absl::string_view field, int i, const std::string& word,
                   const ReplyWord& read) {
    if (const absl::string_view mark = IdleMarkOf(word); !mark.empty()) {
      AddIdleMark(field, i, word, mark);
      return;
    }
    const auto* const reply = absl::c_find_if(
        kEverydayReplies,
        [&read](absl::string_view one) { return IsIn(read, one); });
    if (reply == std::end(kEverydayReplies)) {
      if (IsTooShort(field, read)) AddTooShort(field, i, word);
      return;
    }
    Add(field, i, SayBoth("会误作拒收的回复", "replies taken for refusals"),
        SayBoth(
            "$0 会把收件人的日常回复“$1”当作拒收或投诉：请写只有拒收的人才会"
            "回复的词",
            "$0 makes the everyday reply \"$1\" a refusal or complaint: "
            "write what only those reply who refuse",
            Quoted(word), *reply));
  }

  // Courtesies are dropped before the rest of a reply is read: without 不,
  // 不退订 refuses.
  void LookAtCourtesy(int i) {
    const std::string word = FoldWord(wording_.reply_courtesies(i));
    const bool negates =
        absl::c_linear_search(kNegations, word) ||
        absl::c_any_of(wording_.negations(), [&word](const std::string& one) {
          return FoldWord(one) == word;
        });
    if (!negates) return;
    Add("reply_courtesies", i,
        SayBoth("改变回复意思的客套话", "courtesies that change a reply"),
        SayBoth("$0 作为客套话会先被去掉，“$0退订”就成了“退订”，不想退订的人也"
                "会停收：请写 谢谢、您好 这样的客套话",
                "$0 is dropped as a courtesy, so that \"$0退订\" is read as "
                "退订, and stops those who do not refuse: write courtesies "
                "such as 谢谢 and 您好",
                wording_.reply_courtesies(i)));
  }

  void LookAtNegation(int i) {
    const std::string word = FoldWord(wording_.negations(i));
    const auto* const before = absl::c_find_if(
        kPolitely,
        [&word](absl::string_view one) { return absl::EndsWith(one, word); });
    if (word.empty() || before == std::end(kPolitely)) return;
    Add("negations", i, SayBoth("会漏掉拒收的否定词", "refusals not heard"),
        SayBoth(
            "$0 作为否定词，会使“$1退订”这样明确的拒收不被执行，违反法规："
            "请只写否定退订的词，如 不、不想",
            "with the negation $0 a plain refusal such as \"$1退订\" is not "
            "acted on, against the law: write only what negates, such as "
            "不 and 不想",
            Quoted(wording_.negations(i)), *before));
  }

  void LookAtAccepted(int i) {
    const std::string accepted = FoldWord(wording_.accepted(i));
    const bool tells_how =
        !LettersOf(accepted).empty() ||
        absl::c_any_of(kWaysToRefuse, [&accepted](absl::string_view one) {
          return absl::StrContains(accepted, one);
        });
    if (!tells_how) {
      return Add(
          "accepted", i,
          SayBoth("没有说明方法的退订提示", "wording without a way to refuse"),
          SayBoth(
              "$0 没有告诉收件人怎样拒收，含有这个词的短信都算带了退订提示："
              "请写完整，如 拒收请回复R",
              "$0 does not tell how to refuse, and any text with it counts "
              "as one that does: write all of it, such as 拒收请回复R",
              Quoted(wording_.accepted(i))));
    }
    if (TellsRefusal(FoldWord(wording_.accepted(i)))) return;
    Add("accepted", i,
        SayBoth("无法拒收的退订提示", "wording that no reply goes with"),
        SayBoth("$0 没有告诉收件人一个有效的拒收回复：其中的字母或词须在 "
                "reply_words 或 reply_contains 中，否则照做的人仍会收到短信",
                "$0 tells no reply that is a refusal: its letters or word must "
                "be among reply_words or reply_contains, or whoever does as "
                "told goes on getting messages",
                Quoted(wording_.accepted(i))));
  }

  // Whether whoever does as the wording says refuses: by its letters or, if it
  // has none, by its word.
  bool TellsRefusal(const std::string& folded) const {
    const std::vector<std::string> letters = LettersOf(folded);
    return absl::c_any_of(refusals_, [&](const ReplyWord& word) {
      if (!letters.empty()) {
        return absl::c_any_of(letters, [&word](const std::string& one) {
          return IsIn(word, one);
        });
      }
      const bool whole = word.whole && !word.pieces.front().empty();
      return whole ? absl::StrContains(folded, word.pieces.front())
                   : IsIn(word, folded);
    });
  }

  void Add(absl::string_view field, int i, const Both& kind, Both what) {
    warnings_.Add(pack_.policy_file.path,
                  pack_.policy_file.positions.At(
                      absl::StrCat("opt_out_wording.", field, "[", i, "]")),
                  kind, std::move(what));
  }

  const Pack& pack_;
  const rules::v1::OptOutWording& wording_;
  Warnings& warnings_;
  std::vector<ReplyWord> refusals_;
};

}  // namespace

void FindReplyWarnings(const Pack& pack, Warnings& warnings) {
  ReplyWarnings(pack, warnings).Find();
}

}  // namespace sluice::rules
