#include "tools/sluicectl/exports/cover.h"

#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/proofs.grpc.pb.h"
#include "store/backup/backup_files.h"
#include "store/proofs/kept_head.h"
#include "tools/lib/bar.h"
#include "tools/lib/connection.h"
#include "tools/lib/json_line.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/exports/cover_page.h"
#include "tools/sluicectl/exports/filters_text.h"
#include "tools/sluicectl/key_names.h"
#include "tools/sluicectl/proof_verify.h"

namespace sluice::ctl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Timestamp;

// The first set time with one of these names, in the request or a filter in it.
const Timestamp* FindTime(const Message& request, absl::string_view name,
                          absl::string_view other) {
  std::vector<const FieldDescriptor*> set;
  request.GetReflection()->ListFields(request, &set);
  for (const FieldDescriptor* const field : set) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE ||
        field->is_repeated()) {
      continue;
    }
    const Message& value = request.GetReflection()->GetMessage(request, field);
    const auto* const time = dynamic_cast<const Timestamp*>(&value);
    if (time == nullptr) {
      if (const auto* const in_it = FindTime(value, name, other)) return in_it;
    } else if (field->name() == name || field->name() == other) {
      return time;
    }
  }
  return nullptr;
}

std::string TimesText(const Context& context, const Message& request) {
  if (const auto* const then = FindTime(request, "as_of_time", "")) {
    return tools::TimeText(*then);
  }
  const Timestamp* const from = FindTime(request, "start_time", "from_time");
  const Timestamp* const until = FindTime(request, "end_time", "until_time");
  return context.Say("$0 至 $1", "$0 to $1",
                     from == nullptr || from->seconds() == 0
                         ? context.Say("最早", "the beginning")
                         : tools::TimeText(*from),
                     until == nullptr ? context.Say("导出时", "the export")
                                      : tools::TimeText(*until));
}

std::string CountsText(const Context& context,
                       const std::map<std::string, uint64_t>& counts) {
  return absl::StrJoin(
      counts, context.Say("，", ", "), [](std::string* out, const auto& one) {
        absl::StrAppend(out, one.first, " ", tools::Grouped(one.second));
      });
}

// All that the page says of the rows, so that the proof covers it.
std::string AskedText(const Context& context, const CoveredExport& covered) {
  std::vector<std::string> parts = {TimesText(context, covered.request)};
  for (std::string part : {FiltersText(context, covered.request),
                           CountsText(context, covered.counts)}) {
    if (!part.empty()) parts.push_back(std::move(part));
  }
  return absl::StrJoin(parts, context.Say("；", "; "));
}

CoverPage PageOf(const Context& context, const CoveredExport& covered,
                 const admin::v1::ExportProof& proof,
                 const store::SignedHead& head) {
  const admin::v1::SealedExport& sealed = proof.export_();
  KeyNames keys(context);
  CoverPage page;
  page.title = context.Say("记录导出封面", "Cover of an export of records");
  const auto add = [&page](std::string title, std::string value) {
    if (value.empty()) return;
    page.lines.push_back({std::move(title), std::move(value)});
  };
  const std::string name =
      std::filesystem::path(covered.path).filename().string();
  add(context.Say("文件", "file"), name);
  add(context.Say("内容", "content"), covered.title);
  add(context.Say("范围和分类", "what it has"), sealed.filters());
  add(context.Say("行数", "rows"), tools::Grouped(sealed.rows()));
  add("SHA-256", sealed.sha256());
  add(context.Say("导出时间", "exported"), tools::TimeText(sealed.time()));
  add(context.Say("导出人", "by"), keys.Of(sealed.actor()));
  add(context.Say("签名校验点", "signed head"), absl::StrCat(head.head.number));
  add(context.Say("校验点指纹", "fingerprint"), store::FingerprintOf(head));
  add(context.Say("签名密钥", "key"), head.key_id);
  page.footer = context.Say(
      "上述内容已记入系统日志，并由签名校验点覆盖。核验不需要服务器："
      "`sluicectl audit verify $0 --file $1`",
      "The store's journal has this, and a signed head covers it. To verify it "
      "without a server: `sluicectl audit verify $0 --file $1`",
      ProofPathOf(name), name);
  return page;
}

absl::StatusOr<admin::v1::ExportProof> Seal(const Context& context,
                                            const CoveredExport& covered) {
  SLUICE_ASSIGN_OR_RETURN(const auto file,
                          store::SourceFile::Open(covered.written));
  SLUICE_ASSIGN_OR_RETURN(const std::string digest,
                          store::DigestOf(*file, file->size()));
  admin::v1::SealExportRequest request;
  request.set_kind(covered.kind);
  request.set_filters(AskedText(context, covered));
  request.set_rows(covered.rows);
  request.set_sha256(absl::HexStringToBytes(digest));
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::ProofsService::NewStub(connection.channel());
  admin::v1::SealExportResponse response;
  SLUICE_RETURN_IF_ERROR(connection.Call(
      *stub, &admin::v1::ProofsService::Stub::SealExport, request, response));
  return response.proof();
}

absl::Status WriteProof(const admin::v1::ExportProof& proof,
                        const std::string& path) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << tools::ToJson(proof) << "\n";
  out.close();
  return out ? absl::OkStatus()
             : absl::UnavailableError(absl::StrCat(path, ": not written"));
}

}  // namespace

std::string ProofPathOf(const std::string& path) {
  return path + ".proof.json";
}

std::string CoverPathOf(const std::string& path) { return path + ".cover.pdf"; }

absl::Status WriteCover(const Context& context, const CoveredExport& covered) {
  const auto proof = Seal(context, covered);
  if (absl::IsFailedPrecondition(proof.status())) {
    context.err << context.Say("没有封面：该服务器不签名。\n",
                               "No cover: this server signs nothing.\n");
    return absl::OkStatus();
  }
  if (!proof.ok()) return proof.status();
  SLUICE_ASSIGN_OR_RETURN(const VerifiedExport verified, VerifyExport(*proof));
  SLUICE_RETURN_IF_ERROR(WriteProof(*proof, ProofPathOf(covered.path)));
  const absl::Status page =
      WriteCoverPage(PageOf(context, covered, *proof, verified.head),
                     CoverPathOf(covered.path));
  if (!absl::IsNotFound(page)) return page;
  context.err << context.Say("没有封面页：$0\n", "No page of the cover: $0\n",
                             BothOf(page).in(context.language));
  return absl::OkStatus();
}

}  // namespace sluice::ctl
