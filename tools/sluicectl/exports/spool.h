#pragma once

// What an export has read so far, in a file beside its output: an export that
// breaks off goes on where it stopped. It has texts and numbers, so only its
// owner may read it, and it is deleted at the end.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sluice/admin/v1/audit.pb.h"

namespace sluice::ctl {

// One thread.
class Spool {
 public:
  // Opens the spool of the output `path`: PATH.part and PATH.part.state.
  // `request` is what to read; if the spool has the beginning of an export with
  // the same filters, request() has its times, and its token goes on behind it.
  // Errors: kFailedPrecondition (it is of an export with other filters);
  // kUnavailable; kDataLoss (not a spool).
  static absl::StatusOr<std::unique_ptr<Spool>> Open(
      const std::string& path, admin::v1::SearchMessagesRequest request);
  ~Spool();

  const admin::v1::SearchMessagesRequest& request() const { return request_; }
  // Messages, and counted refusals, in it.
  uint64_t rows() const { return rows_; }

  // Keeps a page. Errors: kUnavailable.
  absl::Status Add(const admin::v1::SearchMessagesResponse& page);

  // Visits the pages in their order, until `visit` fails. Errors: kDataLoss;
  // those of `visit`.
  absl::Status ForEach(
      const std::function<absl::Status(
          const admin::v1::SearchMessagesResponse& page)>& visit) const;

  // Deletes the files.
  void Delete();

 private:
  Spool(std::string path, admin::v1::SearchMessagesRequest request);
  absl::Status Resume();
  absl::Status SaveState() const;

  const std::string part_;
  const std::string state_;
  admin::v1::SearchMessagesRequest request_;
  std::string filters_;  // Without what differs from call to call.
  uint64_t rows_ = 0;
  uint64_t bytes_ = 0;
  int file_ = -1;
};

}  // namespace sluice::ctl
