#pragma once

// A small provider for tests above filter/: one licensee, one account, two
// content providers with a commercial and a service port each, and the pack
// cn-2015 with few content rules.

#include <memory>
#include <string>
#include <vector>

#include "filter/examine/snapshot.h"
#include "sluice/store/v1/party.pb.h"

namespace sluice {

// Numbers of the parties, in the order of their creation.
inline constexpr uint32_t kLicenseeNumber = 1;
inline constexpr uint32_t kAccountNumber = 1;
inline constexpr uint32_t kShop = 1;  // Signature 【云杉超市】, both ports.
inline constexpr uint32_t kBank = 2;  // Signature 【江畔银行】, both ports.
inline constexpr uint32_t kShopSignature = 1;

std::vector<store::v1::Party> WorldParties();

// The folder of a pack that a server loads fast: cn-2015 with the rules of
// world_pack/rules.yaml instead of its own. Made once in each program, whose
// working folder must be the root of the tree; copy the pack to change it.
const std::string& WorldPack();

// Aborts when a part of the snapshot is invalid.
std::shared_ptr<const filter::Snapshot> WorldSnapshot();

// Texts that pass every check at 10:00 for the shop.
inline constexpr char kCommercialText[] =
    "【云杉超市】周末全场水果八折，欢迎到店选购。拒收请回复R";
inline constexpr char kCodeText[] =
    "【云杉超市】验证码482913，五分钟内有效，请勿告诉他人。";

// 2026-11-22 10:00:00 in Shanghai.
inline constexpr int64_t kTenInTheMorningMs = 1'795'312'800'000;

}  // namespace sluice
