#pragma once

// Distinct types for distinct ids, so that a port is never taken for a
// signature. All are small numbers that the registry assigns once and never
// reuses; journal records carry them. 0 means none.

#include <cstdint>

#include "sluice/v1/message.pb.h"

namespace sluice {

template <typename Tag>
struct Id {
  uint32_t value = 0;

  explicit operator bool() const { return value != 0; }
  bool operator==(const Id&) const = default;
  auto operator<=>(const Id&) const = default;
};

using LicenseeId = Id<struct LicenseeTag>;
using AccountId = Id<struct AccountTag>;
using ContentProviderId = Id<struct ContentProviderTag>;
using SignatureId = Id<struct SignatureTag>;
using PortId = Id<struct PortTag>;
using TemplateId = Id<struct TemplateTag>;

// The numbers are those of v1::MessageClass.
enum class MessageClass : uint8_t {
  kUnspecified = 0,
  kVerification = 1,
  kNotice = 2,
  kCommercial = 3,
  kConsentRequest = 4,
  kPublicInterest = 5,
};
inline constexpr int kMessageClasses = 6;

// A set of classes, one bit each.
using ClassMask = uint8_t;
constexpr ClassMask MaskOf(MessageClass c) {
  return static_cast<ClassMask>(1u << static_cast<int>(c));
}

// Whose network the recipient is in. Stored in journal records: never renumber.
enum class Carrier : uint8_t {
  kUnknown = 0,
  kMobile = 1,
  kUnicom = 2,
  kTelecom = 3,
  kBroadnet = 4,
};
inline constexpr int kCarriers = 5;

}  // namespace sluice
