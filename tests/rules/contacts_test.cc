#include "rules/contacts/contacts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace sluice::rules {
namespace {

std::string Utf8Stretch(absl::string_view text, uint32_t begin, uint32_t end) {
  std::string stretch;
  uint32_t index = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && (text[i] & 0xc0) != 0x80) ++index;
    if (index >= begin && index < end) stretch += text[i];
  }
  return stretch;
}

absl::string_view NameOf(Contact::Kind kind) {
  constexpr absl::string_view kNames[] = {"link", "email", "phone", "qq",
                                          "wechat"};
  return kNames[static_cast<int>(kind)];
}

// The contacts of one text, and the text itself.
struct FoundIn {
  FoldedText folded;
  ContactFinder finder;
  std::vector<Contact> contacts;

  explicit FoundIn(absl::string_view text) { Find(text); }
  void Find(absl::string_view text) {
    EXPECT_TRUE(FoldTable::Shared().Fold(text, folded));
    finder.Find(folded, text, contacts);
  }
};

// "link t.cn/abc" of each contact, in order.
std::string Values(absl::string_view text) {
  const FoundIn found(text);
  return absl::StrJoin(found.contacts, "; ",
                       [](std::string* out, const Contact& contact) {
                         absl::StrAppend(out, NameOf(contact.kind), " ",
                                         contact.value, contact.path);
                       });
}

// The parts of the submitted text.
std::string Stretches(absl::string_view text) {
  const FoundIn found(text);
  return absl::StrJoin(
      found.contacts, "; ", [&](std::string* out, const Contact& contact) {
        out->append(Utf8Stretch(text, contact.begin, contact.end));
      });
}

struct Case {
  absl::string_view text;
  absl::string_view values;
};

template <size_t kSize>
void ExpectValues(const Case (&cases)[kSize]) {
  for (const Case& c : cases) {
    EXPECT_EQ(Values(c.text), std::string(c.values)) << c.text;
  }
}

TEST(Links, AsPeopleWriteThem) {
  ExpectValues({
      {"登录shop.example.cn/x?y看看", "link shop.example.cn/x?y"},
      {"点t.cn/RvAbc查看", "link t.cn/rvabc"},
      {"详见http://www.example.com.cn:8080/a/b.html?id=1&x=2。谢谢",
       "link www.example.com.cn/a/b.html?id=1&x=2"},
      {"HTTPS://Example.COM/", "link example.com/"},
      {"www.example.net，欢迎", "link www.example.net"},
      {"hxxp://bad.example.com/x", "link bad.example.com/x"},
      {"http：//ele.me【店】", "link ele.me"},
      {"http:/bit.do/x http//t.cn/y", "link bit.do/x; link t.cn/y"},
      {"http://user:pw@evil.example.com:99/x", "link evil.example.com/x"},
      {"http://www.bank.com.cn@evil.cn/x", "link evil.cn/x"},
      {"看163.com和5.cn", "link 163.com; link 5.cn"},
      {"a_b.example.com.", "link a_b.example.com"},
      {"shop-1.example.com", "link shop-1.example.com"},
      {"gov.uk/visas", "link gov.uk/visas"},
      {"abc.vip", "link abc.vip"},
      {"x.com?a=1", "link x.com?a=1"},
      {"两个：a1.com、b2.com", "link a1.com; link b2.com"},
  });
}

TEST(Links, EndWhereTheSentenceGoesOn) {
  ExpectValues({
      {"t.cn/abc，点击", "link t.cn/abc"},
      {"(t.cn/abc)", "link t.cn/abc"},
      {"【t.cn/abc】", "link t.cn/abc"},
      {"t.cn/abc（回TD退订）", "link t.cn/abc"},
      {"t.cn/abc！TD退订", "link t.cn/abc"},
      {"see t.cn/abc. Thanks", "link t.cn/abc"},
      {"a.com/9,00.html", "link a.com/9,00.html"},
      {"t.cn/abc五折", "link t.cn/abc"},
      {"t.cn一起来", "link t.cn"},
      {"登陆www.example.com", "link www.example.com"},
      {"登陆360.cn看", "link 360.cn"},
      {"www.example.com.Call now", "link www.example.com"},
      {"www.example.com2折", "link www.example.com"},
      {"www.example.com.谢谢", "link www.example.com"},
      {"1http://t.cn/a", "link t.cn/a"},
  });
}

