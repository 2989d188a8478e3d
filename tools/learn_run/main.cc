// learn-run: makes a weight table of a rule pack. See tools/README.md.

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/base/csv.h"
#include "rules/base/grouped.h"
#include "rules/base/status_macros.h"
#include "rules/pack/weight_list.h"
#include "tools/evaluate_run/tally.h"
#include "tools/learn_run/learner.h"
#include "tools/learn_run/samples.h"
#include "tools/lib/command_line.h"
#include "tools/lib/line_reader.h"
#include "tools/lib/progress.h"
#include "tools/lib/table.h"
#include "tools/lib/terminal.h"

namespace sluice::learn {
namespace {

// The sum from which on a rule is to hold.
constexpr int kSum = 100;
// The most that one word may weigh: two are needed at the least.
constexpr int kMostOfOne = kSum / 2;
// The least from a text of nothing up to there, in logarithms of odds.
constexpr double kLeastRange = 0.5;

struct Flags {
  std::vector<std::string> files;
  std::string out;
  std::string covers;
  double lawful_share = 0.01;
  size_t words = 8'000;
  bool seen = false;
  bool english = false;
  std::vector<std::string> bad;
  std::vector<std::string> lawful;
};

void AddFlags(tools::CommandLine& line, Flags& flags) {
  line.Add("FILE", flags.files,
           "Files of lines label<TAB>text, an author each: ham, and kinds of "
           "it such as ham:parcel, are lawful, all else is bad")
      .Required();
  line.Add("--out", flags.out, "The table to write, a .csv file").Required();
  line.Add("--lawful-share", flags.lawful_share,
           "The share of an unknown author's lawful texts that may reach 100")
      .Between(0.0, 1.0)
      .ShowDefault();
  line.Add("--words", flags.words, "Most words of the table").ShowDefault();
  line.Add("--covers", flags.covers,
           "A file of phrases, one a line, that swindlers may write before a "
           "text to make it seem a warning");
  line.Add("--english", flags.english,
           "Learn from the texts without Chinese characters, instead of from "
           "those with; of files without bad texts from all");
  line.Add("--bad", flags.bad,
           "Beginning of the labels of bad texts: texts that are neither these "
           "nor lawful are left out")
      .TypeName("LABEL")
      .OneValueEach();
  line.Add("--lawful", flags.lawful,
           "A label whose texts are lawful, as ham is")
      .TypeName("LABEL")
      .OneValueEach();
  line.Add("--seen", flags.seen,
           "Of files without bad texts only the rows that are not kept aside "
           "to measure with; see evaluate-run");
  line.Footer(
      "Each file with both kinds of texts is judged by a table made of the "
      "others: what is printed is what to expect of an unknown author.\n"
      "Example:\n"
      "  tools/learn --out my-pack/lists/fraud.csv samples/*.tsv ham.tsv");
}

// What a table that does not know a file says of its texts, sorted.
struct Judged {
  std::string name;
  std::vector<double> bad;
  std::vector<double> lawful;
};

double ShareAbove(const std::vector<double>& sorted, double bound) {
  const auto above = std::upper_bound(sorted.begin(), sorted.end(), bound);
  return static_cast<double>(sorted.end() - above) /
         static_cast<double>(sorted.size());
}

double MeanLawful(const std::vector<Judged>& judged, double bound) {
  double sum = 0;
  for (const Judged& one : judged) sum += ShareAbove(one.lawful, bound);
  return sum / static_cast<double>(judged.size());
}

std::vector<Judged> JudgeEach(const std::vector<SampleFile>& files,
                              size_t words, size_t most,
                              tools::Progress& progress) {
  std::vector<Judged> judged;
  for (size_t i = 0; i < files.size(); ++i) {
    if (!files[i].judges) continue;
    const Learnt learnt = Learn(files, words, most, i);
    Judged& one = judged.emplace_back();
    one.name = files[i].name;
    for (const Sample& sample : files[i].samples) {
      if (sample.made) continue;
      (sample.bad ? one.bad : one.lawful).push_back(learnt.Of(sample.words));
    }
    absl::c_sort(one.bad);
    absl::c_sort(one.lawful);
    progress.Set(judged.size());
  }
  return judged;
}

// The lowest bound that is good for lawful texts, on average over the files.
double BoundFor(const std::vector<Judged>& judged, double lawful_share) {
  constexpr double kStep = 0.05;
  constexpr double kMost = 20;
  double bound = 0;
  while (bound < kMost && MeanLawful(judged, bound) > lawful_share) {
    bound += kStep;
  }
  return bound;
}

void Print(const std::vector<Judged>& judged, double bound) {
  const auto number = [](std::string title) {
    return tools::Column{std::move(title), tools::Align::kRight};
  };
  tools::Table table({{"file"},
                      number("bad texts"),
                      number("stopped"),
                      number("lawful texts"),
                      number("stopped")});
  for (const Judged& one : judged) {
    table.AddRow({one.name, Grouped(one.bad.size()),
                  evaluate::Percent(ShareAbove(one.bad, bound)),
                  Grouped(one.lawful.size()),
                  evaluate::Percent(ShareAbove(one.lawful, bound))});
  }
  std::cout << table.Text(tools::TerminalWidth(STDOUT_FILENO));
}

// Weights, the heaviest first; `scale` points make the odds e times as high.
std::vector<std::pair<std::string, int>> TableOf(const Learnt& learnt,
                                                 const Vocabulary& vocabulary,
                                                 double scale) {
  std::vector<std::pair<std::string, int>> rows;
  for (uint32_t word = 0; word < learnt.weights.size(); ++word) {
    const int weight =
        std::clamp(static_cast<int>(std::lround(learnt.weights[word] * scale)),
                   -kMostOfOne, kMostOfOne);
    if (weight != 0) rows.emplace_back(vocabulary.Spelled(word), weight);
  }
  absl::c_sort(rows, [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  return rows;
}

absl::Status Write(const std::string& path,
                   const std::vector<std::pair<std::string, int>>& rows) {
  std::ofstream out(path, std::ios::binary);
  out << "word,weight\n";
  for (const auto& [word, weight] : rows) {
    out << rules::CsvCellText(word) << "," << weight << "\n";
  }
  out.close();
  if (out) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("cannot write ", path));
}

absl::StatusOr<std::vector<SampleFile>> ReadAll(const Flags& flags,
                                                Vocabulary& vocabulary) {
  Taking taking;
  taking.seen = flags.seen;
  taking.chinese = !flags.english;
  taking.bad = flags.bad;
  taking.lawful = flags.lawful;
  if (!flags.covers.empty()) {
    SLUICE_RETURN_IF_ERROR(tools::ForEachLineOf(
        flags.covers, [&taking](uint64_t, std::string& line) {
          if (!line.empty() && line[0] != '#') taking.covers.push_back(line);
          return absl::OkStatus();
        }));
  }
  std::vector<SampleFile> files;
  for (const std::string& path : flags.files) {
    SLUICE_ASSIGN_OR_RETURN(files.emplace_back(),
                            ReadSamples(path, taking, vocabulary));
  }
  return files;
}

absl::Status Run(const Flags& flags) {
  Vocabulary vocabulary;
  SLUICE_ASSIGN_OR_RETURN(const std::vector<SampleFile> files,
                          ReadAll(flags, vocabulary));
  const auto judging = static_cast<size_t>(absl::c_count_if(
      files, [](const SampleFile& file) { return file.judges; }));
  if (judging < 2) {
    return absl::InvalidArgumentError(
        "two files with bad and lawful texts are needed: each is judged by a "
        "table made of the others");
  }
  tools::Progress progress(std::cerr, tools::IsTerminal(STDERR_FILENO),
                           "files judged", judging);
  const std::vector<Judged> judged =
      JudgeEach(files, vocabulary.size(), flags.words, progress);
  const double bound = BoundFor(judged, flags.lawful_share);
  Print(judged, bound);
  const Learnt learnt =
      Learn(files, vocabulary.size(), flags.words, files.size());
  if (bound - learnt.bias < kLeastRange) {
    return absl::InvalidArgumentError(
        "too many bad texts beside the lawful ones: a text of nothing seems "
        "bad "
        "already; add lawful texts");
  }
  // A text whose odds are at `bound` has kSum.
  const double scale = kSum / (bound - learnt.bias);
  const auto rows = TableOf(learnt, vocabulary, scale);
  SLUICE_RETURN_IF_ERROR(Write(flags.out, rows));
  std::cout << Grouped(rows.size()) << " words in " << flags.out
            << ", for a rule with at_least: " << kSum << "\n"
            << absl::StrFormat(
                   "Among these texts the odds are even at a sum of %.0f, and "
                   "e times as high for each %.0f more.\n",
                   -learnt.bias * scale, scale);
  return absl::OkStatus();
}

}  // namespace
}  // namespace sluice::learn

int main(int argc, char** argv) {
  sluice::tools::CommandLine line(
      "learn",
      "Makes a weight table of a rule pack: learns from texts of known class "
      "how much each word, number and contact speaks for a bad text.");
  sluice::learn::Flags flags;
  sluice::learn::AddFlags(line, flags);
  line.AddVersion();
  if (const auto code = line.Parse(argc, argv)) return *code;
  const absl::Status status = sluice::learn::Run(flags);
  if (status.ok()) return 0;
  std::cerr << status.message() << "\n";
  return status.code() == absl::StatusCode::kInvalidArgument ? 2 : 1;
}
