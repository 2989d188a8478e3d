#pragma once

namespace sluice::gateway {

// Puts memory on huge pages where the kernel allows it (transparent huge pages
// set to `madvise` or `always`): what is known of millions of numbers is read
// in no order, and with pages of 4 KiB looking up the pages costs a fifth of a
// verdict. glibc takes the setting at a program's start only, so this starts
// the program anew, in the same process, with GLIBC_TUNABLES set. To be called
// first. Does nothing when glibc.malloc.hugetlb is set, to whatever value.
void UseHugePages(char** argv);

}  // namespace sluice::gateway
