// `sluicectl registry` against a whole server: it registers and shows the
// values of its command line.

#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/base/error_reason.h"
#include "tests/gateway/server_fixture.h"
#include "tests/tools/run_ctl.h"
#include "tools/lib/command_line.h"
#include "tools/sluicectl/flag_names.h"

namespace sluice::ctl {
namespace {

class Registry : public gateway::ServerTest {
 protected:
  void SetUp() override {
    Start();
    MakeWorld();
  }

  Output Call(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "registry");
    arguments.insert(arguments.end(),
                     {"--server", absl::StrCat("127.0.0.1:", server_->port()),
                      "--key", admin_key_});
    return RunCtl(std::move(arguments));
  }
};

TEST_F(Registry, FilesContactsAndShowsThem) {
  const Output made = Call(
      {"create", "signature", "filed", "--name", "有备案",
       "--content-provider-id", "shop", "--contacts", "link:example.cn",
       "--contacts", "phone:4001234567:2027-01-31 10:00", "--reason", "filed"});
  ASSERT_EQ(made.code, 0) << made.err;
  const Output listed = Call({"list", "signature", "--id", "filed", "--json"});
  ASSERT_EQ(listed.code, 0) << listed.err;
  EXPECT_TRUE(absl::StrContains(
      listed.out, R"({"kind":"CONTACT_KIND_LINK","value":"example.cn"})"))
      << listed.out;
  EXPECT_TRUE(absl::StrContains(
      listed.out,
      R"("kind":"CONTACT_KIND_PHONE","value":"4001234567","expire_time")"))
      << listed.out;
  // A change of another field keeps the filings; one filing replaces all.
  const Output renamed = Call({"change", "signature", "filed", "--name",
                               "备案店", "--reason", "renamed"});
  EXPECT_TRUE(absl::StrContains(
      renamed.out,
      "contacts: link:example.cn, phone:4001234567 until 2027-01-31 10:00"))
      << renamed.out << renamed.err;
  const Output changed = Call({"change", "signature", "filed", "--contacts",
                               "qq:12345678", "--reason", "moved"});
  EXPECT_TRUE(absl::StrContains(changed.out, "contacts: qq:12345678"))
      << changed.out << changed.err;
  EXPECT_FALSE(absl::StrContains(changed.out, "example.cn")) << changed.out;
}

TEST_F(Registry, SaysWhichContactCannotBeFiled) {
  const auto refused = [this](const char* contact) {
    const Output output = Call({"create", "signature", "filed", "--name",
                                "有备案", "--content-provider-id", "shop",
                                "--contacts", contact, "--reason", "filed"});
    EXPECT_EQ(output.code, 1) << output.out;
    return output.err;
  };
  EXPECT_TRUE(
      absl::StrContains(refused("example.cn"),
                        "--contacts \"example.cn\" has no kind: write for "
                        "example link:example.cn or phone:4001234567"));
  EXPECT_TRUE(absl::StrContains(refused("fax:4001234567"),
                                "link, email, phone, qq, wechat"));
  EXPECT_TRUE(absl::StrContains(refused("link:example.cn:soon"), "--contacts"));
  // A link copied from a browser: its colon begins no expiry time.
  EXPECT_TRUE(
      absl::StrContains(refused("link:http://shop.cn/a"), "--contacts: "));
  EXPECT_TRUE(absl::StrContains(
      refused("phone:400-123-4567"),
      "--contacts: a number that is called from mainland China is allowed"));
}

// The server names fields; a person typed flags.
TEST_F(Registry, ErrorsNameTheFlag) {
  const auto error = [this](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--reason", "r"});
    const Output output = Call(std::move(arguments));
    EXPECT_EQ(output.code, 1) << output.out;
    return output.err;
  };
  EXPECT_TRUE(absl::StartsWith(error({"create", "content-provider", "other"}),
                               "sluicectl: --name: 1 to 400 bytes are needed"));
  EXPECT_EQ(error({"change", "content-provider", "shop"}),
            "sluicectl: give at least one field to change; --help lists "
            "them\n");
  EXPECT_TRUE(absl::StartsWith(
      error({"create", "content-provider", "Not An Id", "--name", "n"}),
      "sluicectl: ID: "));
}

TEST(ErrorText, NamesWhatTheChosenCommandHas) {
  tools::CommandLine line("program", "what");
  tools::CommandLine& command = line.AddCommand("command", "what", "example");
  std::string value;
  line.Add("--key", value);
  for (const char* name :
       {"--content-provider", "--class", "--at", "--contacts", "PHONE"}) {
    command.Add(name, value);
  }
  std::ostringstream out;
  ASSERT_EQ(line.Parse({"command"}, out, out), std::nullopt);
  const struct {
    absl::Status status;
    const char* text;
  } kCases[] = {
      {InvalidField("scope.content_provider_id", "no such one"),
       "--content-provider: no such one"},
      {InvalidField("scope.classes", "not a known class"),
       "--class: not a known class"},
      {InvalidField("planned_time", "not a time"), "--at: not a time"},
      {InvalidField("signature.contacts[1].value", "bad"), "--contacts: bad"},
      {InvalidField("recipient", "too short"), "PHONE: too short"},
      // A flag of the program is none of the command.
      {InvalidField("message.key", "too long"), "message.key: too long"},
      {InvalidField("unknown", "bad"), "unknown: bad"},
      {WithField(absl::NotFoundError("no such class"), "classes"),
       "no such class"},
      {absl::NotFoundError("content_provider_id: no content provider x"),
       "--content-provider: no content provider x"},
      {absl::NotFoundError("the class: none"), "the class: none"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(ErrorText(c.status, line, Language::kEnglish), c.text)
        << c.status;
  }
}

// A user's way: `explain` shows an unfiled contact; after the filing it shows
// it no more.
TEST_F(Registry, WhatIsFiledIsNoLongerExplained) {
  const auto explain = [this] {
    return RunCtl({"rules", "explain",
                   "【云杉超市】订单见ｗｗｗ．ｅｘａｍｐｌｅ．ｃｎ，致电400-"
                   "123-4567",
                   "--account", "acc", "--on-behalf-of", "shop", "--to",
                   "13800138000", "--class", "notice", "--language", "en",
                   "--server", absl::StrCat("127.0.0.1:", server_->port()),
                   "--key", admin_key_})
        .out;
  };
  const std::string before = explain();
  EXPECT_TRUE(
      absl::StrContains(before,
                        "  LINK_NOT_REGISTERED  carrier  text\n"
                        "    The text contains a link that is not filed.\n"
                        "    at 10-23 ｗｗｗ．ｅｘａｍｐｌｅ．ｃｎ\n"
                        "    link www.example.cn\n"))
      << before;
  EXPECT_TRUE(absl::StrContains(before, "    phone 4001234567\n")) << before;
  // The whole link is underlined, although rules hit only its two ends.
  EXPECT_TRUE(absl::StrContains(before, std::string(28, '^'))) << before;
  EXPECT_TRUE(absl::StrContains(before, "    at 27-38 400-123-4567\n"))
      << before;
  const Output filed =
      Call({"change", "signature", "shop-sig", "--contacts", "link:example.cn",
            "--contacts", "phone:4001234567", "--reason", "filed"});
  ASSERT_EQ(filed.code, 0) << filed.err;
  const std::string after = explain();
  EXPECT_TRUE(absl::StrContains(after, "ACCEPTED")) << after;
  EXPECT_FALSE(absl::StrContains(after, "_REGISTERED")) << after;
}

}  // namespace
}  // namespace sluice::ctl
