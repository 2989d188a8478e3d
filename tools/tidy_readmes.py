"""The rule of tidy.py about README.md and README.zh-CN.md: the same headings,
commands, snippets and links in the same order, so that neither falls behind.

Left out: shell comments, which are translated, and figures with arrows.
"""
import dataclasses
import re

ENGLISH, CHINESE = "README.md", "README.zh-CN.md"


@dataclasses.dataclass
class Section:
    """The text between two headings; a page begins with one of level 0."""
    line: int
    level: int
    # [line, text] of each indented or fenced code block.
    blocks: list = dataclasses.field(default_factory=list)
    prose: str = ""

    def code(self):
        """The section's inline code and targets of links."""
        found = re.findall(r"`([^`]+)`|\]\(([^)]+)\)", self.prose)
        return {" ".join((code or target).split()) for code, target in found
                if target not in (ENGLISH, CHINESE)}


def sections(path):
    out = [Section(1, 0)]
    in_block = fenced = False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        fence = line.startswith("```")
        if fenced or fence or line.startswith("    "):
            if not in_block:
                out[-1].blocks.append([number, ""])
            in_block = True
            code = line if fenced else re.sub(r"\s+# .*", "", line)
            out[-1].blocks[-1][1] += code + "\n"
            fenced ^= fence
        elif line and re.match("#+ ", line):
            in_block = False
            out.append(Section(number, len(line.split()[0])))
        elif line:
            in_block = False
            out[-1].prose += line + "\n"
    return out


def compare_blocks(ours, theirs):
    if len(ours.blocks) != len(theirs.blocks):
        yield theirs.line, (
            f"the section has {len(theirs.blocks)} blocks of code, "
            f"{ENGLISH}:{ours.line} has {len(ours.blocks)}")
        return
    for (our_line, our_text), (line, text) in zip(ours.blocks, theirs.blocks):
        if text == our_text or "►" in text and "►" in our_text:
            continue
        pairs = list(zip(our_text.splitlines(), text.splitlines()))
        equal = [a == b for a, b in pairs] + [False]
        at = equal.index(False)
        yield line + at, f"differs from {ENGLISH}:{our_line + at}"


def check_readmes(root):
    """Yields (line of README.zh-CN.md, what is wrong)."""
    english, chinese = sections(root / ENGLISH), sections(root / CHINESE)
    if [s.level for s in english] != [s.level for s in chinese]:
        yield 1, f"has not the headings of {ENGLISH}, or not their levels"
        return
    for ours, theirs in zip(english, chinese):
        yield from compare_blocks(ours, theirs)
        for missing in sorted(ours.code() - theirs.code()):
            yield theirs.line, f"{ENGLISH}:{ours.line} also has `{missing}`"
        for added in sorted(theirs.code() - ours.code()):
            yield theirs.line, f"{ENGLISH}:{ours.line} has no `{added}`"
