"""Counts again, from the records alone, what a partition's journal must keep:
states, hand-overs, limits, keys and opt-outs.

One Recount reads the records of one partition in their order. It shares no idea
with the store: it keeps every message for good and looks at all of them.
"""
import bisect
import collections
import dataclasses

from reader.records import message_pb2, record_pb2

State = message_pb2.MessageState
WAITING = {State.Value('MESSAGE_STATE_' + name)
           for name in ('QUEUED', 'DEFERRED', 'HELD', 'STOPPED')}
(QUEUED, DEFERRED, HELD, HANDED_OVER, TAKEN, REFUSED, UNKNOWN, DELIVERED,
 UNDELIVERED, NO_REPORT, CANCELLED, EXPIRED, REJECTED) = (
     State.Value('MESSAGE_STATE_' + name) for name in (
         'QUEUED', 'DEFERRED', 'HELD', 'HANDED_OVER', 'TAKEN', 'REFUSED',
         'UNKNOWN', 'DELIVERED', 'UNDELIVERED', 'NO_REPORT', 'CANCELLED',
         'EXPIRED', 'REJECTED'))
AFTER_DECISION = {
    message_pb2.DECISION_ACCEPTED: QUEUED,
    message_pb2.DECISION_DEFERRED: DEFERRED,
    message_pb2.DECISION_HELD: HELD,
    message_pb2.DECISION_REJECTED: REJECTED,
}
# A status report may settle a message from these states.
AWAITS_REPORT = {HANDED_OVER, TAKEN, UNKNOWN, NO_REPORT}
Redecided = record_pb2.Redecided
# Causes of a redecision, and the states that a message must be in.
REDECIDED_FROM = {Redecided.CAUSE_RELEASED: {HELD},
                  Redecided.CAUSE_RECHECKED: WAITING,
                  Redecided.CAUSE_REJUDGED: {REJECTED}}


def _same_way(a, b):
    """Whether two opt-outs of a scope came the same way. A reply never did."""
    if a.raw_reply or b.raw_reply or a.source != b.source:
        return False
    if _import_of(a) or _import_of(b):
        return _import_of(a) == _import_of(b)
    if a.evidence or b.evidence:
        return a.evidence == b.evidence
    return a.actor == b.actor


def _import_of(opt_out):
    """The import's id, when its caller gave one."""
    named = not opt_out.import_id.startswith('unnamed:')
    return opt_out.import_id if named else ''


@dataclasses.dataclass
class Message:
    ref: int
    recipient: int
    first: object  # The Decided record's body.
    decided: object  # The body of the decision in force.
    decided_ms: int
    state: int
    charged: bool
    planned_ms: int
    again_ms: int = 0
    failed: bool = False  # A report said UNDELIVERED.
    link: str = ''
    hand_overs: int = 0
    parts_reported: set = dataclasses.field(default_factory=set)
    # The carrier's ids of its parts that are known, by part (from 0).
    ids: dict = dataclasses.field(default_factory=dict)

    def limit_key(self, by):
        """The parts of a limit's key, but for the recipient."""
        return tuple({
            'recipient': 0,
            'account': self.decided.account,
            'content_provider': self.decided.content_provider,
            'port': self.decided.port,
            'signature': self.decided.signature,
            'template': self.decided.template_hash,
            'content': self.decided.content_hash,
            'campaign': self.first.campaign_id,
            'class': self.decided.message_class}[part] for part in by)