TEST(Links, Disguised) {
  ExpectValues({
      {"shop 点 example 点 com", "link shop.example.com"},
      {"shop点example点com", "link shop.example.com"},
      {"t。cn", "link t.cn"},
      {"t。cn/abc", "link t.cn/abc"},
      {"example dot com", "link example.com"},
      {"example(dot)com", "link example.com"},
      {"example[.]com/x", "link example.com/x"},
      {"example【.】com", "link example.com"},
      {"shop . example . com", "link shop.example.com"},
      {"www example com", "link www.example.com"},
      {"www，example，com", "link www.example.com"},
      {"ｗｗｗ．ｅｘａｍｐｌｅ．ｃｏｍ／ａ", "link www.example.com/a"},
      {"𝕖xample.c𝚘m", "link example.com"},
      {"exa\u200bmple.c\u00adom", "link example.com"},
      {"ⓔⓧⓐⓜⓟⓛⓔ.com", "link example.com"},
  });
}

TEST(Links, DotsOfManyLooks) {
  ExpectValues({
      {"evil-pay丶top", "link evil-pay.top"},
      {"evil-pay·top/a", "link evil-pay.top/a"},
      {"evil-pay●top", "link evil-pay.top"},
      {"evil-pay°top", "link evil-pay.top"},
      {"evil-pay・top", "link evil-pay.top"},
      {"e v i l - p a y . t o p", "link evil-pay.top"},
      {"领 e v i l . t o p 吧", "link evil.top"},
      {"e*v*i*l*.*t*o*p", "link evil.top"},
      {"e v i l 丶 t o p", "link evil.top"},
      {"h t t p : / / e v i l . t o p", "link evil.top"},
      {"evil-pay%2Etop", "link evil-pay.top"},
      {"http://evil-pay%2etop/a%20b", "link evil-pay.top/a%20b"},
      {"http://bad%2Dsite.com", "link bad-site.com"},
      {"http://%62%61d.com/x", "link bad.com/x"},
      {"http://%E4%BE%8B%E5%AD%90.com", "link xn--fsqu00a.com"},
      {"满100%30起，见a.com", "link a.com"},
      {"http://a.com/b%2Ec", "link a.com/b%2ec"},
      {"1 2 3 4 5 . 6 7", ""},
      {"A B C D E F", ""},
      {"S . H . E 演唱会", ""},
  });
}

// What a phone opens, not what folding makes of it.
TEST(Links, LettersOfOtherAlphabets) {
  ExpectValues({
      {"yunshan-shöp.cn", "link xn--yunshan-shp-0fb.cn"},
      {"见ｗｗｗ.shöp.cn/a", "link www.xn--shp-tna.cn/a"},
      {"http://Shöp.cn", "link xn--shp-tna.cn"},
      {"еbay-x.cn", "link xn--bay-x-ywe.cn"},
      {"点击еbay-x.cn/1", "link xn--bay-x-ywe.cn/1"},
      {"ebаy.com", "link xn--eby-7cd.com"},
      {"http://еbay-x.cn", "link xn--bay-x-ywe.cn"},
      {"谢谢bay-x.cn", "link bay-x.cn"},
      {"ＢＡＹ-x.cn", "link bay-x.cn"},
      {"联系a@shöp.cn", "email a@xn--shp-tna.cn"},
  });
}

// However the host is hidden, its letters are those that a phone opens.
TEST(Links, LettersOfOtherAlphabetsInDisguise) {
  ExpectValues({
      {"见http://sh%C3%B6p.cn", "link xn--shp-tna.cn"},
      {"见sh%c3%b6p.cn/a", "link xn--shp-tna.cn/a"},
      {"见sho%cc%88p.cn", "link xn--shp-tna.cn"},
      {"见sh%D0%BEp.cn", "link xn--shp-ted.cn"},
      {"见shöp[.]cn", "link xn--shp-tna.cn"},
      {"见shöp。cn", "link xn--shp-tna.cn"},
      {"见shöp(.)cn", "link xn--shp-tna.cn"},
      {"见 shöp dot cn", "link xn--shp-tna.cn"},
      {"见 shöp . cn", "link xn--shp-tna.cn"},
      {"www，shöp，cn", "link www.xn--shp-tna.cn"},
      {"www shöp cn", "link www.xn--shp-tna.cn"},
      {"s h ö p . c n", "link xn--shp-tna.cn"},
      {"s*h*o\u0308*p*.*c*n", "link xn--shp-tna.cn"},
      {"见sho\u0308p.cn", "link xn--shp-tna.cn"},
      {"见shopó[.]cn", "link xn--shop-tqa.cn"},
      {"见shopo\u0301.cn", "link xn--shop-tqa.cn"},
      {"http://黑猫é.cn", "link xn--9ca3169c0m1a.cn"},
      {"www.shöp.cn.Call now", "link www.xn--shp-tna.cn"},
      {"联系a@shöp[.]cn", "email a@xn--shp-tna.cn"},
      // What is opened as what it looks like.
      {"见ⓢhop[.]cn", "link shop.cn"},
      {"见ｓhop。ｃn", "link shop.cn"},
      {"见sh\u00adop[.]cn", "link shop.cn"},
      {"见%EF%BD%93hop.cn", "link shop.cn"},
  });
}

