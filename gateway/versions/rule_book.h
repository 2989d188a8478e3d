#pragma once

// The versions of the rules: drafts, approvals, publications, and the version
// in force. A view of the control journal (rule_versions.h); the packs
// themselves are in the library. A change is checked, then journaled, and only
// then takes effect.

#include <cstdint>
#include <deque>
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
#include "rules/base/lasting_fault.h"
#include "rules/base/mutex.h"
#include "rules/base/stop.h"
#include "rules/match/compile_cache.h"
#include "rules/rule_set.h"
#include "sluice/admin/v1/rule_version.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// A version that is ready to decide messages.
struct CompiledVersion {
  admin::v1::RuleVersion version;
  std::shared_ptr<const rules::RuleSet> rules;
  std::shared_ptr<const filter::Policy> policy;
};

// How a version is put in force.
struct Publication {
  // What to do when it hits the fixed text of released templates.
  OnTemplateHits on_hits = OnTemplateHits::kRefuse;
  // Recheck waiting messages.
  bool recheck = false;
  // See PublishVersionRequest.
  uint32_t replaces = 0;
};

// "draft", "approved", ..., "in force".
std::string StateName(const admin::v1::RuleVersion& version);

// The folder of compiled rules, next to the packs.
std::string CacheFolder(const std::string& rules_folder);

// Any thread. Packs are read and compiled under no lock, so that no call waits
// until another call's pack is compiled. Calls that compile end with kCancelled
// at the next step when their `stop` asks for it.
class RuleBook {
 public:
  // `one_person`: authors may approve their own drafts. `store` and `control`
  // must outlive it.
  RuleBook(store::Store& store, ControlState& control,
           const std::string& folder, bool one_person);

  // Reads the control journal. Once, at start, before all other calls. Errors:
  // those of Store::ReadStanding.
  absl::Status Replay();

  // Puts the version in force that was in force at the end of the journal; if
  // there is none, the pack in the configured folder `pack`. With `one_person`,
  // if that version came from the folder and the folder has changed, publishes
  // the changed pack; a faulty pack is logged with file, line and column
  // instead. Returns a warning to the operator, or nothing. Errors: those of
  // RuleSet::Load; kDataLoss.
  absl::StatusOr<std::string> Start(const std::string& pack);

  // Sets the function to call after each publication. Once, before Start().
  void OnPublished(std::function<void()> published) {
    published_ = std::move(published);
  }
  bool one_person() const { return one_person_; }

  // As the calls in rules.proto, with their errors.
  absl::StatusOr<admin::v1::RuleVersion> Put(const PackFiles& files,
                                             const Actor& actor,
                                             const StopAsked& stop = {},
                                             uint32_t based_on = 0);
  absl::StatusOr<admin::v1::RuleVersion> Approve(uint32_t number,
                                                 const Actor& actor);
  // A planned version is checked against the released templates now, and again
  // when it is published.
  absl::StatusOr<admin::v1::RuleVersion> Publish(uint32_t number, int64_t at_ms,
                                                 const Actor& actor,
                                                 const Publication& how = {},
                                                 const StopAsked& stop = {});
  // Compiles nothing if the version is the one in force before, and
  // KeepRollbackReady() has run since that changed. 0: the version that was in
  // force before the current one, but never a version that a rollback has
  // replaced. Needs no acceptance: hits in released templates are only logged.
  absl::StatusOr<admin::v1::RuleVersion> Rollback(uint32_t number,
                                                  const Actor& actor,
                                                  bool recheck = false);
  absl::StatusOr<admin::v1::RuleVersion> Withdraw(uint32_t number,
                                                  const Actor& actor);
  // Reads the folder `pack` again, and puts, approves and publishes at once
  // what it holds. Logs which rules were and are in force, or every fault.
  // Errors: those of RulesService.ReloadRules.
  absl::Status Reload(const std::string& pack, const Actor& actor,
                      const StopAsked& stop = {});
  // The same, if the folder's files have changed since they were last put in
  // force or, at start, were left aside: what officers published since then
  // stays in force as long as nobody touches the folder. Returns whether they
  // have.
  absl::StatusOr<bool> ReloadIfChanged(const std::string& pack,
                                       const Actor& actor);

  // Versions that are planned for publication, the next one first, each with
  // why that will fail, as versions and plans are now.
  std::vector<admin::v1::RuleVersion> Planned() const;
  // Versions whose planned publication failed in the last 24 hours, and about
  // which nobody has decided since; the last failure first.
  std::vector<admin::v1::RuleVersion> FailedPlans() const;
  // Newest first, before `before` (0: all), at most `limit`.
  std::vector<admin::v1::RuleVersion> History(uint32_t before,
                                              size_t limit) const;
  // 0: the version in force. Errors: kNotFound.
  absl::StatusOr<admin::v1::RuleVersion> Find(uint32_t number) const;
  // Errors: kNotFound, kDataLoss.
  absl::StatusOr<PackFiles> Export(const admin::v1::RuleVersion& version) const;
  // 0: the version in force, which is compiled already. Errors: kNotFound,
  // kDataLoss.
  absl::StatusOr<CompiledVersion> Compile(uint32_t number,
                                          const StopAsked& stop = {});

  // Whether a rollback would have to compile.
  bool NeedsRollbackReady() const;
  // Compiles the version that a rollback would put in force, so that nobody
  // waits for it then; seconds. A pack that cannot be compiled is logged once.
  void KeepRollbackReady();

