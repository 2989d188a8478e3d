#!/usr/bin/python3
"""A foreign reader of a store's journals: written from store/FORMAT.md and the
comments of the .proto files, without any code of Sluice.

Checks every octet as FORMAT.md's "How a stranger checks a journal" says, then
counts again from the records what the promises say of states, hand-overs,
limits, keys and opt-outs. Prints one line of JSON: counts, and the violations
with their places (a number or a text is in none). Exits 1 if there is one.
"""
import argparse
import collections
import json
import pathlib
import sys

from reader import outside, packs, recount, segments
from reader.records import record_pb2, rule_version_pb2

SHOWN_MAX = 20


class Problems:
    def __init__(self):
        self.count = 0
        self.shown = []

    def __call__(self, place, what):
        self.count += 1
        if len(self.shown) < SHOWN_MAX:
            self.shown.append(f'{place}: {what}')


def packs_in_force(journal, rules, problem):
    """The packs of the versions that were ever published, by rule set, and the
    counts of the control journal's records."""
    found, counts, read = {}, collections.Counter(), {}
    for first, bodies in journal.groups():
        for body in filter(None, bodies):
            record = record_pb2.Record.FromString(body)
            counts[record.WhichOneof('body') or 'no body'] += 1
            version = record.rule_version_changed.version
            if version.state != rule_version_pb2.RULE_VERSION_STATE_PUBLISHED:
                continue
            digest = version.files_digest
            if digest not in read:
                read[digest] = packs.read_pack(rules / digest)
                if packs.files_digest(rules / digest) != digest:
                    problem(first, 'the files of the published version '
                            f'{version.number} were changed')
            found[version.rule_set] = read[digest]
    return found, counts


def read_lines(path):
    with open(path, encoding='utf-8') as lines:
        return [json.loads(line) for line in lines if line.strip()]


def read_store(store, problem):
    """Returns (Recount by partition, counts)."""
    control = segments.Journal(store / 'control', problem)
    in_force, counts = packs_in_force(control, store / 'rules', problem)
    totals = collections.Counter(control.counts)
    kinds = collections.Counter(counts)
    partitions = {}
    for folder in sorted(store.glob('partition-*/journal')):
        journal = segments.Journal(folder, problem)
        number = journal.identity.partition
        if number != int(folder.parent.name.removeprefix('partition-')):
            problem(folder, f'is the journal of partition {number}')
        partitions[number] = recount.Recount(number, in_force, problem)
        for first, bodies in journal.groups():
            partitions[number].group(first, bodies)
        totals.update(journal.counts)
        kinds.update(partitions[number].counts)
    expected = control.identity.partitions
    if sorted(partitions) != list(range(expected)):
        problem(store, f'has {len(partitions)} of {expected} partitions')
    check_numbers(partitions, problem)
    return partitions, {**totals, **kinds}


def check_numbers(partitions, problem):
    """Everything about a number is in the one partition that its slot names."""
    for number, counts in partitions.items():
        for e164 in counts.by_number:
            if segments.slot(e164) % len(partitions) != number:
                problem(f'partition {number}', "has another partition's number")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('store', type=pathlib.Path, help='the store\'s folder')
    parser.add_argument('--acknowledged', help='JSON lines: the verdicts that '
                        'clients got (message_id, decision, key, recipient)')
    parser.add_argument('--opt-outs', help='JSON lines: the opt-outs that were '
                        'acknowledged (recipient)')
    parser.add_argument('--received', action='append', default=[],
                        help='a log of carrier-sim, once for each run of it; '
                        'for a store from which retention removed nothing')
    options = parser.parse_args()
    problems = Problems()
    partitions, counts = read_store(options.store, problems)
    if options.acknowledged:
        lines = read_lines(options.acknowledged)
        outside.check_acknowledged(lines, partitions, problems)
        counts['acknowledged'] = len(lines)
    if options.opt_outs:
        lines = read_lines(options.opt_outs)
        outside.check_opt_outs(lines, partitions, problems)
        counts['acknowledged opt-outs'] = len(lines)
    if options.received:
        lines = [line for path in options.received for line in read_lines(path)]
        counts['received'] = outside.check_received(lines, partitions, problems)
    print(json.dumps({'counts': counts, 'violations': problems.count,
                      'shown': problems.shown}))
    return 1 if problems.count else 0


if __name__ == '__main__':
    sys.exit(main())
