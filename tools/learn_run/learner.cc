#include "tools/learn_run/learner.h"

#include <linear.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numeric>

#include "rules/base/check.h"

namespace sluice::learn {
namespace {

// Less regularization makes weights of words that only one author uses.
constexpr double kCost = 0.3;
constexpr double kPrecision = 0.001;
constexpr uint32_t kTextsMin = 2;

// Samples in liblinear's form. Its indexes begin at 1.
class Problem {
 public:
  void Add(const Sample& sample, const std::vector<int>& index_of) {
    std::vector<feature_node>& row = rows_.emplace_back();
    for (const uint32_t word : sample.words) {
      if (index_of[word] != 0) row.push_back({index_of[word], 1});
    }
    row.push_back({bias_, 1});
    row.push_back({-1, 0});
    classes_.push_back(sample.bad ? 1 : -1);
  }
  explicit Problem(int words) : bias_(words + 1) {}

  // The weights, by index from 1 on; last, the bias's.
  std::vector<double> Solve() {
    std::vector<feature_node*> rows;
    for (std::vector<feature_node>& row : rows_) rows.push_back(row.data());
    problem problem = {};
    problem.l = static_cast<int>(rows.size());
    problem.n = bias_;
    problem.y = classes_.data();
    problem.x = rows.data();
    problem.bias = 1;
    parameter parameter = {};
    parameter.solver_type = L2R_LR;
    parameter.C = kCost;
    parameter.eps = kPrecision;
    set_print_string_function([](const char*) {});
    SLUICE_CHECK(check_parameter(&problem, &parameter) == nullptr);
    const auto free = [](model* one) { free_and_destroy_model(&one); };
    const std::unique_ptr<model, decltype(free)> solved(
        train(&problem, &parameter));
    std::vector<double> weights(static_cast<size_t>(bias_) + 1);
    // Positive for the class of the first sample.
    const double sign = solved->label[0] == 1 ? 1 : -1;
    for (int i = 1; i <= bias_; ++i) {
      weights[static_cast<size_t>(i)] = sign * solved->w[i - 1];
    }
    return weights;
  }

 private:
  const int bias_;
  std::vector<std::vector<feature_node>> rows_;
  std::vector<double> classes_;
};

// The samples that are learnt from.
class Lesson {
 public:
  Lesson(const std::vector<SampleFile>& files, size_t words, size_t but)
      : words_(words) {
    for (size_t file = 0; file < files.size(); ++file) {
      if (file == but) continue;
      for (const Sample& sample : files[file].samples) {
        samples_.push_back(&sample);
      }
    }
  }

  std::vector<bool> Common() const {
    std::vector<uint32_t> texts(words_);
    for (const Sample* sample : samples_) {
      if (sample->made) continue;
      for (const uint32_t word : sample->words) ++texts[word];
    }
    std::vector<bool> common(words_);
    for (size_t i = 0; i < words_; ++i) common[i] = texts[i] >= kTextsMin;
    return common;
  }

  // Weights of the words of `of`; others have none.
  Learnt Solve(const std::vector<bool>& of) const {
    std::vector<int> index_of(words_);
    int last = 0;
    for (size_t i = 0; i < words_; ++i) {
      if (of[i]) index_of[i] = ++last;
    }
    Problem problem(last);
    for (const Sample* sample : samples_) problem.Add(*sample, index_of);
    const std::vector<double> solved = problem.Solve();
    Learnt learnt;
    learnt.weights.resize(words_);
    for (size_t i = 0; i < words_; ++i) {
      if (of[i]) learnt.weights[i] = solved[static_cast<size_t>(index_of[i])];
    }
    learnt.bias = solved.back();
    return learnt;
  }

 private:
  const size_t words_;
  std::vector<const Sample*> samples_;
};

// The `most` words that weigh most either way.
std::vector<bool> Heaviest(const Learnt& learnt, size_t most) {
  std::vector<uint32_t> words(learnt.weights.size());
  std::iota(words.begin(), words.end(), 0);
  std::stable_sort(words.begin(), words.end(), [&](uint32_t a, uint32_t b) {
    return std::abs(learnt.weights[a]) > std::abs(learnt.weights[b]);
  });
  words.resize(std::min(words.size(), most));
  std::vector<bool> heaviest(learnt.weights.size());
  for (const uint32_t word : words) heaviest[word] = learnt.weights[word] != 0;
  return heaviest;
}

}  // namespace

double Learnt::Of(const Words& words) const {
  double sum = bias;
  for (const uint32_t word : words) sum += weights[word];
  return sum;
}

Learnt Learn(const std::vector<SampleFile>& files, size_t words, size_t most,
             size_t but) {
  const Lesson lesson(files, words, but);
  return lesson.Solve(Heaviest(lesson.Solve(lesson.Common()), most));
}

}  // namespace sluice::learn
