#include "gateway/versions/rule_book.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/control/posture.h"
#include "gateway/control/template_release.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/both_error.h"
#include "rules/base/enum_names.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

// The version that a rollback restores, the one in force before a publication,
// and the newest draft.
constexpr size_t kReadyMax = 3;
// How long a failed plan is news, unless somebody decides about it before.
constexpr int64_t kFailedPlanShownMs = 86'400'000;

absl::Status NotInState(const admin::v1::RuleVersion& version,
                        const Words& needed) {
  return WithChinese(
      absl::FailedPreconditionError(absl::StrCat(
          "version ", version.number(), " is ",
          version.state() == admin::v1::RULE_VERSION_STATE_DRAFT ? "a " : "",
          StateName(version), ", ", needed.english)),
      absl::StrCat("版本 ", version.number(), " 现在的状态不允许这一步：",
                   needed.chinese));
}

PublishedRules RulesOf(const CompiledVersion& compiled) {
  const admin::v1::RuleVersion& version = compiled.version;
  PublishedRules rules;
  rules.rules = compiled.rules;
  rules.policy = compiled.policy;
  rules.since_ms = MillisOf(version.publish_time());
  rules.actor = version.publisher();
  rules.reason = version.publication_reason();
  rules.not_enforced.assign(version.not_enforced().begin(),
                            version.not_enforced().end());
  return rules;
}

// For the log: the rule set's id and its pack.
std::string Describe(const rules::RuleSet& rules) {
  return absl::StrCat(rules.id(), " (", rules.header().name(), " ",
                      rules.header().version(), ": ", rules.rules().size(),
                      " rules)");
}

// `time_ms`: when it failed; 0: it will.
admin::v1::PlanFailure FailureOf(const admin::v1::RuleVersion& planned,
                                 const absl::Status& why, int64_t time_ms) {
  admin::v1::PlanFailure failure;
  *failure.mutable_planned_time() = planned.planned_time();
  if (time_ms != 0) SetTimestamp(time_ms, *failure.mutable_time());
  failure.set_english(std::string(why.message()));
  failure.set_chinese(ChineseOf(why));
  return failure;
}

void LogFaults(const absl::Status& status) {
  for (const absl::string_view fault : absl::StrSplit(status.message(), '\n')) {
    spdlog::error("rules: {}", std::string(fault));
  }
}

}  // namespace

std::string StateName(const admin::v1::RuleVersion& version) {
  if (version.in_force()) return "in force";
  const auto* state =
      admin::v1::RuleVersionState_descriptor()->FindValueByNumber(
          version.state());
  return absl::AsciiStrToLower(ShortName(*state));
}

std::string CacheFolder(const std::string& rules_folder) {
  return rules_folder + "/.compiled";
}

RuleBook::RuleBook(store::Store& store, ControlState& control,
                   const std::string& folder, bool one_person)
    : store_(store),
      control_(control),
      library_(folder),
      cache_folder_(CacheFolder(folder)),
      one_person_(one_person) {}

absl::Status RuleBook::Replay() {
  MutexLock lock(mutex_);
  SLUICE_RETURN_IF_ERROR(store_.ReadStanding(
      [this](const store::v1::Record& record) SLUICE_REQUIRES(mutex_) {
        if (record.has_rule_version_changed()) {
          const admin::v1::RuleVersion& version =
              record.rule_version_changed().version();
          versions_.Apply(record.rule_version_changed(), record.at_ms());
          if (version.state() == admin::v1::RULE_VERSION_STATE_PUBLISHED) {
            recheck_open_ = version.recheck_queued() ? version.number() : 0;
          }
        } else if (record.has_recheck_ended() &&
                   record.recheck_ended().number() == recheck_open_) {
          // The end of an earlier version's recheck may be journaled after the
          // publication that began this one.
          recheck_open_ = 0;
        }
      }));
  std::set<std::string> known;
  for (const auto& [number, version] : versions_.all()) {
    known.insert(version.files_digest());
  }
  library_.Clean(known);
  return absl::OkStatus();
}

void RuleBook::OnRecheck(Recheck recheck) {
  recheck_ = std::move(recheck);
  admin::v1::RuleVersion version;
  {
    MutexLock lock(mutex_);
    if (recheck_open_ == 0) return;
    const auto found = FindLocked(std::exchange(recheck_open_, 0));
    if (!found.ok()) return;
    version = *found;
  }
  recheck_(version.number(),
           {version.publisher(), version.publication_reason()}, {});
}

