#include "gateway/tls_files.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rules/base/error_reason.h"
#include "rules/base/files.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

constexpr char kCertificate[] = "tls_certificate";
constexpr char kKey[] = "tls_key";

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Source = std::unique_ptr<BIO, decltype(&BIO_free)>;

Source SourceOf(absl::string_view bytes) {
  return {BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())),
          BIO_free};
}

absl::StatusOr<std::string> ReadPem(const char* field,
                                    const std::string& path) {
  const absl::StatusOr<std::string> content = ReadFile(path);
  if (!content.ok()) {
    return InvalidField(field, absl::StrCat("cannot read the file ", path));
  }
  if (absl::StrContains(*content, "-----BEGIN ")) return *content;
  // DER is a SEQUENCE.
  const bool der = !content->empty() && content->front() == '\x30';
  return InvalidField(
      field, absl::StrCat(path, " is not PEM",
                          der ? ", but DER: convert it, for example with "
                                "`openssl x509 -inform der` or `openssl pkey "
                                "-inform der`"
                              : " (it has no line -----BEGIN ...-----)"));
}

std::string SubjectOf(const X509* certificate) {
  const Source text(BIO_new(BIO_s_mem()), BIO_free);
  X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0,
                     XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(text.get(), &bytes);
  return {bytes, static_cast<size_t>(size)};
}

absl::Time TimeOf(const ASN1_TIME* time) {
  std::tm utc = {};
  if (ASN1_TIME_to_tm(time, &utc) != 1) return absl::InfinitePast();
  return absl::FromTM(utc, absl::UTCTimeZone());
}

std::string Text(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", time, absl::UTCTimeZone());
}

absl::StatusOr<std::vector<Certificate>> ReadChain(const std::string& path,
                                                   const std::string& pem) {
  const Source source = SourceOf(pem);
  std::vector<Certificate> chain;
  for (;;) {
    X509* one = PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr);
    if (one == nullptr) break;
    chain.emplace_back(one, X509_free);
  }
  const bool at_end =
      ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!at_end) {
    return InvalidField(kCertificate,
                        absl::StrCat("certificate ", chain.size() + 1, " of ",
                                     path, " is damaged"));
  }
  if (chain.empty()) {
    return InvalidField(kCertificate,
                        absl::StrCat(path, " has no certificate"));
  }
  return chain;
}

// A server cannot ask for a password at its start.
int NoPassword(char*, int, int, void*) { return -1; }

absl::StatusOr<Key> ReadKey(const std::string& path, const std::string& pem) {
  const Source source = SourceOf(pem);
  Key key(PEM_read_bio_PrivateKey(source.get(), nullptr, NoPassword, nullptr),
          EVP_PKEY_free);
  ERR_clear_error();
  if (key != nullptr) return key;
  return InvalidField(
      kKey, absl::StrCat(path, absl::StrContains(pem, "ENCRYPTED")
                                   ? " has a password, which nobody types at "
                                     "the start of a server; remove it"
                                   : " has no private key that can be read"));
}

absl::Status CheckOrder(const std::vector<Certificate>& chain) {
  for (size_t i = 0; i + 1 < chain.size(); ++i) {
    X509* const issuer = chain[i + 1].get();
    const Key key(X509_get_pubkey(issuer), EVP_PKEY_free);
    const bool issued =
        X509_check_issued(issuer, chain[i].get()) == X509_V_OK &&
        key != nullptr && X509_verify(chain[i].get(), key.get()) == 1;
    ERR_clear_error();
    if (issued) continue;
    return InvalidField(
        kCertificate,
        absl::StrCat("certificate ", i + 2, " (", SubjectOf(issuer),
                     ") did not issue the one before it (",
                     SubjectOf(chain[i].get()),
                     "); the server's own comes first, then its issuers"));
  }
  return absl::OkStatus();
}

