#pragma once

// A small pack that is good, for tests that make it better or worse, and the
// folder it stands in.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "absl/strings/str_replace.h"
#include "rules/rule_set.h"

namespace sluice::rules {

using Files = std::map<std::string, std::string>;

inline const Files& GoodFiles() {
  static const auto& files = *new Files{
      {"pack.yaml",
       "name: test-pack\n"
       "version: '1.0'\n"
       "title: A pack\n"
       "effective_from: 2015-06-30\n"
       "time_zone: Asia/Shanghai\n"
       "countries: [CN]\n"},
      {"policy.yaml",
       "classes:\n"
       "  - message_class: commercial\n"
       "    needs_opt_out_wording: true\n"
       "send_hours:\n"
       "  - classes: [commercial]\n"
       "    open: 08:00\n"
       "    close: 21:00\n"
       "    basis: carrier\n"
       "limits:\n"
       "  - id: a-day\n"
       "    by: [recipient]\n"
       "    max: 2\n"
       "    window: day\n"
       "    basis: policy\n"
       "checks:\n"
       "  - code: CONSENT_MISSING\n"
       "    mode: observe\n"
       "    observe_until: 2026-12-31\n"
       "opt_out_wording:\n"
       "  accepted: [拒收请回复R]\n"
       "  preferred: 拒收请回复R\n"},
      {"articles.yaml",
       "articles:\n"
       "  - code: CONTENT_PROHIBITED\n"
       "    basis: law\n"
       "    requirement: Nothing prohibited.\n"
       "  - code: CONSENT_MISSING\n"
       "    basis: law\n"
       "    requirement: Consent.\n"
       "  - code: CONTENT_UNWANTED\n"
       "    basis: policy\n"
       "    requirement: Nothing unwanted.\n"},
      {"rules.yaml",
       "word_lists:\n"
       "  - id: fakes\n"
       "    file: fakes.txt\n"
       "rules:\n"
       "  - id: fakes\n"
       "    basis: law\n"
       "    word_lists: [fakes]\n"
       "    words: [假證]\n"
       "  - id: unwanted\n"
       "    basis: policy\n"
       "    action: hold\n"
       "    mode: observe\n"
       "    code: CONTENT_UNWANTED\n"
       "    word_lists: [fakes]\n"
       "    regexes: ['加(微信|qq)']\n"
       "  - id: nothing\n"
       "    basis: policy\n"
       "    mode: 'off'\n"
       "    code: CONTENT_UNWANTED\n"
       "    words: [假]\n"
       "allow_phrases: [電子發票]\n"},
      {"fakes.txt", "# Fakes.\n發票  # a comment\nＶＸ\r\n\n"},
  };
  return files;
}

// A pack's folder that is gone when the test is.
class PackFolder {
 public:
  explicit PackFolder(const Files& files) {
    std::string path = testing::TempDir() + "sluice_pack_XXXXXX";
    EXPECT_NE(mkdtemp(path.data()), nullptr);
    path_ = path;
    for (const auto& [name, content] : files) Write(name, content);
  }
  ~PackFolder() { std::filesystem::remove_all(path_); }
  PackFolder(const PackFolder&) = delete;
  PackFolder& operator=(const PackFolder&) = delete;

  void Write(const std::string& name, const std::string& content) const {
    std::ofstream(path_ + "/" + name, std::ios::binary) << content;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The faults of a pack, without its folder's name; "" when there are none.
inline std::string FaultsOf(const Files& files) {
  const PackFolder folder(files);
  const auto rules = RuleSet::Load(folder.path());
  return absl::StrReplaceAll(rules.status().message(),
                             {{folder.path() + "/", ""}});
}

}  // namespace sluice::rules
