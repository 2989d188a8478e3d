#include "gateway/access/caller.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "rules/base/both_error.h"
#include "rules/base/check.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"

namespace sluice::gateway {
namespace {

constexpr absl::string_view kPrefix = "slk_";
constexpr char kIdDigits[] = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr size_t kIdSize = 10;
constexpr size_t kSecretBytes = 32;

constexpr RoleMask kSubmit = MaskOf(admin::v1::ROLE_SUBMIT);
constexpr RoleMask kOfficer = MaskOf(admin::v1::ROLE_OFFICER);
constexpr RoleMask kComplaints = MaskOf(admin::v1::ROLE_COMPLAINTS);
constexpr RoleMask kAudit = MaskOf(admin::v1::ROLE_AUDIT);
constexpr RoleMask kAdmin = MaskOf(admin::v1::ROLE_ADMIN);
// All roles whose calls take or return ids of the registry may read it.
constexpr RoleMask kReaders = kAdmin | kOfficer | kComplaints | kAudit;

struct RpcEntry {
  Rpc rpc;
  absl::string_view name;
  RoleMask roles;
};

// The only place that says which roles may make which call.
constexpr RpcEntry kTable[kRpcs] = {
    {Rpc::kSubmit, "GatewayService.Submit", kSubmit},
    {Rpc::kSubmitStream, "GatewayService.SubmitStream", kSubmit},
    {Rpc::kCheck, "GatewayService.Check", kSubmit},
    {Rpc::kWatch, "GatewayService.Watch", kSubmit},
    {Rpc::kCancel, "GatewayService.Cancel", kSubmit},
    {Rpc::kGetMessage, "GatewayService.GetMessage", kSubmit},
    {Rpc::kAddOptOut, "OptOutsService.AddOptOut",
     kOfficer | kComplaints | kAdmin},
    {Rpc::kImportOptOuts, "OptOutsService.ImportOptOuts",
     kOfficer | kComplaints | kAdmin},
    {Rpc::kRemoveOptOut, "OptOutsService.RemoveOptOut",
     kOfficer | kComplaints | kAdmin},
    {Rpc::kProposeCorrection, "OptOutsService.ProposeCorrection",
     kOfficer | kComplaints | kAdmin},
    {Rpc::kConfirmCorrection, "OptOutsService.ConfirmCorrection",
     kOfficer | kAdmin},
    {Rpc::kWithdrawCorrection, "OptOutsService.WithdrawCorrection",
     kOfficer | kComplaints | kAdmin},
    {Rpc::kListCorrections, "OptOutsService.ListCorrections", kReaders},
    {Rpc::kListOptOutImports, "OptOutsService.ListOptOutImports", kReaders},
    {Rpc::kLookupOptOuts, "OptOutsService.LookupOptOuts", kReaders},
    {Rpc::kStreamOptOuts, "OptOutsService.StreamOptOuts", kReaders},
    {Rpc::kGetLicensee, "RegistryService.GetLicensee", kReaders},
    {Rpc::kListLicensees, "RegistryService.ListLicensees", kReaders},
    {Rpc::kCreateLicensee, "RegistryService.CreateLicensee", kAdmin},
    {Rpc::kUpdateLicensee, "RegistryService.UpdateLicensee", kAdmin},
    {Rpc::kGetAccount, "RegistryService.GetAccount", kReaders},
    {Rpc::kListAccounts, "RegistryService.ListAccounts", kReaders},
    {Rpc::kCreateAccount, "RegistryService.CreateAccount", kAdmin},
    {Rpc::kUpdateAccount, "RegistryService.UpdateAccount", kAdmin},
    {Rpc::kGetContentProvider, "RegistryService.GetContentProvider", kReaders},
    {Rpc::kListContentProviders, "RegistryService.ListContentProviders",
     kReaders},
    {Rpc::kCreateContentProvider, "RegistryService.CreateContentProvider",
     kAdmin},
    {Rpc::kUpdateContentProvider, "RegistryService.UpdateContentProvider",
     kAdmin},
    {Rpc::kGetSignature, "RegistryService.GetSignature", kReaders},
    {Rpc::kListSignatures, "RegistryService.ListSignatures", kReaders},
    {Rpc::kCreateSignature, "RegistryService.CreateSignature", kAdmin},
    {Rpc::kUpdateSignature, "RegistryService.UpdateSignature", kAdmin},
    {Rpc::kGetTemplate, "RegistryService.GetTemplate", kReaders},
    {Rpc::kListTemplates, "RegistryService.ListTemplates", kReaders},
    {Rpc::kCreateTemplate, "RegistryService.CreateTemplate", kAdmin},
    {Rpc::kUpdateTemplate, "RegistryService.UpdateTemplate", kAdmin},
    {Rpc::kGetPort, "RegistryService.GetPort", kReaders},
    {Rpc::kListPorts, "RegistryService.ListPorts", kReaders},
    {Rpc::kCreatePort, "RegistryService.CreatePort", kAdmin},
    {Rpc::kUpdatePort, "RegistryService.UpdatePort", kAdmin},
    {Rpc::kCreateKey, "RegistryService.CreateKey", kAdmin},
    {Rpc::kRevokeKey, "RegistryService.RevokeKey", kAdmin},
    {Rpc::kListKeys, "RegistryService.ListKeys", kAdmin},
    {Rpc::kListKeyHolders, "RegistryService.ListKeyHolders", kReaders},
    {Rpc::kAuditGetMessage, "AuditService.GetMessage",
     kAudit | kOfficer | kComplaints | kAdmin},
    {Rpc::kSearchMessages, "AuditService.SearchMessages",
     kAudit | kOfficer | kComplaints | kAdmin},
    {Rpc::kStreamMessages, "AuditService.StreamMessages",
     kAudit | kOfficer | kComplaints | kAdmin},
    {Rpc::kGetHead, "ProofsService.GetHead",
     kAudit | kOfficer | kComplaints | kAdmin},
    {Rpc::kProveMessage, "ProofsService.ProveMessage",
     kAudit | kOfficer | kComplaints | kAdmin},
    {Rpc::kProveHeads, "ProofsService.ProveHeads",
     kAudit | kOfficer | kComplaints | kAdmin},
    {Rpc::kSealExport, "ProofsService.SealExport",
     kAudit | kOfficer | kComplaints | kAdmin},
    {Rpc::kRotateSigningKey, "ProofsService.RotateSigningKey", kAdmin},
    {Rpc::kGetDossier, "DossierService.GetDossier",
     kComplaints | kOfficer | kAudit | kAdmin},
    {Rpc::kReloadRules, "RulesService.ReloadRules", kOfficer | kAdmin},
    {Rpc::kGetRuleSetStatus, "RulesService.GetRuleSetStatus",
     kOfficer | kAudit | kAdmin},
    {Rpc::kPutDraft, "RulesService.PutDraft", kOfficer | kAdmin},
    {Rpc::kApproveVersion, "RulesService.ApproveVersion", kOfficer | kAdmin},
    {Rpc::kPublishVersion, "RulesService.PublishVersion", kOfficer | kAdmin},
    {Rpc::kRollbackRules, "RulesService.RollbackRules", kOfficer | kAdmin},
    {Rpc::kWithdrawVersion, "RulesService.WithdrawVersion", kOfficer | kAdmin},
    {Rpc::kListVersions, "RulesService.ListVersions",
     kOfficer | kAudit | kAdmin},
    {Rpc::kGetVersion, "RulesService.GetVersion", kOfficer | kAudit | kAdmin},
    {Rpc::kExportVersion, "RulesService.ExportVersion",
     kOfficer | kAudit | kAdmin},
    {Rpc::kExplainText, "RulesService.ExplainText", kOfficer | kAudit | kAdmin},
    {Rpc::kPreviewVersion, "RulesService.PreviewVersion",
     kOfficer | kAudit | kAdmin},
    {Rpc::kGetRecheckStatus, "RulesService.GetRecheckStatus",
     kOfficer | kAudit | kAdmin},
    {Rpc::kListHolds, "HoldsService.ListHolds", kOfficer | kAdmin | kAudit},
    {Rpc::kGetHold, "HoldsService.GetHold", kOfficer | kAdmin | kAudit},
    {Rpc::kReleaseHolds, "HoldsService.ReleaseHolds", kOfficer | kAdmin},
    {Rpc::kRejectHolds, "HoldsService.RejectHolds", kOfficer | kAdmin},
    {Rpc::kRejudgeMessages, "HoldsService.RejudgeMessages", kOfficer | kAdmin},
    {Rpc::kListCampaigns, "CampaignsService.ListCampaigns",
     kOfficer | kAudit | kAdmin},
    {Rpc::kReleaseCampaign, "CampaignsService.ReleaseCampaign",
     kOfficer | kAdmin},
    {Rpc::kRejectCampaign, "CampaignsService.RejectCampaign",
     kOfficer | kAdmin},
    {Rpc::kGetStats, "RulesService.GetStats", kOfficer | kAudit | kAdmin},
    {Rpc::kCreateExemption, "RulesService.CreateExemption", kOfficer | kAdmin},
    {Rpc::kConfirmExemption, "RulesService.ConfirmExemption",
     kOfficer | kAdmin},
    {Rpc::kEndExemption, "RulesService.EndExemption", kOfficer | kAdmin},
    {Rpc::kListExemptions, "RulesService.ListExemptions",
     kOfficer | kAudit | kAdmin},
    {Rpc::kCreateBlock, "RulesService.CreateBlock", kOfficer | kAdmin},
    {Rpc::kConfirmBlock, "RulesService.ConfirmBlock", kOfficer | kAdmin},
    {Rpc::kEndBlock, "RulesService.EndBlock", kOfficer | kAdmin},
    {Rpc::kListBlocks, "RulesService.ListBlocks", kOfficer | kAudit | kAdmin},
    {Rpc::kGetClock, "OperationsService.GetClock", kAdmin | kOfficer | kAudit},
    {Rpc::kAcceptClock, "OperationsService.AcceptClock", kAdmin},
    {Rpc::kGetRetention, "OperationsService.GetRetention",
     kAdmin | kOfficer | kAudit},
    {Rpc::kAllowRetention, "OperationsService.AllowRetention", kAdmin},
    {Rpc::kGetPosture, "OperationsService.GetPosture",
     kAdmin | kOfficer | kAudit},
    {Rpc::kListLinks, "OperationsService.ListLinks",
     kAdmin | kOfficer | kAudit},
    {Rpc::kListReplies, "RepliesService.ListReplies", kReaders},
    {Rpc::kGetStatistics, "StatisticsService.GetStatistics", kReaders},
    {Rpc::kListPartyChanges, "HistoryService.ListPartyChanges", kReaders},
    {Rpc::kListParties, "HistoryService.ListParties", kReaders},
    {Rpc::kListOperatorActions, "HistoryService.ListOperatorActions",
     kAudit | kAdmin},
    {Rpc::kCreateLegalHold, "LegalHoldsService.CreateLegalHold",
     kAudit | kAdmin},
    {Rpc::kReviewLegalHold, "LegalHoldsService.ReviewLegalHold",
     kAudit | kAdmin},
    {Rpc::kEndLegalHold, "LegalHoldsService.EndLegalHold", kAudit | kAdmin},
    {Rpc::kListLegalHolds, "LegalHoldsService.ListLegalHolds", kAudit | kAdmin},
    {Rpc::kPreviewErasure, "ErasuresService.PreviewErasure", kAudit | kAdmin},
    {Rpc::kCreateErasure, "ErasuresService.CreateErasure", kAudit | kAdmin},
    {Rpc::kListErasures, "ErasuresService.ListErasures", kAudit | kAdmin},
};

constexpr bool InOrder() {
  for (int i = 0; i < kRpcs; ++i) {
    if (kTable[i].rpc != static_cast<Rpc>(i)) return false;
  }
  return true;
}
static_assert(InOrder(), "the table is looked up by position");

bool NeedsAccount(Rpc rpc) { return rpc <= Rpc::kGetMessage; }

// The key id in a secret; empty when the secret is malformed.
absl::string_view IdOf(absl::string_view secret) {
  if (!absl::ConsumePrefix(&secret, kPrefix)) return {};
  const size_t end = secret.find('_');
  if (end == absl::string_view::npos) return {};
  return secret.substr(0, end);
}

}  // namespace

absl::string_view Name(Rpc rpc) { return kTable[static_cast<int>(rpc)].name; }

RoleMask RolesOf(Rpc rpc) { return kTable[static_cast<int>(rpc)].roles; }

namespace {

// "officer or admin", with the role names of the command line.
std::string RoleNames(RoleMask roles, absl::string_view between) {
  std::vector<absl::string_view> names;
  for (const auto& [role, name] : {std::pair(admin::v1::ROLE_SUBMIT, "submit"),
                                   {admin::v1::ROLE_OFFICER, "officer"},
                                   {admin::v1::ROLE_COMPLAINTS, "complaints"},
                                   {admin::v1::ROLE_AUDIT, "audit"},
                                   {admin::v1::ROLE_ADMIN, "admin"}}) {
    if ((roles & MaskOf(role)) != 0) names.push_back(name);
  }
  return absl::StrJoin(names, between);
}

}  // namespace

KeyHash HashOf(absl::string_view secret) {
  KeyHash hash;
  SHA256(reinterpret_cast<const unsigned char*>(secret.data()), secret.size(),
         hash.data());
  return hash;
}

NewKey MakeKey() {
  uint8_t random[kIdSize + kSecretBytes];
  // Without random bytes a key could be guessed.
  SLUICE_CHECK(RAND_bytes(random, sizeof(random)) == 1);
  NewKey key;
  for (size_t i = 0; i < kIdSize; ++i) key.id += kIdDigits[random[i] % 32];
  const absl::string_view bits(reinterpret_cast<char*>(random) + kIdSize,
                               kSecretBytes);
  key.secret =
      absl::StrCat(kPrefix, key.id, "_", absl::WebSafeBase64Escape(bits));
  key.hash = HashOf(key.secret);
  OPENSSL_cleanse(random, sizeof(random));
  return key;
}

KeyTable::KeyTable(std::vector<Key> keys) {
  for (Key& key : keys) {
    std::string id = key.id;
    by_id_[std::move(id)] = std::make_shared<const Key>(std::move(key));
  }
}

KeyPtr KeyTable::Find(absl::string_view secret) const {
  const KeyHash hash = HashOf(secret);
  const auto found = by_id_.find(IdOf(secret));
  // An unknown id takes as long as a known id with a wrong secret.
  static constexpr KeyHash kNone = {};
  const bool known = found != by_id_.end();
  const KeyHash& expected = known ? found->second->hash : kNone;
  const bool same =
      CRYPTO_memcmp(hash.data(), expected.data(), hash.size()) == 0;
  return known && same ? found->second : nullptr;
}

KeyPtr KeyTable::FindId(absl::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

void Callers::Publish(std::shared_ptr<const KeyTable> keys) {
  MutexLock lock(mutex_);
  table_ = std::move(keys);
}

std::shared_ptr<const KeyTable> Callers::table() const {
  MutexLock lock(mutex_);
  return table_;
}

absl::StatusOr<KeyPtr> Callers::Authorize(absl::string_view authorization,
                                          Rpc rpc, int64_t now_ms) {
  constexpr absl::string_view kScheme = "bearer ";
  if (!absl::StartsWithIgnoreCase(authorization, kScheme)) {
    unauthenticated_.fetch_add(1, std::memory_order_relaxed);
    return ErrorOf(
        absl::StatusCode::kUnauthenticated,
        SayBoth("没有 API 密钥：请发送头 `authorization: Bearer KEY`",
                "no API key: send the header `authorization: Bearer KEY`"));
  }
  return Allow(table()->Find(authorization.substr(kScheme.size())), rpc,
               now_ms);
}

absl::StatusOr<KeyPtr> Callers::Again(const KeyPtr& key, Rpc rpc,
                                      int64_t now_ms) {
  return Allow(table()->FindId(key->id), rpc, now_ms);
}

absl::StatusOr<KeyPtr> Callers::Allow(KeyPtr key, Rpc rpc, int64_t now_ms) {
  if (key == nullptr || (key->expires_ms != 0 && key->expires_ms <= now_ms)) {
    unauthenticated_.fetch_add(1, std::memory_order_relaxed);
    return ErrorOf(absl::StatusCode::kUnauthenticated,
                   SayBoth("API 密钥不存在、已吊销或已过期",
                           "the API key is unknown, revoked or expired"));
  }
  if ((key->roles & RolesOf(rpc)) == 0) {
    denied_.fetch_add(1, std::memory_order_relaxed);
    absl::Status denied =
        ErrorOf(absl::StatusCode::kPermissionDenied,
                SayBoth("须用角色为 $2 的 API 密钥（$0）",
                        "$0 needs an API key with the role $1", Name(rpc),
                        RoleNames(RolesOf(rpc), " or "),
                        RoleNames(RolesOf(rpc), " 或 ")));
    if (!NeedsAccount(rpc)) return denied;
    return WithReason(std::move(denied), ErrorReason::kNeedsAccountKey);
  }
  if (NeedsAccount(rpc) && !key->account) {
    denied_.fetch_add(1, std::memory_order_relaxed);
    return WithReason(
        ErrorOf(absl::StatusCode::kPermissionDenied,
                SayBoth("须用某个账号的 API 密钥（$0）",
                        "$0 needs an API key of an account", Name(rpc))),
        ErrorReason::kNeedsAccountKey);
  }
  return key;
}

LoginFailures Callers::TakeFailures() {
  return {unauthenticated_.exchange(0), denied_.exchange(0)};
}

}  // namespace sluice::gateway
