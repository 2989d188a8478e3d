#pragma once

// What the parts of a link note on its strand, so that link::Link::Facts() can
// be answered on any thread.

#include <atomic>
#include <cstdint>

#include "gateway/link/fault_log.h"
#include "gateway/link/link.h"

namespace sluice::cmpp {

struct LinkNotes {
  std::atomic<const char*> version = "";  // Lives as long as the program.
  std::atomic<uint32_t> window_used = 0;
  std::atomic<uint32_t> window = 0;
  std::atomic<double> segments_per_second = 0;
  std::atomic<uint64_t> logins_failed = 0;
  std::atomic<uint64_t> connections_lost = 0;
  std::atomic<uint64_t> unreadable_delivers = 0;

  // The strand only.
  link::FaultLog unreadable;  // DELIVERs that were answered with an error,
  link::FaultLog odd;         // and those that were read all the same.

  link::LinkFacts Read() const {
    link::LinkFacts facts;
    facts.version = version.load();
    facts.window_used = window_used.load();
    facts.window = window.load();
    facts.segments_per_second = segments_per_second.load();
    facts.logins_failed = logins_failed.load();
    facts.connections_lost = connections_lost.load();
    facts.unreadable_delivers = unreadable_delivers.load();
    return facts;
  }
};

}  // namespace sluice::cmpp