// What stands apart, with more behind it.
TEST(Links, ApartWithATail) {
  ExpectValues({
      {"e v i l . t o p 2", "link evil.top"},
      {"e v i l . t o p 2 折", "link evil.top"},
      {"e v i l . t o p.", "link evil.top"},
      {"e v i l . t o p .", "link evil.top"},
      {"e v i l . t o p . . .", "link evil.top"},
      {"e v i l . t o p / a b", "link evil.top/ab"},
      {"e v i l . t o p / 1 2", "link evil.top/12"},
      {"e v i l . t o p / 1 2 . h t m", "link evil.top/12.htm"},
      {"e v i l . t o p / a b .", "link evil.top/ab"},
      {"e v i l . t o p /", "link evil.top/"},
      {"e v i l . t o p : 8 0", "link evil.top"},
      {"e v i l . t o p : 8 0 8 0 / a", "link evil.top/a"},
      {"e v i l . t o p 1 3 8", "link evil.top"},
      {"e v i l . t o p -", "link evil.top"},
      {"e v i l . t o p。", "link evil.top"},
      {"e v i l . t o p ！", "link evil.top"},
      {"e*v*i*l*.*t*o*p*2", "link evil.top"},
      {"A B C D . E F G", ""},
      {"选A B C D . 2", ""},
      {"1 . A B C D 2 . E F G H", ""},
      {"a b c d e . 1", ""},
      {"A . B . C . D . E", ""},
      {"V I P 8 . 8 折", ""},
      {"选项A B C . D E", ""},
      {"选项A B C D . X Y Z", ""},
      {"A / B / C . D E", ""},
      {"6 8 8 a b . c n", "link 688ab.cn"},
      {"h a r t . d e", ""},
      {"h a r t . d e / x", "link hart.de/x"},
      {"w w w . h a r t . d e", "link www.hart.de"},
      {"e v i l . l i v e", "link evil.live"},
  });
}

// Links whose characters stand apart, in texts of ordinary senders.
void ExpectNoneApart(const std::string& file, size_t& texts) {
  std::ifstream in(file);
  FoundIn found("");
  for (std::string line; std::getline(in, line);) {
    const std::vector<std::string> fields =
        absl::StrSplit(line, absl::MaxSplits('\t', 1));
    FoldedText folded;
    if (fields.size() != 2 || !absl::StartsWith(fields[0], "ham") ||
        !FoldTable::Shared().Fold(fields[1], folded)) {
      continue;
    }
    ++texts;
    found.Find(fields[1]);
    for (const Contact& contact : found.contacts) {
      const std::string stretch =
          Utf8Stretch(fields[1], contact.begin, contact.end);
      const auto apart =
          std::count_if(stretch.begin(), stretch.end(), [](char c) {
            return absl::StrContains(" *|~_+,'\"^=", std::string(1, c));
          });
      EXPECT_FALSE(contact.kind == Contact::Kind::kLink && apart >= 4 &&
                   static_cast<size_t>(apart) * 3 > stretch.size())
          << file << ": a text of " << folded.code_points << " characters";
    }
  }
}

TEST(Links, NoneApartInOrdinarySamples) {
  size_t texts = 0;
  for (const absl::string_view name : {"more", "second", "seen", "third"}) {
    ExpectNoneApart(absl::StrCat("tests/rules/samples/modern_", name, ".tsv"),
                    texts);
  }
  EXPECT_GT(texts, 500u);
}

TEST(Links, NoneApartInRealTexts) {
  size_t texts = 0;
  for (const absl::string_view name :
       {"zh-mudou", "zh-nus-ham", "en-uci-sms-spam", "en-smishing-5971"}) {
    ExpectNoneApart(absl::StrCat("../shared/data/sms/", name, ".tsv"), texts);
  }
  if (texts == 0) GTEST_SKIP() << "../shared/data/sms is not there";
  std::cout << texts << " texts\n";
}

TEST(Links, NamesAndProductsAreNone) {
  ExpectValues({
      {"Mr.Li您好", ""},
      {"mr.li您好", ""},
      {"Mrs.Lu，Dr.Ma", ""},
      {"Mr.Wang您好", ""},
      {"J.Li您好", ""},
      {"Tony.Hu您好", ""},
      {"ASP.NET课程", ""},
      {"学Node.js和VB.NET", ""},
      {"Socket.IO入门", ""},
      {"某某贸易Co.Ltd敬上", ""},
      {"http://mr.li", "link mr.li"},
      {"mr.li/abc", "link mr.li/abc"},
      {"www.asp.net", "link www.asp.net"},
      {"Baidu.Com", "link baidu.com"},
      {"tony.hu", "link tony.hu"},
      {"Evil.Top", "link evil.top"},
      {"t.cn", "link t.cn"},
  });
}

