#include "tools/lib/pdu_explain.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "gateway/link/cmpp/bodies.h"
#include "gateway/link/cmpp/login.h"
#include "gateway/link/cmpp/msg_id.h"
#include "gateway/link/cmpp/report.h"
#include "gateway/link/cmpp/result.h"
#include "gateway/link/text_decode.h"

namespace sluice::cmpp {
namespace {

absl::string_view CodingMeaning(uint32_t msg_fmt) {
  switch (msg_fmt) {
    case 0:
      return "ASCII";
    case 3:
      return "SIM card write";
    case 4:
      return "binary";
    case 8:
      return "UCS2";
    case 15:
      return "GBK";
    default:
      return "unknown coding";
  }
}

absl::string_view FeePayer(uint32_t fee_user_type) {
  constexpr absl::string_view kPayers[] = {"destination pays", "source pays",
                                           "SP pays", "Fee_terminal_Id pays"};
  return fee_user_type < 4 ? kPayers[fee_user_type] : "unknown payer";
}

std::string VersionMeaning(uint32_t version) {
  return absl::StrCat("CMPP ", version >> 4, ".", version & 15);
}

std::string FieldMeaning(absl::string_view name, uint32_t number) {
  if (name == "Msg_Fmt") return std::string(CodingMeaning(number));
  if (name == "Fee_UserType") return std::string(FeePayer(number));
  if (name == "Version") return VersionMeaning(number);
  if (name == "TP_udhi" && number == 1) return "content begins with a header";
  if (name == "Timestamp") return absl::StrFormat("MMDDHHMMSS %010d", number);
  return "";
}

// The meaning of a number in a field; `value` is its decimal text.
std::string NumberMeaning(Command command, absl::string_view name,
                          uint32_t number) {
  switch (command) {
    case Command::kConnectResp:
      if (name == "Status") return std::string(ConnectStatusText(number));
      break;
    case Command::kSubmitResp:
    case Command::kDeliverResp:
      if (name == "Result") return std::string(MeaningOf(number).text);
      break;
    case Command::kCancelResp:
      return number == 0 ? "taken back" : "failed";
    case Command::kSubmit:
      if (name == "Registered_Delivery") {
        return number == 0   ? "no status report"
               : number == 1 ? "status report wanted"
                             : "charge record only";
      }
      break;
    case Command::kDeliver:
      if (name == "Registered_Delivery") {
        return number == 0 ? "message from a phone" : "status report";
      }
      break;
    default:
      break;
  }
  return FieldMeaning(name, number);
}

// Collects fields; `base` is added to their offsets.
class Collector {
 public:
  Collector(Command command, size_t base, std::vector<ExplainedField>& into)
      : command_(command), base_(base), into_(into) {}

  void operator()(absl::string_view name, size_t offset, size_t size,
                  const std::string& value) {
    ExplainedField field = {base_ + offset, size, std::string(name), value, ""};
    uint64_t number = 0;
    if (absl::EndsWith(name, "Msg_Id")) {
      if (absl::SimpleAtoi(value, &number)) {
        field.value = MsgIdKey(number);
        field.meaning = MsgIdMeaning(number);
      }
    } else if (name == "Stat") {
      field.meaning = std::string(
          StatMeaning(absl::StripPrefix(absl::StripSuffix(value, "\""), "\"")));
    } else if (absl::SimpleAtoi(value, &number)) {
      field.meaning =
          NumberMeaning(command_, name, static_cast<uint32_t>(number));
    }
    into_.push_back(std::move(field));
  }

