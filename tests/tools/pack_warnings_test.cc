// Scopes of a pack against the registry of a server: validate --registry and
// import.

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/gateway/server_fixture.h"
#include "tests/tools/run_ctl.h"
#include "tools/lib/process.h"

namespace sluice::ctl {
namespace {

class ScopeWarnings : public gateway::ServerTest {
 protected:
  void SetUp() override {
    Start();
    MakeWorld();
    for (const char* file : {"pack.yaml", "policy.yaml", "articles.yaml"}) {
      std::ifstream in(absl::StrCat("rules/packs/cn-2015/", file));
      std::ofstream(absl::StrCat(pack_, "/", file)) << in.rdbuf();
    }
    std::ofstream(pack_ + "/shorteners.txt") << "t.cn\n";
  }

  void WriteRules(const std::string& scope) {
    std::ofstream(pack_ + "/rules.yaml")
        << "domain_lists: [{id: shorteners, file: shorteners.txt}]\n"
           "rules:\n"
           "  - id: fakes\n"
           "    basis: law\n"
           "    words: [假证]\n"
        << scope;
  }

  Output Rules(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "rules");
    arguments.insert(arguments.end(),
                     {"--server", absl::StrCat("127.0.0.1:", server_->port()),
                      "--key", admin_key_});
    return RunCtl(std::move(arguments));
  }

  const tools::TempFolder folder_{"scope-warnings"};
  const std::string& pack_ = folder_.path();
};

TEST_F(ScopeWarnings, PartiesThatTheRegistryDoesNotHave) {
  WriteRules(
      "    scope: {content_providers: [shop, shap], ports: [nowhere]}\n"
      "    except: {accounts: [nobody], signatures: [没有这个]}\n");
  // Only the server knows.
  EXPECT_FALSE(absl::StrContains(Rules({"validate", pack_}).out, "registry"));
  const Output asked = Rules({"validate", pack_, "--registry"});
  EXPECT_EQ(asked.code, 0) << asked.err;
  for (const char* part :
       {"rules.yaml:6:39: the registry has no content provider 'shap', did you "
        "mean 'shop'?",
        "rules.yaml:6:54: the registry has no port 'nowhere'",
        "rules.yaml:7:25: the registry has no account 'nobody'",
        "rules.yaml:7:47: the registry has no signature '没有这个'"}) {
    EXPECT_TRUE(absl::StrContains(asked.out, part)) << part << asked.out;
  }
  EXPECT_FALSE(absl::StrContains(asked.out, "'shop',")) << asked.out;
  const Output imported = Rules({"import", pack_, "--reason", "a scope"});
  EXPECT_EQ(imported.code, 0) << imported.err;
  EXPECT_TRUE(absl::StrContains(imported.out, "no content provider 'shap'"))
      << imported.out;
}

TEST_F(ScopeWarnings, TheServerIsAskedForScopesOnly) {
  WriteRules("");
  const Output asked =
      RunCtl({"rules", "validate", pack_, "--registry", "--json", "--server",
              "127.0.0.1:1", "--key", "none"});
  EXPECT_EQ(asked.code, 0) << asked.err;
  EXPECT_TRUE(absl::StrContains(asked.out, "\"warnings\":[]")) << asked.out;
  WriteRules("    scope: {accounts: [shop]}\n");
  const Output none =
      RunCtl({"rules", "validate", pack_, "--registry", "--server",
              "127.0.0.1:1", "--key", "none", "--timeout", "1"});
  EXPECT_EQ(none.code, 1) << none.out;
}

}  // namespace
}  // namespace sluice::ctl
