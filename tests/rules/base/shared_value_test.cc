#include "rules/base/shared_value.h"

#include <atomic>
#include <memory>
#include <thread>

#include "gtest/gtest.h"

namespace sluice {
namespace {

// Only ThreadSanitizer sees whether Load() comes before a later Store():
// nothing else orders the two here. It does not look at locals.
TEST(SharedValue, IsReplacedAfterAnotherThreadReadIt) {
  const auto value =
      std::make_unique<SharedValue<int>>(std::make_shared<const int>(1));
  std::atomic<int> seen = 0;
  std::thread reader([&] {
    const auto now = value->Load();
    seen.store(*now, std::memory_order_relaxed);
  });
  while (seen.load(std::memory_order_relaxed) == 0) std::this_thread::yield();
  value->Store(std::make_shared<const int>(2));
  reader.join();
  EXPECT_EQ(*value->Load(), 2);
}

TEST(SharedValue, KeepsNoOldValue) {
  const auto old = std::make_shared<const int>(1);
  SharedValue<int> value(old);
  EXPECT_EQ(old.use_count(), 2);
  value.Store(std::make_shared<const int>(2));
  EXPECT_EQ(old.use_count(), 1);
  EXPECT_EQ(*value.Load(), 2);
}

TEST(SharedValue, BeginsWithoutAValue) {
  EXPECT_EQ(SharedValue<int>().Load(), nullptr);
}

}  // namespace
}  // namespace sluice
