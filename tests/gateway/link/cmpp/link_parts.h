#pragma once

// The context of a part of a CMPP link, with a fake clock and an owner that
// records its calls.

#include "gateway/link/cmpp/link_context.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_clock.h"
#include "tests/gateway/link/recording_owner.h"

namespace sluice::cmpp {

class LinkPartTest : public testing::Test {
 protected:
  static CmppLinkOptions Options() {
    CmppLinkOptions options;
    options.name = "part";
    options.host = "127.0.0.1";
    options.sp_id = "900001";
    options.secret = "secret88";
    options.window = options.window_first = 4;
    return options;
  }

  CmppLinkOptions options_ = Options();
  FakeClock clock_;
  link::NullLink link_;
  link::RecordingOwner owner_;
  LinkNotes notes_;
  const LinkContext context_ = {link_, owner_, options_, clock_, notes_};
};

}  // namespace sluice::cmpp
