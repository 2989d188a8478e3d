#pragma once

// The conditions of a rule beyond single words: any, all, not, near, count,
// length, class, links, contacts, weight, nested. A tree is evaluated over what
// one scan, one look for contacts and one weighing have found, so no rule costs
// a scan of its own.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/contacts/text_contacts.h"
#include "rules/match/matcher.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::rules {

// The patterns at one place of a pack, or one `links`, `contacts` or `weight`:
// their hits are one set. Borrowed from the pack.
struct PatternSet {
  using Texts = google::protobuf::RepeatedPtrField<std::string>;
  static const Texts& NoTexts();

  const Texts* word_lists = &NoTexts();
  const Texts* words = &NoTexts();
  const Texts* regexes = &NoTexts();
  // One of them instead of all these; null: not so.
  const rules::v1::LinkMatch* links = nullptr;
  const rules::v1::ContactMatch* contacts = nullptr;
  const rules::v1::WeightMatch* weight = nullptr;
  // Under a `not`: its hits lift those of others.
  bool lifts = false;

  bool empty() const {
    return word_lists->empty() && words->empty() && regexes->empty() &&
           !folds_nothing();
  }
  // It has no words or regexes, so that no rule's folding matters.
  bool folds_nothing() const {
    return links != nullptr || contacts != nullptr || weight != nullptr;
  }
};

// Calls `visit` with every set of a rule that is not empty and the path of
// where it stands ("rules[3].match.any[0]"), in the order in which
// MatchTree::Build numbers them.
void ForEachSet(
    const rules::v1::ContentRule& rule, const std::string& path,
    const std::function<void(const PatternSet&, const std::string&)>& visit);

// The properties of the message that a tree may ask for, beside its words.
struct TextFacts {
  sluice::v1::MessageClass message_class =
      sluice::v1::MESSAGE_CLASS_UNSPECIFIED;
  uint32_t code_points = 0;  // Of the submitted text.
  absl::string_view text;    // As submitted.
  // The text's, when the caller looks at them too; null: found where needed.
  TextContacts* contacts = nullptr;
};

// Those of one set; `found` as Scanner::Scan orders it.
absl::Span<const Found> OfSet(absl::Span<const Found> found, uint32_t set);

// The hits of each set, and their distances. Made for one text.
class FoundSets {
 public:
  // Asked for only when a distance matters; see Scanner::PlacesAt.
  using Places = absl::FunctionRef<absl::Span<const uint32_t>()>;

  // `found` as Scanner::Scan orders it. Both must outlive this.
  FoundSets(absl::Span<const Found> found, Places places)
      : found_(found), places_(places) {}
  // Empty: nothing of this set.
  absl::Span<const Found> Of(uint32_t set) const { return OfSet(found_, set); }
  absl::Span<const uint32_t> places() const { return places_(); }

 private:
  absl::Span<const Found> found_;
  Places places_;
};

// One rule's tree. Immutable; any thread.
class MatchTree {
 public:
  // `rule` has been checked. Its sets get the numbers from `first_set` on;
  // `sets` is advanced by as many.
  static MatchTree Build(const rules::v1::ContentRule& rule, uint32_t& sets);

  // Whether the rule holds for the text. If it does, appends the hits that make
  // it hold to `hits`, in no order and maybe twice; none when the rule only
  // asks for what is absent.
  bool Holds(const TextFacts& facts, const FoundSets& found,
             std::vector<Found>& hits) const;

  // Whether the rule may hold for a text without any hit.
  bool MayHoldWithoutHits() const;

 private:
  enum class Kind : uint8_t {
    kSet,
    kAny,
    kAll,
    kNot,
    kNear,
    kCount,
    kLength,
    kClasses,
    kContacts,  // Links too.
  };
  struct Node {
    Kind kind = Kind::kAll;
    uint32_t set = 0;     // kSet, kCount, kContacts; the first of kNear.
    uint32_t second = 0;  // kNear.
    // kNear: characters between; kCount, kContacts: at least; kLength: [min,
    // max]; kClasses: a bit each.
    uint32_t min = 0;
    uint32_t max = 0;
    std::vector<Node> children;  // kAny, kAll, kNot.
  };

  static Node BuildMatch(const rules::v1::Match& match, uint32_t& sets);
  static bool Holds(const Node& node, const TextFacts& facts,
                    const FoundSets& found, std::vector<Found>& hits);
  static bool MayHoldWithoutHits(const Node& node);

  Node root_;
};

}  // namespace sluice::rules
