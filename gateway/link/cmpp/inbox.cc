#include "gateway/link/cmpp/inbox.h"

#include <iterator>
#include <utility>

namespace sluice::cmpp {
namespace {

uint32_t SegmentsOf(const std::vector<link::HandOver>& hand_overs) {
  uint32_t segments = 0;
  for (const link::HandOver& h : hand_overs) segments += h.parts;
  return segments;
}

}  // namespace

void Inbox::Put(std::vector<link::HandOver> hand_overs) {
  if (hand_overs.empty()) return;
  segments_ += SegmentsOf(hand_overs);
  bool wake = false;
  {
    MutexLock lock(mutex_);
    std::vector<link::HandOver>& waiting = content_.hand_overs;
    if (waiting.empty()) {
      waiting = std::move(hand_overs);
    } else {
      std::move(hand_overs.begin(), hand_overs.end(),
                std::back_inserter(waiting));
    }
    wake = !std::exchange(woken_, true);
  }
  if (wake) wake_();
}

void Inbox::Put(const Acknowledged& acknowledged) {
  bool wake = false;
  {
    MutexLock lock(mutex_);
    content_.acknowledged.push_back(acknowledged);
    wake = !std::exchange(woken_, true);
  }
  if (wake) wake_();
}

Inbox::Content Inbox::Take() {
  Content content;
  {
    MutexLock lock(mutex_);
    std::swap(content, content_);
    woken_ = false;
  }
  segments_ -= SegmentsOf(content.hand_overs);
  return content;
}

}  // namespace sluice::cmpp
