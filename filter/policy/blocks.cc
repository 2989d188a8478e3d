#include "filter/policy/blocks.h"

#include <unicode/uchar.h>

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "filter/policy/break_glass.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "rules/fold/evasive.h"
#include "rules/pack/word_list.h"

namespace sluice::filter {
namespace {

constexpr uint32_t kPhraseMin = 2;
constexpr uint32_t kPhraseMax = 100;

void Seek(const std::string& phrase, uint32_t set, rules::Sought& sought) {
  sought.patterns.push_back({.text = phrase,
                             .regex = false,
                             .set = set,
                             .level = rules::v1::FOLDING_LEVEL_HOMOPHONE});
}

// A phrase of one character, or of signs alone, would stop nearly everything.
absl::Status CheckPhrase(const std::string& phrase) {
  rules::FoldedText folded;
  if (!rules::FoldTable::Shared().Fold(phrase, folded)) {
    return InvalidField("phrase", SayBoth("不是 UTF-8", "not UTF-8"));
  }
  uint32_t characters = 0;
  for (const auto& unit : rules::StripWord(phrase).units) {
    const bool written = u_isalnum(static_cast<UChar32>(unit.c)) != 0;
    if (written) characters += unit.times;
  }
  if (characters < kPhraseMin || folded.code_points > kPhraseMax) {
    return InvalidField(
        "phrase", SayBoth("须为 $0 至 $1 个字，空格和符号不计",
                          "$0 to $1 characters; blanks and signs do not count",
                          kPhraseMin, kPhraseMax));
  }
  rules::Sought sought;
  Seek(phrase, 0, sought);
  const absl::Status status = rules::Scanner::Compile(sought).status();
  return status.ok() ? status : InvalidField("phrase", BothOf(status));
}

absl::Status CheckDomain(std::string& domain) {
  std::string host;
  const Both fault = rules::DomainFault(domain, host);
  if (!fault.english.empty()) return InvalidField("domain", fault);
  domain = std::move(host);
  return absl::OkStatus();
}

rules::DomainSet SetOf(const std::string& domain) {
  rules::Faults faults;
  return rules::DomainSet::Parse("block", domain, faults);
}

}  // namespace

absl::Status CheckBlock(admin::v1::Block& block) {
  if (!block.phrase().empty() && !block.domain().empty()) {
    return InvalidField("domain",
                        SayBoth("一项拦截针对词句或域名，不能两者兼有",
                                "a block has a phrase or a domain, not both"));
  }
  if (!block.phrase().empty()) return CheckPhrase(block.phrase());
  if (!block.domain().empty()) return CheckDomain(*block.mutable_domain());
  if (!block.content_provider_id().empty()) return absl::OkStatus();
  return InvalidField(
      "phrase", SayBoth("请给出要拦截的内容：词句、域名或内容提供者",
                        "say what to block: a phrase, a domain or a content "
                        "provider"));
}

std::string BlockName(const admin::v1::Block& block) {
  return absl::StrCat("block-", block.number());
}

bool Blocks::Entry::Covers(absl::string_view provider, int64_t now_ms) const {
  return now_ms < until_ms && from_ms <= now_ms + kBreakGlassAheadMs &&
         (content_provider.empty() || content_provider == provider);
}

absl::StatusOr<std::shared_ptr<const Blocks>> Blocks::Build(
    absl::Span<const admin::v1::Block> blocks,
    const rules::v1::PackRules& rules, int64_t now_ms) {
  std::shared_ptr<Blocks> built(new Blocks());
  rules::Sought sought;
  sought.sounds = rules.sounds();
  for (const admin::v1::Block& one : blocks) {
    // One that begins later by a clock that was set back is kept.
    if (now_ms >= EndOf(one)) continue;
    if (!one.phrase().empty()) {
      Seek(one.phrase(), static_cast<uint32_t>(built->entries_.size()), sought);
    }
    Entry& entry = built->entries_.emplace_back();
    entry.name = BlockName(one);
    entry.has_phrase = !one.phrase().empty();
    entry.has_domain = !one.domain().empty();
    if (entry.has_domain) entry.domain = SetOf(one.domain());
    entry.content_provider = one.content_provider_id();
    entry.confirmed = one.has_confirm_time();
    entry.from_ms = ToMillis(one.create_time());
    entry.until_ms = EndOf(one);
  }
  if (built->entries_.empty()) return nullptr;
  if (sought.patterns.empty()) return built;
  // Those that nothing looks for would be faults.
  for (const std::string& word : rules.strict_words()) {
    const bool sought_for = absl::c_any_of(
        sought.patterns, [&word](const rules::Sought::Pattern& one) {
          return rules::FoldWord(one.text) == rules::FoldWord(word);
        });
    if (sought_for) sought.strict_words.push_back(word);
  }
  SLUICE_ASSIGN_OR_RETURN(built->phrases_, rules::Scanner::Compile(sought));
  return built;
}

bool Blocks::HasBegunFor(absl::string_view content_provider, int64_t since_ms,
                         int64_t now_ms) const {
  return absl::c_any_of(entries_, [&](const Entry& entry) {
    return !entry.has_phrase && !entry.has_domain && since_ms < entry.from_ms &&
           entry.Covers(content_provider, now_ms);
  });
}

absl::Span<const BlockHit> Blocks::Find(absl::string_view text,
                                        const rules::FoldedText& folded,
                                        rules::TextContacts& contacts,
                                        absl::string_view content_provider,
                                        int64_t now_ms,
                                        BlockScratch& scratch) const {
  scratch.hits.clear();
  scratch.found.clear();
  const auto covers = [&](const Entry& entry) {
    return entry.Covers(content_provider, now_ms);
  };
  const bool asks_for_phrases = absl::c_any_of(
      entries_,
      [&](const Entry& entry) { return entry.has_phrase && covers(entry); });
  if (asks_for_phrases) {
    phrases_->Scan(text, folded, scratch.scan, scratch.found);
  }
  // What was found stands set by set, and so entry by entry.
  size_t at = 0;
  for (uint32_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    const size_t first = at;
    while (at < scratch.found.size() && scratch.found[at].set == i) ++at;
    if (!covers(entry)) continue;
    const auto add = [&](bool has_span, TextSpan span) {
      scratch.hits.push_back({entry.name, entry.confirmed, has_span, span});
    };
    for (size_t one = first; one < at; ++one) {
      add(true, {scratch.found[one].begin, scratch.found[one].end});
    }
    if (entry.has_domain) {
      for (const rules::Contact& contact : contacts.Get()) {
        if (contact.kind == rules::Contact::Kind::kLink &&
            entry.domain.Contains(contact.value)) {
          add(true, {contact.begin, contact.end});
        }
      }
    }
    if (!entry.has_phrase && !entry.has_domain) add(false, {});
  }
  return scratch.hits;
}

}  // namespace sluice::filter
