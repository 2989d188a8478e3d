#include "rules/check/reply_warnings.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "rules/base/quoted.h"
#include "rules/check/lifts.h"
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
};

// What stands before 退订 in a plain refusal.
constexpr absl::string_view kPolitely[] = {
    "请",   "请你们", "请给我", "我",   "我要", "我想", "要求", "帮我",
    "麻烦", "麻烦你", "给我",   "马上", "尽快", "现在", "谢谢", "短信",
};

// Where a word, folded, stands in a reply; "…" stands for anything.
bool IsIn(absl::string_view word, absl::string_view reply) {
  const bool begins = absl::ConsumePrefix(&word, "^");
  const bool ends = absl::ConsumeSuffix(&word, "$");
  if (begins && ends) return word == reply;
  for (size_t at = reply.find(word); at != reply.npos && !word.empty();
       at = reply.find(word, at + 1)) {
    if (!CutsLatin(reply, at) && !CutsLatin(reply, at + word.size())) {
      return true;
    }
  }
  return false;
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
      refusals_.insert(FoldWord(word));
    }
  }

  void Find() {
    for (int i = 0; i < wording_.reply_words_size(); ++i) {
      const std::string word = FoldWord(wording_.reply_words(i));
      LookAtReply("reply_words", i, wording_.reply_words(i),
                  absl::StrCat("^", word, "$"));
    }
    LookAtContained("reply_contains", wording_.reply_contains());
    LookAtContained("complaint_contains", wording_.complaint_contains());
    LookAtContained("refusal_unheeded", wording_.refusal_unheeded());
    for (int i = 0; i < wording_.negations_size(); ++i) LookAtNegation(i);
    for (int i = 0; i < wording_.reply_courtesies_size(); ++i) {
      LookAtCourtesy(i);
    }
    if (refusals_.empty() && wording_.reply_contains().empty()) return;
    for (int i = 0; i < wording_.accepted_size(); ++i) LookAtAccepted(i);
  }

 private:
  void LookAtContained(absl::string_view field, const Texts& words) {
    for (int i = 0; i < words.size(); ++i) {
      LookAtReply(field, i, words[i], FoldWord(words[i]));
    }
  }

  void LookAtReply(absl::string_view field, int i, const std::string& word,
                   const std::string& folded) {
    const auto* const reply = absl::c_find_if(
        kEverydayReplies,
        [&folded](absl::string_view one) { return IsIn(folded, one); });
    if (reply == std::end(kEverydayReplies)) return;
    Add(field, i, SayBoth("会误作拒收的回复", "replies taken for refusals"),
        SayBoth(
            "$0 会把收件人的日常回复“$1”当作拒收或投诉：请写只有拒收的人才会"
            "回复的词",
            "$0 makes the everyday reply \"$1\" a refusal or complaint: "
            "write what only those reply who refuse",
            Quoted(word), *reply));
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

  void LookAtCourtesy(int i) {
    const std::string& word = wording_.reply_courtesies(i);
    if (!refusals_.contains(FoldWord(word))) return;
    Add("reply_courtesies", i,
        SayBoth("会漏掉拒收的客套话", "refusals not heard"),
        SayBoth("$0 是拒收的回复（reply_words），又写作客套话，比较前会被去掉："
                "请从客套话中删除",
                "$0 is a refusal (reply_words), and as a courtesy it is "
                "dropped before replies are compared: take it out here",
                Quoted(word)));
  }

  void LookAtAccepted(int i) {
    const std::string folded = FoldWord(wording_.accepted(i));
    const std::vector<std::string> letters = LettersOf(folded);
    for (const std::string& one : letters) {
      if (refusals_.contains(one)) return;
    }
    const bool names =
        letters.empty() && absl::c_any_of(refusals_, [&](const auto& one) {
          return absl::StrContains(folded, one);
        });
    if (names) return;
    Add("accepted", i,
        SayBoth("无法拒收的退订提示", "wording that no reply goes with"),
        SayBoth("$0 没有告诉收件人一个有效的拒收回复：其中的字母或词须在 "
                "reply_words 中，否则照做的人仍会收到短信",
                "$0 tells no reply that is a refusal: its letters or word must "
                "be among reply_words, or whoever does as told goes on getting "
                "messages",
                Quoted(wording_.accepted(i))));
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
  std::set<std::string> refusals_;  // The reply words, folded.
};

}  // namespace

void FindReplyWarnings(const Pack& pack, Warnings& warnings) {
  ReplyWarnings(pack, warnings).Find();
}

}  // namespace sluice::rules
