#include "gateway/corrections/import_book.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/market_zone.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"
#include "store/partition/opt_out_origin.h"

namespace sluice::gateway {
namespace {

constexpr size_t kIdSizeMax = 64;

}  // namespace

void ImportBook::Apply(const store::v1::Record& record) {
  if (!record.has_opt_out_import_began()) return;
  MutexLock lock(mutex_);
  const store::v1::OptOutImportBegan& began = record.opt_out_import_began();
  if (!places_.try_emplace(began.import_id(), last_ + 1).second) return;
  admin::v1::OptOutImport& shown = imports_[++last_];
  shown.set_id(began.import_id());
  shown.set_actor(began.actor());
  SetTimestamp(record.at_ms(), *shown.mutable_begin_time());
  if (imports_.size() <= kListedMax) return;
  places_.erase(imports_.begin()->second.id());
  imports_.erase(imports_.begin());
}

bool ImportBook::HasBegun(absl::string_view id) const {
  MutexLock lock(mutex_);
  return places_.contains(id);
}

absl::Status ImportBook::Begin(const std::string& id,
                               const std::string& actor) {
  MutexLock one_at_a_time(beginning_);
  if (HasBegun(id)) return absl::OkStatus();
  store::v1::Record record;
  record.set_at_ms(store_.NowMs());
  record.mutable_opt_out_import_began()->set_import_id(id);
  record.mutable_opt_out_import_began()->set_actor(actor);
  SLUICE_RETURN_IF_ERROR(store_.AppendControl(record));
  Apply(record);
  return absl::OkStatus();
}

std::vector<ImportBook::Listed> ImportBook::List(Place before,
                                                 size_t limit) const {
  MutexLock lock(mutex_);
  std::vector<Listed> found;
  auto it = before == 0 ? imports_.end() : imports_.lower_bound(before);
  while (it != imports_.begin() && found.size() < limit) {
    --it;
    found.push_back({it->first, it->second});
  }
  return found;
}

absl::StatusOr<int64_t> ImportBook::BeganMs(absl::string_view id) const {
  std::optional<int64_t> began_ms;
  SLUICE_RETURN_IF_ERROR(
      store_.ReadStanding([&](const store::v1::Record& record) {
        if (record.has_opt_out_import_began()) {
          if (record.opt_out_import_began().import_id() != id) return;
          began_ms =
              std::min(began_ms.value_or(record.at_ms()), record.at_ms());
        } else if (record.has_clock_accepted() && began_ms &&
                   record.clock_accepted().step_ms() < 0) {
          // The clock went back: what was written later counts as written then.
          began_ms = std::min(*began_ms, record.at_ms());
        }
      }));
  if (began_ms) return *began_ms;
  return WithField(
      ErrorOf(absl::StatusCode::kNotFound,
              SayBoth("没有导入 $0", "there is no import $0", Quoted(id))),
      "import_id");
}

absl::Status CheckImportId(absl::string_view id) {
  const bool plain = std::all_of(id.begin(), id.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' ||
           c == '_' || c == '-';
  });
  if (plain && id.size() <= kIdSizeMax) return absl::OkStatus();
  return InvalidField(
      "import_id",
      SayBoth("最多 $0 个字母、数字、“.”、“_”和“-”",
              "at most $0 letters, digits, '.', '_' and '-'", kIdSizeMax));
}

std::string MakeImportId(int64_t now_ms, absl::string_view key_id, int turn) {
  return absl::StrCat(
      store::kUnnamedImport,
      absl::FormatTime("%Y%m%d", absl::FromUnixMillis(now_ms), MarketZone()),
      "-", key_id, turn > 1 ? absl::StrCat("-", turn) : "");
}

}  // namespace sluice::gateway
