#pragma once

// Hyperscan databases on disk, so that a restart with 100,000 words does not
// compile them again. The key of an entry is its source, the library's version
// and the machine's features; a damaged entry counts as absent.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace sluice::rules {

// Any thread, any number of processes; one thread where writes are held.
class CompileCache {
 public:
  // kHeld: entries stay in memory until Release(), so that a pack that is
  // refused leaves nothing.
  enum class Writes : uint8_t { kAtOnce, kHeld };

  // The folder is made by the first Put. A database that cannot be written is
  // compiled again at the next start.
  explicit CompileCache(std::string folder, Writes writes = Writes::kAtOnce);

  // The key of the database that is compiled from `source`.
  static std::string KeyOf(absl::string_view source);

  std::optional<std::string> Get(const std::string& key) const;
  // Keeps the newest entries and drops others.
  void Put(const std::string& key, absl::string_view database) const;
  // Writes what is held.
  void Release() const;

 private:
  void Write(const std::string& key, absl::string_view database) const;
  std::string PathOf(const std::string& key) const;
  void DropOld() const;

  const std::string folder_;
  const Writes writes_;
  mutable std::map<std::string, std::string> held_;
};

}  // namespace sluice::rules
