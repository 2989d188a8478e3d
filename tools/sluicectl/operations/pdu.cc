// sluicectl pdu: explains a PDU, and whether we encode it to the same octets.

#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/audit.pb.h"
#include "tools/lib/hex.h"
#include "tools/lib/json_line.h"
#include "tools/lib/pdu_explain.h"
#include "tools/lib/table.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/operations/pdu_words.h"

namespace sluice::ctl {
namespace {

struct PduFlags {
  std::vector<std::string> hex;
};

// "byte 14 is 00, ours is 01".
std::string Difference(const Context& context, const std::string& pdu,
                       const cmpp::Explanation& explained) {
  const size_t at = explained.first_difference;
  const auto octet = [&context, at](const std::string& bytes) {
    return at < bytes.size()
               ? absl::StrFormat("%02x", static_cast<uint8_t>(bytes[at]))
               : context.Say("缺失", "missing");
  };
  return context.Say(
      "编码的结果在第 $0 字节不同：输入为 $1，Sluice 编码为 $2",
      "the encoded PDU differs at octet $0: the input has $1, Sluice encodes "
      "$2",
      at, octet(pdu), octet(explained.encoded_again));
}

void PrintJsonPdu(const Context& context, const std::string& protocol,
                  const cmpp::Explanation& explained) {
  std::vector<tools::JsonLine> fields;
  for (const cmpp::ExplainedField& field : explained.fields) {
    fields.push_back(tools::JsonLine()
                         .Count("offset", field.offset)
                         .Count("size", field.size)
                         .Text("name", field.name)
                         .Text("value", field.value)
                         .Text("meaning", field.meaning));
  }
  tools::JsonLine line;
  line.Text("protocol", protocol)
      .Objects("fields", fields)
      .Text("error", explained.status.message())
      .Text("encoded_again", absl::BytesToHexString(explained.encoded_again))
      .Flag("faithful", explained.faithful());
  if (explained.first_difference == std::string::npos) {
    line.Null("first_difference");
  } else {
    line.Count("first_difference", explained.first_difference);
  }
  context.out << line.End() << "\n";
}

// As the specification spells it, with what it is part of.
std::string NameOf(const Context& context, const cmpp::ExplainedField& field) {
  absl::string_view name = field.name;
  return absl::ConsumePrefix(&name, "report ")
             ? context.Say("报告 $0", "report $0", name)
             : field.name;
}

void PrintTable(const Context& context, const std::string& pdu,
                const cmpp::Explanation& explained) {
  tools::Table table(
      {{context.Say("偏移", "offset"), tools::Align::kRight},
       {context.Say("字节数", "octets"), tools::Align::kRight},
       {context.Say("字段", "field")},
       {context.Say("值", "value"), tools::Align::kLeft, true},
       {context.Say("含义", "meaning"), tools::Align::kLeft, true}});
  for (const cmpp::ExplainedField& field : explained.fields) {
    table.AddRow({absl::StrCat(field.offset), absl::StrCat(field.size),
                  NameOf(context, field), field.value,
                  PduMeaning(context.language, field.meaning)});
  }
  context.out << table.Text(context.width) << "\n";
  if (!explained.status.ok()) {
    context.out << context.style.Bad(
                       context.Say("不是完整的 PDU：", "Not a whole PDU: "))
                << PduFault(context.language, explained.status.message())
                << "\n";
  } else if (!explained.faithful()) {
    context.out << context.style.Bad(Difference(context, pdu, explained))
                << "\n";
  } else {
    context.out << context.style.Good(
        context.Say("Sluice 编码的结果与之相同，共 $0 字节。\n",
                    "Sluice encodes the same $0 octets.\n", pdu.size()));
  }
}

constexpr const char* NameOf(cmpp::Version version) {
  return version == cmpp::Version::k30 ? "cmpp30" : "cmpp20";
}

template <cmpp::Version version>
absl::StatusOr<int> Explain(const Context& context, const PduFlags& flags) {
  std::string text = absl::StrJoin(flags.hex, " ");
  if (text == "-") {
    text.assign(std::istreambuf_iterator<char>(context.in), {});
  }
  SLUICE_ASSIGN_OR_RETURN(const std::string pdu, tools::ParseHex(text));
  if (pdu.empty()) {
    return ErrorOf(
        absl::StatusCode::kInvalidArgument,
        SayBoth("没有字节：请给出十六进制数字，或用 - 表示标准输入",
                "no octets: give hexadecimal digits, or - for standard input"));
  }
  const cmpp::Explanation explained = cmpp::Explain(version, pdu);
  if (context.json) {
    PrintJsonPdu(context, NameOf(version), explained);
  } else {
    PrintTable(context, pdu, explained);
  }
  return explained.faithful() ? 0 : 1;
}

template <cmpp::Version version>
void AddProtocol(tools::CommandLine& group, Context& context,
                 const tools::HelpText& what) {
  const std::string name = NameOf(version);
  AddCommand<PduFlags>(
      group, context, name, what,
      absl::StrCat("sluicectl pdu ", name,
                   " 0000000c 00000008 7ce1e1d5\n"
                   "  xxd -p capture.bin | sluicectl pdu ",
                   name, " -"),
      [](tools::CommandLine& command, PduFlags& flags) {
        command
            .Add("HEX", flags.hex,
                 {"十六进制数字，可含空格和换行；- 表示标准输入",
                  "Hexadecimal digits, with or without spaces and line ends; "
                  "- reads standard input"})
            .Required();
      },
      Explain<version>);
}

}  // namespace

void AddPdu(tools::CommandLine& app, Context& context) {
  tools::CommandLine& group = AddGroup(
      app, "pdu",
      {"逐字段解读 PDU，再编码并比较。结果不同时退出码为 1，并显示第一个不同"
       "的字节。",
       "Explains a PDU field by field, encodes it again and compares. Exits "
       "1 and shows the first different octet when the result differs."},
      "sluicectl pdu cmpp20 0000000c 00000008 7ce1e1d5");
  AddProtocol<cmpp::Version::k20>(
      group, context, {"CMPP 2.0 会话的 PDU", "A PDU of a CMPP 2.0 session"});
  AddProtocol<cmpp::Version::k30>(
      group, context, {"CMPP 3.0 会话的 PDU", "A PDU of a CMPP 3.0 session"});
}

}  // namespace sluice::ctl
