#pragma once

// Awaits asio operations with their errors as values: nothing of ours throws.

#include "absl/time/time.h"
#include "asio/awaitable.hpp"
#include "asio/experimental/as_tuple.hpp"
#include "asio/steady_timer.hpp"
#include "asio/use_awaitable.hpp"

namespace sluice::link {

// `co_await operation(..., kAwait)` yields a tuple that begins with the error.
inline constexpr auto kAwait =
    asio::experimental::as_tuple(asio::use_awaitable);

// Returns after `pause`, or earlier when somebody cancels `timer`.
inline asio::awaitable<void> Sleep(asio::steady_timer& timer,
                                   absl::Duration pause) {
  timer.expires_after(absl::ToChronoNanoseconds(pause));
  co_await timer.async_wait(kAwait);
}

}  // namespace sluice::link
