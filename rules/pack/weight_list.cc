#include "rules/pack/weight_list.h"

#include "absl/strings/numbers.h"
#include "rules/base/quoted.h"
#include "rules/pack/table_rows.h"

namespace sluice::rules {

std::vector<WeighedWord> ParseWeights(absl::string_view file,
                                      absl::string_view content,
                                      Faults& faults) {
  const TableColumn columns[] = {{"word"}, {"weight"}};
  std::vector<WeighedWord> words;
  const auto take = [&](absl::Span<const TableCell> cells) {
    int32_t weight = 0;
    const bool whole = absl::SimpleAtoi(cells[1].text, &weight);
    if (!whole || weight < -kWeightMax || weight > kWeightMax) {
      return faults.Add(
          file, cells[1].position,
          SayBoth("权重须是 -$0 到 $0 的整数（半角数字），这里是 $1",
                  "'weight' must be a whole number from -$0 to $0, in ASCII "
                  "digits, and not $1",
                  kWeightMax, Quoted(cells[1].text)));
    }
    words.push_back({std::string(cells[0].text), weight, cells[0].position});
  };
  ForEachTableRow(file, content, columns, faults, take);
  return words;
}

}  // namespace sluice::rules
