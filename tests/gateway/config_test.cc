// sluice.yaml: accepted settings, and the position of each fault.
#include "gateway/config.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "gateway/link/cmpp/options.h"
#include "tools/lib/process.h"

namespace sluice::gateway {
namespace {

constexpr char kLink[] = R"(links:
  - name: east
    protocol: cmpp20
    host: 127.0.0.1
    port: 7890
    sp_id: "900001"
    secret: very-secret
    carriers: [mobile]
)";

TEST(Config, WhatAFileDoesNotSayHasDefaults) {
  const auto config = ParseConfig("sluice.yaml", "logging:\n  level: info\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->listen().address(), "127.0.0.1:7430");
  EXPECT_EQ(config->store().path(), "./sluice-data");
  EXPECT_TRUE(config->store().sync());
  EXPECT_EQ(config->store().retention_days(), 395u);
  EXPECT_EQ(config->rules().pack(), "cn-2015");
  EXPECT_EQ(config->links_size(), 0);
  EXPECT_EQ(config->limits().inbox_messages_max(), 65'536u);
}

TEST(Config, LinksHaveDefaults) {
  const auto config = ParseConfig("sluice.yaml", kLink);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->links(0).window(), 16u);
  EXPECT_EQ(config->links(0).authenticator_check(), "warn");
  EXPECT_EQ(config->links(0).active_test_seconds(), 180u);
  ASSERT_EQ(config->links(0).retry_codes_size(), 1);
  EXPECT_EQ(config->links(0).retry_codes(0), 8u);
}

// The link that has no file behind it, in tests, has the same.
TEST(Config, DefaultsOfLinksAreThoseOfTheProtocol) {
  const config::v1::Config config = DefaultConfig();
  const config::v1::LinkConfig& link = config.links(0);
  const cmpp::CmppLinkOptions options;
  EXPECT_EQ(link.fee_user_type(), options.fee_user_type);
  EXPECT_EQ(link.fee_type(), options.fee_type);
  EXPECT_EQ(link.fee_code(), options.fee_code);
  EXPECT_EQ(link.active_test_tries(), options.keepalive.tries);
  EXPECT_EQ(absl::Seconds(link.connect_seconds()), options.connect_timeout);
  EXPECT_EQ(absl::Seconds(link.login_seconds()), options.login_timeout);
  EXPECT_EQ(absl::Seconds(link.reconnect_first_seconds()),
            options.backoff.first);
  EXPECT_EQ(absl::Seconds(link.reconnect_last_seconds()), options.backoff.max);
}

TEST(Config, LinksTakeWhatIsWithinBounds) {
  for (const char* settings :
       {"    segments_per_second: 0.5\n", "    segments_per_second: 0.01\n",
        "    service_id: SMSVC00001\n    msg_src: \"900002\"\n",
        "    fee_user_type: 3\n    fee_terminal_id: \"106500001\"\n",
        "    fee_user_type: 1\n    fee_type: \"02\"\n    fee_code: \"10\"\n",
        "    local_address: 127.0.0.2\n    msg_level: 9\n",
        // A standby gets it when it takes over.
        "    local_address: 192.0.2.1\n",
        "    reconnect_first_seconds: 0.1\n    reconnect_last_seconds: 0.1\n",
        "    connect_seconds: 600\n    active_test_tries: 100\n"}) {
    const auto config =
        ParseConfig("sluice.yaml", std::string(kLink) + settings);
    EXPECT_TRUE(config.ok()) << settings << config.status();
  }
}

TEST(Config, TheSampleFileIsGoodAndSaysTheDefaults) {
  const auto sample = LoadConfig("gateway/sluice.yaml");
  ASSERT_TRUE(sample.ok()) << sample.status();
  config::v1::Config by_default = DefaultConfig();
  // The sample sets both; without a file they are not set.
  by_default.mutable_listen()->set_http_address("127.0.0.1:7431");
  // Beside the file.
  by_default.mutable_store()->set_path("gateway/sluice-data");
  config::v1::CarrierConfig& carrier = *by_default.add_carriers();
  carrier.set_name("mobile");
  carrier.set_reference_bits(8);
  EXPECT_EQ(sample->DebugString(), by_default.DebugString());
}

const struct {
  const char* name;
  std::string content;
  const char* fault;  // Part of the message.
} kFaults[] = {
    {"never idle", "listen:\n  idle_seconds: 0\n",
     "f.yaml:2:17: listen.idle_seconds: 0, allowed: 1 to 86400"},
    {"too few connections", "limits:\n  connections_max: 9\n",
     "f.yaml:2:20: limits.connections_max: 9, allowed: 10 to 100000"},
    {"too little memory", "limits:\n  request_memory_mb: 31\n",
     "limits.request_memory_mb: 31, allowed: 32 to 65536"},
    {"no calls", "limits:\n  calls_per_key_max: 0\n",
     "limits.calls_per_key_max: 0, allowed: 1 to 100000"},
    {"a witness of both kinds",
     "witnesses: [{file: a, url: \"https://b/c\"}]\n",
     "witnesses[0]: give either file or url"},
    {"a witness of no kind", "witnesses: [{ca_certificate: a}]\n",
     "witnesses[0]: give either file or url"},
    {"a witness in plaintext", "witnesses: [{url: \"http://203.0.113.7/\"}]\n",
     "witnesses[0].url: http:// is for loopback addresses only"},
    {"unknown key", "listen:\n  adress: x\n", "f.yaml:2:3: "},
    {"not an address", "listen:\n  address: here\n",
     "f.yaml:2:12: listen.address: 'here' is not host:port"},
    {"plaintext beyond loopback", "listen:\n  address: 0.0.0.0:80\n",
     "f.yaml:2:12: listen.address: is not a loopback address"},
    {"key without certificate", "listen:\n  tls_key: /nowhere\n",
     "set both tls_certificate and tls_key, or neither"},
    {"no such certificate",
     "listen:\n  tls_certificate: /nowhere\n  tls_key: /nowhere\n",
     "f.yaml:2:20: listen.tls_certificate: cannot read"},
    {"http beyond loopback", "listen:\n  http_address: 0.0.0.0:80\n",
     "listen.http_address: is not a loopback address"},
    {"too many partitions", "store:\n  partitions: 65\n",
     "f.yaml:2:15: store.partitions: 65, allowed: 1 to 64"},
    {"a 0 that means nothing", std::string(kLink) + "    window: 0\n",
     "f.yaml:9:13: links[0].window: 0, allowed: 1 to 1024"},
    {"no pack of this name", "rules:\n  pack: cn-2016\n",
     "f.yaml:2:9: rules.pack: no pack 'cn-2016' comes with Sluice, did you "
     "mean 'cn-2015'?"},
    {"retention below the law's", "store:\n  retention_days: 100\n",
     "f.yaml:2:19: store.retention_days: RETENTION_BELOW_MINIMUM: 100 days, "
     "at least 155"},
    {"no such pack", "rules:\n  pack: /nowhere\n",
     "f.yaml:2:9: rules.pack: no folder /nowhere"},
    {"short sp_id",
     "links:\n  - name: e\n    protocol: cmpp20\n    host: h\n    port: 1\n"
     "    sp_id: \"12345\"\n    secret: s\n    carriers: [mobile]\n",
     "f.yaml:6:12: links[0].sp_id: has 5 characters, CMPP asks for exactly 6"},
    {"a long service_id", std::string(kLink) + "    service_id: SMSVC000011\n",
     "f.yaml:9:17: links[0].service_id: has 11 characters, CMPP asks for at "
     "most 10"},
    {"a long msg_src", std::string(kLink) + "    msg_src: \"9000021\"\n",
     "f.yaml:9:14: links[0].msg_src: has 7 characters"},
    {"a space", std::string(kLink) + "    msg_src: \"90 02\"\n",
     "links[0].msg_src: has a character that is not printable ASCII"},
    {"a level", std::string(kLink) + "    msg_level: 10\n",
     "f.yaml:9:16: links[0].msg_level: 10, allowed: 0 to 9"},
    {"the recipient pays", std::string(kLink) + "    fee_user_type: 0\n",
     "f.yaml:9:20: links[0].fee_user_type: 0, allowed: 1 (the source pays), 2 "
     "(the SP), 3 (fee_terminal_id); the recipient (0) must not pay"},
    {"nobody pays", std::string(kLink) + "    fee_user_type: 4\n",
     "f.yaml:9:20: links[0].fee_user_type: 4, allowed: 1 "},
    {"a number pays", std::string(kLink) + "    fee_user_type: 3\n",
     "links[0].fee_terminal_id: is required when fee_user_type is 3"},
    {"a long number of CMPP 2.0",
     std::string(kLink) + "    fee_terminal_id: \"1234567890123456789012\"\n",
     "f.yaml:9:22: links[0].fee_terminal_id: has 22 characters"},
    {"a short fee_type", std::string(kLink) + "    fee_type: \"1\"\n",
     "f.yaml:9:15: links[0].fee_type: has 1 characters, CMPP asks for exactly "
     "2"},
    {"a long fee_code", std::string(kLink) + "    fee_code: \"0000000\"\n",
     "f.yaml:9:15: links[0].fee_code: has 7 characters"},
    {"a rate below a segment in 100 seconds",
     std::string(kLink) + "    segments_per_second: 0.009\n",
     "f.yaml:9:26: links[0].segments_per_second: 0.009, allowed: 0.01 to "
     "100000, or 0 for no limit"},
    {"a negative rate", std::string(kLink) + "    segments_per_second: -1\n",
     "f.yaml:9:26: links[0].segments_per_second: -1, allowed"},
    {"no time to connect", std::string(kLink) + "    connect_seconds: 0\n",
     "f.yaml:9:22: links[0].connect_seconds: 0, allowed: 1 to 600"},
    {"a long login", std::string(kLink) + "    login_seconds: 601\n",
     "f.yaml:9:20: links[0].login_seconds: 601, allowed: 1 to 600"},
    {"no active tests", std::string(kLink) + "    active_test_tries: 0\n",
     "f.yaml:9:24: links[0].active_test_tries: 0, allowed: 1 to 100"},
    {"no pause", std::string(kLink) + "    reconnect_first_seconds: 0\n",
     "f.yaml:9:30: links[0].reconnect_first_seconds: 0, allowed: 0.1 to 3600"},
    {"pauses that shrink",
     std::string(kLink) + "    reconnect_first_seconds: 5\n"
                          "    reconnect_last_seconds: 4\n",
     "f.yaml:10:29: links[0].reconnect_last_seconds: reconnect_first_seconds, "
     "5, is above reconnect_last_seconds, 4"},
    {"a first pause above the default of the last",
     std::string(kLink) + "    reconnect_first_seconds: 61\n",
     "f.yaml:9:30: links[0].reconnect_first_seconds: reconnect_first_seconds, "
     "61, is above reconnect_last_seconds, 60"},
    {"no address", std::string(kLink) + "    local_address: here\n",
     "f.yaml:9:20: links[0].local_address: is not an IP address"},
    {"all addresses", std::string(kLink) + "    local_address: 0.0.0.0\n",
     "f.yaml:9:20: links[0].local_address: is not the address of one host"},
    {"the address of a group",
     std::string(kLink) + "    local_address: 224.0.0.1\n",
     "f.yaml:9:20: links[0].local_address: is not the address of one host"},
    {"an address of another version of IP",
     std::string(kLink) + "    local_address: 2001:db8::1\n",
     "f.yaml:9:20: links[0].local_address: and host are addresses of IPv4 and "
     "IPv6"},
    {"two secrets", std::string(kLink) + "    secret_file: /nowhere\n",
     "give either secret or secret_file"},
    {"unknown protocol",
     "links:\n  - name: e\n    protocol: cmpp21\n    host: h\n    port: 1\n"
     "    sp_id: \"123456\"\n    secret: s\n    carriers: [mobile]\n",
     "f.yaml:3:15: links[0].protocol: 'cmpp21' is not known"},
    {"unknown carrier", std::string(kLink) + "carriers:\n  - name: orange\n",
     "f.yaml:10:11: carriers[0].name: 'orange' is not known"},
    {"reference bits", "carriers:\n  - name: mobile\n    reference_bits: 12\n",
     "f.yaml:3:21: carriers[0].reference_bits: 12, allowed: 8, 16"},
    {"carriers of one link that count differently",
     "carriers:\n  - name: unicom\n    reference_bits: 16\n"
     "links:\n  - name: e\n    protocol: cmpp20\n    host: h\n    port: 1\n"
     "    sp_id: \"123456\"\n    secret: s\n"
     "    carriers: [mobile, unicom]\n",
     "f.yaml:11:24: links[0].carriers[1]: has other reference_bits"},
    {"fixed clock with a real link",
     std::string(kLink) + "sandbox:\n  clock: 2026-03-02T10:00:00+08:00\n",
     "f.yaml:10:10: sandbox.clock: link east is not a sandbox link"},
    {"not a clock", "sandbox:\n  clock: noon\n",
     "f.yaml:2:10: sandbox.clock: is not a time"},
    {"one port for both",
     "listen:\n  address: 127.0.0.1:7430\n  http_address: localhost:7430\n",
     "f.yaml:3:17: listen.http_address: has the port of listen.address, 7430"},
    {"one port for both, of all addresses",
     "listen:\n  address: 0.0.0.0:7430\n  http_address: 127.0.0.1:7430\n"
     "  plaintext_anywhere: true\n",
     "f.yaml:3:17: listen.http_address: has the port of listen.address, 7430"},
    {"a line end in a name",
     "links:\n  - name: \"e\\nast\"\n    protocol: cmpp20\n    host: h\n"
     "    port: 1\n    sp_id: \"123456\"\n    secret: s\n"
     "    carriers: [mobile]\n",
     "f.yaml:2:11: links[0].name: has a control character"},
    {"a NUL in an account",
     "links:\n  - name: e\n    protocol: cmpp20\n    host: h\n    port: 1\n"
     "    sp_id: \"12345\\0\"\n    secret: s\n    carriers: [mobile]\n",
     "f.yaml:6:12: links[0].sp_id: has a character that is not printable "
     "ASCII"},
    {"log level", "logging:\n  level: loud\n",
     "f.yaml:2:10: logging.level: 'loud' is not known"},
};

TEST(Config, FaultsNameTheirPlace) {
  for (const auto& c : kFaults) {
    const auto config = ParseConfig("f.yaml", c.content);
    ASSERT_FALSE(config.ok()) << c.name;
    EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StrContains(config.status().message(), c.fault))
        << c.name << ": " << config.status().message();
    EXPECT_FALSE(absl::StrContains(config.status().message(), "very-secret"));
  }
}

// One run reports all faults, each once.
TEST(Config, WhatCannotBeReadHidesNothingElse) {
  const auto config = ParseConfig(
      "f.yaml",
      "store:\n  partitions: many\n  retention_days: 100\nlogging: loud\n");
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.status().message(),
            "f.yaml:2:15: 'partitions' must be a whole number, 0 to "
            "4294967295\n"
            "f.yaml:3:19: store.retention_days: RETENTION_BELOW_MINIMUM: 100 "
            "days, at least 155\n"
            "f.yaml:4:10: must be a map: key: value");
}

