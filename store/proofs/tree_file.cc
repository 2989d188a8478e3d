#include "store/proofs/tree_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "rules/base/bytes.h"

namespace sluice::store {
namespace {

constexpr size_t kEntrySize = sizeof(uint64_t) + sizeof(Hash);
constexpr size_t kEntriesAtOnce = 4096;

RecordTree::Block BlockOf(const char* entry) {
  RecordTree::Block block;
  const uint64_t ref = ByteReader({entry, sizeof(uint64_t)})
                           .TakeBigEndian<uint64_t>()
                           .value_or(0);
  block.first = RecordRef::FromValue(ref);
  const char* const root = entry + sizeof(uint64_t);
  std::copy(root, root + block.root.size(), block.root.begin());
  return block;
}

}  // namespace

std::vector<RecordTree::Block> TreeFile::Load(size_t blocks_max) {
  std::vector<RecordTree::Block> blocks;
  std::ifstream file(path_, std::ios::binary);
  std::vector<char> bytes(kEntrySize * kEntriesAtOnce);
  while (file && blocks.size() < blocks_max) {
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    const auto entries = static_cast<size_t>(file.gcount()) / kEntrySize;
    for (size_t i = 0; i < entries && blocks.size() < blocks_max; ++i) {
      blocks.push_back(BlockOf(bytes.data() + i * kEntrySize));
    }
  }
  const bool ascend = std::is_sorted(
      blocks.begin(), blocks.end(),
      [](const auto& a, const auto& b) { return a.first < b.first; });
  if (!ascend) blocks.clear();
  saved_ = blocks.size();
  return blocks;
}

absl::Status TreeFile::Save(const RecordTree& tree) {
  const std::vector<RecordTree::Block>& blocks = tree.blocks();
  const size_t saved = std::min(saved_, blocks.size());
  if (saved == blocks.size() && saved == saved_) return absl::OkStatus();
  // What is behind the last entry is of a tree that was given up, or torn.
  std::error_code error;
  if (std::filesystem::exists(path_, error)) {
    std::filesystem::resize_file(path_, saved * kEntrySize, error);
  }
  std::string bytes;
  for (size_t i = saved; i < blocks.size(); ++i) {
    AppendBigEndian(blocks[i].first.value(), bytes);
    absl::StrAppend(&bytes, AsBytes(blocks[i].root));
  }
  std::ofstream file(path_, std::ios::binary | std::ios::app);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (error || !file) {
    saved_ = 0;
    return absl::UnavailableError(absl::StrCat(path_, " cannot be written"));
  }
  saved_ = blocks.size();
  return absl::OkStatus();
}

}  // namespace sluice::store