absl::Status CheckTimes(const std::vector<Certificate>& chain, absl::Time now,
                        TlsFiles& files) {
  files.expires = absl::InfiniteFuture();
  for (const Certificate& one : chain) {
    const absl::Time begins = TimeOf(X509_get0_notBefore(one.get()));
    const absl::Time ends = TimeOf(X509_get0_notAfter(one.get()));
    if (begins > now || ends <= now) {
      return InvalidField(
          kCertificate,
          absl::StrCat("the certificate of ", SubjectOf(one.get()),
                       begins > now ? " is not valid before " : " expired at ",
                       Text(begins > now ? begins : ends)));
    }
    if (ends >= files.expires) continue;
    files.expires = ends;
    files.expires_of = SubjectOf(one.get());
  }
  return absl::OkStatus();
}

// Of TLS 1.2 only what keeps old traffic secret when the key gets known. No
// session is resumed, and no caller may make the server compute anew.
bool Restrict(SSL_CTX* context) {
  SSL_CTX_set_security_level(context, 2);  // No key below 112 bits.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_NO_COMPRESSION);
  return SSL_CTX_set_num_tickets(context, 0) == 1 &&
         SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1;
}

absl::StatusOr<std::shared_ptr<SSL_CTX>> ContextOf(
    const std::string& path, const std::vector<Certificate>& chain,
    EVP_PKEY* key) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()),
                                   SSL_CTX_free);
  bool good = context != nullptr && Restrict(context.get()) &&
              SSL_CTX_use_certificate(context.get(), chain[0].get()) == 1 &&
              SSL_CTX_use_PrivateKey(context.get(), key) == 1;
  for (size_t i = 1; good && i < chain.size(); ++i) {
    good = SSL_CTX_add1_chain_cert(context.get(), chain[i].get()) == 1;
  }
  if (good) return context;
  const char* const why = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return InvalidField(kCertificate,
                      absl::StrCat("OpenSSL refuses ", path, ": ",
                                   why == nullptr ? "no memory" : why));
}

}  // namespace

absl::StatusOr<TlsFiles> ReadTlsFiles(const std::string& certificate_path,
                                      const std::string& key_path,
                                      absl::Time now) {
  TlsFiles files;
  SLUICE_ASSIGN_OR_RETURN(files.certificate,
                          ReadPem(kCertificate, certificate_path));
  SLUICE_ASSIGN_OR_RETURN(files.key, ReadPem(kKey, key_path));
  SLUICE_ASSIGN_OR_RETURN(const auto chain,
                          ReadChain(certificate_path, files.certificate));
  SLUICE_ASSIGN_OR_RETURN(const Key key, ReadKey(key_path, files.key));
  const bool pair = X509_check_private_key(chain[0].get(), key.get()) == 1;
  ERR_clear_error();
  if (!pair) {
    return InvalidField(
        kKey, absl::StrCat(key_path, " is not the key of the certificate of ",
                           SubjectOf(chain[0].get())));
  }
  SLUICE_RETURN_IF_ERROR(CheckOrder(chain));
  SLUICE_RETURN_IF_ERROR(CheckTimes(chain, now, files));
  SLUICE_ASSIGN_OR_RETURN(files.context,
                          ContextOf(certificate_path, chain, key.get()));
  return files;
}

std::string ExpiryNotice(const TlsFiles& files, absl::Time now) {
  const absl::Duration left = files.expires - now;
  if (left > kExpiryNotice) return "";
  const bool over = left <= absl::ZeroDuration();
  return absl::StrCat(
      "the TLS certificate of ", files.expires_of,
      over ? " expired at " : " expires at ", Text(files.expires),
      over ? ", and clients refuse it"
           : absl::StrCat(", in ", left / absl::Hours(24), " days"),
      "; replace the files and send SIGHUP");
}

std::string Describe(const TlsFiles& files) {
  return absl::StrCat("the TLS certificate of ", files.expires_of, ", until ",
                      Text(files.expires));
}

}  // namespace sluice::gateway
