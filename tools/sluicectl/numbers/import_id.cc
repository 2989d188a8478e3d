#include "tools/sluicectl/numbers/import_id.h"

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"

namespace sluice::ctl {
namespace {

constexpr size_t kNameSizeMax = 40;
constexpr size_t kDigestBytes = 6;
constexpr size_t kReadBytes = 1 << 16;

// The file's name with the characters that an id may have.
std::string PlainName(const std::string& path) {
  std::string name;
  for (const char c : std::filesystem::path(path).filename().string()) {
    const bool plain = absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                       c == '.' || c == '_' || c == '-';
    if (plain) {
      name += c;
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
    if (name.size() == kNameSizeMax) break;
  }
  return name.empty() ? "import" : name;
}

}  // namespace

absl::StatusOr<std::string> ImportIdOf(const std::string& path,
                                       const std::vector<std::string>& flags) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(
      EVP_MD_CTX_new(), EVP_MD_CTX_free);
  bool hashed = context != nullptr &&
                EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  const auto add = [&](const void* data, size_t size) {
    hashed = hashed && EVP_DigestUpdate(context.get(), data, size) == 1;
  };
  for (const std::string& flag : flags) add(flag.c_str(), flag.size() + 1);
  std::ifstream file(path, std::ios::binary);
  std::array<char, kReadBytes> buffer;
  while (file) {
    file.read(buffer.data(), buffer.size());
    add(buffer.data(), static_cast<size_t>(file.gcount()));
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  hashed = hashed && file.eof() &&
           EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1;
  if (!hashed) {
    return ErrorOf(
        absl::StatusCode::kUnavailable,
        SayBoth("$0：无法读到末尾；请用 --import-id 给出导入的编号",
                "$0: cannot be read to the end; name the import with "
                "--import-id",
                path));
  }
  return absl::StrCat(
      PlainName(path), "-",
      absl::BytesToHexString(
          {reinterpret_cast<const char*>(digest.data()), kDigestBytes}));
}

}  // namespace sluice::ctl
