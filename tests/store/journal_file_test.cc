// One contract for every kind of JournalFiles.

#include "store/journal/journal_file.h"

#include <filesystem>
#include <functional>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "store/journal/posix_journal_file.h"
#include "tests/fakes/lossy_journal_file.h"

namespace sluice::store {
namespace {

std::string FreshDirectory() {
  std::string path = absl::StrCat(testing::TempDir(), "/journal_XXXXXX");
  EXPECT_NE(mkdtemp(path.data()), nullptr);
  return path;
}

struct Kind {
  std::string name;
  std::function<std::unique_ptr<JournalFiles>()> make;
};

class JournalFilesContract : public testing::TestWithParam<Kind> {
 protected:
  std::unique_ptr<JournalFiles> files_ = GetParam().make();
};

std::string ReadText(const JournalFile& file, uint64_t offset, size_t size) {
  std::string text(size, '?');
  const auto got = file.Read(offset, absl::MakeSpan(text));
  EXPECT_TRUE(got.ok()) << got.status();
  text.resize(got.value_or(0));
  return text;
}

const std::string kZeros3(3, '\0');

TEST_P(JournalFilesContract, AppendsAndReads) {
  const auto file = *files_->Create("a", 10);
  EXPECT_EQ(*file->Size(), 10u);
  EXPECT_EQ(*file->Append("1234"), 0u);
  EXPECT_EQ(*file->Append("567"), 4u);
  EXPECT_EQ(file->Append("89ab").status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(file->Sync().ok());
  EXPECT_EQ(ReadText(*file, 0, 100), "1234567" + kZeros3);
  EXPECT_EQ(ReadText(*file, 2, 3), "345");
  EXPECT_EQ(ReadText(*file, 10, 1), "");
  std::string out(4, ' ');
  EXPECT_EQ(ReadExactly(*file, 7, absl::MakeSpan(out)).code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(*file->Append("89a"), 7u);
  const auto again = *files_->Open("a");
  EXPECT_EQ(ReadText(*again, 0, 100), "123456789a");
}

TEST_P(JournalFilesContract, TruncatesAndTrims) {
  const auto file = *files_->Create("a", 10);
  ASSERT_TRUE(file->Append("1234567").ok());
  ASSERT_TRUE(file->Truncate(4, 12).ok());
  EXPECT_EQ(ReadText(*file, 0, 100), "1234" + std::string(8, '\0'));
  EXPECT_EQ(*file->Append("xy"), 4u);
  ASSERT_TRUE(file->Trim().ok());
  EXPECT_EQ(*file->Size(), 6u);
  EXPECT_EQ(ReadText(*file, 0, 100), "1234xy");
  EXPECT_TRUE(file->Sync().ok());
}

TEST_P(JournalFilesContract, NamesReplacesDeletes) {
  EXPECT_TRUE(files_->List()->empty());
  ASSERT_TRUE((*files_->Create("b", 1))->Append("B").ok());
  ASSERT_TRUE((*files_->Create("a", 1))->Append("A").ok());
  EXPECT_EQ(*files_->List(), (std::vector<std::string>{"a", "b"}));
  const auto old = *files_->Open("a");
  ASSERT_TRUE(files_->Replace("b", "a").ok());
  EXPECT_EQ(*files_->List(), (std::vector<std::string>{"a"}));
  EXPECT_EQ(ReadText(**files_->Open("a"), 0, 9), "B");
  EXPECT_EQ(ReadText(*old, 0, 9), "A");
  EXPECT_EQ(files_->Replace("b", "c").code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(files_->Delete("a").ok());
  EXPECT_EQ(files_->Delete("a").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(files_->Open("a").status().code(), absl::StatusCode::kNotFound);
}

TEST_P(JournalFilesContract, CreateEmptiesWhatWasThere) {
  ASSERT_TRUE((*files_->Create("a", 5))->Append("12345").ok());
  const auto file = *files_->Create("a", 3);
  EXPECT_EQ(ReadText(*file, 0, 100), kZeros3);
  EXPECT_EQ(*file->Append("abc"), 0u);
}

INSTANTIATE_TEST_SUITE_P(
    All, JournalFilesContract,
    testing::Values(
        Kind{"Posix",
             [] { return *PosixJournalFiles::Open(FreshDirectory()); }},
        Kind{"Lossy", [] { return std::make_unique<LossyJournalFiles>(); }}),
    [](const auto& info) { return info.param.name; });

TEST(PosixJournalFiles, OneWriterAtATime) {
  const std::string directory = FreshDirectory();
  auto first = PosixJournalFiles::Open(directory);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(PosixJournalFiles::Open(directory).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(
      PosixJournalFiles::Open(directory, PosixJournalFiles::Access::kRead)
          .ok());
  first->reset();
  EXPECT_TRUE(PosixJournalFiles::Open(directory).ok());
}

TEST(PosixJournalFiles, SaysWhatIsWrong) {
  const std::string directory = FreshDirectory();
  EXPECT_EQ(PosixJournalFiles::Open(directory + "/no/such").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(PosixJournalFiles::Open(directory + "/new",
                                    PosixJournalFiles::Access::kRead)
                .status()
                .code(),
            absl::StatusCode::kNotFound);
  const auto files = *PosixJournalFiles::Open(directory);
  // More than any disk has: Create() fails and leaves no file behind.
  const auto file = files->Create("huge", uint64_t{1} << 55);
  EXPECT_FALSE(file.ok());
  EXPECT_TRUE(files->List()->empty());
}

TEST(LossyJournalFiles, KeepsWhatWasSyncedOnly) {
  int lost = 0;
  int whole = 0;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    LossyJournalFiles files(seed);
    const auto file = *files.Create("a", 4096);
    ASSERT_TRUE(file->Append("synced ").ok());
    ASSERT_TRUE(file->Sync().ok());
    ASSERT_TRUE(file->Append(std::string(2000, 'x')).ok());
    files.Crash();
    EXPECT_EQ(file->Sync().code(), absl::StatusCode::kUnavailable);
    const std::string bytes = files.Bytes("a");
    ASSERT_EQ(bytes.substr(0, 7), "synced ");
    const auto kept = std::count(bytes.begin(), bytes.end(), 'x');
    lost += kept < 2000;
    whole += kept == 2000;
  }
  EXPECT_GT(lost, 10);
  EXPECT_GT(whole, 5);
}

}  // namespace
}  // namespace sluice::store
