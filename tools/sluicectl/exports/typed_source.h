#pragma once

// What all export sources share, for their types of request and page.

#include <string>
#include <utility>

#include "tools/sluicectl/exports/export_source.h"
#include "tools/sluicectl/party_names.h"

namespace sluice::ctl {

template <typename Request, typename Page>
class TypedSource : public ExportSource {
 public:
  const google::protobuf::Message& request() const final { return request_; }
  std::string Filters() const final {
    Request filters = request_;
    ClearTimes(filters);
    return filters.SerializeAsString();
  }
  bool Resume(const std::string& request) final {
    return request_.ParseFromString(request);
  }
  absl::Status ForEachRow(
      const std::string& bytes,
      const std::function<absl::Status(const ExportRow&)>& visit) final {
    Page page;
    if (!page.ParseFromString(bytes)) {
      return absl::DataLossError("a page does not parse");
    }
    return Rows(page, visit);
  }

 protected:
  TypedSource(const Context& context, Request request)
      : context_(context), parties_(context), request_(std::move(request)) {}

  virtual void ClearTimes(Request& request) const = 0;
  virtual absl::Status Rows(
      const Page& page,
      const std::function<absl::Status(const ExportRow&)>& visit) = 0;

  const Context& context_;
  PartyNames parties_;
  Request request_;
};

}  // namespace sluice::ctl
