// What makes a rule another one in the next version.

#include "gateway/versions/rule_fingerprints.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/rules/pack_folder.h"

namespace sluice::gateway {
namespace {

// Of the rule `reads`, whose table has this weight.
uint64_t WithWeight(int weight) {
  rules::Files files = rules::GoodFiles();
  files["rules.yaml"] =
      "weight_tables: [{id: signs, file: signs.csv}]\n"
      "rules:\n"
      "  - id: reads\n"
      "    basis: policy\n"
      "    code: CONTENT_UNWANTED\n"
      "    match: {any: [{weight: {table: signs, at_least: 5}}]}\n";
  files["signs.csv"] = "word,weight\n赔付," + std::to_string(weight) + "\n";
  const rules::PackFolder folder(files);
  const auto loaded = rules::RuleSet::Load(folder.path());
  EXPECT_TRUE(loaded.ok()) << loaded.status();
  return loaded.ok() ? FingerprintsOf(**loaded).at("reads") : 0;
}

TEST(RuleFingerprints, AWeightOfItsTableIsPartOfARule) {
  EXPECT_EQ(WithWeight(7), WithWeight(7));
  EXPECT_NE(WithWeight(7), WithWeight(8));
}

}  // namespace
}  // namespace sluice::gateway
