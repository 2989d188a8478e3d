#include "rules/pack/weight_list.h"

#include "absl/strings/numbers.h"
#include "rules/pack/table_rows.h"

namespace sluice::rules {

std::vector<WeighedWord> ParseWeights(absl::string_view file,
                                      absl::string_view content,
                                      Faults& faults) {
  constexpr TableColumn kColumns[] = {{"word"}, {"weight"}};
  std::vector<WeighedWord> words;
  const auto take = [&](absl::Span<const absl::string_view> cells,
                        Position position) {
    int32_t weight = 0;
    const bool whole = absl::SimpleAtoi(cells[1], &weight);
    if (!whole || weight < -kWeightMax || weight > kWeightMax) {
      return faults.Add(
          file, {position.line, 1},
          SayBoth("权重须是 -$0 到 $0 的整数",
                  "'weight' must be a whole number from -$0 to $0",
                  kWeightMax));
    }
    words.push_back({std::string(cells[0]), weight, position});
  };
  ForEachTableRow(file, content, kColumns, faults, take);
  return words;
}

}  // namespace sluice::rules
