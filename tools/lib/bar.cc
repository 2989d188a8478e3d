#include "tools/lib/bar.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace sluice::tools {

std::string Bar(double value, double max, size_t cells) {
  static constexpr const char* kEighths[] = {"",  "▏", "▎", "▍",
                                             "▌", "▋", "▊", "▉"};
  if (!(value > 0) || !(max > 0)) return "";
  const double share = std::min(1.0, value / max);
  const auto eighths = std::max<size_t>(
      1,
      static_cast<size_t>(std::lround(share * 8 * static_cast<double>(cells))));
  std::string bar;
  for (size_t i = 0; i < eighths / 8; ++i) absl::StrAppend(&bar, "█");
  return absl::StrCat(bar, kEighths[eighths % 8]);
}

std::string DurationText(double seconds) {
  static constexpr struct {
    double unit;
    const char* name;
  } kUnits[] = {{1, "s"}, {1e-3, "ms"}, {1e-6, "us"}, {1e-9, "ns"}};
  for (const auto& u : kUnits) {
    const double value = seconds / u.unit;
    if (value < 1 && u.unit > 1e-9) continue;
    const int decimals = value < 10 ? 2 : value < 100 ? 1 : 0;
    return absl::StrFormat("%.*f %s", decimals, value, u.name);
  }
  return "0 ns";
}

std::string Counted(unsigned long long count, const std::string& noun) {
  return Grouped(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace sluice::tools
