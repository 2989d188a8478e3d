"""The bytes of a journal's folder, read as store/FORMAT.md describes them.

Written from that page alone: no code of Sluice is used, so a fault in both the
writer and its own checker is still found here.
"""
import dataclasses
import hashlib
import pathlib
import re
import struct

import xxhash

CONTROL = 65535
HEADER_SIZE = 80
REMOVED = 1 << 31
FRAME_MAX = {b'SLG\x01': 1 << 20, b'SLR\x01': 2 << 20}
END = b'SLE\x01'


def checksum(seed, data):
    return xxhash.xxh3_64_intdigest(data, seed=seed)


def leaf_hash(record):
    return hashlib.sha256(b'\x00' + record).digest()


def tree_root(leaves):
    """The Merkle tree of RFC 6962, section 2.1, over at least one leaf."""
    while len(leaves) > 1:
        # Pairing neighbours level by level makes the same tree as splitting at
        # the largest power of two: the odd one out moves up unchanged.
        level = [hashlib.sha256(b'\x01' + leaves[i] + leaves[i + 1]).digest()
                 for i in range(0, len(leaves) - 1, 2)]
        if len(leaves) % 2:
            level.append(leaves[-1])
        leaves = level
    return leaves[0]


def next_root(previous, leaves):
    return hashlib.sha256(b'\x02' + previous + tree_root(leaves)).digest()


def slot(e164):
    """The slot of a number: the finaliser of MurmurHash3."""
    mask = (1 << 64) - 1
    bits = e164
    for factor in (0xff51afd7ed558ccd, 0xc4ceb9fe1a85ec53):
        bits = (bits ^ bits >> 33) * factor & mask
    return (bits ^ bits >> 33) & 1023


@dataclasses.dataclass
class Identity:
    store: bytes
    partition: int
    partitions: int

    @property
    def seed(self):
        return int.from_bytes(self.store[:8], 'big')


