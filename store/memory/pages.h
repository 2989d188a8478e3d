#pragma once

// Memory straight from the kernel, on huge pages where the kernel has them (not
// for the first 2 MiB, so that a small block stays small): for large blocks
// that are kept for good. On the heap they would lie between short-lived
// blocks, whose memory could then never be returned to the kernel.

#include <cstddef>
#include <utility>

namespace sluice::store {

class Pages {
 public:
  Pages() = default;
  // Zeroed; aborts when there is no memory. Rounds `bytes` up to 4 KiB.
  explicit Pages(size_t bytes);
  ~Pages();
  Pages(Pages&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(other.bytes_) {}
  Pages& operator=(Pages&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }

  void* data() const { return data_; }

 private:
  void* data_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace sluice::store
