#pragma once

// What a host name looks like to a person, so that names that are taken for
// each other are equal: yunshan-shöp.cn, yunshan-sh0p.cn and yunshan-shop.cn.

#include <string>

#include "absl/strings/string_view.h"

namespace sluice::rules {

// `host` is in the form of host_name.h. Without accents and hyphens; letters of
// all alphabets and digits as the Latin letters that they look like, i and 1 as
// l, rn as m, vv as w; Chinese characters as the one that stands for all that
// look like it. No host name itself.
std::string LookOfHost(absl::string_view host);

}  // namespace sluice::rules
