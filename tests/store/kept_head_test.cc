#include "store/proofs/kept_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace sluice::store {
namespace {

using ::testing::HasSubstr;

class KeptHeadTest : public testing::Test {
 protected:
  SignedHead Make(uint64_t number) const {
    Head head;
    head.number = number;
    head.store = "5d0f";
    head.journals.push_back({"control", {}, {}});
    return SignHead(head, key_);
  }
  const SigningKey key_ = SigningKey::Make();
};

// Python: base64.b32encode(hashlib.sha256(text).digest()[:20])
TEST_F(KeptHeadTest, AFingerprintIsBase32OfTheTextsHash) {
  SignedHead head = Make(1);
  head.text = "abc";
  EXPECT_EQ(FingerprintOf(head), "XJ4B-NP4P-AHH6-UQKB-IDPF-3LRC-EOYA-GYND");
}

TEST_F(KeptHeadTest, ReadsHeadsOneAfterTheOther) {
  const SignedHead first = Make(3);
  const SignedHead second = Make(4);
  const auto kept = ReadKeptHeads(absl::StrCat(first.text, "\n", second.text));
  ASSERT_TRUE(kept.ok()) << kept.status();
  ASSERT_EQ(kept->size(), 2u);
  EXPECT_TRUE((*kept)[0].Is(first));
  EXPECT_TRUE((*kept)[1].Is(second));
  EXPECT_FALSE((*kept)[1].Is(Make(4 + 1)));
  EXPECT_EQ((*kept)[1].head->text, second.text);
}

TEST_F(KeptHeadTest, SkipsAHeadThatACrashCutOff) {
  const SignedHead first = Make(3);
  const SignedHead second = Make(4);
  for (size_t cut = 14; cut + 1 < second.text.size(); ++cut) {
    const std::string text =
        absl::StrCat(first.text, "\n", second.text.substr(0, cut));
    const auto last = ReadKeptHeads(text);
    ASSERT_TRUE(last.ok()) << cut << ": " << last.status();
    ASSERT_EQ(last->size(), 1u);
    const auto again = ReadKeptHeads(absl::StrCat(text, "\n", second.text));
    ASSERT_TRUE(again.ok()) << cut << ": " << again.status();
    ASSERT_EQ(again->size(), 2u) << cut;
    EXPECT_TRUE((*again)[1].Is(second));
  }
}

TEST_F(KeptHeadTest, ReadsAPageAsAPersonTypesIt) {
  const SignedHead head = Make(17);
  std::string typed = absl::AsciiStrToLower(FingerprintOf(head));
  typed = absl::StrReplaceAll(typed, {{"-", " "}});
  const auto kept = ReadKeptHeads(
      absl::StrCat("A page\n\n number   17\r\nfingerprint  ", typed, "\n"));
  ASSERT_TRUE(kept.ok()) << kept.status();
  ASSERT_EQ(kept->size(), 1u);
  EXPECT_TRUE((*kept)[0].Is(head));
  EXPECT_FALSE((*kept)[0].head);
}

TEST_F(KeptHeadTest, SaysWhatIsWrong) {
  const std::string fingerprint = FingerprintOf(Make(1));
  const auto fault = [](const std::string& text) {
    return std::string(ReadKeptHeads(text).status().message());
  };
  EXPECT_THAT(fault(""), HasSubstr("neither heads nor a page"));
  EXPECT_THAT(fault("number 1\n"), HasSubstr("neither heads nor a page"));
  EXPECT_THAT(fault("number x\nfingerprint " + fingerprint),
              HasSubstr("line 1: no number"));
  EXPECT_THAT(fault("number 1\nfingerprint AAAA"),
              HasSubstr("line 2: a fingerprint has 32 characters"));
  EXPECT_THAT(fault("number 1\nfingerprint 0" + fingerprint),
              HasSubstr("the digits 2 to 7 only"));
  EXPECT_THAT(fault("sluice head 1\nnumber 2\n" + Make(1).text),
              HasSubstr("line 1: no head: its line \"time\""));
}

}  // namespace
}  // namespace sluice::store
