#include "tools/sluicectl/carrier_words.h"

namespace sluice::ctl {
namespace {

constexpr Words kWords[] = {
    // Why a link is down.
    {"连接被拒绝：地址或端口有误，或对方没有启动",
     "connecting: Connection refused"},
    {"连接超时：对方没有应答，或被防火墙拦下",
     "connecting: Connection timed out"},
    {"连接超时：对方没有应答，或被防火墙拦下",
     "connecting: Operation canceled"},
    {"没有通往对方的网络路由", "connecting: No route to host"},
    {"网络不通", "connecting: Network is unreachable"},
    {"连接被对方重置", "reading: Connection reset by peer"},
    {"找不到运营商的地址：域名有误，或域名服务不可用",
     "looking up the carrier's address: Host not found (authoritative)"},
    {"暂时无法解析运营商的地址",
     "looking up the carrier's address: Host not found (non-authoritative), "
     "try again later"},
    {"运营商断开了连接", "the carrier closed the connection"},
    {"运营商不应答链路检测", "the carrier does not answer active tests"},
    {"运营商不读取连接", "the carrier does not read from the connection"},
    {"已停止", "stopped"},
    {"成功", "ok"},
    {"已接受", "taken"},
    {"消息结构有误", "message structure is wrong"},
    {"命令字有误", "command word is wrong"},
    {"消息序号重复", "sequence number is repeated"},
    {"消息长度有误", "message length is wrong"},
    {"资费代码有误", "fee is wrong"},
    {"超过最大信息长度", "longer than the maximum"},
    {"业务代码有误", "service code is wrong"},
    {"流量控制", "flow control"},
    {"该网关不服务这个号码", "gateway does not serve this number"},
    {"Src_Id 有误", "Src_Id is wrong"},
    {"Msg_src 有误", "Msg_src is wrong"},
    {"Fee_terminal_Id 有误", "Fee_terminal_Id is wrong"},
    {"Dest_terminal_Id 有误", "Dest_terminal_Id is wrong"},
    {"保留的代码", "reserved code"},
    {"厂商自定的代码", "vendor's code"},
    {"未知代码", "unknown code"},
    {"已送达", "delivered"},
    {"传送中", "on its way"},
    {"未送达", "not delivered"},
    {"来源地址不允许", "source address is not allowed"},
    {"认证失败", "authentication failed"},
    {"版本过高", "version is too high"},
    {"其他错误", "other error"},
    {"写入 SIM 卡", "SIM card write"},
    {"二进制", "binary"},
    {"未知编码", "unknown coding"},
    {"接收方付费", "destination pays"},
    {"发送方付费", "source pays"},
    {"SP 付费", "SP pays"},
    {"Fee_terminal_Id 付费", "Fee_terminal_Id pays"},
    {"付费方未知", "unknown payer"},
    {"内容以消息头开始", "content begins with a header"},
    {"不要状态报告", "no status report"},
    {"要状态报告", "status report wanted"},
    {"只产生话单", "charge record only"},
    {"手机发来的短信", "message from a phone"},
    {"状态报告", "status report"},
    {"已撤回", "taken back"},
    {"失败", "failed"},
    {"有效期已过", "validity period has expired"},
    {"已删除", "deleted"},
    {"无法送达", "cannot be delivered"},
    {"已代用户接收（中间状态）",
     "accepted on behalf of the user (intermediate)"},
    {"状态不明", "state is unknown"},
    {"被拒绝", "rejected"},
    {"其他失败", "other failure"},
    {"短信中心没有应答", "the SMSC did not answer"},
    {"短信中心应答错误", "the SMSC answered with an error"},
    {"短信中心没有回报", "the SMSC sent no report"},
    {"SCP 没有应答", "the SCP did not answer"},
    {"SCP 应答错误", "the SCP answered with an error"},
    {"DSMP 没有应答", "the DSMP did not answer"},
    {"DSMP 应答错误", "the DSMP answered with an error"},
    {"SP 没有应答", "the SP did not answer"},
    {"SP 应答错误", "the SP answered with an error"},
    {"下一网关没有应答", "the next gateway did not answer"},
    {"下一网关应答错误", "the next gateway answered with an error"},
    {"下一网关没有回报", "the next gateway sent no report"},
    {"短信中心报告失败", "the SMSC reports a failure"},
    {"没有发送：内容无法按运营商的编码表示",
     "not sent: it cannot be encoded for the carrier"},
};

}  // namespace

std::string CarrierWords(Language language, absl::string_view english) {
  for (const Words& words : kWords) {
    if (words.english == english) return std::string(words.in(language));
  }
  return std::string(english);
}

}  // namespace sluice::ctl
