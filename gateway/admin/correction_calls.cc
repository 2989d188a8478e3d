#include "gateway/admin/correction_calls.h"

#include <future>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/wire/token.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

using Correction = admin::v1::OptOutCorrection;

absl::StatusOr<Correction> ReadTarget(
    const admin::v1::ProposeCorrectionRequest& request) {
  if (request.opt_out_id().empty() == request.import_id().empty()) {
    return WithField(
        ErrorOf(absl::StatusCode::kInvalidArgument,
                SayBoth("退订和导入须给出其一，且只能给出一个",
                        "opt_out_id, import_id: give exactly one of "
                        "them")),
        "opt_out_id");
  }
  Correction target;
  target.set_opt_out_id(request.opt_out_id());
  target.set_import_id(request.import_id());
  return target;
}

absl::Status CheckFound(const Correction& target,
                        const CorrectionCounts& counts) {
  if (counts.found() == 0) {
    return ErrorOf(
        absl::StatusCode::kFailedPrecondition,
        target.import_id().empty()
            ? SayBoth("该退订已不再生效", "the opt-out is no longer in force")
            : SayBoth("导入 $0 中没有生效的退订",
                      "no opt-out of import $0 is in force",
                      Quoted(target.import_id())));
  }
  if (target.import_id().empty() && counts.kept > 0) {
    return ErrorOf(
        absl::StatusCode::kFailedPrecondition,
        SayBoth("该号码在此范围的退订已达保留上限，可能又有未留记录的退订："
                "只有机主本人同意才能撤销",
                "the number has as many opt-outs of this scope as are kept, "
                "and may have opted out again without a record: only its own "
                "consent reverses them"));
  }
  return absl::OkStatus();
}

// The place after which a page begins; 0: the first page.
absl::StatusOr<uint64_t> BeforeOf(TokenKind kind, const std::string& page_token,
                                  absl::string_view scope) {
  if (page_token.empty()) return 0;
  SLUICE_ASSIGN_OR_RETURN(const std::vector<uint64_t> values,
                          DecodePageToken(kind, page_token, 1, scope));
  return values[0];
}

}  // namespace

absl::StatusOr<Correction> CorrectionCalls::Propose(
    const admin::v1::ProposeCorrectionRequest& request, const Key& key,
    const StopAsked& stop) {
  const Actor actor = {key.id, request.reason()};
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  SLUICE_ASSIGN_OR_RETURN(Correction target, ReadTarget(request));
  // Before the count, which may take long; Propose() looks again.
  SLUICE_RETURN_IF_ERROR(book_.CheckFree(target));
  Phone about;
  std::future<absl::Status> noted;
  if (target.import_id().empty()) {
    SLUICE_ASSIGN_OR_RETURN(about,
                            NumberOfOptOut(admin_.store, target.opt_out_id()));
    noted = admin_.log.Note(key, Rpc::kProposeCorrection, about, Masked(about),
                            request.reason());
  }
  CorrectionRun run(admin_.store, imports_, stop);
  const absl::StatusOr<CorrectionCounts> counts = run.Count(target);
  if (noted.valid()) SLUICE_RETURN_IF_ERROR(noted.get());
  if (!counts.ok()) return counts.status();
  SLUICE_RETURN_IF_ERROR(CheckFound(target, *counts));
  target.set_found(counts->found());
  target.set_kept(counts->kept);
  return book_.Propose(target, about, actor);
}

absl::StatusOr<Correction> CorrectionCalls::Confirm(
    const admin::v1::ConfirmCorrectionRequest& request, const Key& key) {
  SLUICE_ASSIGN_OR_RETURN(
      const Correction confirmed,
      book_.Confirm(request.id(), {key.id, request.remark()}));
  // A single opt-out is removed before the answer, unless that fails.
  if (!confirmed.import_id().empty() ||
      !corrector_.Correct(request.id()).ok()) {
    corrector_.Start(request.id());
  }
  return book_.Find(request.id());
}

absl::StatusOr<Correction> CorrectionCalls::Withdraw(
    const admin::v1::WithdrawCorrectionRequest& request, const Key& key) {
  return book_.Withdraw(request.id(), {key.id, request.remark()});
}

absl::Status CorrectionCalls::List(
    const admin::v1::ListCorrectionsRequest& request,
    admin::v1::ListCorrectionsResponse& response) const {
  const std::string scope = absl::StrCat(request.state());
  SLUICE_ASSIGN_OR_RETURN(const size_t size, PageSize(request.page_size()));
  SLUICE_ASSIGN_OR_RETURN(
      const uint64_t before,
      BeforeOf(TokenKind::kCorrections, request.page_token(), scope));
  std::vector<Correction> found = book_.List(request.state(), before, size + 1);
  if (found.size() > size) {
    found.pop_back();
    response.set_next_page_token(EncodeToken(
        TokenKind::kCorrections, {CorrectionNumber(found.back().id())}, scope));
  }
  for (Correction& one : found) *response.add_corrections() = std::move(one);
  return absl::OkStatus();
}

absl::Status CorrectionCalls::ListImports(
    const admin::v1::ListOptOutImportsRequest& request,
    admin::v1::ListOptOutImportsResponse& response) const {
  SLUICE_ASSIGN_OR_RETURN(const size_t size, PageSize(request.page_size()));
  SLUICE_ASSIGN_OR_RETURN(
      const uint64_t before,
      BeforeOf(TokenKind::kOptOutImports, request.page_token(), ""));
  std::vector<ImportBook::Listed> found = imports_.List(before, size + 1);
  if (found.size() > size) {
    found.pop_back();
    response.set_next_page_token(
        EncodeToken(TokenKind::kOptOutImports, {found.back().place}));
  }
  for (ImportBook::Listed& one : found) {
    *response.add_imports() = std::move(one.shown);
  }
  return absl::OkStatus();
}

}  // namespace sluice::gateway
