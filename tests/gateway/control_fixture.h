#pragma once

// For tests of the books that are views of the control journal: a store whose
// disks can fail, the rules of small packs, and the parties of
// tests/fakes/world.h.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "filter/policy/policy.h"
#include "gateway/control/actor.h"
#include "gateway/control/party_book.h"
#include "gateway/control/rules_in_force.h"
#include "rules/rule_set.h"
#include "store/store.h"
#include "tests/fakes/disks.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/world.h"
#include "tests/gateway/server_fixture.h"

namespace sluice::gateway {

class ControlBookTest : public testing::Test {
 protected:
  void SetUp() override {
    store::StoreOptions options;
    options.path = folder_.path();
    options.segment_bytes = 8 << 20;
    disks_.Carry(options);
    auto store = store::Store::Open(options, clock_, WorldSnapshot(),
                                    [](const std::string&) {});
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }

  // The rules of the shipped pack with this rules.yaml.
  static PublishedRules RulesWith(const std::string& rules_yaml) {
    namespace fs = std::filesystem;
    const TemporaryFolder folder;
    fs::copy(
        "rules/packs/cn-2015", folder.path(),
        fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    std::ofstream(folder.path() + "/rules.yaml") << rules_yaml;
    auto loaded = rules::RuleSet::Load(folder.path());
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    PublishedRules rules;
    rules.rules = *std::move(loaded);
    rules.policy = *filter::Policy::Build(*rules.rules);
    rules.counters = NewCounters(*rules.rules);
    return rules;
  }

  // Makes every append fail until MendJournal().
  void BreakJournal() {
    disks_.faults()[0]->SetFault(
        {.call = store::JournalFault::Call::kAppend, .nth = 1});
  }
  void MendJournal() { disks_.faults()[0]->SetFault({}); }

  // The records of the control journal so far, without those that the store
  // writes about itself.
  std::vector<store::v1::Record> Journal() {
    std::vector<store::v1::Record> records;
    const absl::Status read =
        store_->ReadControl([&records](const store::v1::Record& record) {
          if (!record.has_journal_heads()) records.push_back(record);
        });
    EXPECT_TRUE(read.ok()) << read;
    return records;
  }

  static std::shared_ptr<const filter::Registry> NoParties() {
    return *filter::Registry::Build({});
  }

  // Creates the parties of the world.
  static void MakeWorld(PartyBook& parties, const PublishedRules& rules) {
    for (store::v1::Party party : WorldParties()) {
      party.clear_number();
      party.clear_revision();
      const auto made =
          parties.Create(party, *rules.rules, *rules.policy, false, kOfficer);
      ASSERT_TRUE(made.ok()) << party.id() << ": " << made.status();
    }
  }

  static inline const Actor kOfficer = {"officer", "case 118"};

  TemporaryFolder folder_;
  FakeClock clock_{absl::FromUnixMillis(kTenInTheMorningMs)};
  store::Disks disks_{1};
  std::unique_ptr<store::Store> store_;
};

}  // namespace sluice::gateway
