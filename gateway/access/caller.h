#pragma once

// Who calls, and which calls they may make: API keys and the roles that each
// RPC needs.
//
// A key is `slk_ID_SECRET`: an id, which is public, and 256 random bits in
// base64url. Only the SHA-256 of the whole text is stored.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "filter/policy/ids.h"
#include "gateway/access/rate_gate.h"
#include "rules/base/mutex.h"
#include "sluice/admin/v1/api_key.pb.h"

namespace sluice::gateway {

// A set of roles, one bit each.
using RoleMask = uint8_t;
constexpr RoleMask MaskOf(admin::v1::Role role) {
  return static_cast<RoleMask>(1u << static_cast<int>(role));
}

// Every RPC; the table in caller.cc says which roles each needs.
enum class Rpc : uint8_t {
  kSubmit,
  kSubmitStream,
  kCheck,
  kWatch,
  kCancel,
  kGetMessage,
  kAddOptOut,
  kImportOptOuts,
  kRemoveOptOut,
  kProposeCorrection,
  kConfirmCorrection,
  kWithdrawCorrection,
  kListCorrections,
  kListOptOutImports,
  kLookupOptOuts,
  kStreamOptOuts,
  kGetLicensee,
  kListLicensees,
  kCreateLicensee,
  kUpdateLicensee,
  kGetAccount,
  kListAccounts,
  kCreateAccount,
  kUpdateAccount,
  kGetContentProvider,
  kListContentProviders,
  kCreateContentProvider,
  kUpdateContentProvider,
  kGetSignature,
  kListSignatures,
  kCreateSignature,
  kUpdateSignature,
  kGetTemplate,
  kListTemplates,
  kCreateTemplate,
  kUpdateTemplate,
  kGetPort,
  kListPorts,
  kCreatePort,
  kUpdatePort,
  kCreateKey,
  kRevokeKey,
  kListKeys,
  kListKeyHolders,
  kAuditGetMessage,
  kSearchMessages,
  kStreamMessages,
  kGetHead,
  kProveMessage,
  kProveHeads,
  kSealExport,
  kRotateSigningKey,
  kGetDossier,
  kReloadRules,
  kGetRuleSetStatus,
  kPutDraft,
  kApproveVersion,
  kPublishVersion,
  kRollbackRules,
  kWithdrawVersion,
  kListVersions,
  kGetVersion,
  kExportVersion,
  kExplainText,
  kPreviewVersion,
  kGetRecheckStatus,
  kListHolds,
  kGetHold,
  kReleaseHolds,
  kRejectHolds,
  kRejudgeMessages,
  kListCampaigns,
  kReleaseCampaign,
  kRejectCampaign,
  kGetStats,
  kCreateExemption,
  kConfirmExemption,
  kEndExemption,
  kListExemptions,
  kCreateBlock,
  kConfirmBlock,
  kEndBlock,
  kListBlocks,
  kGetClock,
  kAcceptClock,
  kGetRetention,
  kAllowRetention,
  kGetPosture,
  kListLinks,
  kListReplies,
  kGetStatistics,
  kListPartyChanges,
  kListParties,
  kListOperatorActions,
  kCreateLegalHold,
  kReviewLegalHold,
  kEndLegalHold,
  kListLegalHolds,
  kPreviewErasure,
  kCreateErasure,
  kListErasures,
};
inline constexpr int kRpcs = static_cast<int>(Rpc::kListErasures) + 1;

// "GatewayService.Submit", as in OperatorAction.method.
absl::string_view Name(Rpc rpc);
// The roles that may call `rpc`; one of them is enough.
RoleMask RolesOf(Rpc rpc);

using KeyHash = std::array<uint8_t, 32>;

// A new key.
struct NewKey {
  std::string id;
  std::string secret;  // What callers send. Shown once.
  KeyHash hash = {};
};
NewKey MakeKey();
KeyHash HashOf(absl::string_view secret);

// A key that callers may use.
struct Key {
  std::string id;
  KeyHash hash = {};
  std::string account_id;  // Empty: the key belongs to no account.
  AccountId account;
  RoleMask roles = 0;
  int64_t expires_ms = 0;          // 0: never.
  std::shared_ptr<RateGate> rate;  // The account's; null: none.
};
using KeyPtr = std::shared_ptr<const Key>;

// Who makes a call: the key, and why as the call says; empty: it does not say.
struct Caller : Key {
  std::string reason;
};

// The keys that are not revoked. Immutable; swapped whole.
class KeyTable {
 public:
  KeyTable() = default;
  explicit KeyTable(std::vector<Key> keys);

  // The key with this secret, or null. Compares in constant time.
  KeyPtr Find(absl::string_view secret) const;
  // The key with this id, or null.
  KeyPtr FindId(absl::string_view id) const;

 private:
  absl::flat_hash_map<std::string, KeyPtr> by_id_;
};

// Numbers of calls refused since the last TakeFailures().
struct LoginFailures {
  uint32_t unauthenticated = 0;
  uint32_t denied = 0;
};

// Identifies callers by their keys. Any thread.
class Callers {
 public:
  void Publish(std::shared_ptr<const KeyTable> keys);

  // The key in this `authorization` header, if it may call `rpc`.
  // GatewayService also needs a key with an account.
  // Errors: kUnauthenticated (no valid key), kPermissionDenied (the role).
  absl::StatusOr<KeyPtr> Authorize(absl::string_view authorization, Rpc rpc,
                                   int64_t now_ms);

  // The current state of `key`, for long calls: the key may have been revoked
  // or changed meanwhile. Errors: as Authorize().
  absl::StatusOr<KeyPtr> Again(const KeyPtr& key, Rpc rpc, int64_t now_ms);

  LoginFailures TakeFailures();

 private:
  absl::StatusOr<KeyPtr> Allow(KeyPtr key, Rpc rpc, int64_t now_ms);
  std::shared_ptr<const KeyTable> table() const;

  mutable Mutex mutex_;
  std::shared_ptr<const KeyTable> table_ SLUICE_GUARDED_BY(mutex_) =
      std::make_shared<KeyTable>();
  std::atomic<uint32_t> unauthenticated_ = 0;
  std::atomic<uint32_t> denied_ = 0;
};

}  // namespace sluice::gateway
