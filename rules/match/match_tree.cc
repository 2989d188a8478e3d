#include "rules/match/match_tree.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"

namespace sluice::rules {
namespace {

using Visit = std::function<void(const PatternSet&, const std::string&)>;

template <typename Message>
PatternSet SetOf(const Message& message) {
  return {&message.word_lists(), &message.words(), &message.regexes()};
}

// The sets of one tree, with their paths.
class SetVisitor {
 public:
  explicit SetVisitor(const Visit& visit) : visit_(visit) {}

  template <typename Message>
  void VisitSet(const Message& message, const std::string& path) const {
    const PatternSet set = SetOf(message);
    if (!set.empty()) VisitOne(set, path);
  }

  void VisitMatch(const rules::v1::Match& match, const std::string& path) {
    VisitSet(match, path);
    for (int i = 0; i < match.any_size(); ++i) {
      VisitMatch(match.any(i), absl::StrCat(path, ".any[", i, "]"));
    }
    for (int i = 0; i < match.all_size(); ++i) {
      VisitMatch(match.all(i), absl::StrCat(path, ".all[", i, "]"));
    }
    if (match.has_not_()) VisitNot(match.not_(), path + ".not");
    if (match.has_near()) {
      VisitSet(match.near().first(), path + ".near.first");
      VisitSet(match.near().second(), path + ".near.second");
    }
    if (match.has_count()) VisitSet(match.count().of(), path + ".count.of");
    if (match.has_links()) {
      VisitOne({.links = &match.links()}, path + ".links");
    }
    if (match.has_contacts()) {
      VisitOne({.contacts = &match.contacts()}, path + ".contacts");
    }
    if (match.has_weight()) {
      VisitOne({.weight = &match.weight()}, path + ".weight");
    }
  }

 private:
  void VisitNot(const rules::v1::Match& match, const std::string& path) {
    lifts_ = !lifts_;
    VisitMatch(match, path);
    lifts_ = !lifts_;
  }

  void VisitOne(PatternSet set, const std::string& path) const {
    set.lifts = lifts_;
    visit_(set, path);
  }

  const Visit& visit_;
  bool lifts_ = false;
};

// Who is near whom, in the characters that a reader counts.
class Nearness {
 public:
  Nearness(absl::Span<const uint32_t> places, uint32_t within)
      : places_(places), within_(within) {}

  // Appends those of `found` that one of `others` is near; both by begin.
  bool Append(absl::Span<const Found> found, absl::Span<const Found> others,
              std::vector<Found>& hits) const {
    absl::InlinedVector<uint32_t, 16> ends;
    for (const Found& other : others) ends.push_back(other.end);
    std::sort(ends.begin(), ends.end());
    const size_t before = hits.size();
    for (const Found& one : found) {
      if (StartsAfter(one, others) || EndsBefore(one, ends)) {
        hits.push_back(one);
      }
    }
    return hits.size() > before;
  }

 private:
  // Only the nearest on each side is looked at, and one that overlaps is on
  // neither: a text of nothing but such words costs no more than its sorting.
  bool StartsAfter(const Found& one, absl::Span<const Found> others) const {
    const auto next = std::lower_bound(
        others.begin(), others.end(), one.end,
        [](const Found& other, uint32_t at) { return other.begin < at; });
    return next != others.end() &&
           places_[next->begin] - places_[one.end] <= within_;
  }
  bool EndsBefore(const Found& one, absl::Span<const uint32_t> ends) const {
    const auto next = std::upper_bound(ends.begin(), ends.end(), one.begin);
    return next != ends.begin() &&
           places_[one.begin] - places_[*(next - 1)] <= within_;
  }