  // Starts the recheck after a publication that requires one; `before` is the
  // snapshot that decided until then. Set it once, before all calls. Called at
  // once if the journal has no end of the recheck of the version in force.
  using Recheck =
      std::function<void(uint32_t number, const Actor& actor,
                         std::weak_ptr<const filter::Snapshot> before)>;
  void OnRecheck(Recheck recheck);

  // Whether the planned time of a version has come.
  bool HasPlans() const;
  // Publishes the versions whose planned time has come, in the order of these
  // times. A version that cannot be published is logged, has the cause as its
  // plan_failure, and stays approved.
  void PublishWhatIsDue();

 private:
  absl::Status Journal(const admin::v1::RuleVersion& version,
                       const Actor& actor) SLUICE_REQUIRES(mutex_);
  std::vector<admin::v1::RuleVersion> PlannedLocked(int64_t until_ms) const
      SLUICE_REQUIRES(mutex_);
  absl::StatusOr<admin::v1::RuleVersion> InForce() const;
  absl::StatusOr<admin::v1::RuleVersion> FindLocked(uint32_t number) const
      SLUICE_REQUIRES(mutex_);
  // A rule set that is compiled.
  struct Compiled {
    std::string files_digest;
    std::shared_ptr<const rules::RuleSet> rules;
    std::shared_ptr<const filter::Policy> policy;
  };

  absl::StatusOr<CompiledVersion> Load(const admin::v1::RuleVersion& version,
                                       const StopAsked& stop);
  absl::StatusOr<CompiledVersion> CompileFiles(const PackFiles& files,
                                               bool check_costs,
                                               const StopAsked& stop);
  void Remember(const CompiledVersion& compiled);
  absl::StatusOr<CompiledVersion> Ready(
      const admin::v1::RuleVersion& version) const;
  absl::Status CheckNew(absl::string_view files_digest) const
      SLUICE_REQUIRES(mutex_);
  absl::Status CheckBase(uint32_t based_on) const SLUICE_REQUIRES(mutex_);
  // `then`: the version that will be in force; 0: the one that is.
  absl::Status CheckUndoes(const admin::v1::RuleVersion& version,
                           uint32_t then) const SLUICE_REQUIRES(mutex_);
  uint32_t InForceAt(int64_t at_ms, uint32_t but) const SLUICE_REQUIRES(mutex_);
  absl::Status ObstacleOf(const admin::v1::RuleVersion& planned) const
      SLUICE_REQUIRES(mutex_);
  admin::v1::RuleVersion Shown(uint32_t number) const SLUICE_REQUIRES(mutex_);
  absl::Status CheckReturns(const admin::v1::RuleVersion& version) const
      SLUICE_REQUIRES(mutex_);
  absl::Status JournalDraft(const Actor& actor, uint32_t based_on,
                            CompiledVersion& compiled);
  void Begin(const Actor& actor, admin::v1::RuleVersion& version) const
      SLUICE_REQUIRES(mutex_);
  void MarkPublished(const Actor& actor, PublishedRules until_now,
                     CompiledVersion& compiled) const SLUICE_REQUIRES(mutex_);
  void NoteFolder(const PackFiles& files);
  absl::Status TakeAgain(const std::string& pack, const Actor& actor,
                         const StopAsked& stop);
  absl::Status TakeFolder(const PackFiles& files, const Actor& actor,
                          OnTemplateHits on_hits, const StopAsked& stop = {});
  // Where a version that comes into force is from.
  enum class Origin {
    kJournal,   // At start: the version in force at the end of the journal.
    kFolder,    // A new version, from the configured folder.
    kOfficers,  // An approved or earlier version.
  };
  absl::StatusOr<std::weak_ptr<const filter::Snapshot>> Decide(
      Origin origin, const Actor& actor, OnTemplateHits on_hits,
      CompiledVersion& compiled);
  absl::Status JournalPublication(Origin origin, const Actor& actor,
                                  const PublishedRules& until_now,
                                  CompiledVersion& compiled);
  absl::StatusOr<admin::v1::RuleVersion> PutInForce(
      const admin::v1::RuleVersion& version, const Actor& actor,
      const Publication& how, const StopAsked& stop = {});
  absl::Status Unplan(const admin::v1::RuleVersion& version,
                      const absl::Status& why);

  store::Store& store_;
  ControlState& control_;
  const PackLibrary library_;
  const std::string cache_folder_;
  const bool one_person_;
  Recheck recheck_;
  std::function<void()> published_;
  // PublishWhatIsDue()'s, which is called by one thread at a time: a version
  // can be neither put in force nor journaled as not planned.
  LastingFault plan_fault_;

  // Serialises new packs in the library, from the first file until the journal
  // has their version. Before publishing_.
  Mutex keeping_;
  // Serialises changes of the version in force; held for the time of a few
  // writes to the journal, never while rules are read or compiled.
  Mutex publishing_;
  mutable Mutex mutex_;
  // What a rollback may need, or a publication soon: the rule set in force
  // before, and the one compiled last. The newest is the last.
  std::deque<Compiled> ready_ SLUICE_GUARDED_BY(mutex_);
  // The version that KeepRollbackReady() could not compile.
  uint32_t not_ready_ SLUICE_GUARDED_BY(mutex_) = 0;
  RuleVersions versions_ SLUICE_GUARDED_BY(mutex_);
  // Digest of the configured folder's files; see ReloadIfChanged().
  std::string folder_digest_ SLUICE_GUARDED_BY(mutex_);
  // The version in force, if Replay() found no end of its recheck; otherwise 0.
  uint32_t recheck_open_ SLUICE_GUARDED_BY(mutex_) = 0;
};

}  // namespace sluice::gateway
