// Whether two keys are two persons'.
#include "gateway/control/key_holders.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"

namespace sluice::gateway {
namespace {

store::v1::KeyChanged KeyOf(const std::string& id, const std::string& person,
                            const std::string& created_by) {
  store::v1::KeyChanged changed;
  changed.mutable_key()->set_id(id);
  changed.mutable_key()->set_person(person);
  changed.mutable_key()->set_note("note of " + id);
  changed.mutable_key()->set_created_by(created_by);
  changed.set_actor(created_by);
  return changed;
}

// The store's admin makes keys for Li and Wang; Li has two.
class KeyHoldersTest : public testing::Test {
 protected:
  void SetUp() override {
    holders_.Apply(KeyOf("root", "", "sluiced"));
    holders_.Apply(KeyOf("li", "李强", "root"));
    holders_.Apply(KeyOf("li-2", " 李强", "root"));
    holders_.Apply(KeyOf("wang", "王敏", "root"));
    holders_.Apply(KeyOf("admin", "赵云", "root"));
    holders_.Apply(KeyOf("zhao-2", "赵云", "root"));
    holders_.Apply(KeyOf("zhou", "周平", "admin"));
  }

  KeyHolders holders_;
};

TEST_F(KeyHoldersTest, TwoPersonsHaveTwoNamesAndNeitherMadeTheOther) {
  EXPECT_FALSE(holders_.MayBeOnePerson("li", "wang"));
  EXPECT_FALSE(holders_.MayBeOnePerson("li", "zhou"));
  EXPECT_TRUE(holders_.MayBeOnePerson("li", "li"));
  EXPECT_TRUE(holders_.MayBeOnePerson("li", "li-2"));
  for (const char* made : {"li", "wang", "admin", "zhou"}) {
    EXPECT_TRUE(holders_.MayBeOnePerson("root", made)) << made;
    EXPECT_TRUE(holders_.MayBeOnePerson(made, "root")) << made;
  }
  // Zhao has the secret of the key that he created, and another key.
  EXPECT_TRUE(holders_.MayBeOnePerson("zhou", "zhao-2"));
  EXPECT_TRUE(holders_.MayBeOnePerson("zhao-2", "zhou"));
  // Programs that act by themselves have no key.
  EXPECT_FALSE(holders_.MayBeOnePerson("sluiced", "li"));
}

// Keys from before names, and those made for whoever has the machine.
TEST_F(KeyHoldersTest, AKeyThatNamesNobodyIsNoSecondPerson) {
  holders_.Apply(KeyOf("recovered", "", "sluiced"));
  holders_.Apply(KeyOf("old", "", "gone"));
  for (const char* nobody : {"recovered", "old"}) {
    EXPECT_TRUE(holders_.MayBeOnePerson("li", nobody)) << nobody;
    EXPECT_TRUE(holders_.MayBeOnePerson(nobody, "li")) << nobody;
    EXPECT_FALSE(holders_.IsOnePerson(nobody, "li")) << nobody;
  }
  EXPECT_TRUE(holders_.MayBeOnePerson("recovered", "old"));
  EXPECT_TRUE(holders_.IsOnePerson("li", "li-2"));
  EXPECT_TRUE(holders_.IsOnePerson("old", "old"));
  EXPECT_FALSE(holders_.IsOnePerson("root", "li"));
}

TEST_F(KeyHoldersTest, TheErrorSaysWhyAndWhatToDo) {
  const auto error = [&](const char* author, const char* key) {
    const absl::Status status = holders_.CheckColleague(
        author, {key, ""},
        {.what = {"版本 4", "version 4"},
         .done = "was imported",
         .must = "approve it",
         .again = "import it again",
         .must_chinese = "审批",
         .command = "sluicectl rules approve 4 --yes --reason WHY"});
    EXPECT_TRUE(
        absl::StartsWith(ChineseOf(status), "版本 4 等待审批，须由两人办理："))
        << status;
    EXPECT_TRUE(HasReason(status, ErrorReason::kNeedsColleague)) << status;
    return std::string(status.message());
  };
  EXPECT_TRUE(absl::StartsWith(
      error("li", "li"),
      "version 4 was imported with this key: a colleague must approve it, with "
      "a key that an admin has created for them (or set rules.approval: "
      "one_person): `sluicectl rules approve 4 --yes --reason WHY`"));
  EXPECT_TRUE(absl::StartsWith(
      error("li", "li-2"),
      "version 4 was imported by 李强, who holds this key, too: "));
  EXPECT_TRUE(absl::StrContains(error("admin", "zhou"),
                                "with key admin, which has created this one"));
  EXPECT_TRUE(absl::StrContains(error("zhou", "root"),
                                "with key zhou, which this key has created"));
  // Nobody can be the colleague of a key that names nobody.
  holders_.Apply(KeyOf("recovered", "", "sluiced"));
  const std::string nobody = error("recovered", "li");
  EXPECT_EQ(nobody,
            "version 4 was imported with key recovered, which names nobody: "
            "import it again with a key that names a person, whom a colleague "
            "can follow\n  An admin creates one: `sluicectl key create --role "
            "officer --person NAME`");
  EXPECT_TRUE(holders_.CheckColleague("li", {"wang", ""}, {}).ok());
}

// Journals from before `created_by` have the creator as the record's actor;
// whoever revokes a key later has not created it.
TEST_F(KeyHoldersTest, OldKeysWereMadeByTheActorOfTheirFirstRecord) {
  store::v1::KeyChanged old = KeyOf("old", "孙立", "");
  old.set_actor("li");
  holders_.Apply(old);
  old.set_actor("wang");
  holders_.Apply(old);
  EXPECT_EQ(holders_.CreatorOf("old"), "li");
  EXPECT_TRUE(holders_.MayBeOnePerson("li", "old"));
  EXPECT_FALSE(holders_.MayBeOnePerson("wang", "old"));
  // A start may see the last record alone.
  store::v1::KeyChanged revoked = KeyOf("revoked", "孙立", "");
  revoked.mutable_key()->mutable_revoke_time()->set_seconds(1);
  revoked.set_actor("wang");
  holders_.Apply(revoked);
  EXPECT_EQ(holders_.CreatorOf("revoked"), "");
}

TEST_F(KeyHoldersTest, AJournalThatGoesInCirclesEnds) {
  holders_.Apply(KeyOf("a", "甲", "b"));
  holders_.Apply(KeyOf("b", "乙", "a"));
  EXPECT_TRUE(holders_.MayBeOnePerson("a", "b"));
  EXPECT_FALSE(holders_.MayBeOnePerson("a", "li"));
}

TEST_F(KeyHoldersTest, FindsWhoHoldsAKey) {
  const std::string ids[] = {"wang", "nobody", "root"};
  const std::string* asked[] = {&ids[0], &ids[1], &ids[2]};
  const auto found = holders_.Find(asked);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].person(), "王敏");
  EXPECT_EQ(found[1].id(), "root");
  EXPECT_EQ(found[1].person(), "");
  EXPECT_EQ(found[1].note(), "note of root");
}

}  // namespace
}  // namespace sluice::gateway
