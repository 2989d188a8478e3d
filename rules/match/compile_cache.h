#pragma once

// Hyperscan databases on disk, so that a restart with 100,000 words does not
// compile them again. An entry is found by what it was compiled from, by the
// library's version and by the machine's features; what is damaged is not
// there.

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace sluice::rules {

// Any thread, any number of processes.
class CompileCache {
 public:
  // Made when something is put into it. What cannot be written is compiled
  // again.
  explicit CompileCache(std::string folder);

  // The name of what is compiled from `source`.
  static std::string KeyOf(absl::string_view source);

  std::optional<std::string> Get(const std::string& key) const;
  // Keeps the newest entries and drops others.
  void Put(const std::string& key, absl::string_view database) const;

 private:
  std::string PathOf(const std::string& key) const;
  void DropOld() const;

  const std::string folder_;
};

}  // namespace sluice::rules
