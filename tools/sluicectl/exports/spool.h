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
#include "tools/sluicectl/exports/export_source.h"

namespace sluice::ctl {

// One thread.
class Spool {
 public:
  // Opens the spool of the output `path`: PATH.part and PATH.part.state. If it
  // has the beginning of an export with the filters of `source`, the source
  // gets that export's times. `source` must outlive it.
  // Errors: kFailedPrecondition (it is of an export with other filters);
  // kUnavailable; kDataLoss (not a spool).
  static absl::StatusOr<std::unique_ptr<Spool>> Open(const std::string& path,
                                                     ExportSource& source);
  ~Spool();

  // Records in it.
  uint64_t rows() const { return rows_; }
  // The next page's; empty: the first page's, or `complete()`.
  const std::string& next_token() const { return next_token_; }
  // The last page is in it.
  bool complete() const { return bytes_ > 0 && next_token_.empty(); }
  bool empty() const { return bytes_ == 0; }

  // Keeps a page. Errors: kUnavailable.
  absl::Status Add(const ExportPage& page);

  // Visits the rows in their order, until `visit` fails. Errors: kDataLoss;
  // those of `visit`.
  absl::Status ForEachRow(
      const std::function<absl::Status(const ExportRow& row)>& visit) const;

  // Deletes the files.
  void Delete();

 private:
  Spool(std::string path, ExportSource& source);
  absl::Status Resume();
  absl::Status SaveState() const;

  const std::string part_;
  const std::string state_;
  ExportSource& source_;
  std::string next_token_;
  uint64_t rows_ = 0;
  uint64_t bytes_ = 0;
  int file_ = -1;
};

}  // namespace sluice::ctl