 private:
  const Command command_;
  const size_t base_;
  std::vector<ExplainedField>& into_;
};

ExplainedField* Find(std::vector<ExplainedField>& fields,
                     absl::string_view name) {
  for (ExplainedField& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

void ExplainText(uint8_t msg_fmt, uint8_t tp_udhi, absl::string_view content,
                 std::vector<ExplainedField>& fields) {
  ExplainedField* field = Find(fields, "Msg_Content");
  const link::UserData data = link::SplitUserData(tp_udhi != 0, content);
  if (data.parts > 1) {
    absl::StrAppend(&field->meaning, "part ", data.part, " of ", data.parts,
                    ", reference ", data.reference, ": ");
  }
  absl::StrAppend(
      &field->meaning, "\"",
      link::DecodeText(static_cast<link::Coding>(msg_fmt), data.text), "\"");
}

// Explains the inner form of a body's content.
template <class Body>
absl::Status ExplainContent(const Body&, std::vector<ExplainedField>&) {
  return absl::OkStatus();
}

absl::Status ExplainContent(const Submit& submit,
                            std::vector<ExplainedField>& fields) {
  ExplainText(submit.msg_fmt, submit.tp_udhi, submit.content, fields);
  return absl::OkStatus();
}

absl::Status ExplainContent(const Deliver& deliver,
                            std::vector<ExplainedField>& fields) {
  if (deliver.registered_delivery == 0) {
    ExplainText(deliver.msg_fmt, deliver.tp_udhi, deliver.content, fields);
    return absl::OkStatus();
  }
  ExplainedField* content = Find(fields, "Msg_Content");
  content->meaning =
      absl::StrCat("status report of ", deliver.content.size(), " octets");
  const size_t at = content->offset;
  std::vector<ExplainedField> inner;
  ReportBody report;
  const absl::Status status = link::WalkBody(
      deliver.content, report, Collector(Command::kDeliver, at, inner),
      ReportNumberWidth(deliver.content.size()));
  for (ExplainedField& field : inner) {
    field.name = absl::StrCat("report ", field.name);
  }
  const auto after = fields.begin() + (content - fields.data()) + 1;
  fields.insert(after, std::make_move_iterator(inner.begin()),
                std::make_move_iterator(inner.end()));
  return status.ok() ? status : link::InField("Msg_Content", status);
}

size_t FirstDifference(absl::string_view a, absl::string_view b) {
  const auto [in_a, in_b] =
      std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  const bool same = in_a == a.end() && in_b == b.end();
  return same ? std::string::npos : static_cast<size_t>(in_a - a.begin());
}

template <class Body>
void ExplainBody(Version version, const Header& header, absl::string_view pdu,
                 Body body, Explanation& out) {
  const absl::string_view octets = pdu.substr(kHeaderSize);
  const Version layout = LayoutOf(header.command, octets.size(), version);
  out.status = link::WalkBody(
      octets, body, Collector(header.command, kHeaderSize, out.fields), layout);
  if (!out.status.ok()) return;
  out.status = ExplainContent(body, out.fields);
  if (!out.status.ok()) return;
  absl::StatusOr<std::string> again = EncodePdu(body, layout, header.sequence);
  if (!again.ok()) {
    out.status = again.status();
    return;
  }
  out.encoded_again = *std::move(again);
  out.first_difference = FirstDifference(pdu, out.encoded_again);
}

}  // namespace

Explanation Explain(Version version, absl::string_view pdu) {
  Explanation out;
  const absl::StatusOr<Header> header = DecodeHeader(pdu);
  if (!header.ok()) {
    out.status = header.status();
    return out;
  }
  out.fields = {
      {0, 4, "Total_Length", absl::StrCat(header->length), ""},
      {4, 4, "Command_Id",
       absl::StrFormat("0x%08x", static_cast<uint32_t>(header->command)),
       std::string(CommandName(header->command))},
      {8, 4, "Sequence_Id", absl::StrCat(header->sequence), ""},
  };
  const bool known = WithBody(header->command, [&](auto body) {
    ExplainBody(version, *header, pdu, std::move(body), out);
  });
  if (!known) {
    out.status = absl::InvalidArgumentError("Command_Id: unknown command");
  }
  return out;
}

}  // namespace sluice::cmpp
