#pragma once

// Signs every minute what the store's journals hold, in a thread of its own.
// The head is a record of the control journal, and so in the tree of the next
// head; whoever is given heads can show later that the past was changed.

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "rules/base/lasting_fault.h"
#include "rules/base/mutex.h"
#include "sluice/store/v1/record.pb.h"
#include "store/proofs/head.h"
#include "store/proofs/journal_follower.h"
#include "store/proofs/record_proof.h"
#include "store/proofs/signing_key.h"

namespace sluice::store {

struct NotaryParts {
  // The partitions in order, then the control journal.
  std::vector<FollowedJournal> journals;
  // How far a journal is durable now: its place in `journals`. Any thread.
  std::function<Position(size_t journal)> durable_end;
  std::string store;   // The store's id in hex.
  std::string folder;  // For the files that keep the trees.
  SigningKey key;
  // The key that the journal names now, after one was replaced or a try failed.
  // Errors: kUnavailable; kFailedPrecondition (it is not in its file).
  std::function<absl::StatusOr<SigningKey>()> key_in_force;
  // The newest head there is; and the journals of which it no longer says what
  // is there, because a person has accepted a loss since.
  std::optional<SignedHead> last;
  std::vector<std::string> given_up;
  std::function<int64_t()> now_ms;
  // Makes a head durable. Errors: kUnavailable.
  std::function<absl::Status(const SignedHead&, v1::HeadCause)> journal;
  // Gets one line when no head can be signed, and reminders.
  std::function<void(const std::string&)> fault;
};

// Methods: any thread.
class Notary {
 public:
  static constexpr std::chrono::seconds kFollowEvery{1};
  static constexpr std::chrono::minutes kSignEvery{1};

  explicit Notary(NotaryParts parts);
  ~Notary();

  // Signs what is durable now, unless the last head says it; returns the newest
  // head. Waits for the journals to be read, which may be long after the first
  // start of a version that signs.
  // Errors: kDataLoss (a journal is not what was signed: which one, what
  // differs); kUnavailable; kCancelled (the notary has stopped).
  absl::StatusOr<SignedHead> Sign(v1::HeadCause cause);
  // Signs soon what is durable now, in the notary's thread.
  void SignSoon(v1::HeadCause cause);

  // Whether Prove() can answer. Errors: kUnavailable (the journals are still
  // being read for the first time).
  absl::Status HasReadAll() const;

  // Signs what is durable now, and proves that records are in it; `journal` is
  // the place of theirs in NotaryParts::journals.
  // Errors: those of Sign(), kUnavailable also instead of waiting for the first
  // reading; kNotFound (no such record).
  absl::StatusOr<RecordsProof> Prove(size_t journal,
                                     absl::Span<const RecordRef> records,
                                     v1::HeadCause cause);

  // Replaces the key that signs: signs a last head with it, calls `replace`
  // with it, which journals the next one and makes it that of `key_in_force`,
  // and returns the first head of that. After an error of `replace` either key
  // may be in force.
  // Errors: those of Sign() and `replace`; kUnavailable also as Prove().
  using Replace = std::function<absl::Status(const SigningKey& key)>;
  absl::StatusOr<HeadAndKey> ReplaceKey(const Replace& replace);

  // For each journal of `to`, in order, the path that proves that it has grown
  // out of what `from` says; empty where `from` has nothing of it.
  // Errors: kDataLoss; kUnavailable; kInvalidArgument (`from` has more than
  // `to`).
  absl::StatusOr<std::vector<std::vector<Hash>>> ProveGrowth(const Head& from,
                                                             const Head& to);

  // The newest head; nullopt: none yet.
  std::optional<SignedHead> last() const;

  // Ends the thread. Sign() goes on to work if the journals have been read
  // once.
  void Stop();

 private:
  void Run();
  bool Wait();
  std::optional<v1::HeadCause> TakeAsked();
  void Tell(const absl::Status& status) SLUICE_REQUIRES(work_);
  bool Stopped() const;
  absl::Status Follow() SLUICE_REQUIRES(work_);
  bool GivesUp() const;
  absl::Status SignWhatGrew(v1::HeadCause cause) SLUICE_REQUIRES(work_);
  bool HasGrown() const SLUICE_REQUIRES(work_);

  const NotaryParts parts_;
  Mutex work_;  // Held while journals are read and signed.
  std::vector<std::unique_ptr<JournalFollower>> followers_
      SLUICE_GUARDED_BY(work_);
  LastingFault fault_ SLUICE_GUARDED_BY(work_);
  SigningKey key_ SLUICE_GUARDED_BY(work_);
  bool key_is_sure_ SLUICE_GUARDED_BY(work_) = true;

  std::atomic<bool> has_read_all_ = false;  // Once at least.

  mutable Mutex mutex_;
  CondVar changed_;
  bool stop_ SLUICE_GUARDED_BY(mutex_) = false;
  std::optional<v1::HeadCause> asked_ SLUICE_GUARDED_BY(mutex_);
  std::optional<SignedHead> last_ SLUICE_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace sluice::store
