#include "store/proofs/tree_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "rules/base/bytes.h"
#include "rules/base/files.h"
#include "rules/base/status_macros.h"

namespace sluice::store {
namespace {

constexpr size_t kEntrySize = sizeof(uint64_t) + sizeof(Hash);
constexpr size_t kEntriesAtOnce = 4096;
constexpr char kLasting[] = ".lasting";

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

SavedTree TreeFile::Load(size_t blocks_max) {
  SavedTree saved;
  const size_t blocks = LoadLasting(saved.lasting);
  if (blocks <= blocks_max) saved.blocks = LoadBlocks(blocks);
  if (saved.blocks.size() < blocks || blocks > blocks_max) saved = {};
  saved_ = saved.blocks.size();
  return saved;
}

std::vector<RecordTree::Block> TreeFile::LoadBlocks(size_t blocks_max) const {
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
  return blocks;
}

size_t TreeFile::LoadLasting(MerkleTree& lasting) const {
  const auto bytes = ReadFile(path_ + kLasting);
  if (!bytes.ok()) return 0;
  ByteReader in(*bytes);
  const auto blocks = in.TakeBigEndian<uint64_t>();
  const auto count = in.TakeBigEndian<uint64_t>();
  if (!blocks.ok() || !count.ok()) return 0;
  std::vector<Hash> subtrees(in.remaining() / sizeof(Hash));
  for (Hash& subtree : subtrees) {
    const auto hash = in.Take(subtree.size());
    std::copy(hash->begin(), hash->end(), subtree.begin());
  }
  const auto tree = MerkleTree::Of(*count, subtrees);
  if (!tree || in.remaining() > 0) return 0;
  lasting = *tree;
  return *blocks;
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
  saved_ = 0;
  if (error || !file) {
    return absl::UnavailableError(absl::StrCat(path_, " cannot be written"));
  }
  SLUICE_RETURN_IF_ERROR(SaveLasting(tree));
  saved_ = blocks.size();
  return absl::OkStatus();
}

absl::Status TreeFile::SaveLasting(const RecordTree& tree) const {
  const MerkleTree& lasting = tree.lasting_before_block();
  std::string bytes;
  AppendBigEndian(static_cast<uint64_t>(tree.blocks().size()), bytes);
  AppendBigEndian(lasting.count(), bytes);
  for (const Hash& subtree : lasting.subtrees()) {
    absl::StrAppend(&bytes, AsBytes(subtree));
  }
  return ReplaceFile(path_ + kLasting, bytes);
}

}  // namespace sluice::store
