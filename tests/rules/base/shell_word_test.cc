#include "rules/base/shell_word.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(ShellWord, IsOneWordOfAShell) {
  EXPECT_EQ(ShellWord("shop-1"), "shop-1");
  EXPECT_EQ(ShellWord("./a/b_c.key"), "./a/b_c.key");
  EXPECT_EQ(ShellWord(""), "''");
  EXPECT_EQ(ShellWord("my rules"), "'my rules'");
  EXPECT_EQ(ShellWord("借钱"), "'借钱'");
  EXPECT_EQ(ShellWord("$(rm x)"), "'$(rm x)'");
  EXPECT_EQ(ShellWord("~"), "'~'");
  EXPECT_EQ(ShellWord("don't; reboot"), "'don'\\''t; reboot'");
}

}  // namespace
}  // namespace sluice
