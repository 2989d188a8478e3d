#include "tests/fakes/lossy_journal_file.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sluice::store {
namespace {

constexpr size_t kSector = 512;

absl::Status PowerIsGone() {
  return absl::UnavailableError("the power was cut since this was opened");
}

}  // namespace

class LossyJournalFile final : public JournalFile {
 public:
  using Files = LossyJournalFiles;

  LossyJournalFile(const Files& files, std::shared_ptr<Files::File> file,
                   uint64_t crashes, uint64_t end)
      : files_(files), file_(std::move(file)), crashes_(crashes), end_(end) {}

  absl::StatusOr<uint64_t> Append(absl::string_view bytes) override {
    MutexLock lock(files_.mutex_);
    if (files_.crashes_ != crashes_) return PowerIsGone();
    if (bytes.size() > file_->seen.size() - end_) {
      return absl::ResourceExhaustedError("the file is full");
    }
    Change({.offset = end_, .bytes = std::string(bytes)});
    end_ += bytes.size();
    return end_ - bytes.size();
  }

  absl::Status WriteAgain(uint64_t offset, absl::string_view bytes) override {
    MutexLock lock(files_.mutex_);
    if (files_.crashes_ != crashes_) return PowerIsGone();
    Change({.offset = offset, .bytes = std::string(bytes)});
    return absl::OkStatus();
  }

  absl::Status Sync() override {
    MutexLock lock(files_.mutex_);
    if (files_.crashes_ != crashes_) return PowerIsGone();
    if (std::exchange(files_.fail_sync_, false)) {
      file_->changes.clear();
      return absl::UnavailableError("input/output error");
    }
    for (const auto& change : file_->changes) {
      Files::Apply(change, file_->synced);
    }
    file_->changes.clear();
    return absl::OkStatus();
  }

  absl::StatusOr<size_t> Read(uint64_t offset,
                              absl::Span<char> out) const override {
    MutexLock lock(files_.mutex_);
    if (files_.crashes_ != crashes_) return PowerIsGone();
    const uint64_t from = std::min(offset, file_->seen.size());
    const size_t size =
        std::min<uint64_t>(out.size(), file_->seen.size() - from);
    file_->seen.Read(from, out.first(size));
    return size;
  }

  absl::Status Truncate(uint64_t end, uint64_t room) override {
    MutexLock lock(files_.mutex_);
    if (files_.crashes_ != crashes_) return PowerIsGone();
    Change({.truncates = true, .offset = end, .room = std::max(end, room)});
    end_ = end;
    return absl::OkStatus();
  }

  absl::Status Trim() override { return Truncate(end_, end_); }

  absl::StatusOr<uint64_t> Size() const override {
    MutexLock lock(files_.mutex_);
    if (files_.crashes_ != crashes_) return PowerIsGone();
    return file_->seen.size();
  }

 private:
  void Change(Files::Change change) {
    Files::Apply(change, file_->seen);
    file_->changes.push_back(std::move(change));
  }

  const Files& files_;
  const std::shared_ptr<Files::File> file_;
  const uint64_t crashes_;  // How many before this file was opened.
  uint64_t end_;
};

void LossyJournalFiles::Content::Resize(uint64_t size) {
  if (size < written_.size()) written_.resize(size);
  size_ = size;
}

void LossyJournalFiles::Content::Write(uint64_t offset,
                                       absl::string_view bytes) {
  const uint64_t end = offset + bytes.size();
  if (written_.size() < end) written_.resize(end, '\0');
  bytes.copy(written_.data() + offset, bytes.size());
  size_ = std::max(size_, end);
}

void LossyJournalFiles::Content::Read(uint64_t offset,
                                      absl::Span<char> out) const {
  const uint64_t from = std::min<uint64_t>(offset, written_.size());
  const auto zeros = std::copy_n(
      written_.data() + from,
      std::min<uint64_t>(out.size(), written_.size() - from), out.begin());
  std::fill(zeros, out.end(), '\0');
}

std::string LossyJournalFiles::Content::Bytes() const {
  std::string bytes = written_;
  bytes.resize(size_, '\0');
  return bytes;
}

void LossyJournalFiles::Apply(const Change& change, Content& content) {
  if (change.truncates) {
    content.Resize(std::min(content.size(), change.offset));
    content.Resize(change.room);
    return;
  }
  // A write may survive although the growth before it did not.
  content.Write(change.offset, change.bytes);
}

