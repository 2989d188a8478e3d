// Keys, roles and rates of callers.
#include "gateway/access/caller.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/access/rate_gate.h"
#include "rules/base/error_reason.h"
#include "sluice/admin/v1/audit.pb.h"
#include "sluice/admin/v1/campaigns.pb.h"
#include "sluice/admin/v1/dossier.pb.h"
#include "sluice/admin/v1/erasures.pb.h"
#include "sluice/admin/v1/history.pb.h"
#include "sluice/admin/v1/holds.pb.h"
#include "sluice/admin/v1/legal_holds.pb.h"
#include "sluice/admin/v1/operations.pb.h"
#include "sluice/admin/v1/opt_outs.pb.h"
#include "sluice/admin/v1/proofs.pb.h"
#include "sluice/admin/v1/registry.pb.h"
#include "sluice/admin/v1/replies.pb.h"
#include "sluice/admin/v1/rules.pb.h"
#include "sluice/admin/v1/statistics.pb.h"
#include "sluice/store/v1/party.pb.h"
#include "sluice/v1/gateway.pb.h"

namespace sluice::gateway {
namespace {

Key KeyFor(const NewKey& made, RoleMask roles, uint32_t account) {
  return {.id = made.id,
          .hash = made.hash,
          .account_id = "a",
          .account = AccountId{account},
          .roles = roles,
          .expires_ms = 0,
          .rate = nullptr};
}

TEST(MakeKey, IsLongAndNeverTheSame) {
  std::set<std::string> secrets;
  for (int i = 0; i < 100; ++i) {
    const NewKey key = MakeKey();
    // slk_, 10 characters of id, _, 43 characters of base64url for 256 bits.
    EXPECT_EQ(key.secret.size(), 4u + 10 + 1 + 43);
    EXPECT_EQ(key.secret.find(key.id), 4u);
    EXPECT_EQ(key.hash, HashOf(key.secret));
    secrets.insert(key.secret);
  }
  EXPECT_EQ(secrets.size(), 100u);
}

TEST(KeyTable, FindsTheWholeSecretOnly) {
  const NewKey made = MakeKey();
  const KeyTable table({KeyFor(made, 0, 1)});
  ASSERT_NE(table.Find(made.secret), nullptr);
  EXPECT_EQ(table.Find(made.secret)->id, made.id);
  for (size_t size = 0; size < made.secret.size(); ++size) {
    EXPECT_EQ(table.Find(made.secret.substr(0, size)), nullptr) << size;
  }
  EXPECT_EQ(table.Find(made.secret + "x"), nullptr);
  EXPECT_EQ(table.Find(MakeKey().secret), nullptr);
  // The right id with another secret.
  std::string other = MakeKey().secret;
  other.replace(4, 10, made.id);
  EXPECT_EQ(table.Find(other), nullptr);
}

TEST(Callers, KeyRoleAndAccount) {
  Callers callers;
  const NewKey submit = MakeKey();
  const NewKey admin = MakeKey();
  const NewKey nobody = MakeKey();
  const NewKey old = MakeKey();
  Key expired = KeyFor(old, MaskOf(admin::v1::ROLE_SUBMIT), 1);
  expired.expires_ms = 1000;
  callers.Publish(std::make_shared<KeyTable>(std::vector<Key>{
      KeyFor(submit, MaskOf(admin::v1::ROLE_SUBMIT), 1),
      KeyFor(admin, MaskOf(admin::v1::ROLE_ADMIN), 0),
      KeyFor(nobody, MaskOf(admin::v1::ROLE_SUBMIT), 0), expired}));
  const struct {
    const char* name;
    std::string header;
    Rpc rpc;
    absl::StatusCode code;
  } cases[] = {
      {"goes", "Bearer " + submit.secret, Rpc::kSubmit, absl::StatusCode::kOk},
      {"scheme in any case", "bearer " + submit.secret, Rpc::kWatch,
       absl::StatusCode::kOk},
      {"no header", "", Rpc::kSubmit, absl::StatusCode::kUnauthenticated},
      {"no scheme", submit.secret, Rpc::kSubmit,
       absl::StatusCode::kUnauthenticated},
      {"other scheme", "Basic " + submit.secret, Rpc::kSubmit,
       absl::StatusCode::kUnauthenticated},
      {"unknown", "Bearer " + MakeKey().secret, Rpc::kSubmit,
       absl::StatusCode::kUnauthenticated},
      {"expired", "Bearer " + old.secret, Rpc::kSubmit,
       absl::StatusCode::kUnauthenticated},
      {"wrong role", "Bearer " + submit.secret, Rpc::kCreateLicensee,
       absl::StatusCode::kPermissionDenied},
      {"admins do not submit", "Bearer " + admin.secret, Rpc::kSubmit,
       absl::StatusCode::kPermissionDenied},
      {"admins do all else", "Bearer " + admin.secret, Rpc::kGetDossier,
       absl::StatusCode::kOk},
      {"no account", "Bearer " + nobody.secret, Rpc::kSubmit,
       absl::StatusCode::kPermissionDenied},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(callers.Authorize(c.header, c.rpc, 1000).status().code(), c.code)
        << c.name;
  }
  const LoginFailures failures = callers.TakeFailures();
  EXPECT_EQ(failures.unauthenticated, 5u);
  EXPECT_EQ(failures.denied, 3u);
  EXPECT_EQ(callers.TakeFailures().denied, 0u);
  // A program is told which kind of key would do.
  const auto reason = [&](const NewKey& key, Rpc rpc) {
    return ReasonOf(
        callers.Authorize("Bearer " + key.secret, rpc, 1000).status());
  };
  EXPECT_EQ(reason(admin, Rpc::kSubmit), "NEEDS_ACCOUNT_KEY");
  EXPECT_EQ(reason(nobody, Rpc::kSubmit), "NEEDS_ACCOUNT_KEY");
  EXPECT_EQ(reason(submit, Rpc::kCreateLicensee), "PERMISSION_DENIED");
}

TEST(Callers, ARevokedKeyIsNoticedAgain) {
  Callers callers;
  const NewKey made = MakeKey();
  callers.Publish(std::make_shared<KeyTable>(
      std::vector<Key>{KeyFor(made, MaskOf(admin::v1::ROLE_SUBMIT), 1)}));
  const auto key = callers.Authorize("Bearer " + made.secret, Rpc::kSubmit, 0);
  ASSERT_TRUE(key.ok());
  EXPECT_TRUE(callers.Again(*key, Rpc::kSubmit, 0).ok());
  callers.Publish(std::make_shared<KeyTable>());
  EXPECT_EQ(callers.Again(*key, Rpc::kSubmit, 0).status().code(),
            absl::StatusCode::kUnauthenticated);
}

// Every RPC of the API is in the table, under its name.
TEST(Roles, EveryRpcHasThem) {
  std::set<std::string> in_table;
  for (int i = 0; i < kRpcs; ++i) {
    in_table.insert(std::string(Name(static_cast<Rpc>(i))));
    EXPECT_NE(RolesOf(static_cast<Rpc>(i)), 0);
  }
  std::set<std::string> in_api;
  for (const auto* file : {v1::SubmitRequest::descriptor()->file(),
                           admin::v1::Campaign::descriptor()->file(),
                           admin::v1::HeldMessage::descriptor()->file(),
                           admin::v1::Erasure::descriptor()->file(),
                           admin::v1::LegalHold::descriptor()->file(),
                           admin::v1::OptOut::descriptor()->file(),
                           admin::v1::CreateKeyRequest::descriptor()->file(),
                           admin::v1::MessageRecord::descriptor()->file(),
                           admin::v1::MessageProof::descriptor()->file(),
                           admin::v1::DossierEntry::descriptor()->file(),
                           admin::v1::Reply::descriptor()->file(),
                           admin::v1::StatisticsRow::descriptor()->file(),
                           admin::v1::PartyChange::descriptor()->file(),
                           admin::v1::ReloadRulesRequest::descriptor()->file(),
                           admin::v1::GetClockRequest::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      const std::string& service = file->service(s)->name();
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        in_api.insert(
            absl::StrCat(service, ".", file->service(s)->method(m)->name()));
      }
    }
  }
  EXPECT_EQ(in_table, in_api);
}

TEST(RateGate, LetsASecondsWorthThroughAndThenAsksToWait) {
  RateGate gate(100);
  absl::Duration now = absl::Seconds(1000);
  EXPECT_EQ(gate.Admit(100, now), absl::ZeroDuration());
  // One second's messages are let in: exactly the limit.
  const absl::Duration wait = gate.Admit(1, now);
  EXPECT_GT(wait, absl::ZeroDuration());
  now += wait;
  EXPECT_EQ(gate.Admit(1, now), absl::ZeroDuration());
}

TEST(RateGate, KeepsTheRateOverTime) {
  RateGate gate(1000);
  absl::Duration now;
  int messages = 0;
  while (now < absl::Seconds(60)) {
    const absl::Duration wait = gate.Admit(256, now);
    if (wait == absl::ZeroDuration()) {
      messages += 256;
    } else {
      now += wait;
    }
  }
  EXPECT_NEAR(messages, 60'000, 2'000);
}

TEST(RateGate, NoLimit) {
  RateGate gate;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(gate.Admit(1000, absl::ZeroDuration()), absl::ZeroDuration());
  }
}

}  // namespace
}  // namespace sluice::gateway