class Recount:
    """`packs` has the pack of each rule set by its id; problem(place, what) is
    called for each violation."""

    def __init__(self, partition, packs, problem):
        self.partition = partition
        self.packs = packs
        self.problem = problem
        self.messages = {}  # By record reference.
        self.by_number = collections.defaultdict(list)
        self.opt_outs = collections.defaultdict(dict)  # By number: ref, body.
        self.keys = collections.defaultdict(list)  # By number, account, key.
        self.counts = collections.Counter()
        self.removed = False  # Retention has removed records.
        self.now_ms = 0
        self.promised = []  # Opt-outs that this group owes to a reply.

    def group(self, first, bodies):
        """The records of one group; `first` is the place of the first."""
        for index, body in enumerate(bodies):
            if body is None:
                self.removed = True
                continue
            place = dataclasses.replace(first, index=index)
            try:
                record = record_pb2.Record.FromString(body)
            except Exception:
                self.problem(place, 'does not parse as a record')
                continue
            self._record(place, record)
        for place, recipient, provider in self.promised:
            if not any(out.content_provider in (0, provider)
                       for out in self.opt_outs[recipient].values()):
                self.problem(place, 'the reply opts out, and no opt-out of its '
                             'scope is in force after its group')
        self.promised.clear()

    def _record(self, place, record):
        kind = record.WhichOneof('body')
        self.counts[kind or 'no body'] += 1
        if len(record.salt) != 16:
            self.problem(place, f'a salt of {len(record.salt)} octets')
        if record.at_ms < self.now_ms and kind != 'clock_turned_back':
            self.problem(place, f'{self.now_ms - record.at_ms} ms before the '
                         'record before it')
        self.now_ms = record.at_ms
        handle = getattr(self, '_' + (kind or ''), None)
        if handle is None:
            self.problem(place, f'{kind or "no body"} is nothing for a '
                         "partition's journal")
            return
        handle(place, record, getattr(record, kind))

    # Decisions.

    def _decided(self, place, record, body):
        message = Message(place.ref, record.recipient, body, body, record.at_ms,
                          AFTER_DECISION.get(body.decision, 0), body.charged,
                          body.planned_ms)
        self._check_decision(place, record, body)
        if record.recipient == 0:
            if message.state != REJECTED:
                self.problem(place, 'a message without a number goes out')
            return
        if body.key:
            self._check_key(place, message)
        self._check_retry(place, message)
        self.messages[place.ref] = message
        self.by_number[message.recipient].append(message)
        self._check_charge(place, message)

    def _check_decision(self, place, record, body):
        rejects = [reason.code for reason in body.reasons
                   if not reason.observed]
        if body.decision not in AFTER_DECISION:
            self.problem(place, f'decision {body.decision}')
        if body.rule_set not in self.packs:
            self.problem(place, f'rule set {body.rule_set!r} was in force never')
        goes = body.decision in (message_pb2.DECISION_ACCEPTED,
                                 message_pb2.DECISION_DEFERRED)
        if body.charged != goes:
            self.problem(place, 'charged and not to be sent, or the reverse')
        if body.decision == message_pb2.DECISION_REJECTED and not rejects:
            self.problem(place, 'REJECTED without a reason')
        if body.decision == message_pb2.DECISION_ACCEPTED and rejects:
            self.problem(place, f'ACCEPTED with the reason {rejects[0]}')
        if goes and not record.at_ms <= body.planned_ms < body.expire_at_ms:
            self.problem(place, 'planned in the past, or after its expiry')
        pack = self.packs.get(body.rule_set)
        if goes and pack and self._is_opted_out(pack, record.recipient, body):
            self.problem(place, 'accepted although the number has opted out')

    def _check_key(self, place, message):
        """P6: within the key window a key has one verdict that is not
        REJECTED, and the same message under it has no second one."""
        body = message.first
        pack = self.packs.get(body.rule_set)
        window = pack.key_window_ms if pack else 0
        earlier = self.keys[message.recipient, body.account, body.key]
        self.counts['keys'] += not earlier
        for one in earlier:
            if one.state == REJECTED and self._decision_is(one, 'REJECTED'):
                continue
            if message.decided_ms - one.decided_ms >= window:
                continue
            if (one.first.key_hash, one.first.content_hash) == (
                    body.key_hash, body.content_hash):
                self.problem(place, 'a second verdict for a message that has '
                             'one under its key')
            elif message.state != REJECTED:
                self.problem(place, 'another message under a key in use')
            else:
                self.counts['keys refused'] += 1
        earlier.append(message)

    @staticmethod
    def _decision_is(message, name):
        value = message_pb2.Decision.Value('DECISION_' + name)
        return message.decided.decision == value

    def _check_retry(self, place, message):
        ref = message.first.retry_of
        if ref == 0:
            return
        self.counts['retries'] += 1
        one = self._message(place, ref, message.recipient)
        if one is None:
            return
        if not self._decision_is(one, 'REJECTED'):
            self.problem(place, 'retries a message that was not REJECTED')
        if (one.first.account, one.first.key) != (message.first.account,
                                                  message.first.key):
            self.problem(place, 'retries a message of another key')

    def _check_charge(self, place, message):
        """P4: no window of a limit in force holds more than it allows."""
        pack = self.packs.get(message.decided.rule_set)
        if not message.charged or pack is None:
            return
        sends = [one for one in self.by_number[message.recipient]
                 if one.charged]
        for limit in pack.limits:
            if message.decided.message_class not in limit.classes:
                continue
            key = message.limit_key(limit.by)
            times = []
            for one in sends:
                if one.decided.message_class not in limit.classes:
                    continue
                if limit.refunds_undelivered and one.failed:
                    continue
                if one.limit_key(limit.by) == key:
                    bisect.insort(times, one.planned_ms)
            self.counts['windows'] += 1
            if limit.exceeded(times, message.planned_ms):
                self.problem(place, f'exceeds the limit {limit.id}')

    def _redecided(self, place, record, body):
        message = self._message(place, body.message, record.recipient)
        self._check_decision(place, record, body.decided)
        if message is None:
            return
        if message.state not in REDECIDED_FROM.get(body.cause, ()):
            self.problem(place, f'redecided ({body.cause}) in the state '
                         f'{State.Name(message.state)}')
        message.decided = body.decided
        message.decided_ms = record.at_ms
        message.state = AFTER_DECISION.get(body.decided.decision, 0)
        message.charged = body.decided.charged
        message.planned_ms = body.decided.planned_ms
        self._check_charge(place, message)

    # Hand-over, answer, report, end.

    def _message(self, place, ref, recipient):
        message = self.messages.get(ref)
        if message is None:
            if not self.removed:
                self.problem(place, 'names a message that is not there')
        elif message.recipient != recipient:
            self.problem(place, "names another number's message")
        return message

    def _move(self, place, message, states, to):
        if message.state not in states:
            self.problem(place, f'{State.Name(message.state)} becomes '
                         f'{State.Name(to)}')
        message.state = to

    def _refund(self, place, message, refunded, state):
        if refunded != (state in (REFUSED, CANCELLED, EXPIRED)):
            self.problem(place, f'{State.Name(state)}, refunded: {refunded}')
        if refunded:
            message.charged = False

    def _handed_over(self, place, record, body):
        message = self._message(place, body.message, record.recipient)
        if message is None:
            return
        # P5: never twice without an explicit "not taken" between.
        self._move(place, message, {QUEUED, DEFERRED}, HANDED_OVER)
        message.hand_overs += 1
        message.link = body.link
        if record.at_ms < max(message.planned_ms, message.again_ms):
            self.problem(place, 'handed over before its time')
        if record.at_ms >= message.decided.expire_at_ms:
            self.problem(place, 'handed over after its expiry')
        pack = self.packs.get(message.decided.rule_set)
        if pack and self._is_opted_out(pack, message.recipient,
                                       message.decided):
            self.problem(place, 'handed over after an opt-out')

    def _given_back(self, place, record, body):
        message = self._message(place, body.message, record.recipient)
        if message is None:
            return
        self._move(place, message, {HANDED_OVER}, QUEUED)
        message.again_ms = body.again_ms

    def _answered(self, place, record, body):
        message = self._message(place, body.message, record.recipient)
        if message is None:
            return
        late = (message.state == UNKNOWN == body.state and
                len(body.carrier_message_ids) > 0)
        if not late:
            self._move(place, message, {HANDED_OVER}, body.state)
        for part, one in enumerate(body.carrier_message_ids):
            if one:
                message.ids[part] = one.decode()
        if body.state == TAKEN and len(message.ids) != message.decided.parts:
            self.problem(place, 'TAKEN, and not all its parts have an id')
        if body.state not in (TAKEN, REFUSED, UNKNOWN):
            self.problem(place, f'answered with {State.Name(body.state)}')
        if body.link and body.link != message.link:
            self.problem(place, 'answered by another link')
        self._refund(place, message, body.refunded, body.state)

    def _reported(self, place, record, body):
        message = self._message(place, body.message, record.recipient)
        if message is None:
            return
        if not 1 <= body.part <= message.decided.parts:
            self.problem(place, f'reports part {body.part} of '
                         f'{message.decided.parts}')
        if body.part in message.parts_reported:
            self.problem(place, f'reports part {body.part} twice')
        message.parts_reported.add(body.part)
        if body.settled != (body.state != message.state):
            self.problem(place, 'settled, and the state stays; or the reverse')
        if body.state != message.state:
            self._move(place, message, AWAITS_REPORT, body.state)
            if body.state not in (DELIVERED, UNDELIVERED):
                self.problem(place, f'reports {State.Name(body.state)}')
        message.failed = message.failed or body.state == UNDELIVERED

    def _ended(self, place, record, body):
        message = self._message(place, body.message, record.recipient)
        if message is None:
            return
        before = {NO_REPORT: {TAKEN}, REJECTED: {HELD}, CANCELLED: WAITING,
                  EXPIRED: WAITING}
        self._move(place, message, before.get(body.state, ()), body.state)
        self._refund(place, message, body.refunded, body.state)

    # Standing facts, and the clock.

    def _is_opted_out(self, pack, recipient, body):
        return any(pack.is_stopped(opt_out, body.message_class,
                                   body.content_provider, body.signature)
                   for opt_out in self.opt_outs[recipient].values())

    def _opt_out_added(self, place, record, body):
        """opt_outs.proto: beside one of the same scope when it came another
        way; up to 4."""
        beside = [one for one in self.opt_outs[record.recipient].values()
                  if (one.content_provider, one.signature, one.classes) == (
                      body.content_provider, body.signature, body.classes)]
        if len(beside) >= 4 or any(_same_way(one, body) for one in beside):
            self.problem(place, 'an opt-out that was in force already')
        self.opt_outs[record.recipient][place.ref] = body

    def _opt_out_removed(self, place, record, body):
        for ref in body.removed:
            if self.opt_outs[record.recipient].pop(ref, None) is None:
                self.problem(place, 'removes an opt-out that is not in force')

    def _reply(self, place, record, body):
        if body.opted_out:
            self.promised.append((place, record.recipient,
                                  body.content_provider))

    def _clock_turned_back(self, place, record, body):
        for message in self.messages.values():
            if message.planned_ms > body.believed_ms and message.charged:
                message.planned_ms = min(message.planned_ms, body.now_ms)

    def _nothing(self, place, record, body):
        """Has no effect on what is counted here."""

    _clock_accepted = _journal_reopened = _refusals_counted = _nothing
    _loss_accepted = _store_restored = _nothing