absl::StatusOr<std::string> RuleBook::Start(const std::string& pack) {
  const absl::StatusOr<PackFiles> files = rules::ReadPackFiles(pack);
  const absl::StatusOr<admin::v1::RuleVersion> last = InForce();
  const bool same = last.ok() && files.ok() &&
                    last->files_digest() == rules::DigestOf(*files);
  const bool follows = last.ok() && last->from_folder() && one_person_;
  absl::Status folder = files.status();
  if (files.ok() && (!last.ok() || (follows && !same))) {
    // At start nobody can accept hits in released templates.
    folder = TakeFolder(*files, {"sluiced", "start"}, OnTemplateHits::kTell);
    if (folder.ok()) return std::string();
  }
  if (!last.ok()) return folder;
  if (folder.ok()) NoteFolder(*files);
  if (!folder.ok()) {
    // Any other error is of the journal or the disk.
    if (files.ok() && !absl::IsInvalidArgument(folder)) return folder;
    spdlog::error("rules: the folder {} has faults and is not put in force",
                  pack);
    LogFaults(folder);
  }
  // The library may be lost, while the configured folder still has this pack.
  if (same) {
    SLUICE_RETURN_IF_ERROR(library_.Put(*files).status());
    library_.Keep(last->files_digest());
  }
  SLUICE_ASSIGN_OR_RETURN(CompiledVersion compiled, Load(*last, {}));
  // Its hits in templates were handled when it was published.
  SLUICE_RETURN_IF_ERROR(
      Decide(Origin::kJournal, {}, OnTemplateHits::kTell, compiled).status());
  if (same) return std::string();
  return absl::StrCat(
      "rules: version ", last->number(), ", put in force by ",
      last->publisher(), ", stays in force; the folder ", pack,
      folder.ok()
          ? " is not in force: `sluicectl rules import` makes it a draft"
          : " has faults: see the errors above");
}

// Of files in memory: what is refused was never on the disk.
absl::StatusOr<CompiledVersion> RuleBook::CompileFiles(const PackFiles& files,
                                                       bool check_costs,
                                                       const StopAsked& stop) {
  SLUICE_RETURN_IF_ERROR(rules::CheckPackFiles(files));
  const rules::CompileCache cache(cache_folder_,
                                  rules::CompileCache::Writes::kHeld);
  CompiledVersion compiled;
  SLUICE_ASSIGN_OR_RETURN(compiled.rules,
                          rules::RuleSet::Load(files, &cache, stop));
  if (check_costs) {
    SLUICE_RETURN_IF_ERROR(compiled.rules->CheckCosts({}, stop));
  }
  SLUICE_ASSIGN_OR_RETURN(compiled.policy,
                          filter::Policy::Build(*compiled.rules));
  cache.Release();
  const rules::v1::PackHeader& header = compiled.rules->header();
  compiled.version.set_files_digest(rules::DigestOf(files));
  compiled.version.set_rule_set(std::string(compiled.rules->id()));
  compiled.version.set_digest(std::string(compiled.rules->digest()));
  compiled.version.set_pack(header.name());
  compiled.version.set_version(header.version());
  return compiled;
}

void RuleBook::Begin(const Actor& actor,
                     admin::v1::RuleVersion& version) const {
  version.set_number(versions_.next_number());
  version.set_based_on(versions_.in_force());
  version.set_state(admin::v1::RULE_VERSION_STATE_DRAFT);
  version.set_author(actor.key_id);
  version.set_reason(actor.reason);
  SetTimestamp(store_.NowMs(), *version.mutable_create_time());
}

// Journals draft and publication as one record: an unpublished draft of the
// same pack would make the next start fail. The pack is stored first, so that
// no version is journaled without it.
absl::Status RuleBook::TakeFolder(const PackFiles& files, const Actor& actor,
                                  OnTemplateHits on_hits,
                                  const StopAsked& stop) {
  // A pack in the configured folder must not fail because the machine is slow.
  SLUICE_ASSIGN_OR_RETURN(CompiledVersion compiled,
                          CompileFiles(files, /*check_costs=*/false, stop));
  MutexLock one_at_a_time(keeping_);
  SLUICE_RETURN_IF_ERROR(library_.Put(files).status());
  const absl::Status decided =
      Decide(Origin::kFolder, actor, on_hits, compiled).status();
  if (decided.ok()) {
    library_.Keep(compiled.version.files_digest());
    NoteFolder(files);
  } else {
    library_.Drop(compiled.version.files_digest());
  }
  return decided;
}

void RuleBook::MarkPublished(const Actor& actor, PublishedRules until_now,
                             CompiledVersion& compiled) const {
  admin::v1::RuleVersion& version = compiled.version;
  version.set_state(admin::v1::RULE_VERSION_STATE_PUBLISHED);
  version.set_publisher(actor.key_id);
  version.set_publication_reason(actor.reason);
  version.clear_planned_time();
  version.clear_plan_failure();
  SetTimestamp(store_.NowMs(), *version.mutable_publish_time());
  version.clear_not_enforced();
  const PublishedRules rules = RulesOf(compiled);
  until_now.not_enforced.clear();
  const admin::v1::RuleVersion* const journaled = versions_.Find(0);
  if (journaled != nullptr) {
    until_now.not_enforced.assign(journaled->not_enforced().begin(),
                                  journaled->not_enforced().end());
  }
  // At start the rules of the journaled version are not in force yet.
  if (journaled == nullptr ||
      MillisOf(journaled->publish_time()) != until_now.since_ms) {
    until_now.policy = nullptr;
  }
  const auto not_enforced = NotEnforcedOf(rules, until_now, rules.since_ms);
  *version.mutable_not_enforced() = {not_enforced.begin(), not_enforced.end()};
}

