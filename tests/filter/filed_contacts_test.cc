// Which contacts can be filed, and which contacts of a text a filing covers.

#include "filter/registry/filed_contacts.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "google/protobuf/text_format.h"
#include "rules/contacts/host_alike.h"
#include "rules/match/contact_sets.h"

namespace sluice::filter {
namespace {

constexpr int64_t kNow = 1'793'584'800'000;

TEST(FilingFault, Table) {
  const std::string phone =
      "a number that is called from mainland China is allowed, digits alone, "
      "without country code: 4001234567";
  const std::string email =
      "an address in lower case is allowed: service@example.cn";
  const std::string qq = "5 to 11 digits are allowed, the first not 0";
  const std::string wechat =
      "a WeChat id in lower case is allowed: 6 to 20 letters, digits, - and _, "
      "a letter first; or 6 to 11 digits";
  const struct {
    rules::v1::ContactKind kind;
    std::string value;
    std::string fault;
  } kCases[] = {
      {rules::v1::CONTACT_KIND_LINK, "example.cn", ""},
      {rules::v1::CONTACT_KIND_LINK, "a.b.example.com.cn", ""},
      {rules::v1::CONTACT_KIND_LINK, "10.0.0.1", ""},
      {rules::v1::CONTACT_KIND_LINK, "xn--fsqu00a.xn--fiqs8s", ""},
      {rules::v1::CONTACT_KIND_LINK, "Example.CN", "write it as example.cn"},
      {rules::v1::CONTACT_KIND_LINK, "例子.中国",
       "write it as xn--fsqu00a.xn--fiqs8s"},
      {rules::v1::CONTACT_KIND_LINK, "com.cn",
       "a public suffix: it would stand for everybody's domains under it"},
      {rules::v1::CONTACT_KIND_LINK, "https://example.cn/",
       "a web address; write only its domain: 'example.cn'"},
      {rules::v1::CONTACT_KIND_LINK, "", "1 to 253 bytes are needed"},
      {rules::v1::CONTACT_KIND_PHONE, "4001234567", ""},
      {rules::v1::CONTACT_KIND_PHONE, "13800138000", ""},
      {rules::v1::CONTACT_KIND_PHONE, "057187654321", ""},
      {rules::v1::CONTACT_KIND_PHONE, "95588", ""},
      {rules::v1::CONTACT_KIND_PHONE, "400-123-4567", phone},
      {rules::v1::CONTACT_KIND_PHONE, "8613800138000", phone},
      {rules::v1::CONTACT_KIND_PHONE, "+8613800138000", phone},
      {rules::v1::CONTACT_KIND_PHONE, "1", phone},
      {rules::v1::CONTACT_KIND_PHONE, std::string(300, '1'),
       "1 to 253 bytes are needed"},
      {rules::v1::CONTACT_KIND_EMAIL, "service@example.cn", ""},
      {rules::v1::CONTACT_KIND_EMAIL, "Service@example.cn", email},
      {rules::v1::CONTACT_KIND_EMAIL, "service", email},
      {rules::v1::CONTACT_KIND_EMAIL, "\xff@example.cn", email},
      {rules::v1::CONTACT_KIND_QQ, "12345678", ""},
      {rules::v1::CONTACT_KIND_QQ, "02345678", qq},
      {rules::v1::CONTACT_KIND_QQ, "QQ12345678", qq},
      {rules::v1::CONTACT_KIND_WECHAT, "shop_2026", ""},
      {rules::v1::CONTACT_KIND_WECHAT, "Shop_2026", wechat},
      {rules::v1::CONTACT_KIND_WECHAT, "shop", wechat},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(FilingFault(c.kind, c.value).english, c.fault) << c.value;
  }
}

store::v1::Signature Filed() {
  store::v1::Signature signature;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"(contacts { kind: CONTACT_KIND_LINK value: "example.cn" }
         contacts {
           kind: CONTACT_KIND_LINK value: "old.example.com"
           expire_time { seconds: 1793584799 }
         }
         contacts {
           kind: CONTACT_KIND_LINK value: "now.example.com"
           expire_time { seconds: 1793584800 }
         }
         contacts {
           kind: CONTACT_KIND_LINK value: "example.com"
           expire_time { seconds: 1 }
         }
         contacts { kind: CONTACT_KIND_PHONE value: "4001234567" }
         contacts {
           kind: CONTACT_KIND_PHONE value: "4001234567"
           expire_time { seconds: 1 }
         }
         contacts { kind: CONTACT_KIND_PHONE value: "057187654321" }
         contacts { kind: CONTACT_KIND_PHONE value: "02765432109" }
         contacts { kind: CONTACT_KIND_QQ value: "87654321" }
         contacts { kind: CONTACT_KIND_WECHAT value: "shop_2026" }
         contacts { kind: CONTACT_KIND_EMAIL value: "service@example.cn" })",
      &signature));
  return signature;
}

TEST(FiledContacts, Table) {
  using Kind = rules::Contact::Kind;
  const struct {
    Kind kind;
    const char* value;
    Filing filing;
  } kCases[] = {
      {Kind::kLink, "example.cn", Filing::kInForce},
      {Kind::kLink, "a.b.example.cn", Filing::kInForce},
      {Kind::kLink, "myexample.cn", Filing::kNone},
      {Kind::kLink, "cn", Filing::kNone},
      {Kind::kLink, "examp1e.cn", Filing::kAlike},
      {Kind::kLink, "www.ex-arnple.cn", Filing::kAlike},
      {Kind::kLink, "www.xn--exmple-cua.cn", Filing::kAlike},
      {Kind::kLink, "my-examp1e.cn", Filing::kNone},
      {Kind::kLink, "old.example.com", Filing::kLapsed},
      // In force up to and including its expiry.
      {Kind::kLink, "now.example.com", Filing::kInForce},
      {Kind::kLink, "x.now.example.com", Filing::kInForce},
      {Kind::kLink, "other.example.com", Filing::kLapsed},
      // Filed twice: the longer filing counts.
      {Kind::kPhone, "4001234567", Filing::kInForce},
      {Kind::kPhone, "4001234568", Filing::kNone},
      // Without its area code.
      {Kind::kPhone, "87654321", Filing::kInForce},
      {Kind::kPhone, "65432109", Filing::kInForce},
      {Kind::kPhone, "57187654321", Filing::kNone},
      {Kind::kPhone, "7654321", Filing::kNone},
      {Kind::kPhone, "1234567", Filing::kNone},
      // A filing covers only its own kind.
      {Kind::kQq, "87654321", Filing::kInForce},
      {Kind::kQq, "4001234567", Filing::kNone},
      {Kind::kWeChat, "shop_2026", Filing::kInForce},
      {Kind::kWeChat, "87654321", Filing::kNone},
      {Kind::kEmail, "service@example.cn", Filing::kInForce},
      {Kind::kEmail, "boss@example.cn", Filing::kNone},
  };
  const store::v1::Signature signature = Filed();
  const FiledContacts filed(signature.contacts());
  rules::HostLook look;
  for (const auto& c : kCases) {
    rules::Contact contact;
    contact.kind = c.kind;
    contact.value = c.value;
    EXPECT_EQ(filed.Of(contact, kNow, look), c.filing) << c.value;
    EXPECT_EQ(FiledContacts().Of(contact, kNow, look), Filing::kNone)
        << c.value;
  }
}

}  // namespace
}  // namespace sluice::filter
