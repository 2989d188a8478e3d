// The posture says everything that is not enforced: modes, duties that a pack
// switched off, scopes, and codes that nothing gives yet.
#include "gateway/control/posture.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "rules/base/reason_code.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/fakes/world.h"

namespace sluice::gateway {
namespace {

namespace fs = std::filesystem;

constexpr char kRules[] = R"(
rules:
  - {id: everywhere, basis: policy, code: CONTENT_UNWANTED, words: [苹果]}
  - {id: but-shop, basis: policy, code: CONTENT_UNWANTED, words: [梨子],
     except: {content_providers: [shop]}}
  - {id: only-bank, basis: policy, code: CONTENT_UNWANTED, words: [桃子],
     classes: [notice], scope: {accounts: [bank]}}
  - {id: tag, category: c, basis: policy, action: tag, score: 2, words: [优惠]}
  - {id: tag-d, category: d, basis: policy, action: tag, score: 2, words: [免费]}
thresholds:
  - {id: seen, category: c, basis: policy, code: CONTENT_UNWANTED, score: 2,
     mode: observe}
  - {id: but-bank, category: d, basis: policy, code: CONTENT_UNWANTED, score: 2,
     except: {content_providers: [bank]}}
domain_lists:
  - {id: shorteners, file: lists/shared/shorteners.txt}
)";

using Changes = std::vector<std::pair<absl::string_view, absl::string_view>>;

// The world's pack with these rules; `change` alters its policy, `of_rules` the
// rules.
PublishedRules Rules(const Changes& change, const Changes& of_rules = {}) {
  const TemporaryFolder folder;
  fs::copy(WorldPack(), folder.path(),
           fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  std::ofstream(folder.path() + "/rules.yaml")
      << absl::StrReplaceAll(kRules, of_rules);
  std::ifstream in(folder.path() + "/policy.yaml");
  const std::string policy{std::istreambuf_iterator<char>(in), {}};
  std::ofstream(folder.path() + "/policy.yaml")
      << absl::StrReplaceAll(policy, change);
  auto loaded = rules::RuleSet::Load(folder.path());
  EXPECT_TRUE(loaded.ok()) << loaded.status();
  PublishedRules rules;
  rules.rules = *std::move(loaded);
  rules.policy = *filter::Policy::Build(*rules.rules);
  rules.since_ms = kTenInTheMorningMs;
  rules.actor = "key-one";
  return rules;
}

std::vector<admin::v1::NotEnforced> LinesOf(const PublishedRules& rules,
                                            admin::v1::NotEnforcedCause cause) {
  const auto posture = PostureOf(rules, {}, {}, kTenInTheMorningMs);
  std::vector<admin::v1::NotEnforced> lines;
  for (const admin::v1::NotEnforced& line : posture.not_enforced()) {
    if (line.cause() == cause) lines.push_back(line);
  }
  return lines;
}

// "OPTOUT_NOTICE_MISSING" to "1 2 5", the classes.
std::map<std::string, std::set<int>> DutiesOf(const PublishedRules& rules) {
  std::map<std::string, std::set<int>> duties;
  for (const auto& line :
       LinesOf(rules, admin::v1::NOT_ENFORCED_CAUSE_CLASS_DUTY)) {
    EXPECT_EQ(line.mode(), rules::v1::CHECK_MODE_OFF);
    EXPECT_FALSE(line.note().empty());
    duties[line.code()] = {line.classes().begin(), line.classes().end()};
    if (line.classes().empty()) duties[line.code()] = {0};
  }
  return duties;
}

TEST(Posture, ADutyThatThePackSwitchedOffIsThere) {
  const auto as_shipped = DutiesOf(Rules({}));
  ASSERT_TRUE(as_shipped.contains("OPTOUT_NOTICE_MISSING"));
  EXPECT_FALSE(as_shipped.at("OPTOUT_NOTICE_MISSING")
                   .contains(v1::MESSAGE_CLASS_COMMERCIAL));
  EXPECT_TRUE(as_shipped.at("OPTOUT_NOTICE_MISSING")
                  .contains(v1::MESSAGE_CLASS_NOTICE));
  EXPECT_FALSE(as_shipped.contains("SIGNATURE_MISSING"));
  const auto off = DutiesOf(Rules(
      {{"needs_opt_out_wording: true", ""}, {"needs_signature: true", ""}}));
  EXPECT_TRUE(off.contains("SIGNATURE_MISSING"));
  EXPECT_EQ(off.at("OPTOUT_NOTICE_MISSING"), std::set<int>{0});  // All.
}

TEST(Posture, ScopesAndExceptionsAreThere) {
  const PublishedRules rules = Rules({});
  const auto lines = LinesOf(rules, admin::v1::NOT_ENFORCED_CAUSE_SCOPE);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].rule(), "but-shop");
  EXPECT_EQ(lines[0].except().content_providers(0), "shop");
  EXPECT_EQ(lines[1].rule(), "only-bank");
  EXPECT_EQ(lines[1].scope().accounts(0), "bank");
  EXPECT_EQ(lines[1].classes_size(), 1);
  EXPECT_EQ(lines[2].rule(), "but-bank");
  EXPECT_EQ(lines[2].except().content_providers(0), "bank");
  EXPECT_EQ(lines[2].actor(), "key-one");
}