// Puts a version in force; returns the snapshot that decided until then. In
// this order, and from the second step on under ControlState's lock, so that no
// party changes in between:
//   1. review the released templates, which takes long;
//   2. settle the hits: templates released since the review are reviewed again.
//      Accepted hits of rules that never come into force do no harm;
//   3. journal the publication: without that record it has no effect, and what
//      is in force after a crash is what the journal says;
//   4. hand the rules over, which cannot fail.
absl::StatusOr<std::weak_ptr<const filter::Snapshot>> RuleBook::Decide(
    Origin origin, const Actor& actor, OnTemplateHits on_hits,
    CompiledVersion& compiled) {
  TemplateReview review = control_.Review(*compiled.rules, *compiled.policy);
  auto counters = NewCounters(*compiled.rules);
  std::weak_ptr<const filter::Snapshot> before;
  MutexLock one_at_a_time(publishing_);
  const absl::StatusOr<admin::v1::RuleVersion> last = InForce();
  const PublishedRules replaced = control_.rules_in_force();
  {
    MutexLock no_party_changes(control_.changing());
    SLUICE_RETURN_IF_ERROR(control_.SettleHits(
        std::move(review), *compiled.rules, *compiled.policy, on_hits, actor));
    SLUICE_RETURN_IF_ERROR(
        JournalPublication(origin, actor, replaced, compiled));
    before = store_.snapshot();
    PublishedRules rules = RulesOf(compiled);
    rules.counters = std::move(counters);
    control_.PutInForce(std::move(rules), origin != Origin::kJournal);
  }
  if (origin != Origin::kJournal && last.ok()) {
    Remember({*last, replaced.rules, replaced.policy});
  }
  library_.NoteInForce(compiled.version.files_digest());
  if (published_ != nullptr) published_();
  return before;
}

absl::Status RuleBook::JournalPublication(Origin origin, const Actor& actor,
                                          const PublishedRules& until_now,
                                          CompiledVersion& compiled) {
  if (origin == Origin::kJournal) return absl::OkStatus();
  MutexLock lock(mutex_);
  admin::v1::RuleVersion& version = compiled.version;
  if (origin == Origin::kFolder) {
    Begin(actor, version);
    version.set_from_folder(true);
  } else {
    SLUICE_ASSIGN_OR_RETURN(const admin::v1::RuleVersion now,
                            FindLocked(version.number()));
    if (now.state() != version.state() ||
        MillisOf(now.planned_time()) != MillisOf(version.planned_time())) {
      return NotInState(now, {"它的状态此间变了，请查看后再试",
                              "which it became meanwhile; look at it and try "
                              "again"});
    }
    SLUICE_RETURN_IF_ERROR(version.state() ==
                                   admin::v1::RULE_VERSION_STATE_PUBLISHED
                               ? CheckReturns(version)
                               : CheckUndoes(version, 0));
  }
  MarkPublished(actor, until_now, compiled);
  return Journal(version, actor);
}

absl::StatusOr<admin::v1::RuleVersion> RuleBook::Put(const PackFiles& files,
                                                     const Actor& actor,
                                                     const StopAsked& stop,
                                                     uint32_t based_on) {
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  {
    MutexLock lock(mutex_);
    SLUICE_RETURN_IF_ERROR(CheckBase(based_on));
    SLUICE_RETURN_IF_ERROR(CheckNew(rules::DigestOf(files)));
  }
  SLUICE_ASSIGN_OR_RETURN(CompiledVersion compiled,
                          CompileFiles(files, /*check_costs=*/true, stop));
  // So that a failed call does not drop a pack that another call has just put.
  MutexLock one_at_a_time(keeping_);
  SLUICE_RETURN_IF_ERROR(library_.Put(files).status());
  const absl::Status journaled = JournalDraft(actor, based_on, compiled);
  if (!journaled.ok()) {
    library_.Drop(compiled.version.files_digest());
    return journaled;
  }
  library_.Keep(compiled.version.files_digest());
  Remember(compiled);
  MutexLock lock(mutex_);
  return Shown(compiled.version.number());
}

absl::Status RuleBook::JournalDraft(const Actor& actor, uint32_t based_on,
                                    CompiledVersion& compiled) {
  MutexLock lock(mutex_);
  SLUICE_RETURN_IF_ERROR(CheckNew(compiled.version.files_digest()));
  Begin(actor, compiled.version);
  if (based_on != 0) compiled.version.set_based_on(based_on);
  return Journal(compiled.version, actor);
}

