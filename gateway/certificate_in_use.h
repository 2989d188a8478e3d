#pragma once

// The TLS certificate that new connections get. A reload replaces it while the
// server runs; connections that are open keep theirs.

#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/tls_files.h"
#include "rules/base/mutex.h"
#include "sluice/config/v1/config.pb.h"

namespace sluice::gateway {

// Any thread.
class CertificateInUse {
 public:
  // Reads the files that `listen` names; it has both. Errors: those of
  // ReadTlsFiles().
  static absl::StatusOr<std::unique_ptr<CertificateInUse>> Read(
      const config::v1::Listen& listen, absl::Time now);

  std::shared_ptr<const TlsFiles> files() const;

  // Reads the files again. Returns whether they differ. Errors: those of
  // ReadTlsFiles(); the certificate in use stays the same then.
  absl::StatusOr<bool> ReadAgain(absl::Time now);

  // ExpiryNotice(), once a day, and again after ReadAgain(); otherwise empty.
  std::string DailyNotice(absl::Time now);

  // The credentials of a gRPC server whose new connections get the certificate
  // in use. This object must outlive the server.
  const std::shared_ptr<grpc::ServerCredentials>& for_grpc() const {
    return for_grpc_;
  }

 private:
  CertificateInUse(const config::v1::Listen& listen, TlsFiles files);

  const std::string certificate_path_;
  const std::string key_path_;
  // Kept here because gRPC calls it.
  std::shared_ptr<grpc::ServerCredentials> for_grpc_;
  mutable Mutex mutex_;
  std::shared_ptr<const TlsFiles> files_ SLUICE_GUARDED_BY(mutex_);
  absl::Time noticed_ SLUICE_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace sluice::gateway
