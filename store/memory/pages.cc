#include "store/memory/pages.h"

#include <sys/mman.h>

#include <cstdint>

#include "rules/base/check.h"

namespace sluice::store {

namespace {

constexpr size_t kHugePage = 2u << 20;

}  // namespace

Pages::Pages(size_t bytes) : bytes_(bytes) {
  // Huge pages begin at multiples of their size: ask for one more, and free the
  // memory outside.
  const size_t asked = bytes + kHugePage;
  void* const got = mmap(nullptr, asked, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  SLUICE_CHECK(got != MAP_FAILED);
  const auto from = reinterpret_cast<uintptr_t>(got);
  const uintptr_t begin = (from + kHugePage - 1) / kHugePage * kHugePage;
  if (begin > from) munmap(got, begin - from);
  data_ = reinterpret_cast<void*>(begin);
  constexpr size_t kPage = 4096;
  const uintptr_t end = begin + (bytes + kPage - 1) / kPage * kPage;
  if (from + asked > end) {
    munmap(reinterpret_cast<void*>(end), from + asked - end);
  }
  if (bytes > kHugePage) {  // A hint: failure is no error.
    madvise(reinterpret_cast<void*>(begin + kHugePage), bytes - kHugePage,
            MADV_HUGEPAGE);
  }
}

Pages::~Pages() {
  if (data_ != nullptr) munmap(data_, bytes_);
}

}  // namespace sluice::store
