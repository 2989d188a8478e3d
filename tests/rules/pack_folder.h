#pragma once

// A small valid pack, for tests that change it, and its folder.

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>

#include "absl/strings/str_replace.h"
#include "rules/rule_set.h"
#include "tests/fakes/temporary_folder.h"

namespace sluice::rules {

using Files = std::map<std::string, std::string>;

inline constexpr char kGoodPack[] = R"(name: test-pack
version: '1.0'
title: A pack
effective_from: 2015-06-30
time_zone: Asia/Shanghai
countries: [CN]
)";

inline constexpr char kGoodPolicy[] = R"(classes:
  - {message_class: commercial, needs_signature: true, needs_consent: true,
     stopped_by_opt_out: true, needs_opt_out_wording: true}
send_hours:
  - classes: [commercial]
    open: 08:00
    close: 21:00
    basis: carrier
limits:
  - id: a-day
    by: [recipient]
    max: 2
    window: day
    basis: policy
checks:
  - code: CONSENT_MISSING
    mode: observe
    observe_until: 2026-12-31
opt_out_wording:
  accepted: [拒收请回复R]
  preferred: 拒收请回复R
)";

inline constexpr char kGoodArticles[] = R"(articles:
  - code: CONTENT_PROHIBITED
    basis: law
    requirement: Nothing prohibited.
  - code: CONSENT_MISSING
    basis: law
    requirement: Consent.
  - code: CONTENT_UNWANTED
    basis: policy
    requirement: Nothing unwanted.
)";

inline constexpr char kGoodRules[] = R"(word_lists:
  - id: fakes
    file: fakes.txt
rules:
  - id: fakes
    basis: law
    word_lists: [fakes]
    words: [假證]
  - id: unwanted
    basis: policy
    action: hold
    mode: observe
    code: CONTENT_UNWANTED
    word_lists: [fakes]
    regexes: ['加(微信|qq)']
  - id: nothing
    basis: policy
    mode: 'off'
    code: CONTENT_UNWANTED
    words: [假]
allow_phrases: [電子發票]
)";

inline const Files& GoodFiles() {
  static const auto& files = *new Files{
      {"pack.yaml", kGoodPack},
      {"policy.yaml", kGoodPolicy},
      {"articles.yaml", kGoodArticles},
      {"rules.yaml", kGoodRules},
      {"fakes.txt", "# Fakes.\n發票  # a comment\nＶＸ\r\n\n"},
  };
  return files;
}

// A pack's folder that is removed after the test.
class PackFolder {
 public:
  explicit PackFolder(const Files& files) {
    for (const auto& [name, content] : files) Write(name, content);
  }

  void Write(const std::string& name, const std::string& content) const {
    std::ofstream(path() + "/" + name, std::ios::binary) << content;
  }
  const std::string& path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

// The faults of a pack, without its folder's name; "" for a valid pack.
inline std::string FaultsOf(const Files& files) {
  const PackFolder folder(files);
  const auto rules = RuleSet::Load(folder.path());
  return absl::StrReplaceAll(rules.status().message(),
                             {{folder.path() + "/", ""}});
}

}  // namespace sluice::rules
