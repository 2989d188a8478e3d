#include "filter/templates/template_set.h"

#include "rules/base/characters.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <cstring>

namespace sluice::filter {
namespace {

constexpr uint32_t kEveryVariable = UINT32_MAX;

}  // namespace

// One search of the tree, depth first: at each variable the shortest value
// first. A place in the tree and in the text that was left without success is
// not entered twice, so the work is at most their product; and `steps_max`
// limits it.
class TemplateSearch {
 public:
  TemplateSearch(const TemplateSet& set, const TemplateQuery& query,
                 uint32_t steps_max, TemplateScratch& scratch)
      : set_(set),
        steps_max_(steps_max),
        text_(query.folded.bytes),
        end_(std::min(query.end, text_.size())),
        begin_(std::min(query.begin, end_)),
        which_(query.which),
        scratch_(scratch) {
    scratch_.digits_.Reset(query.folded, query.submitted);
    while (begin_ < end_ && text_[begin_] == ' ') ++begin_;
    while (end_ > begin_ && text_[end_ - 1] == ' ') --end_;
    if (which_ < set_.places_.size()) order_ = set_.places_[which_].order;
  }

  // Whether there is a template all of whose variables but `at_fault` hold
  // good values. With kEveryVariable their values are not looked at.
  bool Run(uint32_t at_fault) {
    scratch_.path_.clear();
    scratch_.seen_.clear();
    best_rank_ = UINT32_MAX;
    at_fault_ = at_fault;
    entered_ = 0;
    if (set_.nodes_.empty()) return false;
    if (which_ != kAnyTemplate && which_ >= set_.places_.size()) return false;
    Enter(0, begin_);
    return !gave_up() && best_rank_ != UINT32_MAX;
  }

  bool gave_up() const { return steps_ > steps_max_; }
  uint32_t best() const { return best_; }
  void Only(uint32_t index) {
    which_ = index;
    order_ = set_.places_[index].order;
  }
  void Report(const rules::FoldedText& folded, TemplateMatch& match) const;

 private:
  using Node = TemplateSet::Node;
  using Edge = TemplateSet::Edge;

  // Below this many places a search is over before it is worth noting them.
  static constexpr uint32_t kUnnotedMax = 128;

  // No template at or below the node can be better than the best one so far.
  bool IsVain(const Node& node) const {
    return node.best >= best_rank_ ||
           (which_ != kAnyTemplate &&
            (order_ < node.begin || order_ >= node.end));
  }

  void Enter(uint32_t number, size_t at) {
    for (;;) {
      const Node& node = set_.nodes_[number];
      ++steps_;
      if (IsVain(node) || gave_up()) return;
      if (end_ - at < node.label_size ||
          std::memcmp(text_.data() + at, set_.labels_.data() + node.label,
                      node.label_size) != 0) {
        return;
      }
      at += node.label_size;
      if (at == end_) {
        Accept(node);
        return;
      }
      for (uint32_t i = 0; i < node.edges; ++i) {
        Read(set_.edges_[node.first_edge + i], at);
      }
      if (node.children == 0) return;
      const uint8_t* const bytes = set_.first_bytes_.data() + node.first_child;
      const void* const found =
          std::memchr(bytes, static_cast<uint8_t>(text_[at]), node.children);
      if (found == nullptr) return;
      number =
          node.first_child +
          static_cast<uint32_t>(static_cast<const uint8_t*>(found) - bytes);
    }
  }

  // Of the templates that end here, the first by index comes first.
  void Accept(const Node& node) {
    if (node.ending == 0) return;
    uint32_t order = node.begin;
    if (which_ != kAnyTemplate) {
      if (order_ >= node.begin + node.ending) return;
      order = order_;
    }
    const uint32_t index = set_.order_[order];
    if (set_.places_[index].rank >= best_rank_) return;
    best_rank_ = set_.places_[index].rank;
    best_ = index;
    scratch_.best_ = scratch_.path_;
  }

  size_t AfterSpaces(size_t at) const {
    while (at < end_ && text_[at] == ' ') ++at;
    return at;
  }

  // Negative where the query begins or ends within a character.
  UChar32 CharacterAt(size_t& at) const {
    UChar32 c;
    U8_NEXT(text_.data(), at, end_, c);
    return c;
  }

  size_t BeginBefore(size_t at) const {
    do {
      --at;
    } while (at > begin_ && (text_[at] & 0xc0) == 0x80);
    return at;
  }

  // Of `c`, which begins at `at`.
  DigitOrigin OriginOf(UChar32 c, size_t at) {
    return c >= '0' && c <= '9' ? scratch_.digits_.At(at) : DigitOrigin::kPlain;
  }

  // Whether folding takes spaces beside the character at `at` away.
  bool IsChineseAt(size_t at) {
    size_t end = at;
    const UChar32 c = CharacterAt(end);
    return IsHan(static_cast<char32_t>(c)) ||
           OriginOf(c, at) == DigitOrigin::kChinese;
  }