TEST(Config, SandboxClockIsForSandboxLinks) {
  const auto config = ParseConfig(
      "f.yaml", std::string(kLink) +
                    "    sandbox: true\n"
                    "sandbox:\n  clock: 2026-03-02T10:00:00+08:00\n");
  EXPECT_TRUE(config.ok()) << config.status();
}

TEST(Config, MissingFile) {
  EXPECT_EQ(LoadConfig("/nowhere/sluice.yaml").status().code(),
            absl::StatusCode::kNotFound);
}

TEST(Config, PlaintextBeyondLoopbackIsAskedForByName) {
  EXPECT_FALSE(ParseConfig("f.yaml", "listen:\n  address: 0.0.0.0:80\n").ok());
  const auto plain = ParseConfig("f.yaml",
                                 "listen:\n  address: 0.0.0.0:80\n"
                                 "  plaintext_anywhere: true\n");
  EXPECT_TRUE(plain.ok()) << plain.status();
}

TEST(Config, AFileWithoutASettingIsAnError) {
  for (const char* content :
       {"", "\n\n", "# nothing\n", "\xef\xbb\xbf# nothing\n---\n"}) {
    const auto config = ParseConfig("f.yaml", content);
    EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(
        absl::StrContains(config.status().message(), "f.yaml: has no setting"))
        << config.status();
  }
}

