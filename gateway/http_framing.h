#pragma once

// Where a request of the HTTP port ends, so that it is read whole, within its
// bounds, before the HTTP library sees any of it. Everything else about HTTP is
// the library's.

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace sluice::gateway {

// Ends the head of a request: the end of a line and an empty line.
inline constexpr char kHeadEnd[] = "\n\r\n";

struct HttpFrame {
  size_t body_bytes = 0;
  // 0: read the body. Otherwise the HTTP status of the refusal: nobody can say
  // where the next request begins, so the connection ends with it.
  int refusal = 0;
};

// `head` ends with kHeadEnd. Refuses a body of more than `body_bytes_max` (413)
// or of unknown length (411), two lengths that differ, and lines that another
// program might read differently (400).
HttpFrame FrameOf(absl::string_view head, size_t body_bytes_max);

// Whether the request is for a page that costs next to nothing and must always
// answer: health and readiness, spelled as load balancers spell them.
bool IsForHealth(absl::string_view head);

// Renames the header Range in the head of `request`, keeping its length. The
// library answers each range with a copy of its part of the page, thousands in
// one request; without the header it answers with the page, as HTTP allows.
void HideRanges(std::string& request, size_t head_bytes);

}  // namespace sluice::gateway
