#pragma once

// The octets of one PDU's body.

#include <gtest/gtest.h>

#include <string>

#include "gateway/link/pdu.h"

namespace sluice::link {

template <class Pdu, class... Layout>
std::string BodyOctets(const Pdu& pdu, Layout... layout) {
  std::string octets;
  EXPECT_TRUE(AppendBody(pdu, octets, layout...).ok());
  return octets;
}

}  // namespace sluice::link
