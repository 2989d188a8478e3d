#pragma once

// What the control journal says about all journals: the signed heads and their
// keys, what retention removed, which losses a person accepted. For the offline
// check, which compares the journals with it (history_check.h).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/journal/journal_check.h"
#include "store/journal/journal_file.h"
#include "store/journal/segment.h"
#include "store/proofs/head.h"
#include "store/proofs/kept_head.h"
#include "store/proofs/signing_key.h"

namespace sluice::store {

struct SignedHistory {
  struct Key {
    int64_t since_ms = 0;
    PublicKey key = {};
    std::string id;
    bool by_the_one_before = false;  // Which signed it.
  };
  struct Loss {
    int64_t at_ms = 0;
    uint16_t partition = 0;
    std::string reason;
  };
  // The store went on from a backup: heads that others hold may be of what came
  // after it.
  struct Restore {
    int64_t taken_ms = 0;
    int64_t restored_ms = 0;
    uint64_t head = 0;  // The newest in the backup; 0: none.
    std::string reason;
    bool moved = false;  // Nothing came after it.
  };
  // What a head says of one journal.
  struct State {
    uint64_t head = 0;
    int64_t time_ms = 0;
    TreeState tree;
    TreeState lasting;
  };
  // The removed records of a segment, as a run of retention announced them.
  struct Removed {
    uint64_t count = 0;
    std::string digest;  // RemovedRecords::Digest().
  };

  uint64_t heads = 0;
  std::optional<SignedHead> newest;
  std::vector<Key> keys;          // Oldest first.
  std::vector<Loss> losses;       // Oldest first.
  std::vector<Restore> restores;  // Oldest first.
  // Whatever is wrong with the chain of heads: places in the control journal.
  std::vector<JournalDamage> faults;

  // By the journal's name, in the order of the heads.
  std::map<std::string, std::vector<State>> states;
  // By partition and segment; several when it was reduced several times.
  std::map<std::pair<uint16_t, uint32_t>, std::vector<Removed>> removed;
  // Ranges of segments that retention reduced before heads were signed, in a
  // version that did not say which records it removed.
  struct OldRun {
    uint16_t partition = 0;
    uint32_t first_segment = 0;
    uint32_t last_segment = 0;
  };
  std::vector<OldRun> old_runs;

  // Reads the control journal up to its first damage, which is no error: the
  // check of that journal finds it. `kept` are heads that were kept elsewhere:
  // the journals must hold what they say. The first that disagrees is a fault.
  static SignedHistory Read(const JournalFiles& control,
                            const JournalIdentity& identity,
                            const std::vector<KeptHead>& kept);
};

}  // namespace sluice::store
