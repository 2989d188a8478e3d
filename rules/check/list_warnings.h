#pragma once

// Lists that do not do what their author means: domains that a rule must not
// trust, lists and files that nothing uses.

#include "rules/base/warnings.h"
#include "rules/pack/pack.h"
#include "rules/pack/pack_files.h"

namespace sluice::rules {

// `files` are those that `pack` was read from. Adds a warning for
// - a domain of a trusted list that shortens links, under which anybody can
//   have a name (github.io), that is in another list which a rule or the policy
//   distrusts, or that looks like a plain name and is written in other letters;
// - a line of a trusted list that blocks its names, as hosts files do;
// - a Chinese full stop in a domain, of any list;
// - domains that an earlier list to stop has, too;
// - a list that nothing uses, or a category of a table; an empty list that a
//   rule uses;
// - a file of words or YAML that the pack does not name.
// A list is trusted where a link to its domains lifts a hit: those under
// `except_domain_lists`, and under a `not` those under `domain_lists`.
void FindListWarnings(const Pack& pack, const PackFiles& files,
                      Warnings& warnings);

}  // namespace sluice::rules
