#include "tools/sluicectl/party_meanings.h"

#include "absl/strings/strip.h"

namespace sluice::ctl {
namespace {

// Of "Licensee.name" and its like in sluice.admin.v1.
constexpr struct {
  absl::string_view field;
  absl::string_view label;
  Words meaning;
} kFields[] = {
    {"Licensee.name",
     "名称",
     {"公司的注册名称", "The company's registered name"}},
    {"Licensee.license_number",
     "许可证号",
     {"电信业务经营许可证的编号；没有它就不发送短信",
      "Number of the telecom licence; without it no message is sent"}},
    {"Licensee.license_type",
     "许可类别",
     {"电信业务的类别，如 B25；仅供参考",
      "Kind of the telecom licence, such as B25; for information"}},
    {"Licensee.license_areas",
     "许可地域",
     {"许可的地域：all，或省级代码，如 CN-GD",
      "Areas of the licence: all, or provinces such as CN-GD"}},
    {"Licensee.license_start_time",
     "许可起始",
     {"许可起始的时间", "When the licence begins"}},
    {"Licensee.license_end_time",
     "许可截止",
     {"许可到期的时间", "When the licence expires"}},
    {"Account.name",
     "名称",
     {"客户的名称，仅供参考", "The customer's name, for information"}},
    {"Account.licensee_id",
     "持证单位",
     {"依其许可发送短信的持证单位",
      "The licensee under whose licence it sends"}},
    {"Account.parent_account_id",
     "上级账号",
     {"其上级代理商的账号", "The account of the agent above it"}},
    {"Account.content_provider_ids",
     "内容提供者",
     {"可为哪些内容提供者发送短信",
      "The content providers whose messages it may send"}},
    {"Account.messages_per_second_max",
     "每秒短信上限",
     {"其全部密钥合计每秒的短信数；0 表示不限",
      "Messages a second over all its keys; 0: no limit"}},
    {"Account.calling_codes",
     "国家代码",
     {"可向哪些国家代码发送。默认为规则包所列",
      "Calling codes of the countries it may send to. Default: those of the "
      "rule pack"}},
    {"ContentProvider.name",
     "名称",
     {"公司的注册名称", "The company's registered name"}},
    {"ContentProvider.industry",
     "行业",
     {"公司的行业，仅供参考", "The company's trade, for information"}},
    {"ContentProvider.contact",
     "联系人",
     {"联系人：姓名和电话或地址", "Contact: name and telephone or address"}},
    {"ContentProvider.contract",
     "合同",
     {"与内容提供者的合同编号",
      "Number of the contract with the content provider"}},
    {"ContentProvider.credit_code",
     "统一社会信用代码",
     {"统一社会信用代码，18 位", "Unified social credit code, 18 characters"}},
    {"ContentProvider.relationship_end_time",
     "合作截止",
     {"合同终止的时间；记录至少再保存 5 个月",
      "When the contract ends; records are kept at least 5 months longer"}},
    {"ContentProvider.import_time",
     "迁入时间",
     {"从其他系统迁入的时间；其后 90 天内缺少同意只作观察",
      "When it was imported from another system; missing consents are only "
      "observed for 90 days"}},
    {"ContentProvider.template_duties",
     "须用模板的类别",
     {"须由模板生成的短信类别",
      "Message classes that must be made from a template"}},
    {"Signature.name",
     "名称",
     {"签名的名称，不含括号，2 至 20 个字",
      "The name without brackets, 2 to 20 characters"}},
    {"Signature.content_provider_id",
     "内容提供者",
     {"签名属于哪个内容提供者", "The content provider whose name it is"}},
    {"Signature.filings",
     "报备",
     {"签名已报备的运营商", "Carriers it is filed with"}},
    {"Signature.contacts",
     "链接和联系方式",
     {"其短信可以含有的链接和联系方式",
      "Links and contacts that its texts may contain"}},
    {"Template.content_provider_id",
     "内容提供者",
     {"使用模板的内容提供者", "The content provider that uses it"}},
    {"Template.signature_id",
     "签名",
     {"其短信的签名。默认为该内容提供者的任一签名",
      "The signature of its texts. Default: any of the content provider's"}},
    {"Template.message_class",
     "类别",
     {"由它生成的短信的类别", "The class of messages made from it"}},
    {"Template.text",
     "内容",
     {"不含签名和退订提示；{name} 为变量，{{ 和 }} 表示花括号",
      "Without signature and opt-out wording; {name} is a variable, {{ and }} "
      "are braces"}},
    {"Template.variables",
     "变量",
     {"内容中的一个变量，每个变量给出一次",
      "A variable of the text; give one for each"}},
    {"Template.contacts",
     "链接和联系方式",
     {"其短信可以含有的链接和联系方式",
      "Links and contacts that its texts may contain"}},
    {"Template.accepted_hits", "已接受的命中", {}},
    {"Port.number",
     "端口号",
     {"数字；只能与同一内容提供者的端口号重叠",
      "Digits; may overlap only ports of the same content provider"}},
    {"Port.alias",
     "别名",
     {"调用方可用来代替端口号的名称",
      "A name that callers may use instead of the number"}},
    {"Port.content_provider_id",
     "内容提供者",
     {"端口号属于哪个内容提供者", "The content provider that owns it"}},
    {"Port.licensee_id",
     "持证单位",
     {"运营商把端口号分配给了哪个持证单位",
      "The licensee that the carriers assigned it to"}},
    {"Port.carriers",
     "运营商",
     {"承载它的运营商。默认为全部", "Carriers that serve it. Default: all"}},
    {"Port.purposes",
     "用途",
     {"获准发送的短信类别", "Classes it is approved for"}},
    {"Port.place", "属地", {"省级代码，如 CN-GD", "Province, such as CN-GD"}},
    {"Port.signature_placement",
     "签名的添加",
     {"由谁把签名加入短信", "Who puts the signature into the text"}},
    {"Port.notice_placement",
     "退订提示的添加",
     {"由谁把退订提示加入短信", "Who puts the opt-out wording into the text"}},
    {"Port.access_number_length_max",
     "接入号最大位数",
     {"接入号连同扩展号的最大位数；0 表示 20",
      "Longest access number, with extension; 0: 20"}},
    {"Port.sub_port",
     "子端口",
     {"端口号与扩展号之间的数字", "Digits between port and extension"}},
};

}  // namespace

absl::string_view ChineseLabelOf(
    const google::protobuf::FieldDescriptor& field) {
  const absl::string_view name =
      absl::StripPrefix(field.full_name(), "sluice.admin.v1.");
  for (const auto& one : kFields) {
    if (one.field == name) return one.label;
  }
  return "";
}

Words MeaningOf(const google::protobuf::FieldDescriptor& field) {
  const absl::string_view name =
      absl::StripPrefix(field.full_name(), "sluice.admin.v1.");
  for (const auto& one : kFields) {
    if (one.field == name) return one.meaning;
  }
  return {};
}

}  // namespace sluice::ctl
