#pragma once

// Waiting for what another thread or process does. A test that waits says for
// what, and fails when it does not come: it neither sleeps for a time that it
// hopes is enough nor polls for ever.

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

namespace sluice {

// Calls `condition` until it returns true, for at most `limit`. For use in
// EXPECT_TRUE and ASSERT_TRUE: a failure tells `what` did not come.
template <class Condition>
testing::AssertionResult WaitFor(
    const std::string& what, Condition condition,
    std::chrono::milliseconds limit = std::chrono::seconds(30)) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) {
      return testing::AssertionFailure()
             << "not within " << limit.count() << " ms: " << what;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return testing::AssertionSuccess();
}

}  // namespace sluice
