#!/usr/bin/env python3
"""Which lines never ran and which branches were never taken, from what gcov counted.

usage: coverage_report.py ROOT BUILD DIRECTORY…    (directories relative to ROOT)

Reads the .gcno files of the sources below each directory, with the .gcda files that their runs left.
Not counted as branches, because no condition of ours stands there:
- the two ways out of a call, which returns or throws;
- clean-up on the way of an exception that nobody threw, and whether a handler fits an exception;
- the failing side of FOLDMILL_CHECK, which ends the program before anything is written down.
Of a template, a branch is taken when one of its instances takes it.
"""
import collections
import pathlib
import re
import subprocess
import sys

CATCH = re.compile(r"\s*(?:\} )?catch \(")
LINE = re.compile(r"\s*(-|=====|#####|\d+)\*?:\s*(\d+):(.*)")
BLOCK = re.compile(r"\s*(\$\$\$\$\$|%%%%%|\d+)\*?:\s*\d+-block")
BRANCH = re.compile(r"branch\s+\d+ (?:taken (\d+)|never executed)(.*)")


class Source:
    """What was counted in one file."""

    def __init__(self):
        self.text = {}
        self.runs = collections.Counter()  # by line
        self.only_thrown_to = set()  # lines that a run reaches by exceptions alone
        # By line and shape (the number of branches in each block), so that instances of a template
        # that were compiled alike are added up.
        self.branches = {}

    def add(self, line):
        self.text[line.number] = line.text
        if line.only_exceptions_lead_here():
            self.only_thrown_to.add(line.number)
        elif line.count != "-":
            self.runs[line.number] += int(line.count) if line.count.isdigit() else 0
        blocks = [block for block in line.branches if len(block) > 1]
        if not blocks or "FOLDMILL_CHECK(" in line.text or CATCH.match(line.text):
            return
        shape = (line.number, tuple(len(block) for block in blocks))
        taken = [count for block in blocks for count in block]
        known = self.branches.setdefault(shape, [0] * len(taken))
        self.branches[shape] = [a + b for a, b in zip(known, taken)]

    def finish(self):
        """Of the lines that only exceptions reach, handlers are ours, clean-up is not."""
        handler = None  # its indentation
        for number, text in sorted(self.text.items()):
            indentation = len(text) - len(text.lstrip())
            if handler is not None and text.strip() and indentation <= handler:
                handler = None
            if handler is not None and number in self.only_thrown_to:
                self.runs[number] += 0
            if CATCH.match(text):
                handler = indentation

    def lines_not_run(self):
        return sorted(n for n, count in self.runs.items() if count == 0)

    def branches_not_taken(self):
        """By line: how many, of how many."""
        found = {}
        for (number, _), taken in self.branches.items():
            if 0 in taken:
                missing, total = found.get(number, (0, 0))
                found[number] = (missing + taken.count(0), total + len(taken))
        return found

    def branch_count(self):
        return sum(len(taken) for taken in self.branches.values())


class Line:
    """One line of a report, with the blocks that end on it."""

    def __init__(self, match):
        self.count, number, self.text = match.groups()
        self.number = int(number)
        self.block_kinds = []  # "%%%%%": never run; "$$$$$": neither, and only exceptions lead there
        self.branches = [[]]  # taken how often, by block that ran and ends in a condition
        self.in_block_that_ran = True

    def begin_block(self, kind):
        self.block_kinds.append(kind)
        self.in_block_that_ran = kind.isdigit()
        self.branches.append([])

    def add_branch(self, taken, properties):
        if not self.in_block_that_ran or taken is None:
            return
        if "(throw)" in properties:  # a call
            self.branches[-1] = []
            self.in_block_that_ran = False
        else:
            self.branches[-1].append(int(taken))

    def only_exceptions_lead_here(self):
        return self.count == "=====" or (self.count == "#####" and set(self.block_kinds) == {"$$$$$"})


def read(report, sources, directory):
    """Adds one report of gcov's, as `gcov --all-blocks --branch-counts` writes it."""
    source, line = None, None
    for text in report.splitlines():
        if match := LINE.match(text):
            if source is not None and line is not None:
                source.add(line)
            line = Line(match)
            if line.number == 0:
                if line.text.startswith("Source:"):
                    path = line.text.removeprefix("Source:")
                    source = sources[path] if path.startswith(directory + "/") else None
                line = None
        elif line is not None and (match := BLOCK.match(text)):
            line.begin_block(match[1])
        elif line is not None and (match := BRANCH.match(text)):
            line.add_branch(*match.groups())
    if source is not None and line is not None:
        source.add(line)


def collect(root, build, directory):
    sources = collections.defaultdict(Source)
    notes = sorted((build / directory).rglob("*.gcno"))
    if not notes:
        sys.exit(f"nothing was compiled below {build / directory}")
    for note in notes:
        report = subprocess.run(
            ["gcov", "--stdout", "--all-blocks", "--branch-probabilities", "--branch-counts",
             "--relative-only", "--source-prefix", str(root), str(note)],
            check=True, capture_output=True, text=True, errors="replace", cwd=build).stdout
        read(report, sources, directory)
    for source in sources.values():
        source.finish()
    return sources


def show(sources):
    print(f"{'file':<46} {'lines':>6} {'not run':>8} {'branches':>9} {'not taken':>10}")
    totals = [0, 0, 0, 0]
    for path, source in sorted(sources.items()):
        row = [len(source.runs), len(source.lines_not_run()), source.branch_count(),
               sum(missing for missing, _ in source.branches_not_taken().values())]
        totals = [a + b for a, b in zip(totals, row)]
        print(f"{path:<46} {row[0]:>6} {row[1]:>8} {row[2]:>9} {row[3]:>10}")
    print(f"{'all':<46} {totals[0]:>6} {totals[1]:>8} {totals[2]:>9} {totals[3]:>10}\n")
    for path, source in sorted(sources.items()):
        never, missing = set(source.lines_not_run()), source.branches_not_taken()
        for number in sorted(never | missing.keys()):
            what = "never run" if number in never else "{} of {} branches not taken".format(*missing[number])
            print(f"{path}:{number}: {what}: {source.text[number].strip()}")


def main():
    root, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    sources = {}
    for directory in sys.argv[3:]:
        sources.update(collect(root, build, directory.strip("/")))
    show(sources)


main()