// Errors: kNotFound.
absl::Status RuleBook::CheckBase(uint32_t based_on) const {
  if (based_on == 0 || versions_.Find(based_on) != nullptr) {
    return absl::OkStatus();
  }
  return WithField(WithChinese(absl::NotFoundError(absl::StrCat(
                                   "based_on: there is no version ", based_on)),
                               absl::StrCat("没有版本 ", based_on)),
                   "based_on");
}

// A version that was made from another one than the one in force undoes what
// changed since: nobody may do that without knowing. A rollback is meant to.
// Errors: kFailedPrecondition with UNDOES_OTHERS.
absl::Status RuleBook::CheckUndoes(const admin::v1::RuleVersion& version,
                                   uint32_t then) const {
  const uint32_t now = then == 0 ? versions_.in_force() : then;
  if (now == 0 || version.replaces() == now) return absl::OkStatus();
  if (versions_.StemsFrom(version.number(), now)) {
    const uint32_t mistake = versions_.TakenBackBetween(version.number(), now);
    if (mistake == 0) return absl::OkStatus();
    return WithReason(
        WithChinese(
            absl::FailedPreconditionError(absl::StrCat(
                "version ", version.number(), " was made from version ",
                mistake, ", which a rollback has replaced by version ", now,
                ". Compare the two; if the mistake is gone, confirm that it "
                "replaces version ",
                now)),
            absl::StrCat(
                "版本 ", version.number(), " 由版本 ", mistake,
                " 修改而来，而后者已被回滚，由版本 ", now,
                " 取代。请比较两者；如果错误已改正，请确认由它取代版本 ", now)),
        ErrorReason::kUndoesOthers);
  }
  return WithReason(
      WithChinese(
          absl::FailedPreconditionError(absl::StrCat(
              "version ", version.number(), " was made from version ",
              version.based_on(), ", and version ", now,
              now == versions_.in_force() ? " is in force"
                                          : " will be in force",
              ": it would undo what version ", now,
              " changed. Compare the two; then make the change in version ",
              now, ", or confirm that it replaces version ", now)),
          absl::StrCat("版本 ", version.number(), " 由版本 ",
                       version.based_on(), " 修改而来，而",
                       now == versions_.in_force() ? "现在" : "届时",
                       "生效的是版本 ", now, "：它会撤销版本 ", now,
                       " 的改动。请比较两者，再在版本 ", now,
                       " 的基础上修改，或确认由它取代版本 ", now)),
      ErrorReason::kUndoesOthers);
}

// Two persons have decided on a version that was approved, and on the first
// one: whoever installed Sluice chose its pack. A rollback by one person says
// that the version which it replaced was a mistake.
// Errors: kFailedPrecondition with NEEDS_COLLEAGUE.
absl::Status RuleBook::CheckReturns(
    const admin::v1::RuleVersion& version) const {
  const bool in_force = versions_.in_force() == version.number();
  if (one_person_ || in_force) return absl::OkStatus();
  const bool taken_back = versions_.IsTakenBack(version.number());
  const bool by_two =
      !version.approver().empty() && version.approver() != version.author();
  const bool first = version.from_folder() && version.based_on() == 0;
  if (!taken_back && (by_two || first)) return absl::OkStatus();
  return WithReason(
      WithChinese(
          absl::FailedPreconditionError(absl::StrCat(
              "version ", version.number(),
              taken_back ? " was replaced by a rollback"
                         : " was never approved",
              ": it returns as a draft of its files that a colleague approves "
              "(`sluicectl rules export ",
              version.number(), " FOLDER`, `import`, `approve`, `publish`)")),
          absl::StrCat("版本 ", version.number(),
                       taken_back ? " 已被回滚" : " 从未经过审批",
                       "：须作为草稿重新导入，由同事审批（`sluicectl rules "
                       "export ",
                       version.number(),
                       " FOLDER`、`import`、`approve`、`publish`）")),
      ErrorReason::kNeedsColleague);
}

