#pragma once

// What a host name looks like to a person, so that names that are taken for
// each other are equal: yunshan-shöp.cn, yunshan-sh0p.cn and yunshan-shop.cn.

#include <string>

#include "absl/strings/string_view.h"
#include "rules/fold/fold.h"

namespace sluice::rules {

// One per thread: it keeps its buffers, and allocates nothing once they are
// grown.
class HostLook {
 public:
  // `host` is in the form of host_name.h. Without accents and hyphens; letters
  // of all alphabets and digits as the Latin letters that they look like, i and
  // 1 as l, rn as m, vv as w; Chinese characters as the one that stands for all
  // that look like it. Labels stay labels. No host name itself. Good until the
  // next call.
  absl::string_view Of(absl::string_view host);

 private:
  void AddLabel(absl::string_view label);
  void Add(char32_t c);

  std::u32string decoded_;
  std::string written_;
  FoldedText folded_;
  std::string look_;
};

}  // namespace sluice::rules
