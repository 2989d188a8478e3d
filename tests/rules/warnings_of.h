#pragma once

// The warnings about a small pack, for tests that change it.

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "rules/base/faults.h"
#include "rules/check/pack_warnings.h"
#include "rules/pack/pack.h"
#include "rules/pack/pack_files.h"
#include "tests/rules/pack_folder.h"

namespace sluice::rules {

inline PackFiles FilesOf(const Files& files) {
  PackFiles all;
  for (const auto& [name, content] : files) {
    admin::v1::PackFile& file = all.emplace_back();
    file.set_name(name);
    file.set_content(content);
  }
  return all;
}

// When packs are looked at.
inline absl::Time WarningsTime() {
  return absl::FromCivil(absl::CivilDay(2026, 7, 1), absl::UTCTimeZone());
}

// The warnings of a pack that has no faults, a line each.
inline std::string WarningsOf(const Files& files) {
  const PackFiles all = FilesOf(files);
  Faults faults;
  const Pack pack = ReadPack(all, faults);
  CheckPack(pack, faults);
  EXPECT_EQ(faults.ToStatus(), absl::OkStatus());
  FindWarnings(pack, all, faults, WarningsTime(), faults.warnings());
  return absl::StrJoin(faults.warnings().Lines(), "\n");
}

// The good pack with `rules` as its rules.yaml, and no list of its own.
inline Files WithRules(const std::string& rules) {
  Files files = GoodFiles();
  files.erase("fakes.txt");
  files["rules.yaml"] = rules;
  return files;
}

// The good pack with `list` as its list.
inline Files WithList(const std::string& list) {
  Files files = GoodFiles();
  files["fakes.txt"] = list;
  return files;
}

// The good rules with `text` instead of the words of the first one.
inline Files WithRule(const std::string& text) {
  Files files = GoodFiles();
  files["rules.yaml"] =
      absl::StrReplaceAll(kGoodRules, {{"words: [假證]", text}});
  return files;
}

}  // namespace sluice::rules
