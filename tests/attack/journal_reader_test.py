#!/usr/bin/python3
"""The foreign reader finds what is planted: journal_reader_test.py STORE

STORE is a store that the real sluiced wrote (journal_reader.test.mjs makes it).
Each test changes a copy of one of its journals; unless the change is to be seen
by them, checksums and roots are made anew, as a forger would.
"""
import pathlib
import shutil
import struct
import sys
import tempfile
import unittest

import journal_reader
from reader import outside, segments
from reader.records import message_pb2, record_pb2

STORE = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else None
GOT = STORE.parent / 'got.jsonl' if STORE else None
HEADER = segments.HEADER_SIZE
ONE = 'partition-001/journal/0000000.segment'


def make_frame(identity, bodies, previous, unsynced=0, root=None):
    """A group's frame, as FORMAT.md draws it; returns (octets, root)."""
    leaves = [segments.leaf_hash(body) for body in bodies]
    root = root or segments.next_root(previous, leaves)
    end, ends = 0, b''
    for body in bodies:
        end += len(body)
        ends += struct.pack('>I', end)
    octets = struct.pack('>II4sI', 80 + len(ends) + end, unsynced, b'SLG\x01',
                         len(bodies)) + ends + b''.join(bodies)
    octets += previous + root
    return octets + struct.pack(
        '>Q', segments.checksum(identity.seed, octets)), root


def make_end(identity, root):
    octets = struct.pack('>II4s', 44, 0, b'SLE\x01') + root
    return octets + struct.pack(
        '>Q', segments.checksum(identity.seed, octets))


def make_header(identity, number, previous, kind=0):
    octets = struct.pack('>8sIB3x16sHHI32s', b'SLUICESG', 1, 0,
                         identity.store, identity.partition,
                         identity.partitions, number, previous)
    octets = octets[:15] + bytes([kind]) + octets[16:]
    return octets + struct.pack('>Q', segments.checksum(0, octets))


class Forger:
    """A copy of the store whose partition 1 is changed."""

    def __init__(self, folder):
        self.store = pathlib.Path(folder) / 'data'
        for name in ('control', 'rules', 'partition-000/journal',
                     'partition-001/journal'):
            shutil.copytree(STORE / name, self.store / name,
                            ignore=shutil.ignore_patterns('.compiled'))
        self.path = self.store / ONE
        self.octets = bytearray(self.path.read_bytes())
        self.identity = segments.read_identity(self.path.parent, self.fail)
        self.frames = []  # (offset, frame)
        at = HEADER
        while frame := segments.take_frame(bytes(self.octets[at:at + 2**20]),
                                           0, self.identity.seed):
            self.frames.append((at, frame))
            at += frame.size
        self.end = at
        self.records = [
            (segments.Place(1, 0, offset, i), record_pb2.Record.FromString(body))
            for offset, frame in self.frames
            for i, body in enumerate(frame.bodies)]

    def fail(self, place, what):
        raise AssertionError(f'{place}: {what}')

    def find(self, kind, suits=lambda record: True):
        """The last record of a kind, and its place."""
        return next((place, record) for place, record in reversed(self.records)
                    if record.WhichOneof('body') == kind and suits(record))

    def new(self, like=None, **body):
        """A record; its time is that of the last one."""
        record = record_pb2.Record(salt=bytes(16),
                                   at_ms=self.records[-1][1].at_ms)
        if like is not None:
            record.CopyFrom(like)
            record.at_ms = self.records[-1][1].at_ms
        for kind, fields in body.items():
            getattr(record, kind).SetInParent()
            for name, value in fields.items():
                setattr(getattr(record, kind), name, value)
        return record

    def ref(self, index):
        """The reference of record `index` of the group that append() makes."""
        return segments.Place(1, 0, self.end, index).ref

    def append(self, *records, **frame):
        root = self.frames[-1][1].root
        octets, _ = make_frame(
            self.identity, [record.SerializeToString() for record in records],
            frame.pop('previous', root), **frame)
        self.octets[self.end:self.end + len(octets)] = octets

    def violations(self):
        self.path.write_bytes(self.octets)
        problems = journal_reader.Problems()
        self.partitions, self.counts = journal_reader.read_store(
            self.store, problems)
        return problems.shown


