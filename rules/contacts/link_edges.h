#pragma once

// The parts around a host name in a link or an e-mail address: scheme, user and
// password before it, port, path and query after it.

#include <cstddef>
#include <cstdint>

#include "rules/contacts/contact_text.h"

namespace sluice::rules {

// Where the host begins if the run `run` ends in http, hxxp, https or is ftp
// and what follows (":", "//", blanks among them) says so; else 0.
size_t SkipScheme(const ContactText& text, size_t run);
// Where such a run's scheme begins.
uint32_t SchemeBegin(const ContactText& text, size_t run);
// Whether a run that ends at `end` may be such a scheme; cheap.
bool MayEndScheme(const ContactText& text, size_t end);

// The end of "user:password@" at `begin`; all of it may look like a host.
size_t SkipUserInfo(const ContactText& text, size_t begin);

// The end of ":8080" at `host_end`; `host_end` when no port is there.
size_t SkipPort(const ContactText& text, size_t host_end);
// The end of path and query that begin at `begin`, as a browser takes them, but
// without the punctuation of the sentence that they stand in.
size_t PathEnd(const ContactText& text, size_t begin);
// Whether a port or a path begins at `host_end`.
bool HasPath(const ContactText& text, size_t host_end);

// Where the @ before a host that begins at `begin` is, with a blank between or
// not; `begin` when there is none.
uint32_t AtBefore(const ContactText& text, uint32_t begin);
// Where what stands before the @ at `at` begins, not before `floor`; `at` when
// there is nothing.
uint32_t LocalPartBegin(const ContactText& text, uint32_t at, uint32_t floor);

}  // namespace sluice::rules
