#pragma once

// The calls of OptOutsService about imports and corrections of opt-outs.

#include "absl/status/statusor.h"
#include "gateway/admin/admin_context.h"
#include "gateway/corrections/correction_book.h"
#include "gateway/corrections/corrector.h"
#include "gateway/corrections/import_book.h"
#include "rules/base/stop.h"
#include "sluice/admin/v1/opt_outs.pb.h"

namespace sluice::gateway {

// As the calls in opt_outs.proto, with their errors. Any thread; they wait for
// the disk.
class CorrectionCalls {
 public:
  using Correction = admin::v1::OptOutCorrection;

  // All must outlive it.
  CorrectionCalls(AdminContext& admin, ImportBook& imports,
                  CorrectionBook& book, Corrector& corrector)
      : admin_(admin), imports_(imports), book_(book), corrector_(corrector) {}

  // Counts what is in force; of an import that may take minutes, unless `stop`
  // ends it.
  absl::StatusOr<Correction> Propose(
      const admin::v1::ProposeCorrectionRequest& request, const Key& key,
      const StopAsked& stop);
  absl::StatusOr<Correction> Confirm(
      const admin::v1::ConfirmCorrectionRequest& request, const Key& key);
  absl::StatusOr<Correction> Withdraw(
      const admin::v1::WithdrawCorrectionRequest& request, const Key& key);

  absl::Status List(const admin::v1::ListCorrectionsRequest& request,
                    admin::v1::ListCorrectionsResponse& response) const;
  absl::Status ListImports(
      const admin::v1::ListOptOutImportsRequest& request,
      admin::v1::ListOptOutImportsResponse& response) const;

 private:
  AdminContext& admin_;
  ImportBook& imports_;
  CorrectionBook& book_;
  Corrector& corrector_;
};

}  // namespace sluice::gateway