TEST(Config, OnePortOfTwoAddressesIsNoFault) {
  const auto config = ParseConfig("f.yaml",
                                  "listen:\n  address: 127.0.0.1:7430\n"
                                  "  http_address: 127.0.0.2:7430\n");
  EXPECT_TRUE(config.ok()) << config.status();
  const auto any = ParseConfig("f.yaml",
                               "listen:\n  address: 127.0.0.1:0\n"
                               "  http_address: 127.0.0.1:0\n");
  EXPECT_TRUE(any.ok()) << any.status();
}

TEST(Config, RelativePathsCountFromTheFile) {
  const tools::TempFolder folder("config");
  std::filesystem::create_directories(folder.path() + "/etc/my-pack");
  std::ofstream(folder.path() + "/secret") << "s3cret\n";
  std::ofstream(folder.path() + "/etc/ported.csv") << "number,carrier\n";
  const std::string path = folder.path() + "/etc/sluice.yaml";
  std::ofstream(path) << "store:\n  path: ../data\n"
                         "rules:\n  pack: ./my-pack\n"
                         "  portability: [ported.csv]\n"
                         "links:\n  - name: e\n    protocol: cmpp20\n"
                         "    host: h\n    port: 1\n    sp_id: \"123456\"\n"
                         "    secret_file: ../secret\n"
                         "    carriers: [mobile]\n";
  const auto config = LoadConfig(path);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->store().path(), folder.path() + "/data");
  EXPECT_EQ(config->rules().pack(), folder.path() + "/etc/my-pack");
  EXPECT_EQ(config->rules().portability(0), folder.path() + "/etc/ported.csv");
  EXPECT_EQ(config->links(0).secret(), "s3cret");
  // A name is no path, and the default of the store stays.
  std::ofstream(path, std::ios::trunc) << "rules:\n  pack: cn-2015\n";
  const auto plain = LoadConfig(path);
  ASSERT_TRUE(plain.ok()) << plain.status();
  EXPECT_EQ(plain->rules().pack(), "cn-2015");
  EXPECT_EQ(plain->store().path(), "./sluice-data");
}

