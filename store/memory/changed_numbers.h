#pragma once

// Which numbers of each bucket have changed since the bucket was last saved: a
// save costs in proportion to these numbers, not to all numbers known.

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "rules/base/phone.h"
#include "store/memory/recipients.h"

namespace sluice::store {

// One thread, the partition's writer.
class ChangedNumbers {
 public:
  // Cheap enough for every effect: duplicates are removed only when there are
  // many entries. Memory stays below two entries a number.
  void Add(Phone number) {
    std::vector<Phone>& numbers = numbers_[BucketOf(number)];
    if (numbers.size() == numbers.capacity()) MakeRoom(numbers);
    numbers.push_back(number);
  }

  bool Any(uint32_t bucket) const { return !numbers_[bucket].empty(); }

  // Removes and returns a bucket's changed numbers, each once.
  std::vector<Phone> Take(uint32_t bucket) {
    std::vector<Phone> numbers = std::exchange(numbers_[bucket], {});
    MakeUnique(numbers);
    return numbers;
  }

 private:
  static void MakeUnique(std::vector<Phone>& numbers) {
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  }

  static void MakeRoom(std::vector<Phone>& numbers) {
    MakeUnique(numbers);
    numbers.reserve(std::max<size_t>(16, numbers.size() * 2));
  }

  std::array<std::vector<Phone>, kBuckets> numbers_;
};

}  // namespace sluice::store
