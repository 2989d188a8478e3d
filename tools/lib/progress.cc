#include "tools/lib/progress.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

namespace sluice::tools {
namespace {

constexpr size_t kBarCells = 30;

}  // namespace

std::string ProgressLine(absl::string_view name, uint64_t done, uint64_t all,
                         absl::Duration elapsed) {
  const double seconds = absl::ToDoubleSeconds(elapsed);
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  std::string line(name);
  if (all > 0) {
    const size_t filled = static_cast<size_t>(
        kBarCells * std::min<double>(1, static_cast<double>(done) /
                                            static_cast<double>(all)));
    absl::StrAppend(&line, "  [", std::string(filled, '#'),
                    std::string(kBarCells - filled, '.'), "]  ", done, "/",
                    all);
  } else {
    absl::StrAppend(&line, "  ", done);
  }
  absl::StrAppendFormat(&line, "  %.0f/s", rate);
  if (all > done && rate > 0) {
    absl::StrAppendFormat(&line, "  %.0f s left",
                          static_cast<double>(all - done) / rate);
  }
  return line;
}

Progress::Progress(std::ostream& out, bool visible, std::string name,
                   uint64_t all)
    : out_(out),
      visible_(visible),
      name_(std::move(name)),
      all_(all),
      started_(absl::Now()) {}

Progress::~Progress() {
  if (!visible_ || drawn_ == absl::InfinitePast()) return;
  Draw();
  out_ << "\n" << std::flush;
}

void Progress::Set(uint64_t done) {
  done_ = done;
  if (!visible_ || absl::Now() - drawn_ < absl::Milliseconds(100)) return;
  Draw();
}

void Progress::Set(uint64_t done, uint64_t all) {
  all_ = all;
  Set(done);
}

void Progress::Draw() {
  drawn_ = absl::Now();
  out_ << "\r\033[K" << ProgressLine(name_, done_, all_, drawn_ - started_)
       << std::flush;
}

}  // namespace sluice::tools