TEST(Config, AFolderIsNoFile) {
  const absl::Status status = LoadConfig("gateway").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(status.message(), "gateway: is a folder"))
      << status.message();
  const auto config = ParseConfig(
      "f.yaml", "listen:\n  tls_certificate: gateway\n  tls_key: gateway\n");
  EXPECT_TRUE(absl::StrContains(config.status().message(),
                                "listen.tls_certificate: cannot read"));
}

const struct {
  const char* address;
  const char* host;  // Null: an error.
  uint16_t port;
  bool loopback;
} kAddresses[] = {
    {"127.0.0.1:0", "127.0.0.1", 0, true},
    {"127.5.5.5:80", "127.5.5.5", 80, true},
    {"localhost:65535", "localhost", 65535, true},
    {"[::1]:7", "::1", 7, true},
    {"[::]:7", "::", 7, false},
    {"0.0.0.0:7", "0.0.0.0", 7, false},
    {"10.0.0.1:7", "10.0.0.1", 7, false},
    {"127.255.255.254:1", "127.255.255.254", 1, true},
    {"[0:0:0:0:0:0:0:1]:7", "0:0:0:0:0:0:0:1", 7, true},
    // What only looks like loopback, or is written so that it may be taken for
    // something else.
    {"127.evil.example:7", "127.evil.example", 7, false},
    {"127.0.0.1.evil.example:7", "127.0.0.1.evil.example", 7, false},
    {"localhost.evil.example:7", "localhost.evil.example", 7, false},
    {"evil.localhost:7", "evil.localhost", 7, false},
    {"localhost.:7", "localhost.", 7, false},
    {"LOCALHOST:7", "LOCALHOST", 7, false},
    {"127.0.0.1.:7", "127.0.0.1.", 7, false},
    {"127.1:7", "127.1", 7, false},
    {"127.0.0.01:7", "127.0.0.01", 7, false},
    {"0x7f.1:7", "0x7f.1", 7, false},
    {"0x7f.0.0.1:7", "0x7f.0.0.1", 7, false},
    {"2130706433:7", "2130706433", 7, false},
    {"127.0.0.256:7", "127.0.0.256", 7, false},
    {"128.0.0.1:7", "128.0.0.1", 7, false},
    {"[::ffff:127.0.0.1]:7", "::ffff:127.0.0.1", 7, false},
    {"[::127.0.0.1]:7", "::127.0.0.1", 7, false},
    {"[::1%lo]:7", "::1%lo", 7, false},
    {"[::2]:7", "::2", 7, false},
    {"[127.0.0.1]:7", nullptr, 0, false},
    {"[localhost]:7", nullptr, 0, false},
    {"127.0.0.1@evil.example:7", nullptr, 0, false},
    {"user:word@127.0.0.1:7", nullptr, 0, false},
    {"127.0.0.1/evil.example:7", nullptr, 0, false},
    {" 127.0.0.1:7", nullptr, 0, false},
    {"127.0.0.1 :7", nullptr, 0, false},
    {"[]:7", nullptr, 0, false},
    {"127.0.0.1", nullptr, 0, false},
    {"127.0.0.1:65536", nullptr, 0, false},
    {"127.0.0.1:-1", nullptr, 0, false},
    {":80", nullptr, 0, false},
    {"::1:80", nullptr, 0, false},
    {"", nullptr, 0, false},
};

TEST(Config, Addresses) {
  for (const auto& c : kAddresses) {
    const auto parsed = ParseHostPort(c.address);
    ASSERT_EQ(parsed.ok(), c.host != nullptr) << c.address;
    if (c.host == nullptr) continue;
    EXPECT_EQ(parsed->host, c.host);
    EXPECT_EQ(parsed->port, c.port);
    EXPECT_EQ(parsed->loopback, c.loopback) << c.address;
  }
  const char nul[] = "127.0.0.1\0.evil.example:7";
  EXPECT_FALSE(ParseHostPort({nul, sizeof(nul) - 1}).ok());
}

}  // namespace
}  // namespace sluice::gateway
