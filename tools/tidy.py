#!/usr/bin/env python3
"""The style rules that a program can check; run by tools/test.

Checks clang-format, the include stack, header guards, the size of functions and
classes, that no source is left out of its CMakeLists.txt, that every folder
says what it holds, and that the Chinese README has the commands of the English
one (tidy_readmes.py). Prints `file:line: what is wrong` and exits 1 if anything
is.
"""
import dataclasses
import pathlib
import re
import subprocess
import sys

import tidy_readmes

ROOT = pathlib.Path(__file__).resolve().parent.parent

# The layers of the tree, lowest first. A folder may include itself and the
# folders of lower layers, but no other folder of its own layer. A folder with
# subfolders is itself in the layer above its last subfolder.
LAYERS = [
    ["rules/base"],
    ["rules/fold"], ["rules/contacts"], ["rules/pack"], ["rules/match"],
    ["rules/check"], ["rules"],
    ["filter/policy"], ["filter/templates"], ["filter/registry"],
    ["filter/examine"], ["filter"],
    ["store/journal"], ["store/proofs"], ["store/memory"], ["store/views"], ["store/partition"],
    ["store/writer"], ["store"], ["store/backup"],
    ["gateway/link", "gateway/wire", "gateway/access", "gateway/telemetry"],
    ["gateway/link/cmpp", "gateway/entry"],
    ["gateway/control", "gateway/dispatch"],
    ["gateway/redecide", "gateway/corrections"],
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
LAYER = {folder: layer
         for layer, folders in enumerate(LAYERS) for folder in folders}
# The files that the commands of sluicectl share are below the commands.
LAYER["tools/sluicectl"] = LAYER["tools/loadgen"]
FOLDERS = sorted(LAYER, key=len, reverse=True)
# Folders that may not be included although they are lower: a protocol knows the
# link, the filter's segments and numbers, but neither the store nor the server.
NEVER = {
    "gateway/link": ("store",),
    "gateway/link/cmpp": ("store", "gateway/wire", "gateway/access",
                          "gateway/telemetry"),
}
# These files assemble a program and may include all of it.
TOPS = {"tools/sluicectl/main.cc", "tools/sluicectl/command.cc"}
FUNCTION_LINES_MAX = 60
PRIVATE_FUNCTIONS_MAX = 25
# Folders whose README must list their files.
WITH_README = ["rules", "rules/base", "filter", "store", "gateway",
               "gateway/link", "gateway/link/cmpp", "tools", "tests"]


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
    if home is None or name in TOPS:
        return
    for number, line in enumerate(lines, 1):
        match = re.match(r'#include "([^"]+)"', line)
        if not match:
            continue
        target = folder_of(match[1])
        if target is None or target == home:
            continue
        forbidden = any((target + "/").startswith(folder + "/")
                        for folder in NEVER.get(home, ()))
        if forbidden or LAYER[target] >= LAYER[home]:
            yield number, f"{home} must not include {target}"


def check_header(name, lines):
    if name.endswith(".h") and not any("#pragma once" in l for l in lines[:3]):
        yield 1, "a header begins with #pragma once"


def without_text(source):
    """`source` without comments and the content of literals, line by line."""
    def blank(match):
        return '""' + "\n" * match[0].count("\n")
    literal = r'R"(\w*)\(.*?\)\1"|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)+\'(?!\w)'
    return re.sub(literal + r"|//[^\n]*",
                  lambda m: "" if m[0].startswith("//") else blank(m),
                  source, flags=re.S)


@dataclasses.dataclass
class Block:
    """A block from its opening to its closing brace."""
    kind: str            # file, namespace, class, function or other.
    name: str
    line: int            # The line of the brace.
    indent: int          # That of statement and closing brace.
    private: bool = False
    private_functions: int = 0


def kind_of(head):
    """Of a block whose statement, up to its brace, is `head`."""
    head = re.sub(r"^template <.*?> (?=class|struct|union)", "", head)
    if re.match(r"(inline )?namespace\b|extern \"", head):
        return "namespace"
    if re.match(r"(class|struct|union)\b", head) and not head.endswith(")"):
        return "class"
    if head.startswith("enum") or re.search(r"=\s*[\w:<>, ]*$", head):
        return "other"
    return "function" if "(" in head else "other"


def is_function(statement):
    """Whether a statement of a class declares or defines a function."""
    if re.match(r"(using|friend|typedef|static_assert|class|struct|enum)\b",
                statement) or re.search(r"= (default|delete)$", statement):
        return False
    plain = re.sub(r"\b(SLUICE_\w+|alignas)\([^()]*\)", "", statement)
    plain = re.sub(r"->|<=>|operator\S+?(?=\()", "operator_", plain)
    while re.search(r"<[^<>]*>", plain):
        plain = re.sub(r"<[^<>]*>", "", plain)
    before = re.split(r"[={]", plain)[0]
    return re.search(r"\w ?\(", before) is not None


def blocks_of(source):
    """Yields each block of clang-formatted `source`, with its last line.

    The formatter puts a closing brace under the first character of the
    statement that the brace belongs to; so indentation says where it ends.
    """
    open_blocks = [Block("file", "", 0, -1)]
    head = []                       # Lines of the current statement.
    for number, line in enumerate(without_text(source).splitlines(), 1):
        text = line.strip()
        top = open_blocks[-1]
        indent = len(line) - len(line.lstrip())
        if text.startswith("}") and indent == top.indent:
            yield open_blocks.pop(), number
            head = []
            # "} else {" and "} kCases[] = {" open the next scope.
            if text.endswith("{"):
                open_blocks.append(Block("other", "", number, indent))
            continue
        if top.kind in ("function", "other") or not text or text[0] == "#":
            continue
        access = re.fullmatch(r"(public|protected|private):", text)
        if access:
            top.private = access[1] == "private"
            head = []
            continue
        if not head:
            head_indent = indent
        head.append(text)
        if text.endswith("{"):
            statement = " ".join(head)[:-1].strip()
            # A lambda in an initialiser: "handler_{[this] {".
            if statement.count("{") > statement.count("}"):
                continue
            kind = kind_of(statement)
            top.private_functions += (top.kind == "class" and top.private and
                                      kind == "function")
            open_blocks.append(Block(kind, statement, number, head_indent,
                                     private=statement.startswith("class")))
            head = []
        elif text.endswith((";", "}")):
            statement = " ".join(head).rstrip(";")
            top.private_functions += (top.kind == "class" and top.private and
                                      is_function(statement))
            head = []


def sizes(lines):
    """Yields the place and the fault of each function or class too large."""
    for block, end in blocks_of("\n".join(lines)):
        size = end - block.line - 1
        if block.kind == "function" and size > FUNCTION_LINES_MAX:
            yield block.line, (f"a function of {size} lines, at most "
                               f"{FUNCTION_LINES_MAX} are allowed")
        count = block.private_functions
        if count > PRIVATE_FUNCTIONS_MAX:
            yield block.line, (f"a class with {count} private functions, at "
                               f"most {PRIVATE_FUNCTIONS_MAX} are allowed")


def check_size(_, lines):
    yield from sizes(lines)


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
        for check in (check_includes, check_header, check_size):
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
