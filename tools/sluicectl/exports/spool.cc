#include "tools/sluicectl/exports/spool.h"

#include <fcntl.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <google/protobuf/util/delimited_message_util.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"

namespace sluice::ctl {
namespace {

using google::protobuf::io::CodedInputStream;
using google::protobuf::io::FileInputStream;
using google::protobuf::io::FileOutputStream;
using google::protobuf::util::SerializeDelimitedToZeroCopyStream;

absl::Status Failed(const std::string& path) {
  return absl::UnavailableError(absl::StrCat(path, ": ", std::strerror(errno)));
}

// What is exported, apart from its times.
std::string KindOf(const ExportSource& source) {
  return absl::StrCat(source.request().GetDescriptor()->full_name(), " ",
                      absl::BytesToHexString(source.Filters()));
}

}  // namespace

Spool::Spool(std::string path, ExportSource& source)
    : part_(absl::StrCat(path, ".part")),
      state_(absl::StrCat(path, ".part.state")),
      source_(source) {}

Spool::~Spool() {
  if (file_ >= 0) close(file_);
}

absl::StatusOr<std::unique_ptr<Spool>> Spool::Open(const std::string& path,
                                                   ExportSource& source) {
  std::unique_ptr<Spool> spool(new Spool(path, source));
  SLUICE_RETURN_IF_ERROR(spool->Resume());
  spool->file_ = open(spool->part_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC,
                      S_IRUSR | S_IWUSR);
  if (spool->file_ < 0) return Failed(spool->part_);
  // What came after the last state is read again.
  if (ftruncate(spool->file_, static_cast<off_t>(spool->bytes_)) != 0 ||
      lseek(spool->file_, 0, SEEK_END) < 0) {
    return Failed(spool->part_);
  }
  return spool;
}

absl::Status Spool::Resume() {
  std::ifstream in(state_);
  if (!in) return absl::OkStatus();
  const auto state = nlohmann::json::parse(in, nullptr, false);
  if (state.is_object() && state.value("kind", "") != KindOf(source_)) {
    return ErrorOf(
        absl::StatusCode::kFailedPrecondition,
        SayBoth("$0 是另一次导出未完成的部分：请删除它，或用 --out 另起文件名",
                "$0 is the unfinished part of another export: delete it, or "
                "give another file with --out",
                part_));
  }
  if (!state.is_object() ||
      !source_.Resume(absl::HexStringToBytes(state.value("request", "")))) {
    return ErrorOf(absl::StatusCode::kDataLoss,
                   SayBoth("$0 已损坏：请删除它和 $1，再重新导出",
                           "$0 is damaged: delete it and $1, then export again",
                           state_, part_));
  }
  next_token_ = state.value("next_token", "");
  rows_ = state.value("rows", uint64_t{0});
  bytes_ = state.value("bytes", uint64_t{0});
  return absl::OkStatus();
}

absl::Status Spool::SaveState() const {
  const nlohmann::json state = {
      {"kind", KindOf(source_)},
      {"request",
       absl::BytesToHexString(source_.request().SerializeAsString())},
      {"next_token", next_token_},
      {"rows", rows_},
      {"bytes", bytes_}};
  const std::string made = absl::StrCat(state_, ".tmp");
  std::ofstream out(made, std::ios::trunc);
  out << state.dump() << "\n";
  out.close();
  if (!out || std::rename(made.c_str(), state_.c_str()) != 0) {
    return Failed(state_);
  }
  return absl::OkStatus();
}

absl::Status Spool::Add(const ExportPage& page) {
  {
    FileOutputStream out(file_);
    if (!SerializeDelimitedToZeroCopyStream(page.page, &out) || !out.Flush()) {
      return Failed(part_);
    }
    bytes_ += static_cast<uint64_t>(out.ByteCount());
  }
  rows_ += page.rows;
  next_token_ = page.next_token;
  return SaveState();
}

absl::Status Spool::ForEachRow(
    const std::function<absl::Status(const ExportRow& row)>& visit) const {
  if (lseek(file_, 0, SEEK_SET) < 0) return Failed(part_);
  FileInputStream in(file_);
  std::string page;
  while (in.ByteCount() < static_cast<int64_t>(bytes_)) {
    CodedInputStream coded(&in);
    uint32_t size = 0;
    if (!coded.ReadVarint32(&size) ||
        !coded.ReadString(&page, static_cast<int>(size))) {
      return absl::DataLossError(absl::StrCat(part_, ": damaged"));
    }
    SLUICE_RETURN_IF_ERROR(source_.ForEachRow(page, visit));
  }
  return absl::OkStatus();
}

void Spool::Delete() {
  std::remove(part_.c_str());
  std::remove(state_.c_str());
}

}  // namespace sluice::ctl
