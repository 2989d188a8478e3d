#include "tools/sluicectl/messages/made_text.h"

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "filter/templates/template_shelf.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/registry.grpc.pb.h"
#include "tools/lib/display_width.h"
#include "tools/lib/words.h"

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

// The template as the filter reads it.
store::v1::Template AsStored(const admin::v1::Template& shown) {
  store::v1::Template text;
  text.set_content_provider_id(shown.content_provider_id());
  text.set_signature_id(shown.signature_id());
  text.set_message_class(shown.message_class());
  text.set_text(shown.text());
  for (const admin::v1::Template::Variable& one : shown.variables()) {
    store::v1::Template::Variable& variable = *text.add_variables();
    variable.set_name(one.name());
    variable.set_type(absl::AsciiStrToLower(tools::ShortName(one.type())));
    variable.set_characters_min(one.characters_min());
    variable.set_characters_max(one.characters_max());
  }
  return text;
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
  admin::v1::GetTemplateRequest request;
  request.set_id(message.template_id());
  admin::v1::GetTemplateResponse found;
  const auto stub = admin::v1::RegistryService::NewStub(connection.channel());
  const absl::Status read = connection.Call(
      *stub, &admin::v1::RegistryService::Stub::GetTemplate, request, found);
  if (absl::IsNotFound(read)) return MadeText();
  SLUICE_RETURN_IF_ERROR(read);
  const auto released = filter::ReadReleasedText(message.template_id(),
                                                 AsStored(found.template_()));
  if (!released.ok()) return MadeText();
  return Fill((*released)->text, message);
}

}  // namespace sluice::ctl