// What a disk leaves of unsynced writes: each sector as it was after some of
// them, in their order.
void LossyJournalFiles::ApplyTorn(const std::vector<Change>& writes,
                                  Content& content) {
  if (writes.empty()) return;
  uint64_t begin = writes[0].offset;
  uint64_t end = begin;
  for (const Change& write : writes) {
    begin = std::min(begin, write.offset);
    end = std::max<uint64_t>(end, write.offset + write.bytes.size());
  }
  const uint64_t fate = random_() % 4;
  const uint64_t prefix_end = begin + random_() % (end - begin + 1);
  for (uint64_t sector = begin / kSector; sector * kSector < end; ++sector) {
    const uint64_t from = sector * kSector;
    const uint64_t to = from + kSector;
    size_t count = writes.size();
    if (fate == 0 || (fate == 2 && to > prefix_end)) count = 0;
    if (fate == 3) count = random_() % (writes.size() + 1);
    for (size_t i = 0; i < count; ++i) {
      const uint64_t first = std::max(from, writes[i].offset);
      const uint64_t last =
          std::min<uint64_t>(to, writes[i].offset + writes[i].bytes.size());
      if (first >= last) continue;
      content.Write(first, absl::string_view(writes[i].bytes)
                               .substr(first - writes[i].offset, last - first));
    }
  }
}

void LossyJournalFiles::ApplyTornInOrder(const std::vector<Change>& changes,
                                         Content& content) {
  std::vector<Change> writes;
  for (const Change& change : changes) {
    if (!change.truncates) {
      writes.push_back(change);
      continue;
    }
    ApplyTorn(writes, content);
    writes.clear();
    if (random_() % 2 == 0) Apply(change, content);
  }
  ApplyTorn(writes, content);
}

void LossyJournalFiles::FailNextSync() {
  MutexLock lock(mutex_);
  fail_sync_ = true;
}

void LossyJournalFiles::Crash() {
  MutexLock lock(mutex_);
  ++crashes_;
  fail_sync_ = false;
  for (auto& [name, file] : files_) {
    ApplyTornInOrder(file->changes, file->synced);
    file->changes.clear();
    file->seen = file->synced;
  }
}

absl::StatusOr<std::vector<std::string>> LossyJournalFiles::List() const {
  MutexLock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, file] : files_) names.push_back(name);
  return names;
}

absl::StatusOr<std::unique_ptr<JournalFile>> LossyJournalFiles::Create(
    absl::string_view name, uint64_t room) {
  MutexLock lock(mutex_);
  auto file = std::make_shared<File>();
  file->synced.Resize(room);
  file->seen.Resize(room);
  files_[std::string(name)] = file;
  return std::make_unique<LossyJournalFile>(*this, file, crashes_, 0);
}

absl::StatusOr<std::unique_ptr<JournalFile>> LossyJournalFiles::Open(
    absl::string_view name) const {
  MutexLock lock(mutex_);
  const auto found = files_.find(std::string(name));
  if (found == files_.end()) return absl::NotFoundError(name);
  return std::make_unique<LossyJournalFile>(*this, found->second, crashes_,
                                            found->second->seen.size());
}

absl::Status LossyJournalFiles::Replace(absl::string_view from,
                                        absl::string_view to) {
  MutexLock lock(mutex_);
  const auto found = files_.find(std::string(from));
  if (found == files_.end()) return absl::NotFoundError(from);
  files_[std::string(to)] = found->second;
  files_.erase(found);
  return absl::OkStatus();
}

absl::Status LossyJournalFiles::Delete(absl::string_view name) {
  MutexLock lock(mutex_);
  if (files_.erase(std::string(name)) == 0) return absl::NotFoundError(name);
  return absl::OkStatus();
}

std::string LossyJournalFiles::Bytes(absl::string_view name) const {
  MutexLock lock(mutex_);
  return files_.at(std::string(name))->seen.Bytes();
}

void LossyJournalFiles::SetBytes(absl::string_view name, std::string bytes) {
  MutexLock lock(mutex_);
  File& file = *files_.at(std::string(name));
  Content content;
  content.Write(0, bytes);
  file.synced = content;
  file.seen = std::move(content);
  file.changes.clear();
}

}  // namespace sluice::store
