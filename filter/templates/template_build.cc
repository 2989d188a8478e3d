// How a TemplateSet is built. Apart from template_set.cc, which reads it.

#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>
#include <string>
#include <tuple>

#include "filter/templates/template_set.h"

namespace sluice::filter {

// Level by level, so that the children of a node stand side by side.
class TemplateSetBuilder {
 public:
  TemplateSetBuilder(absl::Span<const TemplateText* const> templates,
                     TemplateSet& set)
      : templates_(templates), set_(set) {}

  void Run() {
    for (const TemplateText* text : templates_) {
      paths_.push_back(PathOf(*text));
    }
    Order();
    Rank();
    if (templates_.empty()) return;
    AddNode({0, static_cast<uint32_t>(templates_.size()), 0});
    for (size_t i = 0; i < pending_.size(); ++i) Fill(i);
    FindBest();
    Shrink();
  }

 private:
  // A template as one string: the bytes of its fixed text, and kVariable and
  // more for its variables.
  using Path = std::u32string;
  static constexpr char32_t kVariable = 256;

  // Templates order_[begin, end) that are equal in their first `depth` places.
  struct Stretch {
    uint32_t begin = 0;
    uint32_t end = 0;
    size_t depth = 0;
  };

  Path PathOf(const TemplateText& text) {
    Path path;
    const auto append = [&](absl::string_view fixed) {
      for (const char c : fixed) path += static_cast<uint8_t>(c);
    };
    for (size_t i = 0; i < text.variables().size(); ++i) {
      append(text.folded(i));
      path += kVariable + EdgeOf(text.variables()[i], text.spaced(i));
    }
    append(text.folded(text.variables().size()));
    return path;
  }

  // The number of a variable among all different ones.
  char32_t EdgeOf(const Variable& variable, bool spaced) {
    TemplateSet::Edge edge;
    edge.characters_min = variable.characters_min;
    edge.characters_max = variable.characters_max;
    edge.type = variable.type;
    edge.spaced = spaced;
    const auto key = std::tuple(edge.type, edge.characters_min,
                                edge.characters_max, edge.spaced);
    const auto [found, added] =
        numbers_.emplace(key, static_cast<char32_t>(edges_.size()));
    if (added) edges_.push_back(edge);
    return found->second;
  }

  void Order() {
    set_.order_.resize(templates_.size());
    std::iota(set_.order_.begin(), set_.order_.end(), 0u);
    std::stable_sort(
        set_.order_.begin(), set_.order_.end(),
        [&](uint32_t a, uint32_t b) { return paths_[a] < paths_[b]; });
    set_.places_.resize(templates_.size());
    for (uint32_t i = 0; i < set_.order_.size(); ++i) {
      set_.places_[set_.order_[i]].order = i;
    }
  }

  void Rank() {
    std::vector<uint32_t> by_rank(templates_.size());
    std::iota(by_rank.begin(), by_rank.end(), 0u);
    std::stable_sort(by_rank.begin(), by_rank.end(),
                     [&](uint32_t a, uint32_t b) {
                       return templates_[a]->fixed_characters() >
                              templates_[b]->fixed_characters();
                     });
    for (uint32_t i = 0; i < by_rank.size(); ++i) {
      set_.places_[by_rank[i]].rank = i;
    }
  }

  const Path& PathAt(uint32_t order) const {
    return paths_[set_.order_[order]];
  }

  void AddNode(const Stretch& stretch) {
    TemplateSet::Node node;
    node.begin = stretch.begin;
    node.end = stretch.end;
    set_.nodes_.push_back(node);
    set_.first_bytes_.push_back(0);
    pending_.push_back(stretch);
  }

  // The bytes that all of a stretch have in common, up to a variable.
  size_t CommonEnd(const Stretch& stretch) const {
    const Path& first = PathAt(stretch.begin);
    const Path& last = PathAt(stretch.end - 1);  // Sorted: all are between.
    size_t depth = stretch.depth;
    while (depth < first.size() && depth < last.size() &&
           first[depth] == last[depth] && first[depth] < kVariable) {
      ++depth;
    }
    return depth;
  }

  void Fill(size_t number) {
    const Stretch stretch = pending_[number];
    const size_t depth = CommonEnd(stretch);
    const Path& first = PathAt(stretch.begin);
    TemplateSet::Node node = set_.nodes_[number];
    node.label = static_cast<uint32_t>(set_.labels_.size());
    node.label_size = static_cast<uint32_t>(depth - stretch.depth);
    set_.labels_.insert(set_.labels_.end(), first.begin() + stretch.depth,
                        first.begin() + depth);
    uint32_t at = stretch.begin;
    while (at < stretch.end && PathAt(at).size() == depth) ++at;
    node.ending = at - stretch.begin;
    node.first_child = static_cast<uint32_t>(set_.nodes_.size());
    node.first_edge = static_cast<uint32_t>(set_.edges_.size());
    while (at < stretch.end) {
      const char32_t next = PathAt(at)[depth];
      uint32_t end = at;
      while (end < stretch.end && PathAt(end)[depth] == next) ++end;
      // Bytes come before variables, as they are sorted.
      const auto added = static_cast<uint32_t>(set_.nodes_.size());
      if (next < kVariable) {
        AddNode({at, end, depth});
        set_.first_bytes_[added] = static_cast<uint8_t>(next);
        ++node.children;
      } else {
        AddNode({at, end, depth + 1});
        set_.edges_.push_back(edges_[next - kVariable]);
        set_.edges_.back().node = added;
        ++node.edges;
      }
      at = end;
    }
    set_.nodes_[number] = node;
  }

  void FindBest() {
    // What follows a node has a higher number.
    for (size_t i = set_.nodes_.size(); i-- > 0;) {
      TemplateSet::Node& node = set_.nodes_[i];
      node.best = UINT32_MAX;
      for (uint32_t k = 0; k < node.ending; ++k) {
        const uint32_t index = set_.order_[node.begin + k];
        node.best = std::min(node.best, set_.places_[index].rank);
      }
      for (uint32_t k = 0; k < node.children + node.edges; ++k) {
        // Children, then what the edges lead to, stand side by side.
        const auto& below = set_.nodes_[node.first_child + k];
        node.best = std::min(node.best, below.best);
      }
    }
  }

  void Shrink() {
    set_.nodes_.shrink_to_fit();
    set_.first_bytes_.shrink_to_fit();
    set_.edges_.shrink_to_fit();
    set_.labels_.shrink_to_fit();
  }

  const absl::Span<const TemplateText* const> templates_;
  TemplateSet& set_;
  std::vector<Path> paths_;               // By index.
  std::vector<TemplateSet::Edge> edges_;  // All different ones.
  std::map<std::tuple<VariableType, uint16_t, uint16_t, bool>, char32_t>
      numbers_;
  std::vector<Stretch> pending_;  // By node.
};

TemplateSet::TemplateSet(absl::Span<const TemplateText* const> templates) {
  TemplateSetBuilder(templates, *this).Run();
}

}  // namespace sluice::filter
