#pragma once

// A whole server and the commands of a person who reads Chinese, which is the
// default, or English.

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/gateway/server_fixture.h"
#include "tests/tools/chinese.h"
#include "tests/tools/run_ctl.h"

namespace sluice::ctl {

inline constexpr char kHeldText[] = "【云杉超市】您的订单已到，回复T可领优惠";
inline constexpr char kRejectedText[] = "【云杉超市】代开发票，请来电";

class ChineseServer : public gateway::ServerTest {
 protected:
  void SetUp() override {
    Start();
    MakeWorld();
  }

  std::vector<std::string> With(std::vector<std::string> arguments,
                                const std::string& key) const {
    arguments.insert(arguments.end(),
                     {"--server", absl::StrCat("127.0.0.1:", server_->port()),
                      "--key", key});
    return arguments;
  }
  // Of a person who reads Chinese: nothing is left in English, and tables fit.
  Output Run(const std::vector<std::string>& arguments,
             const std::string& key = "") const {
    const Output output =
        RunAsIs(With(arguments, key.empty() ? admin_key_ : key), "", 80);
    ExpectChinese(output);
    ExpectNarrow(output.out);
    return output;
  }
  Output English(const std::vector<std::string>& arguments) const {
    const Output output = RunCtl(With(arguments, admin_key_));
    ExpectTitles(output.out);
    return output;
  }

  // Writes the pack in force into a folder, with one more word.
  std::string Edited() const {
    const std::string pack = folder_.path() + "/edited";
    EXPECT_EQ(Run({"rules", "export", pack}).code, 0);
    std::ofstream(pack + "/lists/shared/shorteners.txt", std::ios::app)
        << "\nbad.top\n";
    return pack;
  }
};

}  // namespace sluice::ctl