TEST(Links, International) {
  ExpectValues({
      {"http://xn--fsqu00a.xn--fiqs8s/", "link xn--fsqu00a.xn--fiqs8s/"},
      {"去例子.中国看", ""},  // 中国看 is no top-level domain.
      {"请访问例子.中国", "link xn--fsqu00a.xn--fiqs8s"},
      {"www.例子.公司/a", "link www.xn--fsqu00a.xn--55qx5d/a"},
      {"http://例子.在线", "link xn--fsqu00a.xn--3ds443g"},
      {"請訪問黑貓宅配.top領取", "link xn--09s336cikvm6l.top"},
      {"http://黑猫宅配.top", "link xn--09s336cikvm6l.top"},
      // 黑貓宅配, encoded in its submitted form.
      {"http://xn--09s945i07cm1q.top", "link xn--09s336cikvm6l.top"},
      // Accents: "frée" encoded is not "free".
      {"http://xn--fre-dma.com", "link xn--fre-dma.com"},
      {"谢谢.www.example.com", "link www.example.com"},
      {"奖池1.2亿元.登录www.example.com", "link www.example.com"},
  });
}

TEST(Links, Addresses) {
  ExpectValues({
      {"1.2.3.4", ""},
      {"版本1.2.3.4更新", ""},
      {"http://1.2.3.4", "link 1.2.3.4"},
      {"1.2.3.4:8080", "link 1.2.3.4"},
      {"1.2.3.4/a", "link 1.2.3.4/a"},
      {"256.2.3.4/a", ""},
      {"1.2.3.4.5/a", ""},
      {"http://0x7f000001/x", "link 127.0.0.1/x"},
      {"http://2130706433", "link 127.0.0.1"},
  });
}

TEST(Links, WhatIsNone) {
  for (const absl::string_view text : {
           "全场3.5折，12.30开始，售价0.5元",
           "No.1 e.g. i.e. a.b v2.3.1",
           "谢谢。www",
           "好的。in there",
           "p in car.so no prob",
           "Hello.How are you.You there?send you.my mom",
           "1.vip客户 2.app下载 3.tv",
           "晚上8点tv见",
           "readme.md setup.zip run.py",
           "example.comm example.con x.notadomain",
           "com.cn",
           "Connectify。me笔记本变wifi",
           "型号S.M.L.XL.XXL",
           "content://com.android.contacts/contact",
           "您（jia*@example.com）",
           "x.xxx元",
           "OK...com",
           "等…cn",
       }) {
    EXPECT_EQ(Values(text), "") << text;
  }
}

TEST(Links, DomainIsWhatWasRegistered) {
  const struct {
    absl::string_view text;
    absl::string_view domain;
  } kCases[] = {
      {"a.b.example.com.cn/x", "example.com.cn"},
      {"t.cn", "t.cn"},
      {"http://shop.myshopify.com", "shop.myshopify.com"},
      {"http://github.io/x", "github.io"},
      {"http://1.2.3.4/", "1.2.3.4"},
      {"联系a@mail.example.co.uk", "example.co.uk"},
      {"http://www.例子.公司", "xn--fsqu00a.xn--55qx5d"},
  };
  for (const auto& c : kCases) {
    const FoundIn found(c.text);
    ASSERT_EQ(found.contacts.size(), 1u) << c.text;
    EXPECT_EQ(found.contacts[0].domain, c.domain) << c.text;
  }
}

TEST(Emails, Table) {
  ExpectValues({
      {"联系zhang.san@example.com.cn", "email zhang.san@example.com.cn"},
      {"12345@qq.com", "email 12345@qq.com"},
      {"a.com@b.com", "email a.com@b.com"},
      {"someone@ example.com", "email someone@example.com"},
      {"c.d@例子.公司", "email c.d@xn--fsqu00a.xn--55qx5d"},
      {"a+b_c@example.so now", "email a+b_c@example.so"},
      {"a@b", ""},
      {"a@b.notadomain", ""},
  });
}

TEST(Phones, Mobile) {
  ExpectValues({
      {"电话13800138000联系", "phone 13800138000"},
      {"138-0013-8000", "phone 13800138000"},
      {"138 0013 8000", "phone 13800138000"},
      {"1380013 8000", "phone 13800138000"},
      {"+86 138 0013 8000", "phone 13800138000"},
      {"+8613800138000", "phone 13800138000"},
      {"008613800138000", "phone 13800138000"},
      {"86-138-0013-8000", "phone 13800138000"},
      {"013800138000", "phone 13800138000"},
      {"1.3.8.0.0.1.3.8.0.0.0", "phone 13800138000"},
      {"1*3*8*0*0*1*3*8*0*0*0", "phone 13800138000"},
      {"1🔥3🔥8🔥0🔥0🔥1🔥3🔥8🔥0🔥0🔥0", "phone 13800138000"},
      {"１３８００１３８０００", "phone 13800138000"},
      {"①③⑧00138000", "phone 13800138000"},
      {"13800138000/13900139000", "phone 13800138000; phone 13900139000"},
      {"13800138000.13900139000", "phone 13800138000; phone 13900139000"},
      {"tel13800138000", "phone 13800138000"},
      {"13800138000万达店", "phone 13800138000"},
  });
}