  // Whether the value that ended last and one that begins at `begin` are parted
  // by spaces, or by such as folding takes away.
  bool Spaced(size_t begin) {
    const size_t before = scratch_.path_.back().end;
    return before < begin ||
           (IsChineseAt(BeginBefore(before)) && IsChineseAt(begin));
  }

  // Tries the values of a variable that may begin at `at`, shortest first.
  void Read(const Edge& edge, size_t at) {
    const size_t begin = AfterSpaces(at);
    if (begin == end_ || IsVain(set_.nodes_[edge.node])) return;
    if (edge.spaced && !Spaced(begin)) return;
    VariableReader reader(edge.type);
    bool possible = at_fault_ != kEveryVariable;
    uint32_t characters = 0;
    for (size_t end = begin; end < end_;) {
      const size_t at_character = end;
      const UChar32 c = CharacterAt(end);
      ++steps_;
      possible =
          possible && c >= 0 && ++characters <= edge.characters_max &&
          reader.Take(static_cast<char32_t>(c), OriginOf(c, at_character));
      if (!possible && at_fault_ == 0) return;
      if (gave_up()) return;
      if (possible && characters >= edge.characters_min && reader.Complete()) {
        Leave(edge, begin, end);
      } else if (at_fault_ > 0 && c != ' ') {
        LeaveAtFault(edge, begin, end);
      }
    }
  }

  void LeaveAtFault(const Edge& edge, size_t begin, size_t end) {
    const uint32_t before = at_fault_;
    if (at_fault_ != kEveryVariable) --at_fault_;
    Leave(edge, begin, end);
    at_fault_ = before;
  }

  // Goes on behind a value.
  void Leave(const Edge& edge, size_t begin, size_t end) {
    const Node& node = set_.nodes_[edge.node];
    const size_t at = AfterSpaces(end);
    // Most places in a text are no place for what follows.
    if (node.label_size > 0 &&
        (at == end_ || text_[at] != set_.labels_[node.label])) {
      return;
    }
    if (!IsNew(edge.node, at)) return;
    scratch_.path_.push_back(
        {&edge, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)});
    Enter(edge.node, at);
    scratch_.path_.pop_back();
  }

  bool IsNew(uint32_t node, size_t at) {
    if (++entered_ <= kUnnotedMax) return true;
    const uint64_t fault = std::min(at_fault_, uint32_t{0x3f});
    return scratch_.seen_
        .insert(uint64_t{node} << 32 | static_cast<uint64_t>(at) << 6 | fault)
        .second;
  }

  const TemplateSet& set_;
  const uint32_t steps_max_;
  const absl::string_view text_;
  size_t end_;
  size_t begin_;
  uint32_t which_;
  uint32_t order_ = 0;  // Of `which_`.
  TemplateScratch& scratch_;
  uint32_t best_ = kAnyTemplate;
  uint32_t best_rank_ = UINT32_MAX;
  uint32_t at_fault_ = 0;  // How many more values may be bad.
  uint32_t steps_ = 0;
  uint32_t entered_ = 0;
};

// Reports the result of the search, with places of the submitted text.
void TemplateSearch::Report(const rules::FoldedText& folded,
                            TemplateMatch& match) const {
  match.index = best_;
  for (const auto& [edge, begin, end] : scratch_.best_) {
    TemplateMatch::Value& value = match.values.emplace_back();
    value.span = {folded.OriginOf(begin), folded.OriginOf(end - 1) + 1};
    if (at_fault_ == 0) continue;
    value.fault = Check(edge->type, edge->characters_min, edge->characters_max,
                        scratch_.digits_, begin, end);
  }
}

void TemplateMatch::Clear() {
  index = kAnyTemplate;
  values.clear();
  gave_up = false;
}

bool TemplateSet::Match(const TemplateQuery& query, TemplateScratch& scratch,
                        TemplateMatch& match) const {
  match.Clear();
  TemplateSearch search(*this, query, kMatchStepsMax, scratch);
  const bool found = search.Run(0);
  match.gave_up = search.gave_up();
  if (found) search.Report(query.folded, match);
  return found;
}

bool TemplateSet::Explain(const TemplateQuery& query, TemplateScratch& scratch,
                          TemplateMatch& match) const {
  match.Clear();
  TemplateSearch search(*this, query, kExplainStepsMax, scratch);
  bool found = search.Run(kEveryVariable);
  if (found) {
    search.Only(search.best());
    found = false;
    const size_t variables = scratch.best_.size();
    for (uint32_t at_fault = 0; at_fault <= variables && !found; ++at_fault) {
      found = search.Run(at_fault);
    }
  }
  match.gave_up = search.gave_up();
  if (found) search.Report(query.folded, match);
  return found;
}

size_t TemplateSet::bytes() const {
  return nodes_.capacity() * sizeof(Node) + first_bytes_.capacity() +
         edges_.capacity() * sizeof(Edge) + labels_.capacity() +
         order_.capacity() * sizeof(uint32_t) +
         places_.capacity() * sizeof(Place);
}

}  // namespace sluice::filter
