// What complete replies are read as. Each group is a kind of filter/README.md,
// "Replies".

#include "filter/reply.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "filter/policy/squeezed_text.h"
#include "filter/policy/wordings.h"
#include "gtest/gtest.h"
#include "rules/fold/fold.h"
#include "tests/filter/small_world.h"

namespace sluice::filter {

std::ostream& operator<<(std::ostream& out, const ReplyMeaning& meaning) {
  return out << "reading " << static_cast<int>(meaning.reading)
             << (meaning.complains ? ", complains" : "")
             << (meaning.review ? ", review" : "") << ", word " << meaning.word;
}

namespace {

// What a group of replies is read as. Review goes with every reading but a
// certain refusal and nothing.
struct Group {
  absl::string_view why;
  ReplyReading reading;
  bool complains;
  std::vector<absl::string_view> texts;
};

constexpr ReplyReading kRefusal = ReplyReading::kRefusal;
constexpr ReplyReading kLikely = ReplyReading::kLikelyRefusal;
constexpr ReplyReading kNegated = ReplyReading::kNegated;
constexpr ReplyReading kNothing = ReplyReading::kNothing;

const Group kGroups[] = {
    {"a keyword, in any width, case and script",
     kRefusal,
     false,
     {"R",        "r",        "Ｒ",       "ＴＤ",     "Ｔ　Ｄ",   "T",
      "td",       "N",        "TDZD",     "退订",     "退訂",     "退定",
      "拒收",     "TD退订",   "T退订",    "退订回T",  "停止推送", "停止发送",
      "停止發送", "拒绝接收", "拒絕接收", "不再接收", "取消订阅"}},
    {"a keyword with gaps, punctuation or repeats",
     kRefusal,
     false,
     {" R 。",      "T D",        "T.D",     "退。订",   "退-订",
      "退订！！！", "TTT",        "TDTD",    "ttdd",     "r r r",
      "退订退订",   "退订，拒收", "T R",     "《退订》", "[TD]",
      "{T}",        "T~",         "s t o p", "STOPPPP",  "stopstop"}},
    {"a keyword asked for with reply or send",
     kRefusal,
     false,
     {"回T",        "回R",     "回個T",    "回复TD",    "回復TD",
      "回覆TD",     "复TD",    "复：T",    "答复TD",    "回复 R",
      "请回复R",    "請回覆R", "发送T",    "發送TD",    "请发送TD",
      "编辑短信TD", "我回TD",  "回TD退订", "回复R退订", "拒收请回复R",
      "退订回复TD", "发送退订"}},
    {"a keyword with courtesy",
     kRefusal,
     false,
     {"TD，谢谢！",
      "R谢谢",
      "谢谢，TD",
      "谢谢\nTD",
      "TD 谢谢你 辛苦了",
      "您好，请退订",
      "麻烦帮我退订一下，谢谢",
      "退订谢谢",
      "退订吧",
      "我要退订",
      "我要TD",
      "给我TD",
      "亲，退订哦",
      "TD退订谢谢",
      "T呀",
      "N了",
      "拜托，退订",
      "請退訂，謝謝",
      "立即退订",
      "TD thanks",
      "STOP please",
      "退订 please",
      "TD多谢合作",
      "烦请退订",
      "煩請退訂"}},
    {"an English keyword, in every market",
     kRefusal,
     false,
     {"STOP",        "Stop.",
      "ＳＴＯＰ",    "stop!!!",
      "STOPALL",     "stop all",
      "UNSUBSCRIBE", "unsub",
      "CANCEL",      "END",
      "QUIT",        "Quit.",
      "OPTOUT",      "OPT-OUT",
      "opt out",     "REVOKE",
      "Remove me",   "ARRET",
      "please stop", "pls stop",
      "stop it",     "unsubscribe 退订",
      "OK, STOP"}},
    {"a keyword with emoji",
     kRefusal,
     false,
     {"T👍", "T👍🏽", "🙏TD🙏", "退订😡😡", "R❤️", "👨‍👩‍👧TD",
      "T️", "🛑STOP", "T\xee\x80\x81"}},
    {"a keyword with a phone's signature",
     kRefusal,
     false,
     {"TD\n发自我的iPhone", "退订\nSent from my iPhone", "TD 发自我的华为手机",
      "R\n来自我的小米", "T\n\n-- \n发自我的 iPhone", "TD（发自手机QQ）",
      "TD\n由我的iPhone发出", "發自我的iPhone\nTD",
      "TD - Sent from Outlook for iOS", "TD\nGet Outlook for Android",
      "退订\n————\n来自华为Mate"}},
    {"a keyword with the notice that it answers, or in quotation marks",
     kRefusal,
     false,
     {"R\n> 【小店】新品到店，拒收请回复R", "R 【小店】新品到店，拒收请回复R",
      "T「您的验证码是123456，请勿告诉他人」",
      "TD\n----- 原短信 -----\n【小店】新品到店，拒收请回复R", "“R”",
      "回复“TD”", "「退訂」", "【退订】", "回复【TD】", "\"退订\""}},
    {"a keyword with a number",
     kLikely,
     false,
     {"R1", "T 1", "N1", "TD1", "TD 13800138000", "TD13800138000",
      "13800138000 TD", "13800138000TD", "退订13800138000",
      "手机号13800138000退订"}},
    {"a keyword with other words",
     kLikely,
     false,
     {"R，我不需要",  "N。谢谢，我没有需求", "R我不买",        "不买房，T",
      "没钱 T",       "TD我不需要",          "N 不需要",       "好的，退订",
      "TD 滚",        "买过了，R",           "不需要贷款，TD", "请取消",
      "qx谢谢",       "我可以退订吗",        "怎么退订",       "怎么取消",
      "是不是要退订", "退不退订啊",          "要不要退订",     "我不得不退订",
      "要不别发了"}},
    {"slips, sound-alikes and pinyin",
     kLikely,
     false,
     {"退汀",      "退丁",     "推订",     "推定",   "褪订", "退ding",
      "tuiding",   "Tui ding", "TUI-DING", "tuidin", "拒受", "取销",
      "quxiao",    "jushou",   "TDR",      "RTD",    "TDXX", "unsubcribe",
      "bie fa le", "buyao",    "退D"}},
    {"codes of other services",
     kLikely,
     false,
     {"0000", "00000", "000000", "QX", "0000，谢谢", "回0000"}},
    {"do not send, with words between",
     kLikely,
     false,
     {"别发了",
      "别再发了",
      "别給我再發",
      "请勿再发",
      "勿发",
      "不要再发了",
      "不要老是发",
      "不要天天给我发了",
      "能不能别老给我发",
      "不要再给我发这种垃圾广告了",
      "别他妈的老给我发",
      "能不能不发了",
      "以后不要给我发了",
      "不要...再发",
      "停止骚扰",
      "停发",
      "拒绝一切广告",
      "终止发送",
      "有病啊天天发",
      "不要没完没了地发"}},
    {"leave me alone",
     kLikely,
     false,
     {"勿扰", "请勿打扰", "别烦我", "别骚扰我", "不要骚扰我", "不要再联系我",
      "你们这是骚扰", "骚扰", "烦", "烦死了", "烦不烦", "滚", "滾", "滚蛋",
      "滚滚滚"}},
    {"does not want them",
     kLikely,
     false,
     {"不想再收到短信",
      "不想收",
      "不愿意收到",
      "不希望再收到",
      "不想看到你们的广告",
      "不感兴趣",
      "没兴趣",
      "不要",
      "不要了谢谢",
      "不需要",
      "不需要了",
      "我不需要",
      "不用了，谢谢",
      "谢谢，不需要",
      "拒",
      "拒绝",
      "退",
      "停",
      "把我号码删了",
      "删除我的号码",
      "不要不要",
      "请把我的号码从你们的名单中删除"}},
    {"the same in English",
     kLikely,
     false,
     {"remove me from your list", "I want to unsubscribe from this",
      "do not text me again", "don't text me", "don’t text me again",
      "dont text me", "leave me alone", "no thanks", "No more!",
      "not interested", "opt me out", "take me off your list",
      "please stop texting me", "Stop spamming me",
      "I don't want these messages", "fuck off"}},
    {"a negation before, in another clause",
     kLikely,
     false,
     {"不需要，退订", "不，退订", "不要，退订吧", "别。退订", "没钱！退订"}},
    {"our notice sent back without a word",
     kLikely,
     false,
     {"【小店】新品到店，拒收请回复R", "“全场八折新品到店，拒收请回复R”"}},
    {"a complaint",
     kLikely,
     true,
     {"投诉", "投诉你们", "投訴", "我要举报，退订", "已举报", "12321举报",
      "再发我就投诉", "再发报警", "N，再发我投诉了", "不退订就投诉",
      "I will report you", "I will complain"}},
    {"a refusal that was not obeyed",
     kLikely,
     true,
     {"怎么还没退订",
      "怎麼還沒退訂",
      "怎么还没有给我退订",
      "怎么还不退订",
      "再不退订我就报警了",
      "再不停止我就举报",
      "还不退订？",
      "未退订成功，请处理",
      "没有退订成功",
      "还没退订成功",
      "退订失败",
      "退订不了",
      "怎么退订不了",
      "退订没反应",
      "退订没有用",
      "无法退订",
      "不能退订吗",
      "为什么不能退订",
      "不让退订是吧",
      "退订了怎么还发",
      "退訂了怎麼還發",
      "说了退订为什么还在发",
      "我都退订了还给我发",
      "昨天就退订了，今天又发",
      "退订N次了",
      "退订了还收到",
      "我不是退订了吗",
      "取消了怎么还发",
      "拒收了还发",
      "TD了还在发",
      "T了还发",
      "回了T还发",
      "回复TD没用",
      "已回复T，还在收到短信",
      "怎么又发",
      "还在给我发",
      "都说了不要发了",
      "为什么一直给我发",
      "不是说不要再发了吗",
      "没有成功退订",
      "没退订掉",
      "叫你们不要发还发"}},
    {"the same in English",
     kLikely,
     true,
     {"I already texted STOP", "you were told to stop",
      "I already unsubscribed", "I've already opted out", "I said STOP",
      "I told you to stop", "why are you still texting me",
      "why do you keep texting me", "Can't unsubscribe",
      "unsubscribe is not working", "I'm still getting your messages"}},
    {"every refusal is negated",
     kNegated,
     false,
     {"不退订",
      "不要退订",
      "不要退訂",
      "不用退订",
      "不用退订了",
      "别退订",
      "千万别退订",
      "不想退订",
      "还不想退订",
      "不会退订",
      "暂不退订",
      "先别退订",
      "暂时不要退订",
      "不准备退订",
      "我没退订",
      "没有要退订",
      "不是要退订",
      "我没说要退订",
      "不需要退订",
      "无需退订",
      "误退订",
      "不同意退订",
      "不退订，谢谢",
      "不退订，继续发",
      "不要 退 订",
      "不要给我退订",
      "别把我退订了",
      "别取消",
      "不要取消",
      "请勿取消",
      "没取消",
      "不要取消我的订单",
      "别停止",
      "不要停止发送",
      "不要取消推送",
      "不会投诉",
      "我不想投诉",
      "不举报",
      "我不是骚扰",
      "没骚扰",
      "不烦",
      "don't stop",
      "dont stop",
      "please do not unsubscribe me",
      "don’t cancel",
      "never stop",
      "non-stop",
      "no need to cancel",
      "I don't want to unsubscribe",
      "不要不退订"}},
    {"a negation and a refusal",
     kLikely,
     false,
     {"不退订，别发广告", "不会投诉，但请退订", "没兴趣，不取消就算了"}},
    {"an ordinary answer",
     kNothing,
     false,
     {"好的",
      "好",
      "收到",
      "谢谢，收到",
      "嗯嗯",
      "可以",
      "同意",
      "是",
      "否",
      "Y",
      "yes",
      "ok",
      "OK",
      "1",
      "2",
      "A",
      "👍",
      "。。。",
      "",
      "   ",
      "?",
      "张三",
      "王小明",
      "Tom",
      "Nancy",
      "Ted",
      "123456",
      "验证码123456",
      "在吗",
      "你是谁",
      "多少钱",
      "怎么买",
      "什么时候到",
      "明天10:00",
      "我要报名",
      "不知道",
      "不在家",
      "不行",
      "不参加",
      "不客气",
      "不用谢",
      "不麻烦",
      "没收到验证码",
      "还不错",
      "继续发",
      "地址发我一下",
      "发自我的iPhone",
      "好的\n发自我的iPhone",
      "好的 【小店】新品到店，拒收请回复R"}},
    {"a longer word that contains one of the words",
     kNothing,
     false,
     {"nonstop",
      "weekend",
      "RT",
      "RTX",
      "NT",
      "LTD",
      "hit",
      "10000",
      "100000",
      "1000 0000 0000",
      "08:00 00:12",
      "010-80000000",
      "A10000B",
      "T恤有货吗",
      "N多",
      "R u coming",
      "不要发票",
      "不用发票了",
      "先别发货",
      "怎么还不发货",
      "怎么还没收到",
      "怎么还没退款",
      "麻烦您了",
      "麻烦发一下地址",
      "特别好，已经发给你了",
      "别人发的",
      "滚筒洗衣机多少钱",
      "多少钱发到北京",
      "停车场在哪",
      "报警器多少钱"}},
};

ReplyMeaning Expected(const Group& group, const std::string& word) {
  return {group.reading, group.complains,
          group.reading != kRefusal && group.reading != kNothing, word};
}

TEST(ReadReply, Table) {
  const auto policy = *Policy::Build(*Cn2015());
  for (const Group& group : kGroups) {
    for (const absl::string_view text : group.texts) {
      const ReplyMeaning meaning = ReadReply(*policy, text);
      EXPECT_EQ(meaning, Expected(group, meaning.word))
          << group.why << ": " << text;
      EXPECT_EQ(meaning.word.empty(), group.reading == kNothing) << text;
    }
  }
}

struct Row {
  ReplyReading reading;
  bool complains = false;
  std::string text;
};

// The rows of replies.tsv, and those of the table above.
std::vector<Row> AllRows() {
  std::vector<Row> rows;
  for (const Group& group : kGroups) {
    for (const absl::string_view text : group.texts) {
      rows.push_back({group.reading, group.complains, std::string(text)});
    }
  }
  const std::map<std::string, std::pair<ReplyReading, bool>> kinds = {
      {"refusal", {kRefusal, false}},
      {"likely", {kLikely, false}},
      {"complaint", {kLikely, true}},
      {"negated", {kNegated, false}},
      {"nothing", {kNothing, false}}};
  std::ifstream file("tests/filter/replies.tsv");
  EXPECT_TRUE(file.is_open());
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    const size_t tab = line.find('\t');
    const auto kind = kinds.find(line.substr(0, tab));
    if (tab == std::string::npos || kind == kinds.end()) {
      ADD_FAILURE() << "replies.tsv: no kind of reply: " << line;
      continue;
    }
    const auto& [reading, complains] = kind->second;
    rows.push_back({reading, complains, line.substr(tab + 1)});
  }
  return rows;
}

TEST(ReadReply, TableInAFile) {
  const auto policy = *Policy::Build(*Cn2015());
  for (const Row& row : AllRows()) {
    const ReplyMeaning meaning = ReadReply(*policy, row.text);
    EXPECT_EQ(meaning.reading, row.reading) << row.text << ": " << meaning;
    EXPECT_EQ(meaning.complains, row.complains) << row.text << ": " << meaning;
  }
}

// A word that decides no reply of the tables is not needed, or not tested.
TEST(ReadReply, EveryWordOfThePackIsNeeded) {
  const auto policy = *Policy::Build(*Cn2015());
  const Wordings& wordings = policy->wordings();
  std::set<std::string> decided;
  std::vector<SqueezedText> refusals;
  std::vector<SqueezedText> complaints;
  std::vector<SqueezedText> negated;
  for (const Row& row : AllRows()) {
    const ReplyMeaning meaning = ReadReply(*policy, row.text);
    decided.insert(meaning.word);
    std::string folded;
    ASSERT_TRUE(rules::FoldTable::Shared().Fold(row.text, folded));
    if (meaning.reading == kRefusal) refusals.push_back(Squeeze(folded));
    if (meaning.complains) complaints.push_back(Squeeze(folded));
    if (meaning.reading == kNegated) negated.push_back(Squeeze(folded));
  }
  for (const auto* words : {&wordings.reply_words, &wordings.reply_contains,
                            &wordings.whole_in_doubt, &wordings.unheeded}) {
    for (const Phrase& word : *words) {
      EXPECT_TRUE(decided.contains(word.shown)) << word.shown;
    }
  }
  const auto stands_in = [](const std::vector<SqueezedText>& texts,
                            const Phrase& word) {
    return std::any_of(texts.begin(), texts.end(), [&](const auto& text) {
      PhraseMatch match;
      return FindPhrase(text, word, 0, text.size(), match);
    });
  };
  // A refusal beside it decides first.
  for (const Phrase& word : wordings.complaint_contains) {
    EXPECT_TRUE(stands_in(complaints, word)) << word.shown;
  }
  for (const Phrase& word : wordings.courtesies) {
    EXPECT_TRUE(stands_in(refusals, word)) << word.shown;
  }
  for (const Phrase& word : wordings.negations) {
    EXPECT_TRUE(stands_in(negated, word)) << word.shown;
  }
}

TEST(ReadReply, ARefusalStaysOneWhenItIsACourtesyToo) {
  const rules::RuleSet& rules = *Cn2015();
  rules::v1::PackPolicy pack = rules.policy();
  pack.mutable_opt_out_wording()->add_reply_courtesies("退订");
  const auto policy =
      Policy::Build(pack, rules.articles(), rules.header(), rules.rules());
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(ReadReply(**policy, "退订").reading, kRefusal);
  EXPECT_EQ(ReadReply(**policy, "退订，谢谢").reading, kRefusal);
}

TEST(ReadReply, NamesTheWordThatDecided) {
  const auto policy = *Policy::Build(*Cn2015());
  const auto word = [&](absl::string_view text) {
    return ReadReply(*policy, text).word;
  };
  EXPECT_EQ(word("ＴＤ，谢谢"), "td");
  EXPECT_EQ(word("不要天天給我發了"), "不要…发");
  EXPECT_EQ(word("怎么还没给我退订"), "怎么还没…退");
  EXPECT_EQ(word("別取消"), "取消");
}

}  // namespace
}  // namespace sluice::filter