TEST(Phones, MobileInChineseDigits) {
  FoldedText folded;
  ASSERT_TRUE(FoldTable::Shared().Fold("三", folded));
  if (folded.bytes != "3") GTEST_SKIP() << "folding leaves Chinese digits";
  ExpectValues({
      {"一三八零零一三八零零零", "phone 13800138000"},
      {"一三八00138000", "phone 13800138000"},
      {"联系王五13800138000", "phone 13800138000"},
      {"13800138000一个月内有效", "phone 13800138000"},
      {"壹叁捌零零壹叁捌零零零", "phone 13800138000"},
  });
}

TEST(Phones, DigitsWrittenOtherwise) {
  ExpectValues({
      {"幺三八零零幺三八零零零", "phone 13800138000"},
      {"幺三八洞洞幺三八洞洞洞", "phone 13800138000"},
      {"幺3拐00138000", "phone 13700138000"},
      {"138OO138OOO", "phone 13800138000"},
      {"电话138oo138ooo联系", "phone 13800138000"},
      {"l38OOl38OOO", "phone 13800138000"},
      {"138ОО138000", "phone 13800138000"},
      {"138加0013加8000", "phone 13800138000"},
      {"138杠0013杠8000哦", "phone 13800138000"},
      {"1加3加8加0加0加1加3加8加0加0加0", "phone 13800138000"},
      {"138-OO13-8OOO", "phone 13800138000"},
      {"138-0013-8OOO", "phone 13800138000"},
      {"4OO8OO8888", "phone 4008008888"},
      {"加微信138OO138OOO", "wechat 13800138000"},
      {"验证码138OO138OOO", ""},
      {"138或1398或1480", ""},
      {"138元0013元8000元", ""},
      {"充138送1380送1000，多充多送", ""},
      {"充值188送1880送3888积分", ""},
      {"联系人魏鑫13800138000", "phone 13800138000"},
      {"联系人卫新 13800138000", "phone 13800138000"},
      {"电话138OO138OOO，24小时", "phone 13800138000"},
      {"138OO138OOO 2人起", "phone 13800138000"},
      {"138加00138000", ""},
      {"6228-OO48-1380-0138-000", ""},
      {"138OO138OOOO", ""},
      {"AB138OO138OOO", ""},
      {"138OO138OO", ""},
      {"老幺三八妇女节快乐，两个洞", ""},
  });
}

// As mobile numbers are.
TEST(Phones, FixedAndTollFreeInDisguise) {
  ExpectValues({
      {"拨 0 1 0 8 8 7 7 6 6 5 5", "phone 01088776655"},
      {"拨0.5.7.1.8.7.6.5.4.3.2.1办理", "phone 057187654321"},
      {"拨 0 3 1 6 2 3 4 5 6 7 8 9", "phone 031623456789"},
      {"拨 4 0 0 1 2 3 4 5 6 7", "phone 4001234567"},
      {"拨4-0-0-1-2-3-4-5-6-7吧", "phone 4001234567"},
      {"四 零 零 一 二 三 四 五 六 七", "phone 4001234567"},
      {"零幺零八八七七六六五五", "phone 01088776655"},
      {"洞幺洞八八七七六六五五", "phone 01088776655"},
      {"O10-88776655", "phone 01088776655"},
      {"拨O57l87654321", "phone 057187654321"},
      {"拨0571-876543Zl", ""},
      {"拨4 O O 1 2 3 4 5 6 7", "phone 4001234567"},
      // Too few, too many, a list, no area, no local number.
      {"0 1 0 8 8 7 7 6", ""},
      {"0 1 0 8 8 7 7 6 6 5 5 4 3", ""},
      {"4 0 0 1 2 3 4 5 6 7 8", ""},
      {"开奖号码0,2,3,5,8,9,1,2,3,4", ""},
      {"得分 0 0 1 2 3 4 5 6 7 8", ""},
      {"排名 0 1 0 1 1 1 0 0 1 1 1", ""},
      {"验证码 0 1 0 8 8 7 7 6 6 5 5", ""},
      {"O2O平台12345678家商户", ""},
  });
}

