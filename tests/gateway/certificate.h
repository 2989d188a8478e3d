#pragma once

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

namespace sluice::gateway {

// A self-signed certificate for 127.0.0.1 and its key, as PEM files.
struct Certificate {
  explicit Certificate(const std::string& folder)
      : certificate_path(folder + "/tls.crt"), key_path(folder + "/tls.key") {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* x509 = X509_new();
    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509), 24 * 3600);
    X509_set_pubkey(x509, key);
    X509_NAME* name = X509_get_subject_name(x509);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("sluice"),
                               -1, -1, 0);
    X509_set_issuer_name(x509, name);
    for (const auto& [nid, value] :
         {std::pair(NID_subject_alt_name, "IP:127.0.0.1"),
          std::pair(NID_basic_constraints, "critical,CA:TRUE")}) {
      X509_EXTENSION* extension =
          X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
      X509_add_ext(x509, extension, -1);
      X509_EXTENSION_free(extension);
    }
    EXPECT_GT(X509_sign(x509, key, EVP_sha256()), 0);
    FILE* file = fopen(certificate_path.c_str(), "w");
    EXPECT_EQ(PEM_write_X509(file, x509), 1);
    fclose(file);
    file = fopen(key_path.c_str(), "w");
    EXPECT_EQ(
        PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr),
        1);
    fclose(file);
    X509_free(x509);
    EVP_PKEY_free(key);
  }

  std::string Pem() const {
    std::ifstream in(certificate_path);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::string certificate_path;
  std::string key_path;
};

}  // namespace sluice::gateway