  const absl::Span<const uint32_t> places_;
  const uint32_t within_;
};

size_t CountPatterns(absl::Span<const Found> found) {
  absl::InlinedVector<uint32_t, 16> patterns;
  for (const Found& one : found) patterns.push_back(one.pattern);
  std::sort(patterns.begin(), patterns.end());
  return static_cast<size_t>(std::unique(patterns.begin(), patterns.end()) -
                             patterns.begin());
}

void Append(absl::Span<const Found> found, std::vector<Found>& hits) {
  hits.insert(hits.end(), found.begin(), found.end());
}

}  // namespace

const PatternSet::Texts& PatternSet::NoTexts() {
  static const auto& none = *new Texts;
  return none;
}

void ForEachSet(const rules::v1::ContentRule& rule, const std::string& path,
                const Visit& visit) {
  SetVisitor visitor(visit);
  visitor.VisitSet(rule, path);
  if (rule.has_match()) visitor.VisitMatch(rule.match(), path + ".match");
}

absl::Span<const Found> OfSet(absl::Span<const Found> found, uint32_t set) {
  const auto before = [](const Found& one, uint32_t wanted) {
    return one.set < wanted;
  };
  const auto begin = std::lower_bound(found.begin(), found.end(), set, before);
  const auto end = std::lower_bound(begin, found.end(), set + 1, before);
  return found.subspan(static_cast<size_t>(begin - found.begin()),
                       static_cast<size_t>(end - begin));
}

MatchTree MatchTree::Build(const rules::v1::ContentRule& rule, uint32_t& sets) {
  MatchTree tree;
  tree.root_.kind = Kind::kAny;
  if (!SetOf(rule).empty()) {
    tree.root_.children.push_back({.kind = Kind::kSet, .set = sets++});
  }
  if (rule.has_match()) {
    tree.root_.children.push_back(BuildMatch(rule.match(), sets));
  }
  // Most rules are one set.
  if (tree.root_.children.size() == 1) {
    Node only = std::move(tree.root_.children.front());
    tree.root_ = std::move(only);
  }
  return tree;
}

MatchTree::Node MatchTree::BuildMatch(const rules::v1::Match& match,
                                      uint32_t& sets) {
  Node all = {.kind = Kind::kAll};
  if (!SetOf(match).empty()) {
    all.children.push_back({.kind = Kind::kSet, .set = sets++});
  }
  if (!match.any().empty()) {
    Node any = {.kind = Kind::kAny};
    for (const rules::v1::Match& one : match.any()) {
      any.children.push_back(BuildMatch(one, sets));
    }
    all.children.push_back(std::move(any));
  }
  for (const rules::v1::Match& one : match.all()) {
    all.children.push_back(BuildMatch(one, sets));
  }
  if (match.has_not_()) {
    Node without = {.kind = Kind::kNot};
    without.children.push_back(BuildMatch(match.not_(), sets));
    all.children.push_back(std::move(without));
  }
  if (match.has_near()) {
    Node near = {.kind = Kind::kNear};
    near.set = sets++;
    near.second = sets++;
    near.max = match.near().within();
    all.children.push_back(std::move(near));
  }
  if (match.has_count()) {
    Node count = {.kind = Kind::kCount};
    count.set = sets++;
    count.min = match.count().at_least();
    all.children.push_back(std::move(count));
  }
  const auto add_contacts = [&](uint32_t at_least) {
    Node contacts = {.kind = Kind::kContacts};
    contacts.set = sets++;
    contacts.min = std::max(at_least, 1u);
    all.children.push_back(std::move(contacts));
  };
  if (match.has_links()) add_contacts(match.links().at_least());
  if (match.has_contacts()) add_contacts(match.contacts().at_least());
  if (match.has_weight()) {
    all.children.push_back({.kind = Kind::kSet, .set = sets++});
  }
  if (match.has_length()) {
    Node length = {.kind = Kind::kLength};
    length.min = match.length().min();
    length.max = match.length().max() == 0
                     ? std::numeric_limits<uint32_t>::max()
                     : match.length().max();
    all.children.push_back(std::move(length));
  }
  if (!match.classes().empty()) {
    Node classes = {.kind = Kind::kClasses};
    for (const int one : match.classes()) classes.min |= 1u << one;
    all.children.push_back(std::move(classes));
  }
  if (all.children.size() != 1) return all;
  Node only = std::move(all.children.front());
  return only;
}

bool MatchTree::Holds(const TextFacts& facts, const FoundSets& found,
                      std::vector<Found>& hits) const {
  const size_t before = hits.size();
  if (Holds(root_, facts, found, hits)) return true;
  hits.resize(before);
  return false;
}

// A part that does not hold may have appended hits; the caller removes them.
bool MatchTree::Holds(const Node& node, const TextFacts& facts,
                      const FoundSets& found, std::vector<Found>& hits) {
  switch (node.kind) {
    case Kind::kSet: {
      const absl::Span<const Found> of = found.Of(node.set);
      Append(of, hits);
      return !of.empty();
    }
    case Kind::kAny: {
      bool any = false;
      for (const Node& child : node.children) {
        const size_t before = hits.size();
        if (Holds(child, facts, found, hits)) {
          any = true;
        } else {
          hits.resize(before);
        }
      }
      return any;
    }
    case Kind::kAll:
      return std::all_of(
          node.children.begin(), node.children.end(),
          [&](const Node& child) { return Holds(child, facts, found, hits); });
    case Kind::kNot: {
      const size_t before = hits.size();
      const bool holds = Holds(node.children.front(), facts, found, hits);
      hits.resize(before);
      return !holds;
    }
    case Kind::kNear: {
      const absl::Span<const Found> first = found.Of(node.set);
      const absl::Span<const Found> second = found.Of(node.second);
      if (first.empty() || second.empty()) return false;
      const Nearness nearness(found.places(), node.max);
      return nearness.Append(first, second, hits) &&
             nearness.Append(second, first, hits);
    }
    case Kind::kCount: {
      const absl::Span<const Found> of = found.Of(node.set);
      if (CountPatterns(of) < node.min) return false;
      Append(of, hits);
      return true;
    }
    case Kind::kLength:
      return facts.code_points >= node.min && facts.code_points <= node.max;
    case Kind::kClasses:
      return (node.min >> facts.message_class & 1) != 0;
    case Kind::kContacts: {
      const absl::Span<const Found> of = found.Of(node.set);
      if (of.size() < node.min) return false;
      Append(of, hits);
      return true;
    }
  }
  return false;
}

bool MatchTree::MayHoldWithoutHits() const { return MayHoldWithoutHits(root_); }

bool MatchTree::MayHoldWithoutHits(const Node& node) {
  switch (node.kind) {
    case Kind::kSet:
    case Kind::kNear:
    case Kind::kCount:
    case Kind::kContacts:
      return false;
    case Kind::kAny:
      return std::any_of(
          node.children.begin(), node.children.end(),
          [](const Node& child) { return MayHoldWithoutHits(child); });
    case Kind::kAll:
      return std::all_of(
          node.children.begin(), node.children.end(),
          [](const Node& child) { return MayHoldWithoutHits(child); });
    case Kind::kNot:
    case Kind::kLength:
    case Kind::kClasses:
      return true;
  }
  return true;
}

}  // namespace sluice::rules