TEST(Phones, FixedAndTollFree) {
  ExpectValues({
      {"027-87770000", "phone 02787770000"},
      {"(027)87770000", "phone 02787770000"},
      {"02787770000", "phone 02787770000"},
      {"0755 8888 8888", "phone 075588888888"},
      {"0571—8888888", "phone 05718888888"},
      {"0571-87010000-801", "phone 057187010000"},
      {"0123-45678901", ""},  // No area has this code.
      {"010-12345678", ""},   // No local number begins so.
      {"400-800-8888", "phone 4008008888"},
      {"4008008888", "phone 4008008888"},
      {"400 888 8888", "phone 4008888888"},
      {"4008-888-888", "phone 4008888888"},
      {"40000-51400", "phone 4000051400"},
      {"800-820-8888", "phone 8008208888"},
  });
}

TEST(Phones, LocalAndService) {
  ExpectValues({
      {"详询68222222", "phone 68222222"},
      {"咨询热线：6822222，欢迎", "phone 6822222"},
      {"臻藏席位盛大开放68222222【某某】", "phone 68222222"},
      {"盛大开放2666000/2666088【某某】", "phone 2666000; phone 2666088"},
      {"开放日20140512【某某】", ""},
      {"销售额达68222222元【某某】", ""},
      {"取件码68222222【某某】", ""},
      {"单号：68222222", ""},
      {"第68222222期", ""},
      {"your code is 68222222", ""},
      {"致电95588", "phone 95588"},
      {"拨打10086或10010", "phone 10086; phone 10010"},
      {"发送CXLL到10086查询", "phone 10086"},
      {"编辑短信发送至106900001111", "phone 106900001111"},
      {"【12345热线】", "phone 12345"},
      {"400-800-8888或95588", "phone 4008008888; phone 95588"},
      {"报警请拨110", "phone 110"},
      {"面积110平", ""},
      {"剩余120分钟", ""},
      {"领10086积分", ""},
      {"您的验证码是95588", ""},
      {"打120折", ""},
  });
}

TEST(Phones, WhatIsNone) {
  for (const absl::string_view text : {
           "验证码13800138000",
           "订单号：13800138000已发货",
           "您的卡号13800138000",
           "6222021380013800138",
           "6228 4800 1380 0138 000",
           "6228-4800-1380-0138-000",
           "138001380001",
           "金额13800138000.00元",
           "￥13800138000",
           "13800138000元",
           "3.13800138000",
           "JD13800138000",
           "13800138000ab3",
           "12800138000",
           "13:80:01:38:00:0",
           "尺码16 18 20 22 100",
           "1234567890123456789",
           "2014-05-12 18:30",
       }) {
    EXPECT_EQ(Values(text), "") << text;
  }
}

TEST(Accounts, Qq) {
  ExpectValues({
      {"QQ：123456789", "qq 123456789"},
      {"qq123456", "qq 123456"},
      {"加扣扣 1234567890", "qq 1234567890"},
      {"企鹅号12345678", "qq 12345678"},
      {"QQ群:12345678【某某】", "qq 12345678"},
      {"Q群：123456789", "qq 123456789"},
      {"Q:123456789", "qq 123456789"},
      {"扣:1234567", "qq 1234567"},
      {"QQ 123 456 789", "qq 123456789"},
      {"q q：1 2 3 4 5 6 7", "qq 1234567"},
      {"QQ：1234", ""},
      {"QQ：012345", ""},
      {"QQ：123456789012", ""},
      {"扣12345元", ""},
      {"扣款12345", ""},
      {"实扣2834.94", ""},
      {"折扣7969999", "phone 7969999"},
      {"群5000人", ""},
      {"QQ会员100000个", ""},
  });
}

TEST(Accounts, WeChat) {
  ExpectValues({
      {"微信：abc_123", "wechat abc_123"},
      {"微信号abcdefg", "wechat abcdefg"},
      {"微信公众号“abc-defg”", "wechat abc-defg"},
      {"加微信13800138000", "wechat 13800138000"},
      {"微信同号138 0013 8000", "wechat 13800138000"},
      {"vx13800138000", "wechat 13800138000"},
      {"VX：abc12345", "wechat abc12345"},
      {"vxabc12345", "wechat abc12345"},
      {"v信hello66", "wechat hello66"},
      {"加薇abcdef", "wechat abcdef"},
      {"威信号：abcd_1", "wechat abcd_1"},
      {"weixin:abcdef1", "wechat abcdef1"},
      {"薇芯 x", ""},
      {"微信wifi已连接", ""},
      {"微信android版", ""},
      {"微信支付12345元", ""},
      {"363431（微信支付验证码）", ""},
      {"【微信】123456是您的验证码", ""},
      {"您已添加张薇(13800138000)", "phone 13800138000"},
      {"微信号abcde", ""},
      {"微信号abcdefghijklmnopqrstu", ""},
  });
}

