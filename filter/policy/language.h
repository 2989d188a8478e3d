#pragma once

// The languages that reasons are rendered in.

#include "rules/base/language.h"

namespace sluice::filter {

using sluice::Language;

}  // namespace sluice::filter