@dataclasses.dataclass
class Frame:
    size: int = 0
    unsynced: int = 0  # In a reduced segment: the offset as first written.
    is_end: bool = False
    bodies: list = dataclasses.field(default_factory=list)  # None: removed.
    leaves: list = dataclasses.field(default_factory=list)
    previous: bytes = b''
    root: bytes = b''


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a record is: its journal, segment, offset and index."""
    partition: int
    segment: int
    offset: int
    index: int = 0

    @property
    def ref(self):
        """The record reference."""
        return self.segment << 42 | self.offset << 14 | self.index

    def __str__(self):
        journal = ('control journal' if self.partition == CONTROL
                   else f'partition {self.partition}')
        return (f'{journal}, segment {self.segment}, offset {self.offset}, '
                f'record {self.index}')


def read_identity(folder, problem):
    data = (folder / 'identity').read_bytes()
    if len(data) != 40 or data[:8] != b'SLUICEID':
        problem(f'{folder}: identity', 'is no identity')
        return None
    version, store, partition, partitions, stored = struct.unpack(
        '>I16sHHQ', data[8:])
    if stored != checksum(0, data[:32]):
        problem(f'{folder}: identity', 'checksum differs')
    if version != 1:
        problem(f'{folder}: identity', f'version {version}')
    return Identity(store, partition, partitions)


def _take_bodies(ends, octets, reduced, frame):
    begin = 0
    for word in ends:
        end = word & ~REMOVED if reduced else word
        if end < begin or end > len(octets):
            return False
        body = octets[begin:end]
        if reduced and word & REMOVED:
            if len(body) != 32:
                return False
            frame.bodies.append(None)
            frame.leaves.append(body)
        else:
            frame.bodies.append(body)
            frame.leaves.append(leaf_hash(body))
        begin = end
    return begin == len(octets)


def take_frame(data, at, seed):
    """The whole frame at `at`, or None."""
    if at + 52 > len(data):
        return None
    length, unsynced = struct.unpack_from('>II', data, at)
    version = data[at + 8:at + 12]
    size = 8 + length
    largest = 52 if version == END else FRAME_MAX.get(version, 0)
    if size > largest or size < 52 or at + size > len(data):
        return None
    octets = data[at:at + size]
    if int.from_bytes(octets[-8:], 'big') != checksum(seed, octets[:-8]):
        return None
    frame = Frame(size, unsynced, version == END)
    if frame.is_end:
        frame.root = octets[12:44]
        return frame
    (count,) = struct.unpack_from('>I', octets, 12)
    if not 1 <= count <= 16383 or length < 80 + 4 * count:
        return None
    ends = struct.unpack_from(f'>{count}I', octets, 16)
    bodies = octets[16 + 4 * count:-72]
    if not _take_bodies(ends, bodies, version == b'SLR\x01', frame):
        return None
    frame.previous, frame.root = octets[-72:-40], octets[-40:-8]
    return frame


class Segment:
    """One file with a header."""

    def __init__(self, path, data):
        self.path = path
        self.data = data
        (version, size_units, kind, self.store, self.partition,
         self.partitions, self.number, self.previous, stored) = struct.unpack(
             '>I3sB16sHHI32sQ', data[8:HEADER_SIZE])
        self.size = int.from_bytes(size_units, 'big') * 256  # 0: not said.
        self.reduced = kind == 1
        self.faults = []
        if stored != checksum(0, data[:72]):
            self.faults.append('checksum of the header differs')
        if version != 1 or kind > 1:
            self.faults.append(f'version {version}, kind {kind}')


def _read(path):
    if path.stat().st_size == 0:
        return b''
    with path.open('rb') as file:
        # Not mapped: mmap.find() of Python 3.11 reads behind the mapping.
        return file.read()


def _is_zero(data, begin, end=None):
    end = len(data) if end is None else end
    step = 1 << 20
    zeros = bytes(step)
    return all(data[at:min(at + step, end)] == zeros[:min(step, end - at)]
               for at in range(begin, end, step))


def _open_segments(folder, problem):
    """The segments with a header, in order; the others must be spares."""
    found, spare = [], False
    for path in sorted(folder.iterdir()):
        if re.fullmatch(r'\d{7}\.spare', path.name):
            if not _is_zero(_read(path), 0):
                problem(str(path), 'a spare is not all zeros')
        if not re.fullmatch(r'\d{7}\.segment', path.name):
            continue
        data = _read(path)
        if data[:8] != b'SLUICESG':
            if not _is_zero(data, 0):
                problem(str(path), 'neither a segment nor a spare')
            spare = True
            continue
        segment = Segment(path, data)
        if spare or segment.number != int(path.name[:7]):
            problem(str(path), 'a number is missing, doubled or wrong')
        if found and segment.number != found[-1].number + 1:
            problem(str(path), 'a segment before it is missing')
        found.append(segment)
    return found


class Journal:
    """A journal's folder. groups() reads all of it, once."""

    def __init__(self, folder, problem):
        self.folder = pathlib.Path(folder)
        self.problem = problem
        self.identity = read_identity(self.folder, problem)
        self.counts = {'segments': 0, 'groups': 0, 'records': 0, 'removed': 0,
                       'octets': 0}
        self.root = bytes(32)

    def groups(self):
        """Yields (place of the first record, bodies) for each group."""
        segments = _open_segments(self.folder, self.problem)
        if self.identity is None:
            return
        if not segments:
            self.problem(str(self.folder), 'has no segment')
        for i, segment in enumerate(segments):
            self._check_header(segment, first=i == 0)
            self.counts['segments'] += 1
            yield from self._frames(segment, last=i == len(segments) - 1)

    def _check_header(self, segment, first):
        for fault in segment.faults:
            self.problem(str(segment.path), fault)
        mine = self.identity
        if (segment.store, segment.partition, segment.partitions) != (
                mine.store, mine.partition, mine.partitions):
            self.problem(str(segment.path), 'belongs to another journal')
        if first and segment.number > 0:
            self.root = segment.previous  # Retention deleted what was before.
        if segment.previous != self.root:
            self.problem(str(segment.path),
                         'its previous root is not the root before it')

    def _frames(self, segment, last):
        at, ended, index = HEADER_SIZE, False, []
        while not ended:
            frame = take_frame(segment.data, at, self.identity.seed)
            if frame is None:
                break
            first = frame.unsynced if segment.reduced else at
            place = Place(self.identity.partition, segment.number, first)
            index.append((first, at))
            self._check_roots(frame, place)
            at += frame.size
            self.counts['octets'] += frame.size
            ended = frame.is_end
            if not frame.is_end:
                self.counts['groups'] += 1
                self.counts['records'] += len(frame.bodies)
                self.counts['removed'] += frame.bodies.count(None)
                yield place, frame.bodies
        if segment.reduced:
            self._check_index(segment, at, index, ended)
        elif not ended and not last:
            self.problem(f'{segment.path}, offset {at}',
                         'no whole frame in a segment that is not the last')
        else:
            # An ended segment is trimmed to its end.
            if not ended and len(segment.data) < segment.size:
                self.problem(str(segment.path), f'{len(segment.data)} octets '
                             f'long, {segment.size} when it was made')
            self._check_tail(segment, at)

    def _check_roots(self, frame, place):
        if frame.is_end:
            if frame.root != self.root:
                self.problem(place, 'the end does not have the last root')
            return
        if frame.previous != self.root:
            self.problem(place, 'its previous root is not the root before it')
        if frame.root != next_root(frame.previous, frame.leaves):
            self.problem(place, 'its root is not that of its records')
        self.root = next_root(self.root, frame.leaves)

    def _check_index(self, segment, at, index, ended):
        data = b''.join(struct.pack('>II', *pair) for pair in index)
        data += struct.pack('>I', len(index))
        data += struct.pack('>Q', checksum(0, data))
        if not ended or segment.data[at:] != data:
            self.problem(f'{segment.path}, offset {at}',
                         'end or index is missing or wrong')

    def _check_tail(self, segment, at):
        """Where the journal ends: zeros, or octets that nobody relied on."""
        data = segment.data
        if _is_zero(data, at):
            return
        for version in (b'SLG\x01', END):
            found = data.find(version, at + 8)
            while found >= 0:
                frame = take_frame(data, found - 8, self.identity.seed)
                if frame is not None and found - 8 - frame.unsynced > at:
                    self.problem(f'{segment.path}, offset {at}',
                                 f'damage: {found - 8 - frame.unsynced - at} '
                                 'octets or more were durable here')
                    return
                found = data.find(version, found + 1)
        self.counts['unsynced'] = self.counts.get('unsynced', 0) + 1