TEST(Accounts, WordsInDisguise) {
  ExpectValues({
      {"威❤：abc12345", "wechat abc12345"},
      {"V❤abc12345", "wechat abc12345"},
      {"加V❤️ abcdefg", "wechat abcdefg"},
      {"➕V：abcdefg", "wechat abcdefg"},
      {"➕abc12345", ""},
      {"➕薇abc12345", "wechat abc12345"},
      {"溦伩：abc_123", "wechat abc_123"},
      {"薇♥abc12345", "wechat abc12345"},
      {"v 心abc12345", "wechat abc12345"},
      {"绿泡泡：abcdefg", "wechat abcdefg"},
      {"绿泡泡13800138000", "wechat 13800138000"},
      {"微信联系ID: abc", "wechat abc"},
      {"微信联系方式：abcdefg", "wechat abcdefg"},
      {"飞机@evil_name", "link t.me/evil_name"},
      {"加飞机：@evil_name1", "link t.me/evil_name1"},
      {"tg @evilname", "link t.me/evilname"},
      {"飞机@abc", ""},
      {"关注@evil_name", ""},
      {"乘飞机 abcdef", ""},
  });
}

TEST(Contacts, StretchesAreThoseOfTheSubmittedText) {
  const struct {
    absl::string_view text;
    absl::string_view stretches;
  } kCases[] = {
      {"登录ＳＨＯＰ．example．cn／x看看", "ＳＨＯＰ．example．cn／x"},
      {"shop 点 example 点 com", "shop 点 example 点 com"},
      {"查 看 t.cn/a 吧", "t.cn/a"},
      {"电话(+86)138 0013 8000", "+86)138 0013 8000"},
      {"电话+86 138 0013 8000", "+86 138 0013 8000"},
      {"Ⓣ.cn", "Ⓣ.cn"},
      {"exa\u200bmple.com\u200b谢", "exa\u200bmple.com"},
      {"℡13800138000", "13800138000"},
      {"…t.cn", "t.cn"},
      {"a@b.com；13800138000；t.cn", "a@b.com; 13800138000; t.cn"},
      {"hxxp://u:p@t.cn:80/a?b#c，", "hxxp://u:p@t.cn:80/a?b#c"},
      {"去e v i l . t o p吧13800138000", "e v i l . t o p; 13800138000"},
      {"去bad%2Dsite%2Ecom/a吧", "bad%2Dsite%2Ecom/a"},
      {"见http://%E4%BE%8B.com！", "http://%E4%BE%8B.com"},
      {"见evil.to%70吧", "evil.to%70"},
      {"见evil.%74%6F%70", "evil.%74%6F%70"},
      {"见http://a.com%2Fb吧", "http://a.com"},
      {"见evil.to%70%2Fb吧", "evil.to%70"},
      {"见%65vil.top", "%65vil.top"},
      {"见http://例子.%E5%85%AC%E5%8F%B8，谢谢",
       "http://例子.%E5%85%AC%E5%8F%B8"},
      {"去e v i l . t o p 2 折", "e v i l . t o p"},
      {"去e v i l . t o p / a b吧", "e v i l . t o p / a b"},
      {"去s h o\u0308 p . c n吧", "s h o\u0308 p . c n"},
      {"点击еbay-x.cn/1", "еbay-x.cn/1"},
      {"飞机@evil_name吧", "@evil_name"},
      {"拨幺三八00138OOO吧", "幺三八00138OOO"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Stretches(c.text), std::string(c.stretches)) << c.text;
  }
}

// Letters and digits of `text`.
std::string Alnum(absl::string_view text) {
  std::string alnum;
  for (const char c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) alnum += c;
  }
  return alnum;
}

// Contacts are in the text, in order and without overlap; the text of each
// spells its value, unless the value is written in another form (xn--, numeric
// addresses).
void ExpectSound(absl::string_view text, FoundIn& found) {
  found.Find(text);
  uint32_t end = 0;
  for (const Contact& contact : found.contacts) {
    ASSERT_GE(contact.begin, end) << absl::CHexEscape(text);
    ASSERT_LT(contact.begin, contact.end) << absl::CHexEscape(text);
    ASSERT_LE(contact.end, found.folded.code_points) << absl::CHexEscape(text);
    end = contact.end;
    ASSERT_FALSE(contact.value.empty()) << absl::CHexEscape(text);
    if (absl::StrContains(contact.value, "xn--")) continue;
    const bool address =
        absl::ascii_isdigit(static_cast<unsigned char>(contact.value.back()));
    if (contact.kind == Contact::Kind::kLink && address) continue;
    if (contact.value == "t.me") continue;  // Also of an @name.
    std::string there;
    ASSERT_TRUE(FoldTable::Shared().Fold(
        Utf8Stretch(text, contact.begin, contact.end), there));
    std::string spelled = Alnum(there);
    if (contact.kind == Contact::Kind::kLink) {
      // Undoes "example dot com".
      for (size_t at; (at = there.find(" dot ")) != std::string::npos;) {
        there.replace(at, 5, ".");
      }
      for (size_t at; (at = there.find("dot")) != std::string::npos;) {
        if (absl::StrContains(contact.value, "dot")) break;
        there.replace(at, 3, ".");
      }
      spelled = Alnum(there);
    }
    if (contact.kind == Contact::Kind::kPhone) {
      // Undoes "O10-88776655".
      absl::StrReplaceAll({{"o", "0"}, {"l", "1"}, {"i", "1"}}, &spelled);
    }
    EXPECT_TRUE(absl::StrContains(spelled, Alnum(contact.value)))
        << absl::CHexEscape(text) << ": " << contact.value << " in " << there;
    EXPECT_TRUE(absl::EndsWith(contact.value, contact.domain));
  }
}

