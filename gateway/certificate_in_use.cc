#include "gateway/certificate_in_use.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include <utility>

#include "rules/base/check.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

constexpr absl::Duration kNoticeEvery = absl::Hours(24);

// gRPC asks before each handshake which certificate the connection gets. Only
// its C interface offers that; in C++ a server's certificate is fixed, or is
// read by a timer from files that nobody has checked.
class FollowingCredentials final : public grpc::ServerCredentials {
 public:
  explicit FollowingCredentials(const CertificateInUse& in_use)
      : in_use_(in_use),
        credentials_(grpc_ssl_server_credentials_create_with_options(
            grpc_ssl_server_credentials_create_options_using_config_fetcher(
                GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE, &Fetch, this))) {}
  ~FollowingCredentials() override {
    grpc_server_credentials_release(credentials_);
  }

  void SetAuthMetadataProcessor(
      const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {
    SLUICE_CHECK(false);  // Keys are looked up elsewhere.
  }

 private:
  int AddPortToServer(const std::string& address,
                      grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  // gRPC calls it for one connection at a time.
  static grpc_ssl_certificate_config_reload_status Fetch(
      void* self, grpc_ssl_server_certificate_config** config) {
    return static_cast<FollowingCredentials*>(self)->Give(config);
  }
  grpc_ssl_certificate_config_reload_status Give(
      grpc_ssl_server_certificate_config** config) {
    std::shared_ptr<const TlsFiles> files = in_use_.files();
    if (files == given_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    const grpc_ssl_pem_key_cert_pair pair = {files->key.c_str(),
                                             files->certificate.c_str()};
    // gRPC requires certificates of authorities for clients, although it asks
    // no client for a certificate: any will do.
    *config = grpc_ssl_server_certificate_config_create(
        files->certificate.c_str(), &pair, 1);
    given_ = std::move(files);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  const CertificateInUse& in_use_;
  std::shared_ptr<const TlsFiles> given_;  // What gRPC has.
  grpc_server_credentials* const credentials_;
};

}  // namespace

CertificateInUse::CertificateInUse(const config::v1::Listen& listen,
                                   TlsFiles files)
    : certificate_path_(listen.tls_certificate()),
      key_path_(listen.tls_key()),
      for_grpc_(std::make_shared<FollowingCredentials>(*this)),
      files_(std::make_shared<const TlsFiles>(std::move(files))) {}

absl::StatusOr<std::unique_ptr<CertificateInUse>> CertificateInUse::Read(
    const config::v1::Listen& listen, absl::Time now) {
  SLUICE_ASSIGN_OR_RETURN(TlsFiles files, ReadTlsFiles(listen.tls_certificate(),
                                                       listen.tls_key(), now));
  return std::unique_ptr<CertificateInUse>(
      new CertificateInUse(listen, std::move(files)));
}

std::shared_ptr<const TlsFiles> CertificateInUse::files() const {
  MutexLock lock(mutex_);
  return files_;
}

absl::StatusOr<bool> CertificateInUse::ReadAgain(absl::Time now) {
  SLUICE_ASSIGN_OR_RETURN(TlsFiles files,
                          ReadTlsFiles(certificate_path_, key_path_, now));
  MutexLock lock(mutex_);
  noticed_ = absl::InfinitePast();
  if (files.certificate == files_->certificate && files.key == files_->key) {
    return false;
  }
  files_ = std::make_shared<const TlsFiles>(std::move(files));
  return true;
}

std::string CertificateInUse::DailyNotice(absl::Time now) {
  MutexLock lock(mutex_);
  if (now - noticed_ < kNoticeEvery) return "";
  noticed_ = now;
  return ExpiryNotice(*files_, now);
}

}  // namespace sluice::gateway
