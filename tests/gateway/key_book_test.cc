// API keys, on a real control journal.
#include "gateway/control/key_book.h"

#include <sys/stat.h>

#include <fstream>

#include "absl/strings/match.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/error_reason.h"
#include "tests/gateway/control_fixture.h"

namespace sluice::gateway {
namespace {

class KeyBookTest : public ControlBookTest {
 protected:
  void SetUp() override {
    ControlBookTest::SetUp();
    parties_ = std::make_unique<PartyBook>(*store_, NoParties());
    const auto world = WorldSnapshot();
    PublishedRules rules;
    rules.rules = world->rules;
    rules.policy = world->policy;
    MakeWorld(*parties_, rules);
    book_ = std::make_unique<KeyBook>(*store_, holders_);
  }

  absl::StatusOr<admin::v1::CreateKeyResponse> Create(
      const std::string& account, admin::v1::Role role) {
    admin::v1::CreateKeyRequest request;
    request.set_account_id(account);
    request.add_roles(role);
    request.set_person("李强");
    return book_->Create(request, *parties_, {"officer", ""});
  }
  // The key that callers use; null when there is none.
  KeyPtr Find(const std::string& secret) {
    return book_->Table(*parties_)->Find(secret);
  }

  KeyHolders holders_;
  std::unique_ptr<PartyBook> parties_;
  std::unique_ptr<KeyBook> book_;
};

TEST_F(KeyBookTest, AKeyWorksUntilItIsRevokedAlsoAfterAReplay) {
  const auto made = Create("acc", admin::v1::ROLE_SUBMIT);
  ASSERT_TRUE(made.ok()) << made.status();
  const KeyPtr key = Find(made->secret());
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->account, AccountId{kAccountNumber});
  for (const store::v1::Record& record : Journal()) {
    EXPECT_FALSE(absl::StrContains(record.SerializeAsString(), made->secret()));
  }
  auto replayed = std::make_unique<KeyBook>(*store_, holders_);
  for (const store::v1::Record& record : Journal()) {
    if (record.has_key_changed()) replayed->Apply(record.key_changed());
  }
  book_ = std::move(replayed);
  EXPECT_NE(Find(made->secret()), nullptr);
  const auto revoked = book_->Revoke(made->key().id(), kOfficer);
  ASSERT_TRUE(revoked.ok()) << revoked.status();
  EXPECT_EQ(MillisOf(revoked->revoke_time()), kTenInTheMorningMs);
  EXPECT_EQ(Find(made->secret()), nullptr);
}

TEST_F(KeyBookTest, RefusesWhatMakesNoSense) {
  EXPECT_EQ(Create("", admin::v1::ROLE_SUBMIT).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Create("nobody", admin::v1::ROLE_SUBMIT).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Create("acc", admin::v1::ROLE_UNSPECIFIED).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(book_->Create({}, *parties_, kOfficer).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(book_->Revoke("none", kOfficer).status().code(),
            absl::StatusCode::kNotFound);
  const auto made = Create("acc", admin::v1::ROLE_SUBMIT);
  EXPECT_EQ(book_->Revoke(made->key().id(), {"officer", ""}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(KeyBookTest, AKeyHasEachRoleOnceAndExpiresLater) {
  admin::v1::CreateKeyRequest request;
  request.add_roles(admin::v1::ROLE_AUDIT);
  request.add_roles(admin::v1::ROLE_AUDIT);
  EXPECT_EQ(FieldOf(book_->Create(request, *parties_, kOfficer).status()),
            "roles");
  request.clear_roles();
  request.add_roles(admin::v1::ROLE_AUDIT);
  request.set_person("李强");
  SetTimestamp(kTenInTheMorningMs, *request.mutable_expire_time());
  EXPECT_EQ(FieldOf(book_->Create(request, *parties_, kOfficer).status()),
            "expire_time");
}

// The journal answers for people: only a machine's key names nobody.
TEST_F(KeyBookTest, AKeyThatDecidesNamesItsPerson) {
  admin::v1::CreateKeyRequest request;
  request.add_roles(admin::v1::ROLE_OFFICER);
  for (const char* person : {"", " ", "　"}) {
    request.set_person(person);
    EXPECT_EQ(FieldOf(book_->Create(request, *parties_, kOfficer).status()),
              "person")
        << "'" << person << "'";
  }
  request.set_person(std::string(101, 'x'));
  EXPECT_EQ(FieldOf(book_->Create(request, *parties_, kOfficer).status()),
            "person");
  request.set_person(" 王敏 ");
  const auto made = book_->Create(request, *parties_, kOfficer);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->key().person(), "王敏");
  EXPECT_EQ(made->key().created_by(), kOfficer.key_id);
  request.clear_person();
  request.clear_roles();
  request.add_roles(admin::v1::ROLE_SUBMIT);
  request.set_account_id("acc");
  EXPECT_TRUE(book_->Create(request, *parties_, kOfficer).ok());
}

TEST_F(KeyBookTest, TheLastAdminKeyStays) {
  const auto first = Create("", admin::v1::ROLE_ADMIN);
  const std::string id = first->key().id();
  EXPECT_EQ(book_->Revoke(id, kOfficer).status().code(),
            absl::StatusCode::kFailedPrecondition);
  // A key that expires does not count as another admin key.
  admin::v1::CreateKeyRequest request;
  request.add_roles(admin::v1::ROLE_ADMIN);
  request.set_person("李强");
  SetTimestamp(kTenInTheMorningMs + 1, *request.mutable_expire_time());
  ASSERT_TRUE(book_->Create(request, *parties_, kOfficer).ok());
  EXPECT_EQ(book_->Revoke(id, kOfficer).status().code(),
            absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(Create("", admin::v1::ROLE_ADMIN).ok());
  EXPECT_TRUE(book_->Revoke(id, kOfficer).ok());
  EXPECT_TRUE(book_->Revoke(id, kOfficer).ok());  // Does nothing.
}

TEST_F(KeyBookTest, TheFirstKeyIsAFileOnlyItsOwnerReads) {
  const std::string path = folder_.path() + "/admin.key";
  EXPECT_TRUE(*book_->MakeFirst(path));
  EXPECT_FALSE(*book_->MakeFirst(path));
  struct stat file = {};
  ASSERT_EQ(stat(path.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
  std::string secret;
  std::ifstream(path) >> secret;
  EXPECT_NE(Find(secret), nullptr);
  EXPECT_EQ(book_->List("", "", 10).size(), 1u);
}

TEST_F(KeyBookTest, AFirstKeyThatCannotBeKeptIsMadeAtTheNextStart) {
  EXPECT_EQ(
      book_->MakeFirst(folder_.path() + "/none/admin.key").status().code(),
      absl::StatusCode::kUnavailable);
  const std::string path = folder_.path() + "/admin.key";
  BreakJournal();
  EXPECT_EQ(book_->MakeFirst(path).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_TRUE(book_->List("", "", 10).empty());
  MendJournal();
  EXPECT_TRUE(*book_->MakeFirst(path));
}

// A used-up rate stays used up when the limit or a key changes.
TEST_F(KeyBookTest, AnAccountKeepsItsRateGate) {
  const auto one = Create("acc", admin::v1::ROLE_SUBMIT);
  const std::shared_ptr<RateGate> before = Find(one->secret())->rate;
  ASSERT_NE(before, nullptr);
  const auto other = Create("acc", admin::v1::ROLE_SUBMIT);
  EXPECT_EQ(Find(one->secret())->rate, before);
  EXPECT_EQ(Find(other->secret())->rate, before);
}

}  // namespace
}  // namespace sluice::gateway
