"""What clients and carriers saw, held against what the journals say."""
import collections

from reader import recount
from reader.records import message_pb2

ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
WITH_CARRIER = {recount.TAKEN, recount.DELIVERED, recount.UNDELIVERED,
                recount.NO_REPORT}


def read_message_id(text):
    """(partition, record reference) of a message id."""
    value = 0
    for digit in text:
        value = value * 32 + ALPHABET.index(digit)
    return value >> 62, value & (1 << 62) - 1


def check_acknowledged(lines, partitions, problem):
    """P2, P6: each verdict that a client got is in the journal as it got it.
    Lines: {message_id, decision, key, recipient}."""
    for line in lines:
        place = f"message {line['message_id']}"
        partition, ref = read_message_id(line['message_id'])
        counts = partitions.get(partition)
        message = counts.messages.get(ref) if counts else None
        if message is None:
            problem(place, 'a verdict was returned, and there is no record')
            continue
        decision = message_pb2.Decision.Name(message.first.decision)
        if decision != line['decision']:
            problem(place, f"returned as {line['decision']}, is {decision}")
        if message.first.key.decode() != line['key']:
            problem(place, 'has another key')
        if str(message.recipient) != line['recipient']:
            problem(place, 'has another recipient')


def check_opt_outs(lines, partitions, problem):
    """P3: each acknowledged opt-out is in force. Lines: {recipient}."""
    for i, line in enumerate(lines):
        number = int(line['recipient'])
        if not any(counts.opt_outs.get(number)
                   for counts in partitions.values()):
            problem(f'opt-out {i}', 'was acknowledged, and is not in force')


def _sent(message):
    text = (message.decided.sent_text or message.first.sent_text or
            message.first.text)
    return (str(message.recipient), message.decided.access_number.decode(),
            text.decode())


def check_received(lines, partitions, problem, country='86'):
    """P1, P5: the carrier got what was handed over, once, and nothing else; and
    what it took it has. Lines: the carrier simulator's log."""
    handed, taken = collections.Counter(), collections.Counter()
    for counts in partitions.values():
        for message in counts.messages.values():
            handed[_sent(message)] += message.hand_overs > 0
            # A carrier that got some parts only reports these as failed.
            some = (message.state == recount.UNDELIVERED and
                    (message.cut or message.decided.parts > 1))
            taken[_sent(message)] += message.state in WITH_CARRIER and not some
    got = collections.Counter(
        (country + line['dest'], line['src'], line['text']) for line in lines)
    for i, (what, count) in enumerate(got.items()):
        if count > handed[what]:
            problem(f'message {i} of the carrier',
                    f'came {count} times, was handed over {handed[what]} times')
    missing = {what for what, count in taken.items() if count > got[what]}
    if missing:
        who = [(recount.State.Name(m.state), m.decided.parts, m.cut,
                sorted(m.parts_reported))
               for counts in partitions.values()
               for m in counts.messages.values() if _sent(m) in missing]
        problem('the carrier', f'{len(missing)} messages are TAKEN and not '
                f'there (state, parts, UNKNOWN before, reported): {who[:5]}')
    return sum(got.values())
