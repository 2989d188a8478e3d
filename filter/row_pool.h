#pragma once

// A table of rows with a bound, and lists through them: rows are taken and
// given back all day without allocating memory.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sluice::filter {

// Of a row; 0 is none.
using RowNumber = uint32_t;

// A list through `before` and `next` of rows; the first came first.
struct RowList {
  RowNumber first = 0;
  RowNumber last = 0;
};

// `Row` has members `before` and `next` of type RowNumber. A row never moves.
// Memory is reserved at once and touched as rows are first used.
template <typename Row>
class RowPool {
 public:
  explicit RowPool(size_t size_max) : size_max_(size_max) {
    rows_.reserve(size_max + 1);
    rows_.emplace_back();  // Number 0.
  }
  RowPool(const RowPool&) = delete;
  RowPool& operator=(const RowPool&) = delete;

  bool full() const { return free_ == 0 && rows_.size() > size_max_; }
  size_t size_max() const { return size_max_; }
  size_t used() const { return used_; }
  size_t bytes() const { return rows_.capacity() * sizeof(Row); }
  Row& operator[](RowNumber number) { return rows_[number]; }
  const Row& operator[](RowNumber number) const { return rows_[number]; }

  // Not when full(). The row is as if new.
  RowNumber Take() {
    ++used_;
    if (free_ == 0) {
      rows_.emplace_back();
      return static_cast<RowNumber>(rows_.size() - 1);
    }
    const RowNumber number = free_;
    free_ = rows_[number].next;
    rows_[number] = Row();
    return number;
  }
  // Of a row that is in no list.
  void Give(RowNumber number) {
    --used_;
    rows_[number].next = free_;
    free_ = number;
  }

  void Append(RowList& list, RowNumber number) {
    rows_[number].before = list.last;
    rows_[number].next = 0;
    (list.last == 0 ? list.first : rows_[list.last].next) = number;
    list.last = number;
  }
  void Remove(RowList& list, RowNumber number) {
    const RowNumber before = rows_[number].before;
    const RowNumber next = rows_[number].next;
    (before == 0 ? list.first : rows_[before].next) = next;
    (next == 0 ? list.last : rows_[next].before) = before;
  }

 private:
  const size_t size_max_;
  size_t used_ = 0;
  RowNumber free_ = 0;  // Chained by `next`.
  std::vector<Row> rows_;
};

}  // namespace sluice::filter