// The entries of what an earlier version published, which knew no causes.
TEST(Posture, EntriesWithoutCausesAreReadWithTheirRules) {
  PublishedRules before =
      Rules({}, {{"except: {content_providers: [shop]}", "mode: off"}});
  before.actor = "key-before";
  before.not_enforced = NotEnforcedOf(before, {}, kTenInTheMorningMs);
  for (auto& entry : before.not_enforced) {
    entry.clear_cause();
    entry.clear_scope();
    entry.clear_except();
  }
  std::map<std::string, std::string> actors;
  for (const auto& entry :
       NotEnforcedOf(Rules({}), before, kTenInTheMorningMs)) {
    actors[entry.rule()] = entry.actor();
  }
  EXPECT_EQ(actors["but-shop"], "key-one");  // Was off.
  EXPECT_EQ(actors["only-bank"], "key-before");
  EXPECT_EQ(actors["seen"], "key-before");
}

TEST(Posture, AThresholdThatIsObservedIsThere) {
  bool seen = false;
  for (const auto& line :
       LinesOf(Rules({}), admin::v1::NOT_ENFORCED_CAUSE_UNSPECIFIED)) {
    seen = seen || (line.rule() == "seen" &&
                    line.mode() == rules::v1::CHECK_MODE_OBSERVE);
  }
  EXPECT_TRUE(seen);
}

// "kNeverSend" of "NEVER_SEND".
std::string ConstantOf(absl::string_view name) {
  std::string constant = "k";
  bool upper = true;
  for (const char c : name) {
    if (c == '_') {
      upper = true;
      continue;
    }
    constant += upper ? c : absl::ascii_tolower(static_cast<unsigned char>(c));
    upper = false;
  }
  return constant;
}

// The files that look for what is wrong with messages.
std::string SourceOfChecks() {
  std::string all;
  for (const char* folder : {"filter", "store", "gateway"}) {
    for (const auto& file : fs::recursive_directory_iterator(folder)) {
      const std::string path = file.path().string();
      if (!absl::EndsWith(path, ".cc") && !absl::EndsWith(path, ".h")) continue;
      if (absl::StrContains(path, "posture_gaps")) continue;
      std::ifstream in(path);
      all.append(std::istreambuf_iterator<char>(in), {});
    }
  }
  return all;
}

// A code without a check looks enforced and is not. Complaints are looked for,
// but nothing records one.
TEST(Posture, ACodeThatNothingGivesIsThere) {
  std::set<std::string> listed;
  for (const auto& line :
       LinesOf(Rules({}), admin::v1::NOT_ENFORCED_CAUSE_BUILT_IN)) {
    listed.insert(line.code());
    EXPECT_FALSE(line.has_start_time()) << line.code();
  }
  listed.erase("SIGNATURE_MALFORMED");
  EXPECT_EQ(listed.erase("RECIPIENT_COMPLAINED"), 1u);
  const std::string source = absl::AsciiStrToLower(SourceOfChecks());
  std::set<std::string> unproduced;
  for (int code = 0; code < kReasonCodes; ++code) {
    const std::string name(Name(static_cast<ReasonCode>(code)));
    const std::string constant = "ReasonCode::" + ConstantOf(name);
    if (!absl::StrContains(source, absl::AsciiStrToLower(constant))) {
      unproduced.insert(name);
    }
  }
  EXPECT_EQ(listed, unproduced);
}

}  // namespace
}  // namespace sluice::gateway
