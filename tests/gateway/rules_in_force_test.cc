// The rules that decide and their automatic rollbacks, on a real control
// journal.
#include "gateway/control/rules_in_force.h"

#include "tests/gateway/control_fixture.h"

namespace sluice::gateway {
namespace {

store::v1::RuleRolledBack Rollback() {
  store::v1::RuleRolledBack rollback;
  rollback.set_rule("mistaken");
  rollback.set_mode(rules::v1::CHECK_MODE_OBSERVE);
  return rollback;
}

class RulesInForceTest : public ControlBookTest {
 protected:
  static PublishedRules Publication(int64_t since_ms) {
    PublishedRules rules;
    rules.rules = WorldSnapshot()->rules;
    rules.policy = WorldSnapshot()->policy;
    rules.since_ms = since_ms;
    rules.counters = NewCounters(*rules.rules);
    return rules;
  }
  store::v1::Record Published() {
    store::v1::Record record;
    record.mutable_rule_version_changed()->mutable_version()->set_state(
        admin::v1::RULE_VERSION_STATE_PUBLISHED);
    return record;
  }
};

TEST_F(RulesInForceTest, ARolledBackRuleStaysSoUntilTheNextPublication) {
  RulesInForce rules(*store_, Publication(1));
  rules.Put(Publication(2), /*is_publication=*/true);
  EXPECT_EQ(rules.now().since_ms, 2);
  ASSERT_TRUE(rules.RollBack(rules.now(), Rollback()).ok());
  ASSERT_EQ(rules.rolled_back().size(), 1u);
  EXPECT_EQ(rules.rolled_back()[0].rollback.rule(), "mistaken");
  EXPECT_EQ(rules.rolled_back()[0].at_ms, kTenInTheMorningMs);

  // A restart finds the rollback and puts the same rules in force.
  RulesInForce replayed(*store_, Publication(1));
  replayed.Apply(Published());
  for (const store::v1::Record& record : Journal()) replayed.Apply(record);
  replayed.Put(Publication(2), /*is_publication=*/false);
  ASSERT_EQ(replayed.rolled_back().size(), 1u);
  EXPECT_EQ(replayed.rolled_back()[0].rollback.rule(), "mistaken");

  replayed.Apply(Published());
  EXPECT_TRUE(replayed.rolled_back().empty());
  rules.Put(Publication(3), /*is_publication=*/true);
  EXPECT_TRUE(rules.rolled_back().empty());
}

// The counts are of the rules of the publication before.
TEST_F(RulesInForceTest, ARuleOfAnotherPublicationIsNotRolledBack) {
  RulesInForce rules(*store_, Publication(1));
  const PublishedRules before = rules.now();
  rules.Put(Publication(2), /*is_publication=*/true);
  EXPECT_TRUE(rules.RollBack(before, Rollback()).ok());
  EXPECT_TRUE(rules.rolled_back().empty());
  EXPECT_TRUE(Journal().empty());
}

TEST_F(RulesInForceTest, ARollbackThatIsNotJournaledIsNone) {
  RulesInForce rules(*store_, Publication(1));
  BreakJournal();
  EXPECT_EQ(rules.RollBack(rules.now(), Rollback()).code(),
            absl::StatusCode::kUnavailable);
  EXPECT_TRUE(rules.rolled_back().empty());
  MendJournal();
  EXPECT_TRUE(rules.RollBack(rules.now(), Rollback()).ok());
  EXPECT_EQ(rules.rolled_back().size(), 1u);
}

}  // namespace
}  // namespace sluice::gateway
