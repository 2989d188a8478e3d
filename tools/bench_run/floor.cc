#include "tools/bench_run/floor.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "rules/base/status_macros.h"
#include "rules/fold/fold.h"
#include "rules/match/matcher.h"
#include "rules/rule_set.h"
#include "sluice/store/v1/record.pb.h"
#include "store/journal/sha256.h"

namespace sluice::bench {
namespace {

constexpr size_t kGroup = 256;
constexpr size_t kFileBytes = 256 << 20;

absl::Duration ThreadCpu() {
  rusage usage = {};
  getrusage(RUSAGE_THREAD, &usage);
  return absl::DurationFromTimeval(usage.ru_utime) +
         absl::DurationFromTimeval(usage.ru_stime);
}

// Calls `round`, which handles `count` messages, again and again for `each`;
// returns the microseconds of CPU for each message.
template <typename Round>
double MicrosOf(size_t count, absl::Duration each, const Round& round) {
  round();  // Warms caches up.
  const absl::Time until = absl::Now() + each;
  const absl::Duration before = ThreadCpu();
  size_t messages = 0;
  while (absl::Now() < until) {
    round();
    messages += count;
  }
  return absl::ToDoubleMicroseconds(ThreadCpu() - before) /
         static_cast<double>(messages);
}

// Records as the journal has them for these texts.
std::vector<std::string> MakeRecords(const std::vector<std::string>& texts) {
  std::vector<std::string> records;
  for (size_t i = 0; i < kGroup; ++i) {
    store::v1::Record record;
    record.set_salt(std::string(16, 's'));
    record.set_at_ms(1'772'416'800'000);
    record.set_recipient(8'613'800'138'000 + i);
    store::v1::Decided& decided = *record.mutable_decided();
    decided.set_text(texts[i % texts.size()]);
    decided.set_key("0123456789abcdef0123");
    decided.set_account(1);
    decided.set_licensee(1);
    decided.set_content_provider(1);
    decided.set_signature(1);
    decided.set_port(1);
    decided.set_access_number("1069970001");
    decided.set_carrier(1);
    decided.set_message_class(v1::MESSAGE_CLASS_NOTICE);
    decided.set_decision(v1::DECISION_ACCEPTED);
    decided.set_rule_set("bench@01234567");
    decided.set_planned_ms(1'772'416'800'000);
    decided.set_expire_at_ms(1'772'503'200'000);
    decided.set_parts(1);
    decided.set_charged(true);
    decided.set_content_hash(1);
    decided.set_key_hash(1);
    records.push_back(record.SerializeAsString());
  }
  return records;
}

absl::StatusOr<double> MeasureAppend(const FloorOptions& options,
                                     const std::vector<std::string>& records) {
  const std::string path = absl::StrCat(options.folder, "/floor.bin");
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (file < 0 || posix_fallocate(file, 0, kFileBytes) != 0) {
    return absl::UnavailableError(absl::StrCat(path, ": cannot be written"));
  }
  std::string group;
  off_t at = 0;
  bool good = true;
  const double us = MicrosOf(kGroup, options.each, [&] {
    group.clear();
    for (const std::string& record : records) group += record;
    const auto size = static_cast<off_t>(group.size());
    if (at + size > static_cast<off_t>(kFileBytes)) at = 0;
    good = good && pwrite(file, group.data(), group.size(), at) == size &&
           fdatasync(file) == 0;
    at += size;
  });
  close(file);
  unlink(path.c_str());
  if (!good) return absl::UnavailableError("the disk refused a write");
  return us;
}

}  // namespace

absl::StatusOr<Floor> MeasureFloor(const FloorOptions& options) {
  SLUICE_ASSIGN_OR_RETURN(const auto rules, rules::RuleSet::Load(options.pack));
  const auto& table = rules::FoldTable::Shared();
  const std::vector<std::string>& texts = options.texts;
  Floor floor;
  rules::FoldedText folded;
  floor.fold_us = MicrosOf(texts.size(), options.each, [&] {
    for (const std::string& text : texts) table.Fold(text, folded);
  });

  std::vector<rules::FoldedText> folded_texts(texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    table.Fold(texts[i], folded_texts[i]);
  }
  rules::RuleScratch scratch;
  std::vector<rules::Hit> hits;
  floor.scan_us = MicrosOf(texts.size(), options.each, [&] {
    for (const rules::FoldedText& text : folded_texts) {
      hits.clear();
      rules->Match(text, {}, scratch, hits);
    }
  });

  const std::vector<std::string> records = MakeRecords(texts);
  for (const std::string& record : records) floor.record_bytes += record.size();
  floor.record_bytes /= records.size();
  uint8_t kept = 0;  // Uses every hash, so that none is optimised away.
  floor.hash_us = MicrosOf(records.size(), options.each, [&] {
    for (const std::string& record : records) {
      kept ^= store::Sha256(0, record)[0];
    }
  });
  volatile uint8_t sink = kept;
  (void)sink;
  SLUICE_ASSIGN_OR_RETURN(floor.append_us, MeasureAppend(options, records));
  return floor;
}

}  // namespace sluice::bench
