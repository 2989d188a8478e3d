"""What clients and carriers saw, held against what the journals say."""
import collections

from reader import recount
from reader.records import message_pb2

ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'


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
    it has what it took. Lines: the carrier simulator's log.

    The carrier answers each part that it takes with an id. The journal knows
    these ids whatever became of the message later, and the log has them beside
    the text of each whole message. So an id is in the line of its own message;
    and when the ids of all parts are known, the line is there. A message of
    which some parts were refused, or not answered, may have no line."""
    got, by_id = collections.Counter(), {}
    for line in lines:
        what = country + line['dest'], line['src'], line['text']
        got[what] += 1
        by_id.update(((what[0], one), what) for one in line['ids'])
    handed, missing = collections.Counter(), []
    for counts in partitions.values():
        for message in counts.messages.values():
            what = _sent(message)
            handed[what] += message.hand_overs > 0
            whole = len(message.ids) == message.decided.parts
            there = {by_id.get((what[0], one)) for one in message.ids.values()}
            if there - ({what} if whole else {what, None}):
                missing.append(message)
    for i, (what, count) in enumerate(got.items()):
        if count > handed[what]:
            problem(f'message {i} of the carrier',
                    f'came {count} times, was handed over {handed[what]} times')
    if missing:
        who = [(recount.State.Name(message.state), message.decided.parts,
                sorted(message.ids), sorted(message.parts_reported))
               for message in missing[:5]]
        problem('the carrier', f'took {len(missing)} messages that it does not '
                f'have (state, parts, parts with an id, reported): {who}')
    return sum(got.values())
