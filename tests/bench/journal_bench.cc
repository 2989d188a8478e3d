// The cost of the journal: CPU per record of 300 bytes in groups of 256 (a sync
// costs the same for larger groups), whole and in its parts, on a real disk.
// The label of each line is the CPU time (user and system, all threads) of one
// record.

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "rules/base/check.h"
#include "store/journal/journal.h"
#include "store/journal/journal_check.h"
#include "store/journal/journal_reader.h"
#include "store/journal/posix_journal_file.h"

namespace sluice::store {
namespace {

constexpr size_t kRecordSize = 300;
constexpr int kGroupRecords = 256;
constexpr JournalIdentity kIdentity = {.store_id = {1, 2, 3}};

std::string Record() {
  std::string record(kRecordSize, '\0');
  for (size_t i = 0; i < record.size(); ++i) {
    record[i] = static_cast<char>(i * 31);
  }
  return record;
}

double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) +
           1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Runs `work`, which handles `records` records, and labels its result.
template <typename Work>
void Measure(benchmark::State& state, double records, const Work& work) {
  const double begin = CpuSeconds();
  for (auto _ : state) work();
  const double us = 1e6 * (CpuSeconds() - begin);
  state.SetLabel(absl::StrFormat(
      "%.3f us CPU a record",
      us / (records * static_cast<double>(state.iterations()))));
}

class Directory {
 public:
  Directory() {
    char path[] = "./journal_bench_XXXXXX";
    SLUICE_CHECK(mkdtemp(path) != nullptr);
    path_ = path;
    files_ = *PosixJournalFiles::Open(path_);
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  JournalFiles& files() { return *files_; }

 private:
  std::string path_;
  std::unique_ptr<PosixJournalFiles> files_;
};

void Fill(const std::string& record, GroupBuilder& group,
          int records = kGroupRecords) {
  group.Clear();
  for (int i = 0; i < records; ++i) group.Add(record);
}

void AppendGroups(benchmark::State& state, bool sync) {
  Directory directory;
  auto journal = *Journal::Open(directory.files(), kIdentity, {}, nullptr);
  GroupBuilder group(ChecksumSeed(kIdentity));
  const std::string record = Record();
  const int records = static_cast<int>(state.range(0));
  Measure(state, records, [&] {
    SLUICE_CHECK(journal->ReserveSpace().ok());
    Fill(record, group, records);
    SLUICE_CHECK(journal->Append(group).ok());
    if (sync) SLUICE_CHECK(journal->Sync().ok());
  });
}

void AddSealAppend(benchmark::State& state) { AppendGroups(state, false); }
void AddSealAppendSync(benchmark::State& state) { AppendGroups(state, true); }

void PartCopy(benchmark::State& state) {
  const std::string record = Record();
  std::string buffer(kGroupRecords * kRecordSize, '\0');
  Measure(state, kGroupRecords, [&] {
    for (int i = 0; i < kGroupRecords; ++i) {
      std::memcpy(buffer.data() + i * kRecordSize, record.data(), kRecordSize);
      benchmark::ClobberMemory();
    }
  });
}

void PartLeafHash(benchmark::State& state) {
  const std::string record = Record();
  Measure(state, 1, [&] { benchmark::DoNotOptimize(LeafHash(record)); });
}

void PartInnerNodes(benchmark::State& state) {
  const Hash leaf = LeafHash("x");
  MerkleTree tree;
  Measure(state, kGroupRecords, [&] {
    tree.Clear();
    for (int i = 0; i < kGroupRecords; ++i) tree.Add(leaf);
    benchmark::DoNotOptimize(tree.Root());
  });
}

void PartSealWithChecksum(benchmark::State& state) {
  GroupBuilder group(ChecksumSeed(kIdentity));
  Fill(Record(), group);
  Measure(state, kGroupRecords,
          [&] { benchmark::DoNotOptimize(group.Seal({}, 0)); });
}

void PartWrite(benchmark::State& state, bool sync) {
  Directory directory;
  const std::string bytes(kGroupRecords * kRecordSize, 'x');
  auto file = *directory.files().Create("file", kSegmentBytes);
  uint64_t written = 0;
  Measure(state, kGroupRecords, [&] {
    if (written + bytes.size() > kSegmentBytes) {
      file = *directory.files().Create("file", kSegmentBytes);
      written = 0;
    }
    SLUICE_CHECK(file->Append(bytes).ok());
    if (sync) SLUICE_CHECK(file->Sync().ok());
    written += bytes.size();
  });
}
void PartWriteOnly(benchmark::State& state) { PartWrite(state, false); }
void PartWriteSync(benchmark::State& state) { PartWrite(state, true); }

void ReserveSegment(benchmark::State& state) {
  Directory directory;
  Measure(state, 1, [&] {
    SLUICE_CHECK(directory.files().Create("file", kSegmentBytes).ok());
  });
}

// A journal of 600,000 records, made once.
struct Filled {
  Filled() {
    auto journal = *Journal::Open(directory.files(), kIdentity, {}, nullptr);
    GroupBuilder group(ChecksumSeed(kIdentity));
    const std::string record = Record();
    for (int i = 0; i < kGroups; ++i) {
      Fill(record, group);
      SLUICE_CHECK(journal->Append(group).ok());
    }
    SLUICE_CHECK(journal->Sync().ok());
    end = journal->durable_end();
  }
  static constexpr int kGroups = 2400;
  Directory directory;
  Position end;
};

void ReplayRead(benchmark::State& state) {
  Filled filled;
  Measure(state, double{Filled::kGroups} * kGroupRecords, [&] {
    JournalReader reader(filled.directory.files(), kIdentity);
    size_t bytes = 0;
    while (*reader.Next(filled.end)) {
      for (uint32_t i = 0; i < reader.group().count(); ++i) {
        bytes += reader.group().Record(i).size();
      }
    }
    SLUICE_CHECK(bytes == kRecordSize * Filled::kGroups * kGroupRecords);
  });
}

void OpenWhole(benchmark::State& state) {
  Filled filled;
  Measure(state, double{Filled::kGroups} * kGroupRecords, [&] {
    SLUICE_CHECK(
        Journal::Open(filled.directory.files(), kIdentity, {}, nullptr).ok());
  });
}

void CheckWhole(benchmark::State& state) {
  Filled filled;
  Measure(state, double{Filled::kGroups} * kGroupRecords, [&] {
    SLUICE_CHECK(CheckJournal(filled.directory.files())->damage_count == 0);
  });
}

BENCHMARK(PartCopy);
BENCHMARK(PartLeafHash);
BENCHMARK(PartInnerNodes);
BENCHMARK(PartSealWithChecksum);
BENCHMARK(PartWriteOnly);
BENCHMARK(PartWriteSync);
BENCHMARK(AddSealAppend)->Arg(kGroupRecords);
BENCHMARK(AddSealAppendSync)->Arg(kGroupRecords)->Arg(1024)->Arg(3000);
BENCHMARK(ReplayRead)->Unit(benchmark::kMillisecond);
BENCHMARK(OpenWhole)->Unit(benchmark::kMillisecond);
BENCHMARK(CheckWhole)->Unit(benchmark::kMillisecond);
BENCHMARK(ReserveSegment)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sluice::store

BENCHMARK_MAIN();
