#include "store/proofs/head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "store/journal/merkle.h"

namespace sluice::store {
namespace {

using ::testing::HasSubstr;

Head SomeHead() {
  Head head;
  head.number = 17;
  head.time_ms = 1'764'670'500'123;
  head.store = "000102030405060708090a0b0c0d0e0f";
  head.previous = LeafHash("head 16");
  head.journals = {
      {"partition-000", {41'822, LeafHash("a")}, {12, LeafHash("c")}},
      {"control", {903, LeafHash("b")}, {903, LeafHash("b")}}};
  return head;
}

TEST(SigningKey, SignsWhatItsPublicKeyVerifies) {
  const SigningKey key = SigningKey::Make();
  const Signature signature = key.Sign("a text");
  EXPECT_TRUE(IsSignedBy(key.public_key(), "a text", signature));
  EXPECT_FALSE(IsSignedBy(key.public_key(), "a texd", signature));
  EXPECT_FALSE(
      IsSignedBy(SigningKey::Make().public_key(), "a text", signature));
  Signature changed = signature;
  changed[40] ^= 1;
  EXPECT_FALSE(IsSignedBy(key.public_key(), "a text", changed));
}

TEST(SigningKey, IsTheSameAfterItWasKept) {
  const SigningKey key = SigningKey::Make();
  const auto again = SigningKey::FromPem(key.ToPem());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->public_key(), key.public_key());
  EXPECT_EQ(again->id(), key.id());
  EXPECT_EQ(again->id().size(), 16);
  EXPECT_EQ(again->Sign("x"), key.Sign("x"));
}

TEST(SigningKey, SaysWhatIsNoKey) {
  for (const char* pem : {"", "x", "-----BEGIN PRIVATE KEY-----\nAAAA\n"}) {
    EXPECT_THAT(std::string(SigningKey::FromPem(pem).status().message()),
                HasSubstr("openssl genpkey -algorithm ed25519"));
  }
}

TEST(Head, IsReadAsItWasWritten) {
  const SigningKey key = SigningKey::Make();
  const SignedHead made = SignHead(SomeHead(), key);
  EXPECT_THAT(made.text, HasSubstr("\ntime 2025-12-02T10:15:00.123Z\n"));
  EXPECT_THAT(made.text, HasSubstr("\njournal partition-000 41822 "));
  const auto read = ParseHead(made.text);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->head, SomeHead());
  EXPECT_EQ(read->key_id, key.id());
  EXPECT_EQ(read->hash(), made.hash());
  EXPECT_TRUE(
      IsSignedBy(key.public_key(), read->signed_text(), read->signature));
  ASSERT_NE(read->head.Of("control"), nullptr);
  EXPECT_EQ(read->head.Of("control")->tree.size, 903);
  EXPECT_EQ(read->head.Of("partition-001"), nullptr);
}

// Every octet of a head counts.
TEST(Head, AChangedOneIsNoHeadOrNotSigned) {
  const SigningKey key = SigningKey::Make();
  const SignedHead made = SignHead(SomeHead(), key);
  for (size_t i = 0; i < made.text.size(); ++i) {
    std::string changed = made.text;
    changed[i] = changed[i] == '1' ? '2' : '1';
    const auto read = ParseHead(changed);
    if (!read.ok()) continue;
    const bool good =
        read->key_id == key.id() &&
        IsSignedBy(key.public_key(), read->signed_text(), read->signature);
    EXPECT_FALSE(good) << changed;
  }
  for (size_t size = 0; size < made.text.size(); ++size) {
    EXPECT_FALSE(ParseHead(made.text.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(ParseHead(made.text + "x").ok());
}

TEST(Head, NamesTheLineThatIsWrong) {
  const SignedHead made = SignHead(SomeHead(), SigningKey::Make());
  const auto fault = [&](const char* from, const char* to) {
    return std::string(ParseHead(absl::StrReplaceAll(made.text, {{from, to}}))
                           .status()
                           .message());
  };
  EXPECT_THAT(fault("sluice head 1", "a head"), HasSubstr("\"sluice head 1\""));
  EXPECT_THAT(fault("number 17", "number x"), HasSubstr("\"number\""));
  EXPECT_THAT(fault("2025-12-02", "today"), HasSubstr("\"time\""));
  EXPECT_THAT(fault(" 41822 ", " "), HasSubstr("\"journal\""));
  EXPECT_THAT(fault("signature ", "sign "), HasSubstr("\"signature\""));
  EXPECT_THAT(fault("number 17", "number 017"), HasSubstr("as heads are"));
}

}  // namespace
}  // namespace sluice::store
