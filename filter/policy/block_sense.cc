#include "filter/policy/block_sense.h"

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "filter/policy/blocks.h"
#include "rules/base/quoted.h"
#include "rules/check/everyday_texts.h"
#include "rules/check/odd_domain.h"
#include "rules/check/odd_marks.h"
#include "rules/check/odd_text.h"
#include "rules/check/odd_word.h"
#include "rules/contacts/text_contacts.h"
#include "rules/fold/fold.h"

namespace sluice::filter {
namespace {

constexpr uint32_t kSameToneUpTo = 2;  // As the shipped pack hears words.

// How many everyday texts a block stops, and the first.
struct Stopped {
  size_t texts = 0;
  absl::string_view first;
};

Stopped StoppedBy(admin::v1::Block block) {
  // At any time, and whoever sends.
  block.clear_content_provider_id();
  block.mutable_expire_time()->set_seconds(1);
  block.mutable_confirm_expire_time()->set_seconds(1);
  rules::v1::PackRules rules;
  rules.mutable_sounds()->set_same_tone_up_to(kSameToneUpTo);
  Stopped stopped;
  const auto blocks = Blocks::Build({block}, rules, /*now_ms=*/0);
  if (!blocks.ok() || *blocks == nullptr) return stopped;
  BlockScratch scratch;
  rules::FoldedText folded;
  rules::TextContacts contacts;
  for (const absl::string_view text : rules::EverydayTexts()) {
    rules::FoldTable::Shared().Fold(text, folded);
    contacts.Begin(folded, text);
    if ((*blocks)->Find(text, folded, contacts, "", 0, scratch).empty()) {
      continue;
    }
    if (stopped.texts++ == 0) stopped.first = text;
  }
  return stopped;
}

void LookAtPhrase(const admin::v1::Block& block, std::vector<Both>& warnings) {
  const std::string quoted = Quoted(block.phrase());
  const Stopped stopped = StoppedBy(block);
  if (stopped.texts > 0) {
    warnings.push_back(
        SayBoth("$0 是日常用语，会拦下每个人都发的短信，例如“$1”：请写更长的"
                "词句",
                "$0 is in everyday texts, and stops what everybody sends, such "
                "as \"$1\": write a longer phrase",
                quoted, stopped.first));
  }
  if (rules::IsSite(block.phrase())) {
    warnings.push_back(
        SayBoth("$0 是网站：作为词句只按文字查找；要拦截链接请用 --domain",
                "$0 is a web site, and as a phrase only its letters are looked "
                "for: use --domain to stop links to it",
                quoted));
    return;
  }
  std::optional<rules::OddWord> odd = rules::FindOddWord(block.phrase());
  if (!odd) odd = rules::FindOddMarks(block.phrase());
  if (!odd || odd->may_be_phrase) return;
  warnings.push_back(SayBoth("$0：$1", "$0: $2", quoted, odd->what.chinese,
                             odd->what.english));
}

void LookAtDomain(const admin::v1::Block& block, std::vector<Both>& warnings) {
  const std::string quoted = Quoted(block.domain());
  const Stopped stopped = StoppedBy(block);
  if (rules::IsFamousSite(block.domain())) {
    warnings.push_back(
        SayBoth("$0 是人人都用的网站，正常短信的链接也会被拦下：请写具体的仿冒"
                "域名或子域名",
                "everybody uses $0, and the links of honest messages are "
                "stopped, too: write the false domain or the subdomain that "
                "is meant",
                quoted));
  } else if (stopped.texts > 0) {
    warnings.push_back(SayBoth("$0 会拦下每个人都发的短信，例如“$1”",
                               "$0 stops what everybody sends, such as \"$1\"",
                               quoted, stopped.first));
  }
}

}  // namespace

std::vector<Both> BlockWarnings(admin::v1::Block block) {
  std::vector<Both> warnings;
  if (!CheckBlock(block).ok()) return warnings;
  if (!block.phrase().empty()) LookAtPhrase(block, warnings);
  if (!block.domain().empty()) LookAtDomain(block, warnings);
  return warnings;
}

}  // namespace sluice::filter
