#pragma once

// Makes the services of sluice.admin.v1. Apart from their classes: a file that
// includes one of those classes compiles every call of its service.

#include <grpcpp/impl/service_type.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sluice::gateway {

struct AdminContext;
class CampaignBook;
class CorrectionBook;
class Corrector;
class ImportBook;
struct LinkStatus;
class Rechecker;
class RuleBook;
class RuleStatistics;

// What a service is made from must outlive it.
std::unique_ptr<grpc::Service> MakeAuditService(AdminContext& admin);
std::unique_ptr<grpc::Service> MakeCampaignsService(AdminContext& admin,
                                                    CampaignBook& campaigns);
std::unique_ptr<grpc::Service> MakeDossierService(AdminContext& admin);
std::unique_ptr<grpc::Service> MakeHistoryService(AdminContext& admin);
std::unique_ptr<grpc::Service> MakeLegalHoldsService(AdminContext& admin);
std::unique_ptr<grpc::Service> MakeErasuresService(AdminContext& admin);
std::unique_ptr<grpc::Service> MakeHoldsService(AdminContext& admin,
                                                CampaignBook& campaigns,
                                                RuleStatistics& statistics);
// `links` may wait for the store's writers.
std::unique_ptr<grpc::Service> MakeOperationsService(
    AdminContext& admin, const CampaignBook& campaigns, bool one_person,
    std::function<std::vector<LinkStatus>()> links);
std::unique_ptr<grpc::Service> MakeOptOutsService(AdminContext& admin,
                                                  ImportBook& imports,
                                                  CorrectionBook& corrections,
                                                  Corrector& corrector);
std::unique_ptr<grpc::Service> MakeProofsService(AdminContext& admin);
std::unique_ptr<grpc::Service> MakeRegistryService(AdminContext& admin);
std::unique_ptr<grpc::Service> MakeRepliesService(AdminContext& admin);
// `folder` is the configured pack's.
std::unique_ptr<grpc::Service> MakeRulesService(AdminContext& admin,
                                                RuleBook& book,
                                                Rechecker& rechecker,
                                                RuleStatistics& statistics,
                                                std::string folder);

std::unique_ptr<grpc::Service> MakeStatisticsService(AdminContext& admin);

}  // namespace sluice::gateway
