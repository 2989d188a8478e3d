// Certificates and keys that openssl made: which pairs may serve, and what is
// said about the others.
#include "gateway/tls_files.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/config.h"
#include "rules/base/error_reason.h"
#include "tools/lib/process.h"

namespace sluice::gateway {
namespace {

class TlsFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string command = absl::StrCat(
        "cd ", folder_.path(),
        " && openssl req -x509 -newkey rsa:2048 -nodes -days 400 -subj /CN=root"
        " -keyout root.key -out root.pem"
        " && openssl req -newkey rsa:2048 -nodes -subj /CN=gate"
        " -keyout gate.key -out gate.csr"
        " && openssl x509 -req -in gate.csr -CA root.pem -CAkey root.key"
        " -set_serial 7 -days 90 -out gate.pem"
        " && cat gate.pem root.pem > chain.pem"
        " && cat root.pem gate.pem > turned.pem"
        " && openssl x509 -in gate.pem -outform der -out gate.der"
        " && openssl pkey -in gate.key -aes256 -passout pass:x -out locked.key"
        " && openssl req -x509 -newkey rsa:1024 -nodes -subj /CN=weak"
        " -keyout weak.key -out weak.pem"
        " && (cat gate.pem; head -c 400 root.pem) > cut.pem");
    ASSERT_EQ(std::system(("(" + command + ") > /dev/null 2>&1").c_str()), 0);
  }
  std::string Path(const std::string& name) const {
    return absl::StrCat(folder_.path(), "/", name);
  }
  absl::StatusOr<TlsFiles> Read(const std::string& certificate,
                                const std::string& key,
                                absl::Duration later = absl::ZeroDuration()) {
    return ReadTlsFiles(Path(certificate), Path(key), absl::Now() + later);
  }

  tools::TempFolder folder_{"tls"};
};

TEST_F(TlsFilesTest, APairWithItsIssuersIsGood) {
  for (const char* certificate : {"gate.pem", "chain.pem"}) {
    const auto facts = Read(certificate, "gate.key");
    ASSERT_TRUE(facts.ok()) << facts.status();
    EXPECT_NEAR((facts->expires - absl::Now()) / absl::Hours(24), 90, 1);
    EXPECT_TRUE(absl::StrContains(facts->expires_of, "gate"));
  }
}

TEST_F(TlsFilesTest, SaysWhatIsWrongWithWhichFile) {
  const struct {
    const char* certificate;
    const char* key;
    const char* field;
    const char* fault;
  } kCases[] = {
      {"none.pem", "gate.key", "tls_certificate", "cannot read the file"},
      {"gate.pem", "none.key", "tls_key", "cannot read the file"},
      {"gate.der", "gate.key", "tls_certificate", "is not PEM, but DER"},
      {"gate.pem", "gate.der", "tls_key", "is not PEM, but DER"},
      {"gate.csr", "gate.key", "tls_certificate", "has no certificate"},
      {"cut.pem", "gate.key", "tls_certificate", "certificate 2 of"},
      {"gate.pem", "root.key", "tls_key", "is not the key of the certificate"},
      {"turned.pem", "root.key", "tls_certificate", "did not issue the one"},
      {"gate.pem", "gate.pem", "tls_key", "has no private key"},
      {"gate.pem", "locked.key", "tls_key", "has a password"},
      {"weak.pem", "weak.key", "tls_certificate", "weak.pem: ee key too small"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = Read(c.certificate, c.key).status();
    EXPECT_EQ(FieldOf(status), c.field) << c.fault;
    EXPECT_TRUE(absl::StrContains(status.message(), c.fault)) << status;
  }
}

TEST_F(TlsFilesTest, ACertificateIsValidForAWhile) {
  const absl::Status late =
      Read("gate.pem", "gate.key", absl::Hours(24 * 91)).status();
  EXPECT_TRUE(absl::StrContains(late.message(), "gate expired at")) << late;
  const absl::Status early =
      Read("gate.pem", "gate.key", -absl::Hours(24)).status();
  EXPECT_TRUE(absl::StrContains(early.message(), "gate is not valid before"))
      << early;
  const auto facts = Read("gate.pem", "gate.key");
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(ExpiryNotice(*facts, absl::Now() + absl::Hours(24 * 59)), "");
  const std::string notice =
      ExpiryNotice(*facts, absl::Now() + absl::Hours(24 * 80));
  EXPECT_TRUE(absl::StrContains(notice, "gate expires at ")) << notice;
  EXPECT_TRUE(absl::StrContains(notice, "in 9 days")) << notice;
  EXPECT_TRUE(absl::StrContains(
      ExpiryNotice(*facts, absl::Now() + absl::Hours(24 * 91)),
      "gate expired at "));
}

TEST_F(TlsFilesTest, TheConfigurationIsCheckedWithThem) {
  const auto config = [this](const std::string& key) {
    return ParseConfig(Path("f.yaml"),
                       absl::StrCat("listen:\n  address: 0.0.0.0:7430\n"
                                    "  tls_certificate: chain.pem\n"
                                    "  tls_key: ",
                                    key, "\n"));
  };
  EXPECT_TRUE(config("gate.key").ok()) << config("gate.key").status();
  EXPECT_TRUE(absl::StrContains(config("root.key").status().message(),
                                "f.yaml:4:12: listen.tls_key: "))
      << config("root.key").status();
}

}  // namespace
}  // namespace sluice::gateway
