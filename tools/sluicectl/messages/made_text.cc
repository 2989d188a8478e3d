#include "tools/sluicectl/messages/made_text.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "filter/templates/template_shelf.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/registry.grpc.pb.h"
#include "tools/lib/display_width.h"

namespace sluice::ctl {
namespace {

uint32_t Characters(const std::string& text) {
  return static_cast<uint32_t>(tools::SplitGlyphs(text).size());
}

MadeText Fill(const filter::TemplateText& text,
              const v1::OutgoingMessage& message) {
  MadeText made;
  for (size_t i = 0;; ++i) {
    const absl::string_view fixed = text.submitted(i);
    made.text.append(fixed.data(), fixed.size());
    if (i == text.variables().size()) return made;
    const auto value = message.variables().find(text.variables()[i].name);
    if (value == message.variables().end()) return {};
    MadeText::Place& place = made.places.emplace_back();
    place.variable = value->first;
    place.span.set_begin(Characters(made.text));
    made.text += value->second;
    place.span.set_end(Characters(made.text));
  }
}

}  // namespace

std::string MadeText::FieldOf(const v1::Reason& reason) const {
  for (const Place& place : places) {
    for (const v1::Span& span : reason.spans()) {
      if (span.begin() < place.span.end() && place.span.begin() < span.end()) {
        return absl::StrCat("variables.", place.variable);
      }
    }
  }
  return reason.field();
}

absl::StatusOr<MadeText> MakeText(const tools::Connection& connection,
                                  const v1::OutgoingMessage& message) {
  if (message.template_id().empty() || !message.text().empty()) {
    MadeText own;
    own.text = message.text();
    return own;
  }
  admin::v1::ListPartiesRequest request;
  request.set_kind(store::v1::PARTY_KIND_TEMPLATE);
  request.set_id(message.template_id());
  admin::v1::ListPartiesResponse found;
  const auto stub = admin::v1::RegistryService::NewStub(connection.channel());
  SLUICE_RETURN_IF_ERROR(connection.Call(
      *stub, &admin::v1::RegistryService::Stub::List, request, found));
  if (found.parties_size() != 1) return MadeText();
  const auto released = filter::ReadReleasedText(message.template_id(),
                                                 found.parties(0).template_());
  if (!released.ok()) return MadeText();
  return Fill((*released)->text, message);
}

}  // namespace sluice::ctl
