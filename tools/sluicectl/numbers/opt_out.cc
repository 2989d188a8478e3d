// sluicectl optout: opt-outs of recipients, one at a time.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/opt_outs.grpc.pb.h"
#include "tools/lib/patience.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/key_names.h"

namespace sluice::ctl {
namespace {

struct OptOutFlags {
  std::string number;
  std::string content_provider;
  std::string signature;
  std::vector<std::string> classes;
  std::string source = "officer";
  std::string evidence;
  std::string proof;
  std::string consented;
};

void AddScopeFlags(tools::CommandLine& command, OptOutFlags& flags) {
  command.Add("NUMBER", flags.number, "The recipient's number").Required();
  command.Add("--content-provider", flags.content_provider,
              "The content provider whose messages the recipient opts out of. "
              "Default: all");
  command.Add("--signature", flags.signature,
              "Only messages under this signature of the content provider");
  command
      .Add("--class", flags.classes,
           "Message classes of the opt-out. Default: commercial and "
           "consent_request")
      .OneValueEach();
}

absl::StatusOr<admin::v1::OptOutScope> ScopeOf(const OptOutFlags& flags) {
  admin::v1::OptOutScope scope;
  scope.set_content_provider_id(flags.content_provider);
  scope.set_signature_id(flags.signature);
  for (const std::string& name : flags.classes) {
    const auto message_class = tools::ParseEnum<v1::MessageClass>(name);
    if (!message_class.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--class ", message_class.status().message()));
    }
    scope.add_classes(*message_class);
  }
  return scope;
}

std::string ScopeText(const admin::v1::OptOutScope& scope) {
  std::vector<std::string> classes;
  for (const int value : scope.classes()) {
    classes.push_back(tools::ShortName(static_cast<v1::MessageClass>(value)));
  }
  return absl::StrCat(
      scope.content_provider_id().empty() ? "all content providers"
                                          : scope.content_provider_id(),
      scope.signature_id().empty() ? "" : " / ", scope.signature_id(), ": ",
      classes.empty() ? "COMMERCIAL, CONSENT_REQUEST"
                      : absl::StrJoin(classes, ", "));
}

std::string EvidenceText(const admin::v1::OptOut& opt_out) {
  const std::string& evidence =
      opt_out.evidence().empty() ? opt_out.raw_reply() : opt_out.evidence();
  if (opt_out.import_id().empty()) return evidence;
  return absl::StrCat(evidence, evidence.empty() ? "" : ", ", "import ",
                      opt_out.import_id());
}

std::string StateText(const admin::v1::OptOut& opt_out) {
  if (!opt_out.has_remove_time()) return "in force";
  const bool corrected = !opt_out.correction_id().empty();
  return absl::StrCat(corrected ? "corrected " : "reversed ",
                      tools::TimeText(opt_out.remove_time()), ": ",
                      opt_out.removal_proof());
}

// Who removed it, and by what: the recipient's consent or a correction.
std::string RemoverText(const admin::v1::OptOut& opt_out, KeyNames& names) {
  if (!opt_out.has_remove_time()) return "-";
  if (!opt_out.correction_id().empty()) {
    return absl::StrCat(names.Of(opt_out.remover()), ", correction ",
                        opt_out.correction_id());
  }
  return absl::StrCat(names.Of(opt_out.remover()), ", consent of ",
                      tools::TimeText(opt_out.consent_time()));
}

template <typename OptOuts>
void PrintOptOuts(const Context& context, const OptOuts& opt_outs) {
  tools::Table table({{"id"},
                      {"number"},
                      {"time"},
                      {"source"},
                      {"refuses"},
                      {"evidence", tools::Align::kLeft, true},
                      {"by"},
                      {"state", tools::Align::kLeft, true},
                      {"removed by"}});
  KeyNames names(context);
  for (const admin::v1::OptOut& opt_out : opt_outs) {
    table.AddRow({opt_out.id(), opt_out.recipient(),
                  tools::TimeText(opt_out.create_time()),
                  tools::ShortName(opt_out.source()),
                  ScopeText(opt_out.scope()), EvidenceText(opt_out),
                  names.Of(opt_out.actor()), StateText(opt_out),
                  RemoverText(opt_out, names)});
  }
  context.out << table.Text(context.width);
}

absl::StatusOr<int> Add(const Context& context, const OptOutFlags& flags) {
  admin::v1::AddOptOutRequest request;
  request.set_recipient(flags.number);
  SLUICE_ASSIGN_OR_RETURN(*request.mutable_scope(), ScopeOf(flags));
  const auto source = tools::ParseEnum<admin::v1::OptOutSource>(flags.source);
  if (!source.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--source ", source.status().message()));
  }
  request.set_source(*source);
  request.set_evidence(flags.evidence);
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::OptOutsService::NewStub(connection.channel());
  admin::v1::AddOptOutResponse response;
  SLUICE_RETURN_IF_ERROR(tools::CallPatiently(connection, [&] {
    response.Clear();
    return connection.Call(*stub, &admin::v1::OptOutsService::Stub::AddOptOut,
                           request, response);
  }));
  if (context.json) {
    PrintJson(context.out, response);
    return 0;
  }
  context.out << (response.existed()
                      ? "The opt-out was already in force.\n"
                      : "The opt-out is in force: from now on no message in "
                        "its scope goes to a carrier.\n")
              << response.cancelled()
              << (response.cancelled() == 1 ? " waiting message was"
                                            : " waiting messages were")
              << " cancelled.\n";
  PrintOptOuts(context, std::vector<admin::v1::OptOut>{response.opt_out()});
  return 0;
}

absl::StatusOr<int> Remove(const Context& context, const OptOutFlags& flags) {
  admin::v1::RemoveOptOutRequest request;
  request.set_recipient(flags.number);
  SLUICE_ASSIGN_OR_RETURN(*request.mutable_scope(), ScopeOf(flags));
  request.set_proof(flags.proof);
  const auto consented = tools::ParsePastTime(flags.consented, absl::Now());
  if (!consented.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--consented ", consented.status().message()));
  }
  *request.mutable_consent_time() = tools::ToTimestamp(*consented);
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::OptOutsService::NewStub(connection.channel());
  admin::v1::RemoveOptOutResponse response;
  SLUICE_RETURN_IF_ERROR(
      connection.Call(*stub, &admin::v1::OptOutsService::Stub::RemoveOptOut,
                      request, response));
  if (context.json) {
    PrintJson(context.out, response);
    return 0;
  }
  context.out << response.removed_size()
              << (response.removed_size() == 1 ? " opt-out was"
                                               : " opt-outs were")
              << " reversed.\n";
  PrintOptOuts(context, response.removed());
  return 0;
}

absl::StatusOr<int> Lookup(const Context& context, const OptOutFlags& flags) {
  admin::v1::LookupOptOutsRequest request;
  request.set_recipient(flags.number);
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::OptOutsService::NewStub(connection.channel());
  admin::v1::LookupOptOutsResponse response;
  do {
    admin::v1::LookupOptOutsResponse page;
    SLUICE_RETURN_IF_ERROR(connection.Call(
        *stub, &admin::v1::OptOutsService::Stub::LookupOptOuts, request, page));
    request.set_page_token(page.next_page_token());
    response.MergeFrom(page);
  } while (!request.page_token().empty());
  response.clear_next_page_token();
  if (context.json) {
    PrintJson(context.out, response);
  } else if (response.opt_outs().empty()) {
    context.out << "This number has no opt-out.\n";
  } else {
    PrintOptOuts(context, response.opt_outs());
  }
  return 0;
}

}  // namespace

void AddOptOut(tools::CommandLine& app, Context& context) {
  tools::CommandLine& group =
      AddGroup(app, "optout", "Opt-outs of recipients (article 18)",
               "sluicectl optout lookup 13800138000");
  AddCommand<OptOutFlags>(
      group, context, "add",
      "Records an opt-out. Once the server answers, no message in its scope "
      "goes to a carrier.",
      "sluicectl optout add 13800138000 --content-provider shop --source "
      "complaint --evidence \"call 2026-118\"",
      [](tools::CommandLine& command, OptOutFlags& flags) {
        AddScopeFlags(command, flags);
        command
            .Add("--source", flags.source,
                 "reply, complaint, hotline_12321, carrier, "
                 "regulator, officer or import")
            .ShowDefault();
        command.Add("--evidence", flags.evidence,
                    "The evidence: a document, call or ticket");
      },
      Add);
  AddOptOutImport(group, context);
  AddCommand<OptOutFlags>(
      group, context, "remove",
      "Reverses an opt-out on the recipient's own later consent. The opt-out "
      "stays in the journal. One that was recorded by mistake needs no "
      "consent: "
      "`optout correct`.",
      "sluicectl optout remove 13800138000 --content-provider shop --proof "
      "\"web form 2026-33\" --consented \"2026-01-31 10:00\"",
      [](tools::CommandLine& command, OptOutFlags& flags) {
        AddScopeFlags(command, flags);
        command
            .Add("--proof", flags.proof,
                 "The later consent: what it is and where its record is kept")
            .Required();
        command
            .Add("--consented", flags.consented, "When that consent was given")
            .Required();
      },
      Remove);
  AddOptOutCorrect(group, context);
  AddCommand<OptOutFlags>(
      group, context, "lookup",
      "All opt-outs of a number, including reversed ones.",
      "sluicectl optout lookup \"138 0013 8000\" --json",
      [](tools::CommandLine& command, OptOutFlags& flags) {
        command.Add("NUMBER", flags.number, "The recipient's number")
            .Required();
      },
      Lookup);
}

}  // namespace sluice::ctl
