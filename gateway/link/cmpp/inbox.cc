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

template <class Change>
void Inbox::Add(Change change) {
  bool wake = false;
  {
    MutexLock lock(mutex_);
    change(content_);
    wake = !std::exchange(woken_, true);
  }
  if (wake) wake_();
}

void Inbox::Put(std::vector<link::HandOver> hand_overs) {
  if (hand_overs.empty()) return;
  segments_ += SegmentsOf(hand_overs);
  Add([&](Content& content) {
    std::vector<link::HandOver>& waiting = content.hand_overs;
    if (waiting.empty()) {
      waiting = std::move(hand_overs);
    } else {
      std::move(hand_overs.begin(), hand_overs.end(),
                std::back_inserter(waiting));
    }
  });
}

void Inbox::Put(const Acknowledged& acknowledged) {
  Add([&](Content& content) { content.acknowledged.push_back(acknowledged); });
}

void Inbox::PutGiveBack(absl::string_view access_number) {
  Add([&](Content& content) {
    content.give_backs.push_back(
        {std::string(access_number), content.hand_overs.size()});
    gives_back_ = true;
  });
}

Inbox::Content Inbox::Take() {
  Content content;
  {
    MutexLock lock(mutex_);
    std::swap(content, content_);
    woken_ = false;
    gives_back_ = false;
  }
  segments_ -= SegmentsOf(content.hand_overs);
  return content;
}

}  // namespace sluice::cmpp
