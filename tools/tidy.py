#!/usr/bin/env python3
"""The house rules that a program can check; run by tools/test.

Checks clang-format, the include stack, header guards, that no source is left
out of its CMakeLists.txt, and that every folder says what it holds. Prints
`file:line: what is wrong` and exits 1 if anything is.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Which folders a folder may include, beside itself and filter/base.
MAY_INCLUDE = {
    "filter/base": set(),
    "rules": set(),
    "filter": {"rules"},
    "store": {"filter", "rules"},
    "gateway/link/cmpp": {"gateway/link", "filter"},
    "gateway/link": {"filter"},
    "gateway": {"gateway/link", "gateway/link/cmpp", "store", "filter",
                "rules"},
}
FOLDERS = sorted(MAY_INCLUDE, key=len, reverse=True)
# Folders whose README says what is in them.
WITH_README = ["rules", "filter", "store", "gateway", "gateway/link", "tools",
               "tests"]


def tracked():
    out = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in out.splitlines() if (ROOT / name).is_file()]


def folder_of(name):
    for folder in FOLDERS:
        if name.startswith(folder + "/"):
            return folder
    return None


def check_includes(name, lines):
    home = folder_of(name)
    if home is None:
        return
    for number, line in enumerate(lines, 1):
        match = re.match(r'#include "([^"]+)"', line)
        if not match:
            continue
        target = folder_of(match[1])
        if target is None or target in (home, "filter/base"):
            continue
        if target not in MAY_INCLUDE[home]:
            yield number, f"{home} must not include {target}"


def check_header(name, lines):
    if name.endswith(".h") and not any("#pragma once" in l for l in lines[:3]):
        yield 1, "a header begins with #pragma once"


def check_listed(files):
    """Every .cc is named in the CMakeLists.txt of its folder or one above."""
    lists = {}
    for name in files:
        path = pathlib.PurePath(name)
        if path.name == "CMakeLists.txt":
            lists[str(path.parent)] = (ROOT / name).read_text()
    for name in files:
        path = pathlib.PurePath(name)
        if path.suffix != ".cc":
            continue
        for parent in path.parents:
            text = lists.get(str(parent))
            if text is None:
                continue
            if str(path.relative_to(parent)) not in text:
                yield name, 1, f"not listed in {parent}/CMakeLists.txt"
            break


def check_format(files):
    sources = [f for f in files if f.endswith((".h", ".cc"))]
    run = subprocess.run(
        ["clang-format", "--dry-run", "--Werror", *sources], cwd=ROOT,
        capture_output=True, text=True)
    for line in run.stderr.splitlines():
        match = re.match(r"(?:\S*/)?(\S+?):(\d+):\d+: error", line)
        if match:
            yield line.split(": error")[0], None, "clang-format differs"


def main():
    files = tracked()
    faults = []
    for name in files:
        if not name.endswith((".h", ".cc")):
            continue
        lines = (ROOT / name).read_text().splitlines()
        for check in (check_includes, check_header):
            faults += [(name, n, what) for n, what in check(name, lines)]
    faults += check_listed(files)
    faults += check_format(files)
    for folder in WITH_README:
        if not (ROOT / folder / "README.md").is_file():
            faults.append((folder, None, "has no README.md"))
    for name, number, what in faults:
        print(f"{name}:{number}: {what}" if number else f"{name}: {what}")
    if faults:
        print(f"{len(faults)} faults; `clang-format -i` mends the format")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
