#pragma once

// The service Proofs: signed heads of the journals, and proofs by them.

#include "gateway/access/rate_gate.h"
#include "gateway/admin/admin_context.h"
#include "sluice/admin/v1/proofs.grpc.pb.h"

namespace sluice::gateway {

class ProofsService final : public admin::v1::ProofsService::CallbackService {
 public:
  // `admin` must outlive it.
  explicit ProofsService(AdminContext& admin) : admin_(admin) {}

  grpc::ServerUnaryReactor* GetHead(
      grpc::CallbackServerContext* context,
      const admin::v1::GetHeadRequest* request,
      admin::v1::GetHeadResponse* response) override;
  grpc::ServerUnaryReactor* ProveMessage(
      grpc::CallbackServerContext* context,
      const admin::v1::ProveMessageRequest* request,
      admin::v1::ProveMessageResponse* response) override;
  grpc::ServerUnaryReactor* ProveHeads(
      grpc::CallbackServerContext* context,
      const admin::v1::ProveHeadsRequest* request,
      admin::v1::ProveHeadsResponse* response) override;
  grpc::ServerUnaryReactor* SealExport(
      grpc::CallbackServerContext* context,
      const admin::v1::SealExportRequest* request,
      admin::v1::SealExportResponse* response) override;
  grpc::ServerUnaryReactor* RotateSigningKey(
      grpc::CallbackServerContext* context,
      const admin::v1::RotateSigningKeyRequest* request,
      admin::v1::RotateSigningKeyResponse* response) override;

 private:
  // With the keys up to the one that signed it.
  absl::Status Show(const store::SignedHead& head, const store::PublicKey& key,
                    admin::v1::SignedHead& shown) const;
  absl::Status Rotate(const Key& key, const std::string& reason,
                      admin::v1::SignedHead& first);
  absl::Status Seal(const Key& key, const admin::v1::SealExportRequest& request,
                    admin::v1::ExportProof& made);

  AdminContext& admin_;
  // For calls that do nothing but sign: a head is a record, and waits for the
  // disk.
  RateGate signings_{10};
};

}  // namespace sluice::gateway
