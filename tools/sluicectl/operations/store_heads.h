#pragma once

// What the signed heads of a store show, and what they cannot.

#include <string>

#include "store/store_check.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

// For a person, after a check without damage.
void PrintHeads(const Context& context, const store::StoreCheck& check);

// One object.
std::string HeadsJson(const store::StoreCheck& check);

}  // namespace sluice::ctl
