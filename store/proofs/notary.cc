#include "store/proofs/notary.h"

#include <sys/resource.h>

#include <chrono>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "rules/base/thread_name.h"
#include "store/proofs/record_prover.h"

namespace sluice::store {
namespace {

constexpr int kLowestPriority = 19;

// What `last` says of a journal, if that still holds.
std::optional<JournalTree> SignedOf(const NotaryParts& parts,
                                    const std::string& journal) {
  if (!parts.last || absl::c_linear_search(parts.given_up, journal)) {
    return std::nullopt;
  }
  const JournalTree* const tree = parts.last->head.Of(journal);
  return tree == nullptr ? std::nullopt : std::optional(*tree);
}

}  // namespace

Notary::Notary(NotaryParts parts)
    : parts_(std::move(parts)), key_(parts_.key), last_(parts_.last) {
  {
    MutexLock lock(work_);
    for (const FollowedJournal& journal : parts_.journals) {
      followers_.push_back(std::make_unique<JournalFollower>(
          journal, absl::StrCat(parts_.folder, "/", journal.name, ".tree"),
          SignedOf(parts_, journal.name)));
    }
  }
  thread_ = std::thread([this] {
    NameThisThread("notary");
    // Of this thread only. Without it the thread works, too.
    setpriority(PRIO_PROCESS, 0, kLowestPriority);
    Run();
  });
}

Notary::~Notary() { Stop(); }

void Notary::Stop() {
  {
    MutexLock lock(mutex_);
    stop_ = true;
    changed_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

// Reads often, so that a minute's records are no lump of work.
void Notary::Run() {
  auto signed_at = std::chrono::steady_clock::now() - kSignEvery;
  do {
    const auto now = std::chrono::steady_clock::now();
    std::optional<v1::HeadCause> due = TakeAsked();
    if (!due && now >= signed_at + kSignEvery) due = v1::HEAD_CAUSE_MINUTE;
    MutexLock lock(work_);
    const absl::Status status = due ? SignWhatGrew(*due) : Follow();
    if (absl::IsCancelled(status)) return;
    if (due) signed_at = now;
    Tell(status);
  } while (Wait());
}

bool Notary::Wait() {
  MutexLock lock(mutex_);
  if (!stop_ && !asked_) changed_.WaitFor(mutex_, kFollowEvery);
  return !stop_;
}

std::optional<v1::HeadCause> Notary::TakeAsked() {
  MutexLock lock(mutex_);
  return std::exchange(asked_, std::nullopt);
}

void Notary::SignSoon(v1::HeadCause cause) {
  MutexLock lock(mutex_);
  asked_ = cause;
  changed_.NotifyAll();
}

bool Notary::Stopped() const {
  MutexLock lock(mutex_);
  return stop_;
}

void Notary::Tell(const absl::Status& status) {
  if (status.ok()) {
    fault_.Ends();
  } else if (const auto line = fault_.Holds(
                 absl::StrCat("no head of the journals can be signed: ",
                              status.message()))) {
    parts_.fault(*line);
  }
}

absl::Status Notary::Follow() {
  for (size_t i = 0; i < followers_.size(); ++i) {
    const absl::Status status = followers_[i]->Follow(
        parts_.durable_end(i), [this] { return GivesUp(); });
    if (status.ok()) continue;
    return absl::Status(status.code(),
                        absl::StrCat("journal of ", followers_[i]->name(), ": ",
                                     status.message()));
  }
  has_read_all_ = true;
  return absl::OkStatus();
}

// The first reading of a large store is not waited for at a stop.
bool Notary::GivesUp() const { return Stopped() && !has_read_all_; }

// A head is a record itself: alone it is no reason for another one.
bool Notary::HasGrown() const {
  const std::optional<SignedHead> before = last();
  if (!before) return true;
  for (const auto& follower : followers_) {
    const JournalTree* const before_it = before->head.Of(follower->name());
    const uint64_t own = follower == followers_.back() ? 1 : 0;
    if (before_it == nullptr) return true;
    if (follower->tree().size() != before_it->tree.size + own) {
      return true;
    }
  }
  return false;
}

absl::Status Notary::SignWhatGrew(v1::HeadCause cause) {
  SLUICE_RETURN_IF_ERROR(Follow());
  if (!HasGrown()) return absl::OkStatus();
  if (!key_is_sure_) {
    SLUICE_ASSIGN_OR_RETURN(key_, parts_.key_in_force());
    key_is_sure_ = true;
  }
  Head head;
  const std::optional<SignedHead> before = last();
  head.number = before ? before->head.number + 1 : 1;
  if (before) head.previous = before->hash();
  head.time_ms = parts_.now_ms();
  head.store = parts_.store;
  for (const auto& follower : followers_) {
    head.journals.push_back(follower->State());
  }
  SignedHead made = SignHead(head, key_);
  SLUICE_RETURN_IF_ERROR(parts_.journal(made, cause));
  {
    MutexLock lock(mutex_);
    last_ = std::move(made);
  }
  for (const auto& follower : followers_) {
    SLUICE_RETURN_IF_ERROR(follower->Save());
  }
  return absl::OkStatus();
}

absl::StatusOr<SignedHead> Notary::Sign(v1::HeadCause cause) {
  MutexLock lock(work_);
  SLUICE_RETURN_IF_ERROR(SignWhatGrew(cause));
  return *last();
}

// The first reading of a large store takes long, and holds `work_`.
absl::Status Notary::HasReadAll() const {
  if (has_read_all_) return absl::OkStatus();
  return absl::UnavailableError(
      "the journals are still being read for the first time: try again later");
}

absl::StatusOr<RecordsProof> Notary::Prove(size_t journal,
                                           absl::Span<const RecordRef> records,
                                           v1::HeadCause cause) {
  SLUICE_RETURN_IF_ERROR(HasReadAll());
  MutexLock lock(work_);
  SLUICE_RETURN_IF_ERROR(SignWhatGrew(cause));
  RecordsProof proof = {.head = *last(), .key = key_.public_key()};
  const JournalFollower& follower = *followers_[journal];
  const uint64_t size = proof.head.head.Of(follower.name())->tree.size;
  for (const RecordRef record : records) {
    SLUICE_ASSIGN_OR_RETURN(RecordProof one,
                            RecordProver(follower).Prove(record, size));
    proof.records.push_back(std::move(one));
  }
  return proof;
}

absl::StatusOr<HeadAndKey> Notary::ReplaceKey(const Replace& replace) {
  SLUICE_RETURN_IF_ERROR(HasReadAll());
  MutexLock lock(work_);
  SLUICE_RETURN_IF_ERROR(SignWhatGrew(v1::HEAD_CAUSE_KEY));
  key_is_sure_ = false;
  SLUICE_RETURN_IF_ERROR(replace(key_));
  SLUICE_RETURN_IF_ERROR(SignWhatGrew(v1::HEAD_CAUSE_KEY));
  return HeadAndKey{*last(), key_.public_key()};
}

absl::StatusOr<std::vector<std::vector<Hash>>> Notary::ProveGrowth(
    const Head& from, const Head& to) {
  SLUICE_RETURN_IF_ERROR(HasReadAll());
  MutexLock lock(work_);
  std::vector<std::vector<Hash>> paths;
  for (const JournalTree& later : to.journals) {
    std::vector<Hash>& path = paths.emplace_back();
    const JournalTree* const earlier = from.Of(later.journal);
    if (earlier == nullptr || earlier->tree.size == 0) continue;
    const auto follower = absl::c_find_if(followers_, [&](const auto& one) {
      return one->name() == later.journal;
    });
    if (follower == followers_.end() || earlier->tree.size > later.tree.size ||
        later.tree.size > (*follower)->tree().size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("head ", from.number, " says more of ", later.journal,
                       " than head ", to.number));
    }
    SLUICE_ASSIGN_OR_RETURN(
        path, RecordProver(**follower)
                  .ProveGrowth(earlier->tree.size, later.tree.size));
  }
  return paths;
}

std::optional<SignedHead> Notary::last() const {
  MutexLock lock(mutex_);
  return last_;
}

}  // namespace sluice::store
