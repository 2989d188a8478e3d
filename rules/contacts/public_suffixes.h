#pragma once

// The public suffix list: which last labels of a host name exist, and under
// which suffixes anybody can register a domain (com, com.cn, github.io). The
// list tells a link from "3.5" and "e.g.". libpsl stays behind this file.

#include <memory>

#include "absl/strings/string_view.h"

struct psl_ctx_st;

namespace sluice::rules {

// Hosts are in ASCII form and lower case (see host_name.h), at most
// kHostSizeMax bytes; longer ones are nothing's suffix and have none.
class PublicSuffixes {
 public:
  // The list all threads use, loaded at the first call: that of the system
  // (package publicsuffix), else the one built into libpsl, which is as old as
  // libpsl's package.
  static const PublicSuffixes& Shared();

  // Whether `label`, which may also be UTF-8, is a top-level domain of the
  // list. Made-up ones are not.
  bool IsTopLevel(absl::string_view label) const;

  // Whether `host` is a suffix that a registry gives names under ("com.cn").
  // Not for those of companies ("github.io").
  bool IsRegistrySuffix(absl::string_view host) const;

  // The part of `host` that somebody has registered: its public suffix, which
  // may be a company's, and one label more ("shop.example.com.cn":
  // "example.com.cn"). `host` itself when it is nothing but a suffix.
  absl::string_view RegistrableOf(absl::string_view host) const;

  PublicSuffixes(const PublicSuffixes&) = delete;
  PublicSuffixes& operator=(const PublicSuffixes&) = delete;

 private:
  PublicSuffixes();

  const psl_ctx_st* list_;  // Never freed, as this is never destroyed.
};

}  // namespace sluice::rules