TEST(Contacts, SoundForRandomTexts) {
  const std::vector<std::string> kPieces = {
      "http://",    "https:", "hxxp",        "www",  ".",      "。",
      "点",         " ",      "dot",         "[.]",  "com",    "cn",
      "vip",        "so",     "example",     "shop", "t",      "/abc",
      "?x=1",       ":80",    "@",           "a_b",  "-",      "138",
      "0013",       "8000",   "13800138000", "+86",  "0086",   "027",
      "87770000",   "400",    "(",           ")",    "，",     "：",
      "元",         "微信",   "号",          "QQ",   "群",     "扣",
      "vx",         "加",     "电话",        "致电", "95588",  "10086",
      "到",         "发送",   "验证码",      "一",   "三",     "八",
      "零",         "陆",     "中国",        "例子", "ｃｏｍ", "．",
      "①",          "…",      "\u200b",      "é",    "發",     "\n",
      "1",          "9",      "x",           "【",   "】",     "xn--",
      "fsqu00a",    "℡",      "🔥",           "登录", "0",      "z",
      "\U00020000", "⑴",      "㎏"};
  std::mt19937 random(20240229);
  FoundIn found("");
  size_t contacts = 0;
  for (int i = 0; i < 60'000; ++i) {
    std::string text;
    const size_t count = 1 + random() % 14;
    for (size_t j = 0; j < count; ++j) {
      text += kPieces[random() % kPieces.size()];
    }
    ASSERT_NO_FATAL_FAILURE(ExpectSound(text, found));
    contacts += found.contacts.size();
  }
  EXPECT_GT(contacts, 3'000u);
}

TEST(Contacts, SoundForRealTexts) {
  size_t texts = 0;
  size_t with_link = 0;
  FoundIn found("");
  for (const absl::string_view name :
       {"zh-mudou", "zh-fbs", "zh-nus-ham", "en-uci-sms-spam"}) {
    std::ifstream in(absl::StrCat("../shared/data/sms/", name, ".tsv"));
    if (!in) GTEST_SKIP() << "../shared/data/sms is not there";
    for (std::string line; std::getline(in, line);) {
      const std::vector<std::string> fields =
          absl::StrSplit(line, absl::MaxSplits('\t', 1));
      FoldedText folded;
      if (fields.size() != 2 || !FoldTable::Shared().Fold(fields[1], folded)) {
        continue;
      }
      ASSERT_NO_FATAL_FAILURE(ExpectSound(fields[1], found));
      if (name != "zh-mudou") continue;
      ++texts;
      for (const Contact& contact : found.contacts) {
        if (contact.kind != Contact::Kind::kLink) continue;
        ++with_link;
        break;
      }
    }
  }
  std::cout << with_link << " of " << texts << " texts have a link\n";
  EXPECT_GT(with_link * 100, texts * 24);
}

// Each text repeats something that a finder inspects closely; time must not
// grow with the square of the length.
TEST(Contacts, HostileTextsAreBounded) {
  FoundIn found("");
  for (const absl::string_view unit :
       {"a.",    "1.",      "中.",         "a点",   "http://",
        "1-",    "a@",      "a1",          "q:1 ",  "138 ",
        "中a.",  "中.com ", "五五a",       "a-",    "13800138000 ",
        "t.cn ", "微信:",   "a b . ",      "a.%2e", "幺3",
        "o1",    "1加3",    "飞机@abcde ", "é",     "éa",
        "éa.",   "a*",      "%e4%bd%a0.",  "a . ",  "e v i l . t o p 2 ",
        "%6"}) {
    std::string text;
    while (text.size() < 200'000) absl::StrAppend(&text, unit);
    found.Find(text);
    EXPECT_LE(found.contacts.size(), text.size());
  }
}

}  // namespace
}  // namespace sluice::rules
