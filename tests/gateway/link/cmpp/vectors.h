#pragma once

// Whole CMPP PDUs that this project did not make, with their fields as another
// decoder reads them. origin: ../shared/vectors; each vector names the
// implementations that made it.

#include <vector>

#include "gateway/link/cmpp/header.h"

namespace sluice::cmpp {

// Null: not compared.
struct VectorField {
  const char* name;
  const char* value;
  const char* meaning = nullptr;
};

struct Vector {
  const char* id;
  const char* origin;
  Version version;
  const char* command;
  const char* hex;
  std::vector<VectorField> fields;
};

// clang-format off
inline const std::vector<Vector>& Vectors() {
  static const std::vector<Vector> vectors = {
      {"CMPP2-01", "SMSGate client <-> SMSGate server, loopback capture",
       Version::k20, "CMPP_CONNECT",
       "00000027000000017ce1e1c7393030303032c7446b628f795ffe1531e1907861"
       "e8a12042e16e08",
       {
           {"Total_Length", "39"},
           {"Command_Id", "0x00000001"},
           {"Sequence_Id", "2095178183"},
           {"Source_Addr", "\"900002\""},
           {"AuthenticatorSource", "c7446b628f795ffe1531e1907861e8a1"},
           {"Version", "32"},
           {"Timestamp", "1122070024"},
       }},
      {"CMPP2-02", "SMSGate client <-> SMSGate server, loopback capture",
       Version::k20, "CMPP_CONNECT_RESP",
       "0000001e800000017ce1e1c7004e67e550af7becc67203c04648fb450b20",
       {
           {"Total_Length", "30"},
           {"Command_Id", "0x80000001"},
           {"Sequence_Id", "2095178183"},
           {"Status", "0"},
           {"AuthenticatorISMG", "4e67e550af7becc67203c04648fb450b"},
           {"Version", "32"},
       }},
      {"CMPP2-03", "SMSGate client <-> SMSGate server, loopback capture",
       Version::k20, "CMPP_SUBMIT",
       "000000b1000000047ce1e1d1bb1c06038d271f0a010101095356433100000000"
       "0000020000000000000000000000000000000000000000000000083930303030"
       "3130313030303030300000000000000000000000000000000000000000000000"
       "0000000000000000000000313036393030303031000000000000000000000000"
       "01313338303031333830303000000000000000000000129a8c8bc17801003100"
       "3200330034003500360000000000000000",
       {
           {"Total_Length", "177"},
           {"Command_Id", "0x00000004"},
           {"Sequence_Id", "2095178193"},
           {"Msg_Id", "bb1c06038d271f0a", "11-22 07:00:24 gw 232743 seq 7946"},
           {"Pk_total", "1"},
           {"Pk_number", "1"},
           {"Registered_Delivery", "1"},
           {"Msg_level", "9"},
           {"Service_Id", "\"SVC1\""},
           {"Fee_UserType", "2"},
           {"Fee_terminal_Id", "\"\""},
           {"TP_pId", "0"},
           {"TP_udhi", "0"},
           {"Msg_Fmt", "8"},
           {"Msg_src", "\"900001\""},
           {"FeeType", "\"01\""},
           {"FeeCode", "\"000000\""},
           {"ValId_Time", "\"\""},
           {"At_Time", "\"\""},
           {"Src_Id", "\"106900001\""},
           {"DestUsr_tl", "1"},
           {"Dest_terminal_Id", "\"13800138000\""},
           {"Msg_Length", "18"},
           {"Msg_Content", nullptr, "\"验证码123456\""},
           {"Reserve", "0000000000000000"},
       }},
      {"CMPP2-04", "SMSGate client <-> SMSGate server, loopback capture",
       Version::k20, "CMPP_SUBMIT_RESP",
       "00000015800000047ce1e1d1bb1c06038d271f1700",
       {
           {"Total_Length", "21"},
           {"Command_Id", "0x80000004"},
           {"Sequence_Id", "2095178193"},
           {"Msg_Id", "bb1c06038d271f17", "11-22 07:00:24 gw 232743 seq 7959"},
           {"Result", "0"},
       }},
      {"CMPP2-05", "SMSGate client <-> SMSGate server, loopback capture",
       Version::k20, "CMPP_DELIVER",
       "00000091000000057ce1e1e8bb1c06038d271f18313036393030303031000000"
       "0000000000000000000000000000000000000000000031333830303133383030"
       "3000000000000000000000013cbb1c06038d271f1744454c4956524432363131"
       "3232303730303236313132323037303131333830303133383030300000000000"
       "00000000000000004d0000000000000000",
       {
           {"Total_Length", "145"},
           {"Command_Id", "0x00000005"},
           {"Sequence_Id", "2095178216"},
           {"Msg_Id", "bb1c06038d271f18", "11-22 07:00:24 gw 232743 seq 7960"},
           {"Dest_Id", "\"106900001\""},
           {"Service_Id", "\"\""},
           {"TP_pid", "0"},
           {"TP_udhi", "0"},
           {"Msg_Fmt", "0"},
           {"Src_terminal_Id", "\"13800138000\""},
           {"Registered_Delivery", "1"},
           {"Msg_Length", "60"},
           {"Msg_Content", nullptr, "status report of 60 octets"},
           {"report Msg_Id", "bb1c06038d271f17"},
           {"report Stat", "\"DELIVRD\""},
           {"report Submit_time", "\"2611220700\""},
           {"report Done_time", "\"2611220701\""},
           {"report Dest_terminal_Id", "\"13800138000\""},
           {"report SMSC_sequence", "77"},
           {"Reserved", "0000000000000000"},
       }},
      {"CMPP2-06", "SMSGate client <-> SMSGate server, loopback capture",
       Version::k20, "CMPP_DELIVER_RESP",
       "00000015800000057ce1e1e8bb1c06038d271f1800",
       {
           {"Total_Length", "21"},
           {"Command_Id", "0x80000005"},
           {"Sequence_Id", "2095178216"},
           {"Msg_Id", "bb1c06038d271f18", "11-22 07:00:24 gw 232743 seq 7960"},
           {"Result", "0"},
       }},
      {"CMPP2-08", "SMSGate client <-> SMSGate server, loopback capture",
       Version::k20, "CMPP_ACTIVE_TEST",
       "0000000c000000087ce1e222",
       {
           {"Total_Length", "12"},
           {"Command_Id", "0x00000008"},
           {"Sequence_Id", "2095178274"},
       }},
      {"CMPP2-09", "SMSGate client <-> SMSGate server, loopback capture",
       Version::k20, "CMPP_ACTIVE_TEST_RESP",
       "0000000d800000087ce1e22200",
       {
           {"Total_Length", "13"},
           {"Command_Id", "0x80000008"},
           {"Sequence_Id", "2095178274"},
           {"Reserved", "0"},
       }},
      {"CMPP2-14", "bigwhite/gocmpp unit test deliver_test.go",
       Version::k20, "CMPP_DELIVER",
       "000000670000000500000005b525628000010000393030303031000000000000"
       "0000000000000000000000000000000000000000000031333431323334303030"
       "300000000000000000000000125468697320697320612074657374204d4f2e00"
       "00000000000000",
       {
           {"Total_Length", "103"},
           {"Command_Id", "0x00000005"},
           {"Sequence_Id", "5"},
           {"Msg_Id", "b525628000010000", "11-10 09:22:10 gw 1 seq 0"},
           {"Dest_Id", "\"900001\""},
           {"Service_Id", "\"\""},
           {"TP_pid", "0"},
           {"TP_udhi", "0"},
           {"Msg_Fmt", "0"},
           {"Src_terminal_Id", "\"13412340000\""},
           {"Registered_Delivery", "0"},
           {"Msg_Length", "18"},
           {"Msg_Content", nullptr, "\"This is a test MO.\""},
           {"Reserved", "0000000000000000"},
       }},
      {"CMPP2-18", "bigwhite/gocmpp unit test activetest_test.go / terminate_test.go. same in 2.0 and 3.0",
       Version::k20, "CMPP_TERMINATE",
       "0000000c0000000200000017",
       {
           {"Total_Length", "12"},
           {"Command_Id", "0x00000002"},
           {"Sequence_Id", "23"},
       }},
      {"CMPP2-19", "bigwhite/gocmpp unit test activetest_test.go / terminate_test.go. same in 2.0 and 3.0",
       Version::k20, "CMPP_TERMINATE_RESP",
       "0000000c8000000200000017",
       {
           {"Total_Length", "12"},
           {"Command_Id", "0x80000002"},
           {"Sequence_Id", "23"},
       }},
      {"CMPP2-20", "yedamao/go_cmpp transmitter/receiver <-> its mockserver, loopback capture. GBK (15) submit; mock report has empty times",
       Version::k20, "CMPP_SUBMIT",
       "000000ab00000004000000020000000000000000010101005356433100000000"
       "00000000000000000000000000000000000000000000000000000f3930303030"
       "3130320000000000000000000000000000000000000000000000000000000000"
       "0000000000000000000000313036393030303100000000000000000000000000"
       "013133383030313338303030000000000000000000000cd1e9d6a4c2eb313233"
       "3435360000000000000000",
       {
           {"Total_Length", "171"},
           {"Command_Id", "0x00000004"},
           {"Sequence_Id", "2"},
           {"Msg_Id", "0000000000000000", "00-00 00:00:00 gw 0 seq 0"},
           {"Pk_total", "1"},
           {"Pk_number", "1"},
           {"Registered_Delivery", "1"},
           {"Msg_level", "0"},
           {"Service_Id", "\"SVC1\""},
           {"Fee_UserType", "0"},
           {"Fee_terminal_Id", "\"\""},
           {"TP_pId", "0"},
           {"TP_udhi", "0"},
           {"Msg_Fmt", "15"},
           {"Msg_src", "\"900001\""},
           {"FeeType", "\"02\""},
           {"FeeCode", "\"\""},
           {"ValId_Time", "\"\""},
           {"At_Time", "\"\""},
           {"Src_Id", "\"10690001\""},
           {"DestUsr_tl", "1"},
           {"Dest_terminal_Id", "\"13800138000\""},
           {"Msg_Length", "12"},
           {"Msg_Content", nullptr, "\"验证码123456\""},
           {"Reserve", "0000000000000000"},
       }},
      {"CMPP2-21", "yedamao/go_cmpp transmitter/receiver <-> its mockserver, loopback capture. GBK (15) submit; mock report has empty times",
       Version::k20, "CMPP_SUBMIT_RESP",
       "000000158000000400000002000000000000000000",
       {
           {"Total_Length", "21"},
           {"Command_Id", "0x80000004"},
           {"Sequence_Id", "2"},
           {"Msg_Id", "0000000000000000", "00-00 00:00:00 gw 0 seq 0"},
           {"Result", "0"},
       }},
      {"CMPP2-25", "yedamao/go_cmpp transmitter/receiver <-> its mockserver, loopback capture. GBK (15) submit; mock report has empty times",
       Version::k20, "CMPP_DELIVER_RESP",
       "000000158000000500000001000000000000303900",
       {
           {"Total_Length", "21"},
           {"Command_Id", "0x80000005"},
           {"Sequence_Id", "1"},
           {"Msg_Id", "0000000000003039", "00-00 00:00:00 gw 0 seq 12345"},
           {"Result", "0"},
       }},
      {"CMPP2-27", "SMSGate client, loopback capture. long UCS2 message in parts, 6-byte UDH",
       Version::k20, "CMPP_SUBMIT",
       "00000107000000042375ae52bb1c710dc61168db020201095356433100000000"
       "0000020000000000000000000000000000000000000000000001083930303030"
       "3130313030303030300000000000000000000000000000000000000000000000"
       "0000000000000000000000313036393030303031000000000000000000000000"
       "013133383030313338303030000000000000000000006805000393020290125d"
       "f252304e305de267dc53d64ef678010038003800360036003500358bf753ca65"
       "f6988653d660a85c3e53f7003000300030003176845feb90125df252304e305d"
       "e267dc53d64ef678010038003800360036003500358bf753ca65f6988653d600"
       "00000000000000",
       {
           {"Total_Length", "263"},
           {"Command_Id", "0x00000004"},
           {"Sequence_Id", "594914898"},
           {"Msg_Id", "bb1c710dc61168db", "11-22 07:07:04 gw 902673 seq 26843"},
           {"Pk_total", "2"},
           {"Pk_number", "2"},
           {"Registered_Delivery", "1"},
           {"Msg_level", "9"},
           {"Service_Id", "\"SVC1\""},
           {"Fee_UserType", "2"},
           {"Fee_terminal_Id", "\"\""},
           {"TP_pId", "0"},
           {"TP_udhi", "1"},
           {"Msg_Fmt", "8"},
           {"Msg_src", "\"900001\""},
           {"FeeType", "\"01\""},
           {"FeeCode", "\"000000\""},
           {"ValId_Time", "\"\""},
           {"At_Time", "\"\""},
           {"Src_Id", "\"106900001\""},
           {"DestUsr_tl", "1"},
           {"Dest_terminal_Id", "\"13800138000\""},
           {"Msg_Length", "104"},
           {"Msg_Content", nullptr, "part 2 of 2, reference 147: \"递已到丰巢柜取件码886655请及时领取您尾号0001的快递已到丰巢柜取件码886655请及时领取\""},
           {"Reserve", "0000000000000000"},
       }},
      {"CMPP2-30", "SMSGate server, loopback capture. bad password: Status 3, zero authenticator",
       Version::k20, "CMPP_CONNECT_RESP",
       "0000001e8000000176a9e158030000000000000000000000000000000030",
       {
           {"Total_Length", "30"},
           {"Command_Id", "0x80000001"},
           {"Sequence_Id", "1990844760"},
           {"Status", "3"},
           {"AuthenticatorISMG", "00000000000000000000000000000000"},
           {"Version", "48"},
       }},
      {"CMPP2-31", "Lihuanghe/SMSGate unit test TestDiffrentMsgFmt.java. part 1 of 4, 134 bytes of text after the header",
       Version::k20, "CMPP_SUBMIT",
       "0000012b0000000455c51d4e43c0ee40261c1d50040100093130303836000000"
       "0000020000000000000000000000000000000000000000000001080000000000"
       "0030313030303030300000000000000000000000000000000000000000000000"
       "0000000000000000000000313030383600000000000000000000000000000000"
       "013133383030313338303030000000000000000000008c050003e404015c0a65"
       "6c76845ba26237002c60a8597dff0160a84e8e0032003000310036002d003000"
       "33002d00320033002000310034003a00350031003a00330036901a8fc74e2d56"
       "fd79fb52a8003100300030003800359500552e4e137ebf8ba28d2d768430104e"
       "0052a0624b673a9ad86e059632522e4fdd62a4819c3011ff0c8bf770b951fb65"
       "2f4ed80000000000000000",
       {
           {"Total_Length", "299"},
           {"Command_Id", "0x00000004"},
           {"Sequence_Id", "1438981454"},
           {"Msg_Id", "43c0ee40261c1d50", "04-07 16:14:57 gw 9756 seq 7504"},
           {"Pk_total", "4"},
           {"Pk_number", "1"},
           {"Registered_Delivery", "0"},
           {"Msg_level", "9"},
           {"Service_Id", "\"10086\""},
           {"Fee_UserType", "2"},
           {"Fee_terminal_Id", "\"\""},
           {"TP_pId", "0"},
           {"TP_udhi", "1"},
           {"Msg_Fmt", "8"},
           {"Msg_src", "\"\""},
           {"FeeType", "\"01\""},
           {"FeeCode", "\"000000\""},
           {"ValId_Time", "\"\""},
           {"At_Time", "\"\""},
           {"Src_Id", "\"10086\""},
           {"DestUsr_tl", "1"},
           {"Dest_terminal_Id", "\"13800138000\""},
           {"Msg_Length", "140"},
           {"Msg_Content", nullptr, "part 1 of 4, reference 228: \"尊敬的客户,您好！您于2016-03-23 14:51:36通过中国移动10085销售专线订购的【一加手机高清防刮保护膜】，请点击支付\""},
           {"Reserve", "0000000000000000"},
       }},
      {"CMPP3-01", "SMSGate client <-> SMSGate server, loopback capture",
       Version::k30, "CMPP_CONNECT",
       "00000027000000017ce1e1c4393030303033808011753cd91aeae3df962578d6"
       "9acf3042e16e08",
       {
           {"Total_Length", "39"},
           {"Command_Id", "0x00000001"},
           {"Sequence_Id", "2095178180"},
           {"Source_Addr", "\"900003\""},
           {"AuthenticatorSource", "808011753cd91aeae3df962578d69acf"},
           {"Version", "48"},
           {"Timestamp", "1122070024"},
       }},
      {"CMPP3-02", "SMSGate client <-> SMSGate server, loopback capture",
       Version::k30, "CMPP_CONNECT_RESP",
       "00000021800000017ce1e1c400000000761047bd78047b936afe82d46a3ab128"
       "30",
       {
           {"Total_Length", "33"},
           {"Command_Id", "0x80000001"},
           {"Sequence_Id", "2095178180"},
           {"Status", "0"},
           {"AuthenticatorISMG", "761047bd78047b936afe82d46a3ab128"},
           {"Version", "48"},
       }},
      {"CMPP3-03", "SMSGate client <-> SMSGate server, loopback capture",
       Version::k30, "CMPP_SUBMIT",
       "000000d5000000047ce1e1d2bb1c06038d271f0b010101095356433100000000"
       "0000020000000000000000000000000000000000000000000000000000000000"
       "0000000000000839303030303130313030303030300000000000000000000000"
       "0000000000000000000000000000000000000000000000313036393030303031"
       "0000000000000000000000000131333830303133383030300000000000000000"
       "0000000000000000000000000000129a8c8bc178010031003200330034003500"
       "360000000000000000000000000000000000000000",
       {
           {"Total_Length", "213"},
           {"Command_Id", "0x00000004"},
           {"Sequence_Id", "2095178194"},
           {"Msg_Id", "bb1c06038d271f0b", "11-22 07:00:24 gw 232743 seq 7947"},
           {"Pk_total", "1"},
           {"Pk_number", "1"},
           {"Registered_Delivery", "1"},
           {"Msg_level", "9"},
           {"Service_Id", "\"SVC1\""},
           {"Fee_UserType", "2"},
           {"Fee_terminal_Id", "\"\""},
           {"Fee_terminal_type", "0"},
           {"TP_pId", "0"},
           {"TP_udhi", "0"},
           {"Msg_Fmt", "8"},
           {"Msg_src", "\"900001\""},
           {"FeeType", "\"01\""},
           {"FeeCode", "\"000000\""},
           {"ValId_Time", "\"\""},
           {"At_Time", "\"\""},
           {"Src_Id", "\"106900001\""},
           {"DestUsr_tl", "1"},
           {"Dest_terminal_Id", "\"13800138000\""},
           {"Dest_terminal_type", "0"},
           {"Msg_Length", "18"},
           {"Msg_Content", nullptr, "\"验证码123456\""},
           {"LinkID", "0000000000000000000000000000000000000000"},
       }},
      {"CMPP3-04", "SMSGate client <-> SMSGate server, loopback capture",
       Version::k30, "CMPP_SUBMIT_RESP",
       "00000018800000047ce1e1d2bb1c06038d271f0f00000000",
       {
           {"Total_Length", "24"},
           {"Command_Id", "0x80000004"},
           {"Sequence_Id", "2095178194"},
           {"Msg_Id", "bb1c06038d271f0f", "11-22 07:00:24 gw 232743 seq 7951"},
           {"Result", "0"},
       }},
      {"CMPP3-05", "SMSGate client <-> SMSGate server, loopback capture",
       Version::k30, "CMPP_DELIVER",
       "000000b4000000057ce1e1ddbb1c06038d271f10313036393030303031000000"
       "0000000000000000000000000000000000000000000031333830303133383030"
       "30000000000000000000000000000000000000000000000147bb1c06038d271f"
       "0f44454c49565244323631313232303730303236313132323037303131333830"
       "303133383030300000000000000000000000000000000000000000000000004d"
       "0000000000000000000000000000000000000000",
       {
           {"Total_Length", "180"},
           {"Command_Id", "0x00000005"},
           {"Sequence_Id", "2095178205"},
           {"Msg_Id", "bb1c06038d271f10", "11-22 07:00:24 gw 232743 seq 7952"},
           {"Dest_Id", "\"106900001\""},
           {"Service_Id", "\"\""},
           {"TP_pid", "0"},
           {"TP_udhi", "0"},
           {"Msg_Fmt", "0"},
           {"Src_terminal_Id", "\"13800138000\""},
           {"Src_terminal_type", "0"},
           {"Registered_Delivery", "1"},
           {"Msg_Length", "71"},
           {"Msg_Content", nullptr, "status report of 71 octets"},
           {"report Msg_Id", "bb1c06038d271f0f"},
           {"report Stat", "\"DELIVRD\""},
           {"report Submit_time", "\"2611220700\""},
           {"report Done_time", "\"2611220701\""},
           {"report Dest_terminal_Id", "\"13800138000\""},
           {"report SMSC_sequence", "77"},
           {"LinkID", "0000000000000000000000000000000000000000"},
       }},
      {"CMPP3-06", "SMSGate client <-> SMSGate server, loopback capture",
       Version::k30, "CMPP_DELIVER_RESP",
       "00000018800000057ce1e1ddbb1c06038d271f1000000000",
       {
           {"Total_Length", "24"},
           {"Command_Id", "0x80000005"},
           {"Sequence_Id", "2095178205"},
           {"Msg_Id", "bb1c06038d271f10", "11-22 07:00:24 gw 232743 seq 7952"},
           {"Result", "0"},
       }},
      {"CMPP3-08", "SMSGate client <-> SMSGate server, loopback capture",
       Version::k30, "CMPP_ACTIVE_TEST",
       "0000000c000000087ce1e21a",
       {
           {"Total_Length", "12"},
           {"Command_Id", "0x00000008"},
           {"Sequence_Id", "2095178266"},
       }},
      {"CMPP3-09", "SMSGate client <-> SMSGate server, loopback capture",
       Version::k30, "CMPP_ACTIVE_TEST_RESP",
       "0000000d800000087ce1e21a00",
       {
           {"Total_Length", "13"},
           {"Command_Id", "0x80000008"},
           {"Sequence_Id", "2095178266"},
           {"Reserved", "0"},
       }},
      {"CMPP3-12", "bigwhite/gocmpp unit test deliver_test.go",
       Version::k30, "CMPP_DELIVER",
       "0000007f0000000500000001b4c5530000010000393030303031000000000000"
       "0000000000000000000000000000000000000000000031333431323334303030"
       "3000000000000000000000000000000000000000000000001254686973206973"
       "20612074657374204d4f2e0000000000000000000000000000000000000000",
       {
           {"Total_Length", "127"},
           {"Command_Id", "0x00000005"},
           {"Sequence_Id", "1"},
           {"Msg_Id", "b4c5530000010000", "11-09 17:21:12 gw 1 seq 0"},
           {"Dest_Id", "\"900001\""},
           {"Service_Id", "\"\""},
           {"TP_pid", "0"},
           {"TP_udhi", "0"},
           {"Msg_Fmt", "0"},
           {"Src_terminal_Id", "\"13412340000\""},
           {"Src_terminal_type", "0"},
           {"Registered_Delivery", "0"},
           {"Msg_Length", "18"},
           {"Msg_Content", nullptr, "\"This is a test MO.\""},
           {"LinkID", "0000000000000000000000000000000000000000"},
       }},
      {"CMPP3-18", "gocmpp cmpp3-client <-> cmpp3-server examples, loopback capture. server authenticator is MD5(4 zero bytes): example server leaves AuthSrc/Secret empty; padded Fee_terminal 32",
       Version::k30, "CMPP_SUBMIT",
       "000000e100000004000000010000000000000000010101017465737400000000"
       "0000023133353030303032363936000000000000000000000000000000000000"
       "0000000000000839303030303130323130000000003135313130353133313535"
       "353130312b000000000000000000000000000000000000393030303031000000"
       "0000000000000000000000000131333530303030323639360000000000000000"
       "00000000000000000000000000001e6d4b8bd50067006f0063006d0070007000"
       "20007300750062006d0069007400000000000000000000000000000000000000"
       "00",
       {
           {"Total_Length", "225"},
           {"Command_Id", "0x00000004"},
           {"Sequence_Id", "1"},
           {"Msg_Id", "0000000000000000", "00-00 00:00:00 gw 0 seq 0"},
           {"Pk_total", "1"},
           {"Pk_number", "1"},
           {"Registered_Delivery", "1"},
           {"Msg_level", "1"},
           {"Service_Id", "\"test\""},
           {"Fee_UserType", "2"},
           {"Fee_terminal_Id", "\"13500002696\""},
           {"Fee_terminal_type", "0"},
           {"TP_pId", "0"},
           {"TP_udhi", "0"},
           {"Msg_Fmt", "8"},
           {"Msg_src", "\"900001\""},
           {"FeeType", "\"02\""},
           {"FeeCode", "\"10\""},
           {"ValId_Time", "\"151105131555101+\""},
           {"At_Time", "\"\""},
           {"Src_Id", "\"900001\""},
           {"DestUsr_tl", "1"},
           {"Dest_terminal_Id", "\"13500002696\""},
           {"Dest_terminal_type", "0"},
           {"Msg_Length", "30"},
           {"Msg_Content", nullptr, "\"测试gocmpp submit\""},
           {"LinkID", "0000000000000000000000000000000000000000"},
       }},
      {"CMPP3-19", "gocmpp cmpp3-client <-> cmpp3-server examples, loopback capture. server authenticator is MD5(4 zero bytes): example server leaves AuthSrc/Secret empty; padded Fee_terminal 32",
       Version::k30, "CMPP_SUBMIT_RESP",
       "000000188000000400000001b2b9da800001000000000000",
       {
           {"Total_Length", "24"},
           {"Command_Id", "0x80000004"},
           {"Sequence_Id", "1"},
           {"Msg_Id", "b2b9da8000010000", "11-05 14:29:42 gw 1 seq 0"},
           {"Result", "0"},
       }},
      {"CMPP3-20", "gocmpp cmpp3-client <-> cmpp3-server examples, loopback capture. server authenticator is MD5(4 zero bytes): example server leaves AuthSrc/Secret empty; padded Fee_terminal 32",
       Version::k30, "CMPP_TERMINATE",
       "0000000c0000000200000002",
       {
           {"Total_Length", "12"},
           {"Command_Id", "0x00000002"},
           {"Sequence_Id", "2"},
       }},
      {"CMPP3-22", "SMSGate client, loopback capture. long UCS2 message in parts, 6-byte UDH",
       Version::k30, "CMPP_SUBMIT",
       "0000012b000000042375ae4fbb1c710dc61168dc020201095356433100000000"
       "0000020000000000000000000000000000000000000000000000000000000000"
       "0000000000010839303030303130313030303030300000000000000000000000"
       "0000000000000000000000000000000000000000000000313036393030303031"
       "0000000000000000000000000131333830303133383030300000000000000000"
       "00000000000000000000000000006805000395020290125df252304e305de267"
       "dc53d64ef678010038003800360036003500358bf753ca65f6988653d660a85c"
       "3e53f7003000300030003176845feb90125df252304e305de267dc53d64ef678"
       "010038003800360036003500358bf753ca65f6988653d6000000000000000000"
       "0000000000000000000000",
       {
           {"Total_Length", "299"},
           {"Command_Id", "0x00000004"},
           {"Sequence_Id", "594914895"},
           {"Msg_Id", "bb1c710dc61168dc", "11-22 07:07:04 gw 902673 seq 26844"},
           {"Pk_total", "2"},
           {"Pk_number", "2"},
           {"Registered_Delivery", "1"},
           {"Msg_level", "9"},
           {"Service_Id", "\"SVC1\""},
           {"Fee_UserType", "2"},
           {"Fee_terminal_Id", "\"\""},
           {"Fee_terminal_type", "0"},
           {"TP_pId", "0"},
           {"TP_udhi", "1"},
           {"Msg_Fmt", "8"},
           {"Msg_src", "\"900001\""},
           {"FeeType", "\"01\""},
           {"FeeCode", "\"000000\""},
           {"ValId_Time", "\"\""},
           {"At_Time", "\"\""},
           {"Src_Id", "\"106900001\""},
           {"DestUsr_tl", "1"},
           {"Dest_terminal_Id", "\"13800138000\""},
           {"Dest_terminal_type", "0"},
           {"Msg_Length", "104"},
           {"Msg_Content", nullptr, "part 2 of 2, reference 149: \"递已到丰巢柜取件码886655请及时领取您尾号0001的快递已到丰巢柜取件码886655请及时领取\""},
           {"LinkID", "0000000000000000000000000000000000000000"},
       }},
      {"CMPP3-24", "SMSGate server, loopback capture. bad password: Status 3",
       Version::k30, "CMPP_CONNECT_RESP",
       "000000218000000176a9e1560000000300000000000000000000000000000000"
       "30",
       {
           {"Total_Length", "33"},
           {"Command_Id", "0x80000001"},
           {"Sequence_Id", "1990844758"},
           {"Status", "3"},
           {"AuthenticatorISMG", "00000000000000000000000000000000"},
           {"Version", "48"},
       }},
  };
  return vectors;
}
// clang-format on

}  // namespace sluice::cmpp
