#include "tools/bench_run/opt_out_load.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "tools/lib/opt_out_stream.h"
#include "tools/loadgen/texts.h"

namespace sluice::bench {
namespace {

constexpr size_t kBatch = 10'000;

}  // namespace

absl::Status LoadOptOuts(const tools::Connection& officer, uint64_t count,
                         uint64_t seed, const std::string& content_provider,
                         const std::function<void(uint64_t)>& progress) {
  tools::OptOutStream stream(officer, kBatch,
                             [](uint64_t, const admin::v1::RefusedOptOut&) {});
  for (uint64_t i = 0; i < count; ++i) {
    admin::v1::AddOptOutRequest opt_out;
    opt_out.set_recipient(load::NumberAt(i, seed));
    opt_out.mutable_scope()->set_content_provider_id(content_provider);
    SLUICE_RETURN_IF_ERROR(stream.Add(i, std::move(opt_out)));
    if (i % kBatch == 0) progress(stream.counts().opt_outs());
  }
  SLUICE_RETURN_IF_ERROR(stream.Finish());
  progress(stream.counts().opt_outs());
  if (stream.counts().added == count) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "only ", stream.counts().added, " of ", count, " opt-outs were added"));
}

}  // namespace sluice::bench
