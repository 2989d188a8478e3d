#pragma once

// All templates of one content provider: finds the template that a text was
// made from, or the variable that does not fit.
//
// One tree holds all templates: a common beginning is compared once for all of
// them, and a variable is read once for all templates that have it at the same
// place. Texts are compared folded, so a template registered in half width
// knows its text in full width. What may stand in a variable depends on the
// submitted text too (see VariableType). Spaces beside a variable and at both
// ends count for nothing (see TemplateText::folded).
//
// Measured with 10,000 templates (g++ 12 -O2, one of 2 shared cores): built in
// 20 to 60 ms, 1.6 to 2.1 MB; Match 1.2 to 2.5 us for a text that was made from
// one, 0.1 to 0.5 us for another; Explain 0.9 to 3.3 us. Where many templates
// begin with a variable and have short pieces of fixed text, Explain takes 0.1
// ms and may give up.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "filter/policy/reason.h"
#include "filter/templates/digit_origins.h"
#include "filter/templates/template_text.h"
#include "filter/templates/variable.h"
#include "rules/fold/fold.h"

namespace sluice::filter {

inline constexpr uint32_t kAnyTemplate = UINT32_MAX;

// One search. Bytes [begin, end) of the folded text count: without the
// signature and the opt-out wording, where templates are registered without
// them.
struct TemplateQuery {
  const rules::FoldedText& folded;
  absl::string_view submitted;  // What `folded` was made of.
  size_t begin = 0;
  size_t end = 0;
  // The index of the only template that may answer.
  uint32_t which = kAnyTemplate;
};

// Reused from message to message.
struct TemplateMatch {
  struct Value {
    TextSpan span;  // Where the value stands in the submitted text.
    VariableFault fault = VariableFault::kNone;
  };
  uint32_t index = kAnyTemplate;  // Into the templates the set was built of.
  // One for each of its variables().
  absl::InlinedVector<Value, 8> values;
  // The search took too many steps (see TemplateSet) and was broken off.
  bool gave_up = false;

  void Clear();
};

// A variable in the tree of a TemplateSet.
struct TemplateEdge {
  uint32_t node = 0;  // What follows it.
  uint16_t characters_min = 0;
  uint16_t characters_max = 0;
  VariableType type = VariableType::kText;
  bool spaced = false;  // See TemplateText::spaced.
};

// What one thread needs to search; reuse it.
class TemplateScratch {
 private:
  friend class TemplateSearch;
  friend class TemplateSet;
  struct Value {
    const TemplateEdge* edge = nullptr;
    uint32_t begin = 0;  // Bytes of the folded text.
    uint32_t end = 0;
  };
  std::vector<Value> path_;
  std::vector<Value> best_;
  absl::flat_hash_set<uint64_t> seen_;
  DigitOrigins digits_;
};

// Immutable; any thread.
class TemplateSet {
 public:
  // The most places and characters that one search looks at: a hundred times
  // what a common text needs. Only templates and texts that are built to be
  // slow reach it; the search then ends without an answer, after 1 to 2 ms.
  // Explain looks at more places of common texts but is only for people: it
  // ends after less than 1 ms.
  static constexpr uint32_t kMatchStepsMax = 50'000;
  static constexpr uint32_t kExplainStepsMax = 20'000;

  // `templates` need not outlive the set, which knows them by their index.
  explicit TemplateSet(absl::Span<const TemplateText* const> templates);

  // Whether the text was made from one of the templates: fills `match` with the
  // one that has the most fixed characters, of equal ones the first. Where a
  // text can be read in several ways, its first variable is as short as it can
  // be, then the second, and so on. Allocates nothing for common texts once
  // both are grown.
  bool Match(const TemplateQuery& query, TemplateScratch& scratch,
             TemplateMatch& match) const;

  // For a text that Match has nothing for: the template whose fixed text it
  // has, chosen as there, read so that the fewest variables are at fault. False
  // when it has the fixed text of none.
  bool Explain(const TemplateQuery& query, TemplateScratch& scratch,
               TemplateMatch& match) const;

  size_t size() const { return order_.size(); }
  // Memory in use.
  size_t bytes() const;

 private:
  friend class TemplateSearch;
  friend class TemplateSetBuilder;

  // Fixed text, what follows it, and which templates end with it.
  struct Node {
    uint32_t label = 0;  // The text: labels_[label, label + label_size).
    uint32_t label_size = 0;
    uint32_t first_child = 0;  // Nodes that follow at once, by first byte.
    uint32_t children = 0;
    uint32_t first_edge = 0;  // Variables that follow.
    uint32_t edges = 0;
    // The templates at and below this node: order_[begin, end); the first
    // `ending` of them end here.
    uint32_t begin = 0;
    uint32_t end = 0;
    uint32_t ending = 0;
    uint32_t best = 0;  // The least of their ranks.
  };
  using Edge = TemplateEdge;
  // By index: where it stands in order_, and its place by fixed characters,
  // the most first.
  struct Place {
    uint32_t order = 0;
    uint32_t rank = 0;
  };

  std::vector<Node> nodes_;
  std::vector<uint8_t> first_bytes_;  // By node; of children only.
  std::vector<Edge> edges_;
  std::vector<char> labels_;
  std::vector<uint32_t> order_;
  std::vector<Place> places_;
};

}  // namespace sluice::filter
