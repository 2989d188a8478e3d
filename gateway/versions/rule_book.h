#pragma once

// The versions of the rules: drafts, approvals, publications, and which one is
// in force. A view of the control journal (rule_versions.h); the packs
// themselves are in the library. Every change is checked, journaled, and only
// then true.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "filter/policy/policy.h"
#include "gateway/control/control_state.h"
#include "gateway/versions/pack_library.h"
#include "gateway/versions/rule_versions.h"
#include "rules/base/mutex.h"
#include "rules/match/compile_cache.h"
#include "rules/rule_set.h"
#include "sluice/admin/v1/rule_version.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// A version, ready to decide.
struct CompiledVersion {
  admin::v1::RuleVersion version;
  std::shared_ptr<const rules::RuleSet> rules;
  std::shared_ptr<const filter::Policy> policy;
};

// How a version is put in force.
struct Publication {
  // What becomes of released templates whose fixed text it hits.
  OnTemplateHits on_hits = OnTemplateHits::kRefuse;
  // Messages that wait are examined again by it.
  bool recheck = false;
};

// "draft", "approved", ..., "in force".
std::string StateName(const admin::v1::RuleVersion& version);

// Where compiled rules are kept beside the packs.
std::string CacheFolder(const std::string& rules_folder);

// Any thread. Calls that compile take as long as that takes (seconds for large
// lists) and hold nobody up but each other.
class RuleBook {
 public:
  // `one_person`: authors may approve what they wrote. What it borrows must
  // outlive it.
  RuleBook(store::Store& store, ControlState& control,
           const std::string& folder, bool one_person);

  // Reads the control journal. Once, at start, before all else. Errors: those
  // of Store::ReadControl.
  absl::Status Replay();

  // Puts in force what was in force when the journal ended; when nothing was,
  // what the configured folder `pack` holds. With `one_person` a folder that
  // was in force stays so when it has changed, unless it is faulty: that is
  // logged, with file, line and column. Returns what an operator should know,
  // or nothing. Errors: those of RuleSet::Load; kDataLoss.
  absl::StatusOr<std::string> Start(const std::string& pack);

  // Calls `published` after each time that a version was put in force. Before
  // Start().
  void OnPublished(std::function<void()> published) {
    published_ = std::move(published);
  }
  bool one_person() const { return one_person_; }

  // As the calls of rules.proto, with their errors.
  absl::StatusOr<admin::v1::RuleVersion> Put(const PackFiles& files,
                                             const Actor& actor);
  absl::StatusOr<admin::v1::RuleVersion> Approve(uint32_t number,
                                                 const Actor& actor);
  // What is planned is held against the templates of now, and once more when
  // it comes into force.
  absl::StatusOr<admin::v1::RuleVersion> Publish(uint32_t number, int64_t at_ms,
                                                 const Actor& actor,
                                                 const Publication& how = {});
  // 0: the one that was in force when the one that is was published, but never
  // one that was itself taken back. Never waits for anybody's yes: templates
  // that it hits are only told.
  absl::StatusOr<admin::v1::RuleVersion> Rollback(uint32_t number,
                                                  const Actor& actor,
                                                  bool recheck = false);
  absl::StatusOr<admin::v1::RuleVersion> Withdraw(uint32_t number,
                                                  const Actor& actor);
  // What `pack` holds, put, approved and published at once.
  absl::Status Reload(const std::string& pack, const Actor& actor);

  // Newest first, before `before` (0: all), at most `limit`.
  std::vector<admin::v1::RuleVersion> History(uint32_t before,
                                              size_t limit) const;
  // 0: the one in force. Errors: kNotFound.
  absl::StatusOr<admin::v1::RuleVersion> Find(uint32_t number) const;
  // Errors: kNotFound, kDataLoss.
  absl::StatusOr<PackFiles> Export(const admin::v1::RuleVersion& version) const;
  // 0: the one in force, which costs nothing. Errors: kNotFound, kDataLoss.
  absl::StatusOr<CompiledVersion> Compile(uint32_t number) const;

  // Called when a version was put in force whose publication asked for a
  // recheck; the snapshot `before` decided until then. Set it once, before all
  // calls. It is called at once when the journal has no end of the recheck of
  // the version in force.
  using Recheck =
      std::function<void(uint32_t number, const Actor& actor,
                         std::weak_ptr<const filter::Snapshot> before)>;
  void OnRecheck(Recheck recheck);

  // A version is planned for now or before.
  bool HasPlans() const;
  // Publishes what was planned for now or before, in the order of the plans.
  // What cannot be published is logged and stays approved.
  void PublishWhatIsDue();

 private:
  absl::Status Journal(const admin::v1::RuleVersion& version,
                       const Actor& actor) SLUICE_REQUIRES(mutex_);
  std::vector<admin::v1::RuleVersion> DueLocked() const SLUICE_REQUIRES(mutex_);
  absl::StatusOr<admin::v1::RuleVersion> InForce() const;
  absl::StatusOr<admin::v1::RuleVersion> FindLocked(uint32_t number) const
      SLUICE_REQUIRES(mutex_);
  absl::StatusOr<CompiledVersion> Load(
      const admin::v1::RuleVersion& version) const;
  absl::StatusOr<CompiledVersion> Keep(const PackFiles& files, bool check_costs)
      SLUICE_REQUIRES(publishing_);
  void Begin(const Actor& actor, admin::v1::RuleVersion& version) const
      SLUICE_REQUIRES(mutex_);
  void MarkPublished(const Actor& actor, CompiledVersion& compiled) const
      SLUICE_REQUIRES(mutex_);
  absl::Status TakeFolder(const PackFiles& files, const Actor& actor,
                          OnTemplateHits on_hits);
  // Why a version comes into force.
  enum class Origin {
    kJournal,   // At a start: it was in force when the journal ended.
    kFolder,    // A new one, from the configured folder.
    kOfficers,  // An approved or earlier one is published.
  };
  absl::StatusOr<std::weak_ptr<const filter::Snapshot>> Decide(
      Origin origin, const Actor& actor, OnTemplateHits on_hits,
      CompiledVersion& compiled);
  absl::Status JournalPublication(Origin origin, const Actor& actor,
                                  CompiledVersion& compiled);
  absl::StatusOr<admin::v1::RuleVersion> PutInForce(
      const admin::v1::RuleVersion& version, const Actor& actor,
      const Publication& how);
  void Unplan(const admin::v1::RuleVersion& version);

  store::Store& store_;
  ControlState& control_;
  const PackLibrary library_;
  const rules::CompileCache cache_;
  const bool one_person_;
  Recheck recheck_;
  std::function<void()> published_;

  // What changes packs or what is in force goes one after the other.
  Mutex publishing_;
  mutable Mutex mutex_;
  RuleVersions versions_ SLUICE_GUARDED_BY(mutex_);
  // The version in force, if Replay found no end of its recheck; else 0.
  uint32_t recheck_open_ SLUICE_GUARDED_BY(mutex_) = 0;
};

}  // namespace sluice::gateway
