#pragma once

// What every part of a CMPP link borrows from the link.

#include "gateway/link/cmpp/link_notes.h"
#include "gateway/link/cmpp/options.h"
#include "gateway/link/link.h"
#include "rules/base/clock.h"

namespace sluice::cmpp {

// All of it outlives the part.
struct LinkContext {
  link::Link& link;  // Named in every call to the owner.
  link::LinkOwner& owner;
  const CmppLinkOptions& options;
  const Clock& clock;
  LinkNotes& notes;
};

}  // namespace sluice::cmpp