class Planted(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.forger = Forger(folder.name)

    def found(self, *expected):
        shown = self.forger.violations()
        for what in expected:
            self.assertTrue(any(what in line for line in shown),
                            f'{what}: {shown}')
        return shown

    def accepted(self):
        """A verdict about a message that was taken, and its place."""
        f = self.forger
        _, answer = f.find('answered', lambda r: r.answered.state ==
                           message_pb2.MESSAGE_STATE_TAKEN)
        return next((place, record) for place, record in f.records
                    if place.ref == answer.answered.message)

    def verdict(self, **fields):
        """A verdict about a new message like one that was taken."""
        _, record = self.accepted()
        again = self.forger.new(record, decided={
            'key': b'another', 'text': b'another', 'key_hash': 7,
            'content_hash': 7, **fields})
        now = again.at_ms
        again.decided.planned_ms = fields.get('planned_ms', now)
        again.decided.expire_at_ms = now + 3_600_000
        return again

    # Octets, checksums, roots, segments.

    def test_the_store_is_clean(self):
        self.assertEqual(self.forger.violations(), [])
        for kind in ('decided', 'handed_over', 'answered', 'reported', 'reply',
                     'opt_out_added', 'windows', 'keys', 'retries'):
            self.assertGreater(self.forger.counts[kind], 0, kind)

    def test_an_octet_changed_before_the_last_group(self):
        offset, frame = self.forger.frames[0]
        self.forger.octets[offset + frame.size // 2] ^= 1
        self.found(f'offset {offset}: damage')

    def test_an_octet_changed_and_a_checksum_made_anew(self):
        f = self.forger
        offset, frame = f.frames[0]
        bodies = [frame.bodies[0][:-1] + b'?'] + frame.bodies[1:]
        f.octets[offset:offset + frame.size], _ = make_frame(
            f.identity, bodies, frame.previous, root=frame.root)
        self.found('its root is not that of its records')

    def test_an_octet_changed_and_a_root_made_anew(self):
        f = self.forger
        offset, frame = f.frames[0]
        bodies = [frame.bodies[0][:-1] + b'?'] + frame.bodies[1:]
        f.octets[offset:offset + frame.size], _ = make_frame(
            f.identity, bodies, frame.previous)
        self.found('its previous root is not the root before it')

    def test_octets_after_the_end_that_nobody_relied_on(self):
        f = self.forger
        f.octets[f.end:f.end + 5] = b'waste'
        self.assertEqual(self.found(), [])
        self.assertEqual(f.counts['unsynced'], 1)

    def test_octets_after_the_end_that_were_durable(self):
        f = self.forger
        f.append(f.new(journal_reopened={}))
        f.octets[f.end + 200:f.end + 400] = f.octets[f.end:f.end + 200]
        f.octets[f.end:f.end + 200] = b'?' * 200
        self.found('were durable here')

    def close_first(self, last=3):
        """Splits the segment: a closed one with `last` groups, and the rest."""
        f = self.forger
        split = f.frames[last][0]
        root = f.frames[last - 1][1].root
        rest = f.octets[split:f.end]
        f.octets[split:] = make_end(f.identity, root)
        second = f.path.with_name('0000001.segment')
        second.write_bytes(make_header(f.identity, 1, root) + rest + bytes(999))
        return second

    def test_two_segments(self):
        self.close_first()
        # Only positions differ: the second segment's are others now.
        for line in self.found():
            self.assertNotRegex(line, 'root|frame|checksum|missing')

    def test_a_closed_segment_without_its_end(self):
        self.close_first()
        del self.forger.octets[-52:]
        self.found('no whole frame in a segment that is not the last')

    def test_another_end(self):
        self.close_first()
        self.forger.octets[-52:] = make_end(self.forger.identity, bytes(32))
        self.found('the end does not have the last root')

    def test_a_segment_that_was_not_there(self):
        second = self.close_first()
        second.rename(second.with_name('0000002.segment'))
        self.found('a number is missing, doubled or wrong')

    def test_a_segment_of_another_journal(self):
        f = self.forger
        f.identity.partition = 0
        f.octets[:HEADER] = make_header(f.identity, 0, bytes(32))
        self.found('belongs to another journal')

    def test_a_header_changed(self):
        self.forger.octets[40] ^= 1
        self.found('checksum of the header differs')

    def test_a_file_that_is_shorter_than_it_was_made(self):
        f = self.forger
        f.octets[12:15] = (1 << 13).to_bytes(3, 'big')  # 2 MiB.
        f.octets[72:80] = struct.pack('>Q', segments.checksum(
            0, bytes(f.octets[:72])))
        self.assertEqual(self.found(), [])
        del f.octets[-1:]
        self.found('octets long, 2097152 when it was made')

    def test_a_reduced_segment(self):
        """One record is replaced by its leaf, one is removed in silence."""
        f = self.forger
        octets, index = make_header(f.identity, 0, bytes(32), kind=1), b''
        for at, (offset, frame) in enumerate(f.frames):
            bodies = list(frame.bodies)
            words, size = [], 0
            for i, body in enumerate(bodies):
                if at == 0 and i == 0:
                    bodies[i] = frame.leaves[0]
                size += len(bodies[i])
                words.append(size | (segments.REMOVED if at == i == 0 else 0))
            index += struct.pack('>II', offset, len(octets))
            made = struct.pack(f'>II4sI{len(words)}I', 80 + 4 * len(words) +
                               size, offset, b'SLR\x01', len(words), *words)
            made += b''.join(bodies) + frame.previous + frame.root
            octets += made + struct.pack(
                '>Q', segments.checksum(f.identity.seed, made))
        index += struct.pack('>II', f.end, len(octets))
        end = struct.pack('>II4s', 44, f.end, b'SLE\x01') + f.frames[-1][1].root
        octets += end + struct.pack('>Q', segments.checksum(
            f.identity.seed, end))
        index += struct.pack('>I', len(f.frames) + 1)
        index += struct.pack('>Q', segments.checksum(0, index))
        f.octets = bytearray(octets + index)
        self.assertEqual(self.found(), [])
        self.assertEqual(f.counts['removed'], 1)
        f.octets[-20] ^= 1
        self.found('end or index is missing or wrong')

    def test_an_identity_changed(self):
        path = self.forger.path.with_name('identity')
        octets = bytearray(path.read_bytes())
        octets[-9] ^= 1
        path.write_bytes(octets)
        self.found('identity: checksum differs')

    def test_a_partition_that_is_not_there(self):
        shutil.rmtree(self.forger.store / 'partition-000')
        self.found('has 1 of 2 partitions')

    def test_rules_changed(self):
        policy = next(self.forger.store.glob('rules/*/policy.yaml'))
        policy.write_text(policy.read_text().replace('max: 40', 'max: 41'))
        self.found('the files of the published version 1 were changed')

    # States and hand-overs.

    def test_a_second_hand_over(self):
        place, record = self.accepted()
        f = self.forger
        f.append(f.new(handed_over={'message': place.ref}),
                 f.new(handed_over={'message': 99}))
        self.found('becomes MESSAGE_STATE_HANDED_OVER',
                   'names a message that is not there')

    def test_a_second_answer(self):
        f = self.forger
        _, answer = f.find('answered')
        f.append(f.new(answer))
        self.found('becomes MESSAGE_STATE_TAKEN')

    def test_a_hand_over_twice_without_a_report(self):
        f = self.forger
        number = self.accepted()[1].recipient
        hand_over = f.new(handed_over={'message': f.ref(0), 'link': 'sim'})
        hand_over.recipient = number
        back = f.new(given_back={'message': f.ref(0)})
        back.recipient = number
        verdict = self.verdict(planned_ms=0)
        verdict.decided.planned_ms = verdict.at_ms
        f.append(verdict, hand_over, back, hand_over)
        self.assertFalse([line for line in f.violations()
                          if 'HANDED_OVER' in line])
        f.append(verdict, hand_over, hand_over)
        self.found('MESSAGE_STATE_HANDED_OVER becomes MESSAGE_STATE_HANDED_OVER')

    def test_a_hand_over_at_a_wrong_time(self):
        f = self.forger
        early = self.verdict()
        early.decided.decision = message_pb2.DECISION_DEFERRED
        early.decided.planned_ms += 60_000
        hand_over = f.new(handed_over={'message': f.ref(0)})
        hand_over.recipient = early.recipient
        f.append(early, hand_over)
        self.found('handed over before its time')
        early.decided.planned_ms -= 60_000
        early.decided.expire_at_ms = early.at_ms
        f.append(early, hand_over)
        self.found('handed over after its expiry')

    def test_an_end_of_a_message_that_was_taken(self):
        f = self.forger
        place, record = self.accepted()
        end = f.new(ended={'message': place.ref,
                           'state': message_pb2.MESSAGE_STATE_CANCELLED})
        end.recipient = record.recipient
        f.append(end)
        self.found('becomes MESSAGE_STATE_CANCELLED',
                   'MESSAGE_STATE_CANCELLED, refunded: False')

    def test_a_refund_of_a_message_that_was_taken(self):
        f = self.forger
        hand_over = f.new(handed_over={'message': f.ref(0), 'link': 'sim'})
        verdict = self.verdict()
        hand_over.recipient = verdict.recipient
        answer = f.new(answered={
            'message': f.ref(0), 'state': message_pb2.MESSAGE_STATE_TAKEN,
            'refunded': True, 'link': 'other'})
        answer.recipient = verdict.recipient
        f.append(verdict, hand_over, answer)
        self.found('MESSAGE_STATE_TAKEN, refunded: True',
                   'answered by another link',
                   'TAKEN, and not all its parts have an id')

    def test_a_part_reported_twice(self):
        f = self.forger
        _, report = f.find('reported')
        f.append(f.new(report))
        self.found('reports part 1 twice', 'settled, and the state stays')

    def test_a_message_of_another_number(self):
        f = self.forger
        place, _ = self.accepted()
        f.append(f.new(handed_over={'message': place.ref}))
        self.found("names another number's message")

    # Decisions, keys, limits, opt-outs.

    def test_a_limit_exceeded(self):
        f = self.forger
        f.append(self.verdict(key=b'one'), self.verdict(key=b'two'))
        self.found('exceeds the limit')

    def test_a_second_verdict(self):
        f = self.forger
        _, record = self.accepted()
        f.append(f.new(record))
        self.found('a second verdict for a message that has one')

    def test_another_message_under_a_key(self):
        f = self.forger
        _, record = self.accepted()
        f.append(self.verdict(key=record.decided.key))
        self.found('another message under a key in use')

    def test_a_retry_of_a_message_that_went_out(self):
        f = self.forger
        place, _ = self.accepted()
        f.append(self.verdict(retry_of=place.ref))
        self.found('retries a message that was not REJECTED',
                   'retries a message of another key')

    def test_decisions_that_contradict_themselves(self):
        f = self.forger
        rejected = self.verdict(decision=message_pb2.DECISION_REJECTED)
        accepted = self.verdict(charged=False, rule_set='none')
        accepted.decided.reasons.add(code='CONTENT_PROHIBITED')
        past = self.verdict(planned_ms=1)
        nobody = self.verdict()
        nobody.recipient = 0
        f.append(rejected, accepted, past, nobody)
        self.found('REJECTED without a reason', 'charged and not to be sent',
                   'ACCEPTED with the reason CONTENT_PROHIBITED',
                   'was in force never', 'planned in the past',
                   'a message without a number goes out')

    def test_a_hand_over_after_an_opt_out(self):
        f = self.forger
        verdict = self.verdict(
            message_class=message_pb2.MESSAGE_CLASS_COMMERCIAL)
        opt_out = f.new(opt_out_added={'classes': 0})
        hand_over = f.new(handed_over={'message': f.ref(0)})
        opt_out.recipient = hand_over.recipient = verdict.recipient
        f.append(verdict, opt_out, hand_over)
        self.found('handed over after an opt-out')
        removed = f.new(opt_out_removed={})
        removed.recipient = verdict.recipient
        removed.opt_out_removed.removed.append(f.ref(1))
        f.append(verdict, opt_out, removed, hand_over)
        self.assertFalse([line for line in f.violations() if 'opt-out' in line])
        removed.opt_out_removed.removed[0] = 99
        f.append(opt_out, opt_out, removed, verdict)
        self.found('accepted although the number has opted out',
                   'an opt-out that was in force already',
                   'removes an opt-out that is not in force')

    def test_opt_outs_that_came_another_way(self):
        f = self.forger
        ways = [{'evidence': f'call {i}'} for i in range(3)]
        ways.append({'import_id': 'a.txt', 'evidence': 'call 0'})
        four = [f.new(opt_out_added=way) for way in ways]
        f.append(*four)
        self.assertFalse([line for line in f.violations() if 'opt-out' in line])
        f.append(*four, f.new(opt_out_added={'evidence': 'call 4'}))
        self.found('an opt-out that was in force already')

    def test_a_reply_without_its_opt_out(self):
        f = self.forger
        reply = f.new(reply={'opted_out': True})
        reply.recipient = 8613900000001
        f.append(reply)
        self.found('the reply opts out, and no opt-out')

    def test_records_out_of_place(self):
        f = self.forger
        early = f.new(journal_reopened={})
        early.at_ms -= 1
        elsewhere = f.new(operator_action={})
        elsewhere.salt = b''
        other = next(number for number in range(8613800000000, 8613800009999)
                     if segments.slot(number) % 2 == 0)
        moved = self.verdict()
        moved.recipient = other
        f.append(early, elsewhere, f.new(), moved)
        self.found('1 ms before the record before it', 'a salt of 0 octets',
                   "operator_action is nothing for a partition's journal",
                   'no body is nothing', "has another partition's number")

    # Clients and carriers.

    def outside(self, check, lines):
        self.forger.violations()
        problems = journal_reader.Problems()
        check(lines, self.forger.partitions, problems)
        return ' '.join(problems.shown)

    def test_what_the_carrier_got(self):
        lines = journal_reader.read_lines(GOT)
        received = outside.check_received
        self.assertEqual(self.outside(received, lines), '')
        self.assertIn('came 2 times', self.outside(received, lines + lines[:1]))
        self.assertIn('took 1 messages that it does not have',
                      self.outside(received, lines[1:]))
        # As a carrier that joins parts of different messages would have it.
        self.assertIn('took 2 messages that it does not have', self.outside(
            received, [{**lines[0], 'ids': lines[1]['ids']},
                       {**lines[1], 'ids': lines[0]['ids']}, *lines[2:]]))
        self.assertIn('came 1 times, was handed over 0 times', self.outside(
            received, lines + [{**lines[0], 'text': 'another'}]))

    def test_what_clients_were_told(self):
        place, record = self.accepted()
        value = 1 << 62 | place.ref
        line = {'message_id': ''.join(
                    outside.ALPHABET[value >> shift & 31]
                    for shift in range(70, -1, -5)),
                'decision': 'DECISION_ACCEPTED',
                'key': record.decided.key.decode(),
                'recipient': str(record.recipient)}
        check = outside.check_acknowledged
        self.assertEqual(self.outside(check, [line]), '')
        shown = self.outside(check, [
            {**line, 'decision': 'DECISION_HELD'}, {**line, 'key': 'other'},
            {**line, 'recipient': '1'}, {**line, 'message_id': '1'}])
        for what in ('returned as DECISION_HELD, is DECISION_ACCEPTED',
                     'another key', 'another recipient', 'there is no record'):
            self.assertIn(what, shown)

    def test_an_opt_out_lost(self):
        self.assertIn('is not in force', self.outside(
            outside.check_opt_outs, [{'recipient': '8613900000001'}]))


if __name__ == '__main__':
    unittest.main()
