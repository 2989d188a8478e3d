#pragma once

// Reads the labels of what may be a host name, and what stands between them:
// "shop.example.com", "shop 点 example 点 com". Apart from links.cc because
// this only reads; host_evidence.h judges whether the labels are a host.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/contacts/contact_text.h"
#include "rules/contacts/host_evidence.h"

namespace sluice::rules {

// Labels side by side: where each stands, and where the whole does. Views into
// the text.
struct LabelChain {
  // Host names of texts have two to five; this bounds the work for hostile
  // ones.
  static constexpr size_t kMax = 16;

  std::array<absl::string_view, kMax> labels;
  size_t count = 0;
  bool too_long = false;  // There were more.
  LabelJoint joint = LabelJoint::kDot;
  uint32_t begin = 0;
  uint32_t end = 0;
  size_t next_run = 0;  // The first that is not in it.

  void Push(absl::string_view label) {
    too_long = too_long || count == kMax;
    if (!too_long) labels[count++] = label;
  }
  absl::Span<const absl::string_view> all() const {
    return {labels.data(), count};
  }
};

// The labels from `run` on that are joined with '.' alone. `run` is no dot.
LabelChain ReadChain(const ContactText& text, size_t run);

// The end of the label that begins with `run`, which becomes the first run
// after it. Runs right beside each other, or with - or _ between, are one.
uint32_t LabelEnd(const ContactText& text, size_t& run);

// The separator between two labels when it is not '.' alone.
struct Joint {
  LabelJoint kind = LabelJoint::kBlank;
  absl::string_view core;  // "点", "dot", ...
  size_t next_run = 0;     // The run right after it.
};

// The separator that joins a label that ends at `end` to the run `run`, if
// there is one.
std::optional<Joint> ReadJoint(const ContactText& text, size_t end, size_t run);

// Whether a joint other than comma and blank may begin at `at`, by its first
// bytes; cheap.
bool MayBeJoint(const ContactText& text, size_t at);

}  // namespace sluice::rules