// Errors: kAlreadyExists.
absl::Status RuleBook::CheckNew(absl::string_view files_digest) const {
  for (const auto& [number, other] : versions_.all()) {
    const bool open = other.state() == admin::v1::RULE_VERSION_STATE_DRAFT ||
                      other.state() == admin::v1::RULE_VERSION_STATE_APPROVED ||
                      other.state() == admin::v1::RULE_VERSION_STATE_PLANNED;
    const bool in_force = versions_.in_force() == number;
    if (other.files_digest() == files_digest && (open || in_force)) {
      return WithField(
          WithChinese(absl::AlreadyExistsError(absl::StrCat(
                          "version ", number, " is the same pack, and is ",
                          in_force ? "in force" : "open")),
                      absl::StrCat("版本 ", number, " 就是这个规则包，",
                                   in_force ? "正在生效" : "尚未结束")),
          "files");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<admin::v1::RuleVersion> RuleBook::Approve(uint32_t number,
                                                         const Actor& actor) {
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  MutexLock lock(mutex_);
  SLUICE_ASSIGN_OR_RETURN(admin::v1::RuleVersion version, FindLocked(number));
  if (version.state() != admin::v1::RULE_VERSION_STATE_DRAFT) {
    return NotInState(version,
                      {"只有草稿可以审批", "and only a draft can be approved"});
  }
  if (!one_person_) {
    SLUICE_RETURN_IF_ERROR(control_.key_holders().CheckColleague(
        version.author(), actor,
        {.what = SayBoth("版本 $0", "version $0", number),
         .done = "was imported",
         .must = "approve it",
         .again = "import it again",
         .must_chinese = "审批",
         .command = absl::StrCat("sluicectl rules approve ", number,
                                 " --yes --reason WHY")}));
  }
  version.set_state(admin::v1::RULE_VERSION_STATE_APPROVED);
  version.set_approver(actor.key_id);
  version.set_approval_reason(actor.reason);
  SetTimestamp(store_.NowMs(), *version.mutable_approve_time());
  SLUICE_RETURN_IF_ERROR(Journal(version, actor));
  return Shown(version.number());
}

absl::StatusOr<admin::v1::RuleVersion> RuleBook::Publish(
    uint32_t number, int64_t at_ms, const Actor& actor, const Publication& how,
    const StopAsked& stop) {
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  const bool planned = at_ms > store_.NowMs();
  admin::v1::RuleVersion version;
  const auto find = [&]() SLUICE_REQUIRES(mutex_) -> absl::Status {
    SLUICE_ASSIGN_OR_RETURN(version, FindLocked(number));
    if (version.state() != admin::v1::RULE_VERSION_STATE_APPROVED &&
        version.state() != admin::v1::RULE_VERSION_STATE_PLANNED) {
      return NotInState(version,
                        {"只有已审批的版本可以发布",
                         "and only an approved version can be published"});
    }
    if (!one_person_ && version.approver() == version.author()) {
      return WithReason(
          WithChinese(
              absl::FailedPreconditionError(absl::StrCat(
                  "version ", number,
                  " was approved by its author, when one person was enough: "
                  "import it again (`sluicectl rules export ",
                  number,
                  " FOLDER`, `import`) for a colleague to approve (`sluicectl "
                  "rules approve NUMBER --yes --reason WHY`)")),
              absl::StrCat(
                  "版本 ", number,
                  " 由提交人自己审批（当时允许一人审批）：请重新导入（`"
                  "sluicectl "
                  "rules export ",
                  number,
                  " FOLDER`、`import`），由同事审批（`sluicectl rules approve "
                  "NUMBER --yes --reason WHY`）")),
          ErrorReason::kNeedsColleague);
    }
    version.set_replaces(how.replaces);
    return CheckUndoes(version, planned ? InForceAt(at_ms, number) : 0);
  };
  {
    MutexLock lock(mutex_);
    SLUICE_RETURN_IF_ERROR(find());
  }
  if (!planned) return PutInForce(version, actor, how, stop);
  SLUICE_ASSIGN_OR_RETURN(const CompiledVersion compiled, Load(version, stop));
  TemplateReview review = control_.Review(*compiled.rules, *compiled.policy);
  {
    MutexLock no_party_changes(control_.changing());
    SLUICE_RETURN_IF_ERROR(
        control_.SettleHits(std::move(review), *compiled.rules,
                            *compiled.policy, how.on_hits, actor));
  }
  MutexLock lock(mutex_);
  SLUICE_RETURN_IF_ERROR(find());
  version.set_state(admin::v1::RULE_VERSION_STATE_PLANNED);
  version.clear_plan_failure();
  version.set_publisher(actor.key_id);
  version.set_publication_reason(actor.reason);
  SetTimestamp(at_ms, *version.mutable_planned_time());
  version.set_recheck_queued(how.recheck);
  SLUICE_RETURN_IF_ERROR(Journal(version, actor));
  return Shown(version.number());
}

absl::StatusOr<admin::v1::RuleVersion> RuleBook::Rollback(uint32_t number,
                                                          const Actor& actor,
                                                          bool recheck) {
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  admin::v1::RuleVersion version;
  {
    MutexLock lock(mutex_);
    if (number == 0) number = versions_.before();
    if (number == 0) {
      return WithChinese(
          absl::NotFoundError(absl::StrCat(
              "no version was in force before version ", versions_.in_force())),
          absl::StrCat("版本 ", versions_.in_force(), " 之前没有生效过的版本"));
    }
    SLUICE_ASSIGN_OR_RETURN(version, FindLocked(number));
  }
  if (version.state() != admin::v1::RULE_VERSION_STATE_PUBLISHED) {
    return NotInState(version, {"只有曾生效的版本可以恢复",
                                "and only a version that was in force can be "
                                "restored"});
  }
  {
    MutexLock lock(mutex_);
    SLUICE_RETURN_IF_ERROR(CheckReturns(version));
  }
  return PutInForce(version, actor, {OnTemplateHits::kTell, recheck});
}

absl::StatusOr<admin::v1::RuleVersion> RuleBook::Withdraw(uint32_t number,
                                                          const Actor& actor) {
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  MutexLock lock(mutex_);
  SLUICE_ASSIGN_OR_RETURN(admin::v1::RuleVersion version, FindLocked(number));
  version.clear_plan_failure();
  if (version.state() == admin::v1::RULE_VERSION_STATE_PLANNED) {
    version.set_state(admin::v1::RULE_VERSION_STATE_APPROVED);
    version.clear_planned_time();
  } else if (version.state() == admin::v1::RULE_VERSION_STATE_DRAFT ||
             version.state() == admin::v1::RULE_VERSION_STATE_APPROVED) {
    version.set_state(admin::v1::RULE_VERSION_STATE_WITHDRAWN);
  } else {
    return NotInState(version,
                      {"没有可撤回的", "so there is nothing to withdraw"});
  }
  SLUICE_RETURN_IF_ERROR(Journal(version, actor));
  return Shown(version.number());
}

absl::Status RuleBook::Reload(const std::string& pack, const Actor& actor,
                              const StopAsked& stop) {
  const std::string before = Describe(*control_.rules());
  const absl::Status status = TakeAgain(pack, actor, stop);
  if (status.ok()) {
    spdlog::info("rule pack was reloaded by {}: was {}, now {}", actor.key_id,
                 before, Describe(*control_.rules()));
  } else {
    spdlog::error("rule pack was not reloaded: {} asked, {} stays in force",
                  actor.key_id, before);
    LogFaults(status);
  }
  return status;
}

void RuleBook::NoteFolder(const PackFiles& files) {
  MutexLock lock(mutex_);
  folder_digest_ = rules::DigestOf(files);
}

absl::StatusOr<bool> RuleBook::ReloadIfChanged(const std::string& pack,
                                               const Actor& actor) {
  // Files that cannot be read have a fault, which Reload() logs.
  const absl::StatusOr<PackFiles> files = rules::ReadPackFiles(pack);
  if (files.ok()) {
    const std::string digest = rules::DigestOf(*files);
    MutexLock lock(mutex_);
    if (digest == folder_digest_) return false;
  }
  SLUICE_RETURN_IF_ERROR(Reload(pack, actor));
  return true;
}

absl::Status RuleBook::TakeAgain(const std::string& pack, const Actor& actor,
                                 const StopAsked& stop) {
  if (!one_person_) {
    return WithChinese(
        absl::FailedPreconditionError(
            "a change of rules needs two persons: use `sluicectl rules "
            "import`, `approve` and `publish` (or set rules.approval: "
            "one_person)"),
        "修改规则须由两人办理：请用 `sluicectl rules import`、`approve` 和 "
        "`publish`（或设置 rules.approval: one_person）");
  }
  SLUICE_ASSIGN_OR_RETURN(const PackFiles files, rules::ReadPackFiles(pack));
  const absl::StatusOr<admin::v1::RuleVersion> version = Find(0);
  if (version.ok() && version->files_digest() == rules::DigestOf(files)) {
    NoteFolder(files);
    return absl::OkStatus();
  }
  return TakeFolder(
      files, {actor.key_id, actor.reason.empty() ? "reloaded" : actor.reason},
      OnTemplateHits::kRefuse, stop);
}

absl::StatusOr<admin::v1::RuleVersion> RuleBook::PutInForce(
    const admin::v1::RuleVersion& version, const Actor& actor,
    const Publication& how, const StopAsked& stop) {
  SLUICE_ASSIGN_OR_RETURN(CompiledVersion compiled, Load(version, stop));
  compiled.version.set_recheck_queued(how.recheck);
  compiled.version.set_replaces(how.replaces);
  SLUICE_ASSIGN_OR_RETURN(
      std::weak_ptr<const filter::Snapshot> before,
      Decide(Origin::kOfficers, actor, how.on_hits, compiled));
  if (how.recheck && recheck_) {
    recheck_(compiled.version.number(), actor, std::move(before));
  }
  MutexLock lock(mutex_);
  return Shown(compiled.version.number());
}

bool RuleBook::HasPlans() const {
  MutexLock lock(mutex_);
  return !PlannedLocked(store_.NowMs()).empty();
}

std::vector<admin::v1::RuleVersion> RuleBook::Planned() const {
  MutexLock lock(mutex_);
  std::vector<admin::v1::RuleVersion> planned;
  for (const admin::v1::RuleVersion& one :
       PlannedLocked(std::numeric_limits<int64_t>::max())) {
    planned.push_back(Shown(one.number()));
  }
  return planned;
}

std::vector<admin::v1::RuleVersion> RuleBook::FailedPlans() const {
  MutexLock lock(mutex_);
  const int64_t since_ms = store_.NowMs() - kFailedPlanShownMs;
  std::vector<admin::v1::RuleVersion> failed;
  for (const auto& [number, version] : versions_.all()) {
    if (version.has_plan_failure() &&
        MillisOf(version.plan_failure().time()) > since_ms) {
      failed.push_back(Shown(number));
    }
  }
  absl::c_stable_sort(failed, [](const auto& a, const auto& b) {
    return MillisOf(a.plan_failure().time()) >
           MillisOf(b.plan_failure().time());
  });
  return failed;
}

// Why a planned publication will fail: what it would undo of the version that
// is in force then. Plans that fail themselves put nothing in force.
absl::Status RuleBook::ObstacleOf(const admin::v1::RuleVersion& planned) const {
  uint32_t in_force = versions_.in_force();
  for (const admin::v1::RuleVersion& one :
       PlannedLocked(std::numeric_limits<int64_t>::max())) {
    const absl::Status status = CheckUndoes(one, in_force);
    if (one.number() == planned.number()) return status;
    if (status.ok()) in_force = one.number();
  }
  return absl::OkStatus();
}

// As RuleVersions::Shown(), with what stands in a plan's way.
admin::v1::RuleVersion RuleBook::Shown(uint32_t number) const {
  admin::v1::RuleVersion version = versions_.Shown(number);
  if (version.state() != admin::v1::RULE_VERSION_STATE_PLANNED) return version;
  const absl::Status obstacle = ObstacleOf(version);
  if (!obstacle.ok()) {
    *version.mutable_plan_obstacle() =
        FailureOf(version, obstacle, /*time_ms=*/0);
  }
  return version;
}

// The version that the plans of others put in force before this time; 0: none.
uint32_t RuleBook::InForceAt(int64_t at_ms, uint32_t but) const {
  uint32_t in_force = 0;
  for (const admin::v1::RuleVersion& one : PlannedLocked(at_ms)) {
    if (one.number() != but) in_force = one.number();
  }
  return in_force;
}

// Those whose planned time has come by `until_ms`, in the order of these times.
std::vector<admin::v1::RuleVersion> RuleBook::PlannedLocked(
    int64_t until_ms) const {
  std::vector<admin::v1::RuleVersion> planned;
  for (const auto& [number, version] : versions_.all()) {
    if (version.state() == admin::v1::RULE_VERSION_STATE_PLANNED &&
        MillisOf(version.planned_time()) <= until_ms) {
      planned.push_back(version);
    }
  }
  absl::c_stable_sort(planned, [](const auto& a, const auto& b) {
    return MillisOf(a.planned_time()) < MillisOf(b.planned_time());
  });
  return planned;
}

void RuleBook::PublishWhatIsDue() {
  std::vector<admin::v1::RuleVersion> due;
  {
    MutexLock lock(mutex_);
    due = PlannedLocked(store_.NowMs());
  }
  for (const admin::v1::RuleVersion& version : due) {
    const absl::Status status =
        PutInForce(version, {version.publisher(), version.publication_reason()},
                   {.on_hits = OnTemplateHits::kRefuse,
                    .recheck = version.recheck_queued(),
                    .replaces = version.replaces()})
            .status();
    if (status.ok()) {
      spdlog::info("rules: version {} ({}) is in force, as planned",
                   version.number(), version.rule_set());
      continue;
    }
    const std::string what = absl::StrCat(
        "rules: version ", version.number(),
        " was planned for now and cannot be put in force: ", status.message());
    const absl::Status unplanned = Unplan(version, status);
    if (unplanned.ok()) {
      plan_fault_ = {};
      spdlog::error("{}", what);
    } else if (const auto line = plan_fault_.Holds(absl::StrCat(
                   what, "; it stays planned: ", unplanned.message()))) {
      spdlog::error("{}", *line);
    }
  }
}

// So that its publication is not tried again every second.
absl::Status RuleBook::Unplan(const admin::v1::RuleVersion& version,
                              const absl::Status& why) {
  MutexLock lock(mutex_);
  absl::StatusOr<admin::v1::RuleVersion> now = FindLocked(version.number());
  if (!now.ok() || now->state() != admin::v1::RULE_VERSION_STATE_PLANNED ||
      MillisOf(now->planned_time()) != MillisOf(version.planned_time())) {
    return absl::OkStatus();
  }
  *now->mutable_plan_failure() = FailureOf(*now, why, store_.NowMs());
  now->set_state(admin::v1::RULE_VERSION_STATE_APPROVED);
  now->clear_planned_time();
  return Journal(*now, {"sluiced", "it could not be put in force as planned"});
}

std::vector<admin::v1::RuleVersion> RuleBook::History(uint32_t before,
                                                      size_t limit) const {
  MutexLock lock(mutex_);
  const auto& all = versions_.all();
  std::vector<admin::v1::RuleVersion> found;
  for (auto it = all.rbegin(); it != all.rend() && found.size() < limit; ++it) {
    if (before != 0 && it->first >= before) continue;
    found.push_back(Shown(it->first));
  }
  return found;
}

absl::StatusOr<admin::v1::RuleVersion> RuleBook::Find(uint32_t number) const {
  MutexLock lock(mutex_);
  SLUICE_ASSIGN_OR_RETURN(const admin::v1::RuleVersion version,
                          FindLocked(number));
  return Shown(version.number());
}

absl::StatusOr<admin::v1::RuleVersion> RuleBook::InForce() const {
  MutexLock lock(mutex_);
  return FindLocked(0);
}

// The version as journaled.
absl::StatusOr<admin::v1::RuleVersion> RuleBook::FindLocked(
    uint32_t number) const {
  const admin::v1::RuleVersion* found = versions_.Find(number);
  if (found != nullptr) return *found;
  if (number == 0) {
    return ErrorOf(absl::StatusCode::kNotFound,
                   SayBoth("没有生效的版本", "no version is in force"));
  }
  return WithField(WithChinese(absl::NotFoundError(absl::StrCat(
                                   "there is no version ", number)),
                               absl::StrCat("没有版本 ", number)),
                   "number");
}

absl::StatusOr<PackFiles> RuleBook::Export(
    const admin::v1::RuleVersion& version) const {
  return library_.Get(version.files_digest());
}

absl::StatusOr<CompiledVersion> RuleBook::Compile(uint32_t number,
                                                  const StopAsked& stop) {
  SLUICE_ASSIGN_OR_RETURN(const admin::v1::RuleVersion version, Find(number));
  if (!version.in_force()) return Load(version, stop);
  const PublishedRules now = control_.rules_in_force();
  return CompiledVersion{version, now.rules, now.policy};
}

absl::StatusOr<CompiledVersion> RuleBook::Load(
    const admin::v1::RuleVersion& version, const StopAsked& stop) {
  // Also when it is compiled: the next start needs the files.
  SLUICE_ASSIGN_OR_RETURN(const PackFiles files,
                          library_.Get(version.files_digest()));
  absl::StatusOr<CompiledVersion> ready = Ready(version);
  if (ready.ok()) return ready;
  const rules::CompileCache cache(cache_folder_);
  CompiledVersion compiled = {version, nullptr, nullptr};
  SLUICE_ASSIGN_OR_RETURN(compiled.rules,
                          rules::RuleSet::Load(files, &cache, stop));
  SLUICE_ASSIGN_OR_RETURN(compiled.policy,
                          filter::Policy::Build(*compiled.rules));
  Remember(compiled);
  return compiled;
}

// Errors: kNotFound.
absl::StatusOr<CompiledVersion> RuleBook::Ready(
    const admin::v1::RuleVersion& version) const {
  MutexLock lock(mutex_);
  for (const Compiled& one : ready_) {
    if (one.files_digest == version.files_digest()) {
      return CompiledVersion{version, one.rules, one.policy};
    }
  }
  return absl::NotFoundError("not compiled");
}

void RuleBook::Remember(const CompiledVersion& compiled) {
  MutexLock lock(mutex_);
  const std::string& digest = compiled.version.files_digest();
  std::string rollback;
  if (const auto* before = versions_.Find(versions_.before())) {
    if (versions_.before() != 0) rollback = before->files_digest();
  }
  const auto is_same = [&digest](const Compiled& one) {
    return one.files_digest == digest;
  };
  ready_.erase(std::remove_if(ready_.begin(), ready_.end(), is_same),
               ready_.end());
  ready_.push_back({digest, compiled.rules, compiled.policy});
  while (ready_.size() > kReadyMax) {
    const bool keeps_first = ready_.front().files_digest == rollback;
    ready_.erase(ready_.begin() + (keeps_first ? 1 : 0));
  }
}

bool RuleBook::NeedsRollbackReady() const {
  admin::v1::RuleVersion before;
  {
    MutexLock lock(mutex_);
    if (versions_.before() == 0 || versions_.before() == not_ready_) {
      return false;
    }
    before = *versions_.Find(versions_.before());
  }
  return !Ready(before).ok();
}

void RuleBook::KeepRollbackReady() {
  admin::v1::RuleVersion before;
  {
    MutexLock lock(mutex_);
    if (versions_.before() == 0) return;
    before = *versions_.Find(versions_.before());
  }
  const absl::Status status = Load(before, {}).status();
  if (status.ok()) return;
  spdlog::error(
      "rules: version {}, which a rollback would restore, cannot be "
      "compiled: {}",
      before.number(), std::string(status.message()));
  MutexLock lock(mutex_);
  not_ready_ = before.number();
}

absl::Status RuleBook::Journal(const admin::v1::RuleVersion& version,
                               const Actor& actor) {
  store::v1::Record record;
  record.set_at_ms(store_.NowMs());
  store::v1::RuleVersionChanged& changed =
      *record.mutable_rule_version_changed();
  *changed.mutable_version() = version;
  changed.set_actor(actor.key_id);
  changed.set_reason(actor.reason);
  SLUICE_RETURN_IF_ERROR(store_.AppendControl(record));
  versions_.Apply(changed, record.at_ms());
  return absl::OkStatus();
}

}  // namespace sluice::gateway
