#include "tools/sluicectl/exports/spool.h"

#include <fcntl.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <google/protobuf/util/delimited_message_util.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"

namespace sluice::ctl {
namespace {

using google::protobuf::io::FileInputStream;
using google::protobuf::io::FileOutputStream;
using google::protobuf::util::ParseDelimitedFromZeroCopyStream;
using google::protobuf::util::SerializeDelimitedToZeroCopyStream;

absl::Status Failed(const std::string& path) {
  return absl::UnavailableError(absl::StrCat(path, ": ", std::strerror(errno)));
}

std::string FiltersOf(admin::v1::SearchMessagesRequest request) {
  request.clear_start_time();
  request.clear_end_time();
  request.clear_page_token();
  request.clear_page_size();
  return absl::BytesToHexString(request.SerializeAsString());
}

}  // namespace

Spool::Spool(std::string path, admin::v1::SearchMessagesRequest request)
    : part_(absl::StrCat(path, ".part")),
      state_(absl::StrCat(path, ".part.state")),
      request_(std::move(request)),
      filters_(FiltersOf(request_)) {}

Spool::~Spool() {
  if (file_ >= 0) close(file_);
}

absl::StatusOr<std::unique_ptr<Spool>> Spool::Open(
    const std::string& path, admin::v1::SearchMessagesRequest request) {
  std::unique_ptr<Spool> spool(new Spool(path, std::move(request)));
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
  admin::v1::SearchMessagesRequest earlier;
  if (!state.is_object() || !earlier.ParseFromString(absl::HexStringToBytes(
                                state.value("request", std::string())))) {
    return ErrorOf(absl::StatusCode::kDataLoss,
                   SayBoth("$0 已损坏：请删除它和 $1，再重新导出",
                           "$0 is damaged: delete it and $1, then export again",
                           state_, part_));
  }
  if (FiltersOf(earlier) != filters_) {
    return ErrorOf(
        absl::StatusCode::kFailedPrecondition,
        SayBoth("$0 是另一次导出未完成的部分：请删除它，或用 --out 另起文件名",
                "$0 is the unfinished part of another export: delete it, or "
                "give another file with --out",
                part_));
  }
  request_ = earlier;
  rows_ = state.value("rows", uint64_t{0});
  bytes_ = state.value("bytes", uint64_t{0});
  return absl::OkStatus();
}

absl::Status Spool::SaveState() const {
  const nlohmann::json state = {
      {"request", absl::BytesToHexString(request_.SerializeAsString())},
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

absl::Status Spool::Add(const admin::v1::SearchMessagesResponse& page) {
  {
    FileOutputStream out(file_);
    if (!SerializeDelimitedToZeroCopyStream(page, &out) || !out.Flush()) {
      return Failed(part_);
    }
    bytes_ += static_cast<uint64_t>(out.ByteCount());
  }
  rows_ += static_cast<uint64_t>(page.messages_size()) +
           static_cast<uint64_t>(page.refusals_counted_size());
  request_.set_page_token(page.next_page_token());
  return SaveState();
}

absl::Status Spool::ForEach(
    const std::function<absl::Status(
        const admin::v1::SearchMessagesResponse& page)>& visit) const {
  if (lseek(file_, 0, SEEK_SET) < 0) return Failed(part_);
  FileInputStream in(file_);
  admin::v1::SearchMessagesResponse page;
  while (in.ByteCount() < static_cast<int64_t>(bytes_)) {
    page.Clear();
    if (!ParseDelimitedFromZeroCopyStream(&page, &in, nullptr)) {
      return absl::DataLossError(absl::StrCat(part_, ": damaged"));
    }
    SLUICE_RETURN_IF_ERROR(visit(page));
  }
  return absl::OkStatus();
}

void Spool::Delete() {
  std::remove(part_.c_str());
  std::remove(state_.c_str());
}

}  // namespace sluice::ctl
