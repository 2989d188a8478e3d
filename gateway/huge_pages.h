#pragma once

namespace sluice::gateway {

// Puts memory on huge pages if the kernel allows it (transparent huge pages set
// to `madvise` or `always`): the state of millions of numbers is read in random
// order, and with pages of 4 KiB the page lookups take a fifth of the time of a
// verdict. glibc reads the setting at program start only, so this function
// executes the program again, in the same process, with GLIBC_TUNABLES set.
// Call it first. It does nothing if glibc.malloc.hugetlb is set to any value.
void UseHugePages(char** argv);

}  // namespace sluice::gateway
