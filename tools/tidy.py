#!/usr/bin/env python3
"""The house rules that a program can check; run by tools/test.

Checks clang-format, the include stack, header guards, that no source is left
out of its CMakeLists.txt, that every folder says what it holds, and that the
Chinese README has the commands of the English one (tidy_readmes.py). Prints
`file:line: what is wrong` and exits 1 if anything is.
"""
import pathlib
import re
import subprocess
import sys

import tidy_readmes

ROOT = pathlib.Path(__file__).resolve().parent.parent

# The house from the ground up: a room may include itself and the rooms on
# floors below its own, never one beside it. A folder with rooms stands itself
# on the floor above its last room.
FLOORS = [
    ["rules/base"],
    ["rules/fold"], ["rules/contacts"], ["rules/pack"], ["rules/match"],
    ["rules/check"], ["rules"],
    ["filter/policy"], ["filter/templates"], ["filter/registry"],
    ["filter/examine"], ["filter"],
    ["store/journal"], ["store/memory"], ["store/views"], ["store/partition"],
    ["store/writer"], ["store"],
    ["gateway/link", "gateway/wire", "gateway/access", "gateway/telemetry"],
    ["gateway/link/cmpp"], ["gateway/control", "gateway/dispatch"],
    ["gateway/redecide"],
    ["gateway/submit", "gateway/versions"],
    ["gateway/admin"],
    ["gateway"],
    ["tools/lib"],
    ["tools/loadgen", "tools/carrier_sim", "tools/evaluate_run"],
    ["tools/sluicectl/messages", "tools/sluicectl/numbers",
     "tools/sluicectl/parties", "tools/sluicectl/operations",
     "tools/sluicectl/rules"],
    ["tools/demo_run", "tools/bench_run"],
]
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
# What the commands of sluicectl share stands below their rooms.
FLOOR["tools/sluicectl"] = FLOOR["tools/loadgen"]
ROOMS = sorted(FLOOR, key=len, reverse=True)
# Not from below, although it stands there: a protocol knows the link, the
# filter's segments and numbers, and nothing of what is remembered.
NEVER = {
    "gateway/link": ("store",),
    "gateway/link/cmpp": ("store", "gateway/wire", "gateway/access",
                          "gateway/telemetry"),
}
# Files that put a program together may include all of it.
TOPS = {"tools/sluicectl/main.cc", "tools/sluicectl/command.cc"}
# Folders whose README says what is in them.
WITH_README = ["rules", "rules/base", "filter", "store", "gateway",
               "gateway/link", "gateway/link/cmpp", "tools", "tests"]


def tracked():
    out = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in out.splitlines() if (ROOT / name).is_file()]


def room_of(name):
    for room in ROOMS:
        if name.startswith(room + "/"):
            return room
    return None


def check_includes(name, lines):
    home = room_of(name)
    if home is None or name in TOPS:
        return
    for number, line in enumerate(lines, 1):
        match = re.match(r'#include "([^"]+)"', line)
        if not match:
            continue
        target = room_of(match[1])
        if target is None or target == home:
            continue
        forbidden = any((target + "/").startswith(folder + "/")
                        for folder in NEVER.get(home, ()))
        if forbidden or FLOOR[target] >= FLOOR[home]:
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
            words = re.split(r"[\s()\"]+", (ROOT / name).read_text())
            lists[str(path.parent)] = set(words)
    for name in files:
        path = pathlib.PurePath(name)
        if path.suffix != ".cc":
            continue
        for parent in path.parents:
            words = lists.get(str(parent))
            if words is None:
                continue
            if str(path.relative_to(parent)) not in words:
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
    faults += [(tidy_readmes.CHINESE, line, what)
               for line, what in tidy_readmes.check_readmes(ROOT)]
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
