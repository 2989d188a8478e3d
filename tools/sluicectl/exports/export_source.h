#pragma once

// One kind of records that can be exported: how to read its pages from the
// server, and how its records are rows.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "sluice/admin/v1/audit.pb.h"
#include "sluice/admin/v1/dossier.pb.h"
#include "sluice/admin/v1/history.pb.h"
#include "sluice/admin/v1/opt_outs.pb.h"
#include "sluice/admin/v1/replies.pb.h"
#include "tools/lib/connection.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/exports/sheet.h"

namespace sluice::ctl {

// A page of records as the server sent it, with the token of the next one;
// empty: it is the last.
struct ExportPage {
  const google::protobuf::Message& page;
  uint64_t rows = 0;
  const std::string& next_token;
};

struct ExportRow {
  const google::protobuf::Message& record;  // For JSON.
  std::string kind;  // What the cover counts it as, such as its decision.
  std::function<std::vector<std::string>()> cells;
};

// One thread.
class ExportSource {
 public:
  virtual ~ExportSource() = default;

  // As the command is named; and for people.
  virtual std::string Kind() const = 0;
  virtual std::string Title() const = 0;
  virtual std::vector<SheetColumn> Columns() const = 0;

  // What is read: the request with its times, and without what may differ when
  // an export goes on later.
  virtual const google::protobuf::Message& request() const = 0;
  virtual std::string Filters() const = 0;
  // Reads what an earlier run began to read. False: these bytes are no request.
  virtual bool Resume(const std::string& request) = 0;

  // Reads the pages from this token on; empty: from the first. Errors: those of
  // the call and of `keep`.
  virtual absl::Status Read(
      const tools::Connection& connection, const std::string& token,
      const std::function<absl::Status(const ExportPage&)>& keep) = 0;

  // Asks for what the rows need besides their pages. Before ForEachRow().
  virtual absl::Status Prepare(const tools::Connection&) {
    return absl::OkStatus();
  }

  // Visits the rows of a page. Errors: kDataLoss (not a page); those of
  // `visit`.
  virtual absl::Status ForEachRow(
      const std::string& page,
      const std::function<absl::Status(const ExportRow&)>& visit) = 0;
};

// `context` must outlive the source.
std::unique_ptr<ExportSource> MakeMessageSource(
    const Context& context, admin::v1::SearchMessagesRequest request);
std::unique_ptr<ExportSource> MakeOptOutSource(
    const Context& context, admin::v1::StreamOptOutsRequest request);
std::unique_ptr<ExportSource> MakeReplySource(
    const Context& context, admin::v1::ListRepliesRequest request);
std::unique_ptr<ExportSource> MakePartySource(
    const Context& context, admin::v1::ListPartiesRequest request);
std::unique_ptr<ExportSource> MakePersonSource(
    const Context& context, admin::v1::GetDossierRequest request);
std::unique_ptr<ExportSource> MakeOperatorSource(
    const Context& context, admin::v1::ListOperatorActionsRequest request);

// Cells of several kinds. A spreadsheet knows no zone: "2026-01-31 10:00:00",
// empty if not set.
std::string TimeCell(const google::protobuf::Timestamp& time);
// As people in China write it, and as a spreadsheet shows all digits of it.
std::string NumberCell(absl::string_view e164);

}  // namespace sluice::ctl
