#pragma once

// What officers have blocked: phrases, domains and content providers, in force
// at once and for a while (admin/v1/block.proto). Beside the rules and not in
// them, so that a block begins and ends without a publication.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "filter/policy/reason.h"
#include "rules/contacts/domain_set.h"
#include "rules/contacts/text_contacts.h"
#include "rules/fold/fold.h"
#include "rules/match/scanner.h"
#include "sluice/admin/v1/block.pb.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::filter {

// Whether there may be such a block: it names something, its phrase can be
// looked for, its domain is one. Sets the domain to the form that is compared.
// Errors: kInvalidArgument with the field.
absl::Status CheckBlock(admin::v1::Block& block);

// "block-3", as Reason.rule names it.
std::string BlockName(const admin::v1::Block& block);

// A message that a block covers.
struct BlockHit {
  absl::string_view name;  // "block-3"; lives as long as the Blocks.
  bool confirmed = false;
  bool has_span = false;  // Otherwise the whole message is covered.
  TextSpan span;
};

// What one thread needs to look for blocks; reuse it.
struct BlockScratch {
  rules::ScanScratch scan;
  std::vector<rules::Found> found;
  std::vector<BlockHit> hits;
};

// Immutable; any thread.
class Blocks {
 public:
  // `rules` has the sounds and strict words of its words. Null when no block
  // lasts any longer. Each block has passed CheckBlock; a domain that is none
  // for this program's list of suffixes covers nothing. Errors: those of
  // Scanner::Compile.
  static absl::StatusOr<std::shared_ptr<const Blocks>> Build(
      absl::Span<const admin::v1::Block> blocks,
      const rules::v1::PackRules& rules, int64_t now_ms);

  // The blocks that cover this text of this content provider, each place once,
  // ordered by block; valid until the scratch is used again. `folded` and
  // `contacts` are those of `text`.
  absl::Span<const BlockHit> Find(absl::string_view text,
                                  const rules::FoldedText& folded,
                                  rules::TextContacts& contacts,
                                  absl::string_view content_provider,
                                  int64_t now_ms, BlockScratch& scratch) const;

  // Whether a block of all that this content provider sends has begun after
  // `since_ms`. Looks at no text.
  bool HasBegunFor(absl::string_view content_provider, int64_t since_ms,
                   int64_t now_ms) const;

 private:
  struct Entry {
    std::string name;
    bool has_phrase = false;
    bool has_domain = false;
    rules::DomainSet domain;
    std::string content_provider;  // Empty: all.
    bool confirmed = false;
    int64_t from_ms = 0;
    int64_t until_ms = 0;

    bool Covers(absl::string_view provider, int64_t now_ms) const;
  };

  Blocks() = default;

  std::vector<Entry> entries_;
  // Of all phrases; a set is the place of its entry. Null: there are none.
  std::unique_ptr<const rules::Scanner> phrases_;
};

}  // namespace sluice::filter
