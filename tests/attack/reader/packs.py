"""The limits, key window and opt-out duties of the packs that a store keeps.

Read from the packs' own files (store/FORMAT.md says where they are), so that a
limit that Sluice compiles wrongly is seen as well.
"""
import bisect
import dataclasses
import datetime
import hashlib
import re
import zoneinfo

import yaml

CLASSES = {'verification': 1, 'notice': 2, 'commercial': 3,
           'consent_request': 4, 'public_interest': 5}
VERIFICATION, COMMERCIAL = 1, 3
UNITS_MS = {'s': 1000, 'm': 60_000, 'h': 3_600_000, 'd': 86_400_000}


@dataclasses.dataclass
class Limit:
    id: str
    classes: frozenset
    by: tuple
    maximum: int
    window: str
    refunds_undelivered: bool
    zone: zoneinfo.ZoneInfo

    def __post_init__(self):
        rolling = re.fullmatch(r'(\d+)([smhd])', self.window)
        self.window_ms = (int(rolling[1]) * UNITS_MS[rolling[2]]
                          if rolling else 0)

    def exceeded(self, times, at):
        """Whether a window with `at` in it holds more of `times` than allowed.
        `times` is sorted and includes `at`."""
        if self.window_ms == 0:
            mine = self._calendar(at)
            near = [time for time in times if abs(time - at) < 32 * 86_400_000]
            return sum(self._calendar(t) == mine for t in near) > self.maximum
        first = bisect.bisect_right(times, at - self.window_ms)
        last = bisect.bisect_left(times, at + self.window_ms)
        near = times[first:last]
        return any(near[i + self.maximum] - near[i] < self.window_ms
                   for i in range(len(near) - self.maximum))

    def _calendar(self, at):
        local = datetime.datetime.fromtimestamp(at / 1000, self.zone)
        if self.window == 'week':
            return local.isocalendar()[:2]
        fields = {'month': 2, 'day': 3, 'hour': 4, 'minute': 5}[self.window]
        return local.timetuple()[:fields]


@dataclasses.dataclass
class Pack:
    limits: list
    key_window_ms: int
    stopped_by_opt_out: frozenset

    def is_stopped(self, opt_out, message_class, provider, signature):
        """Whether an OptOutAdded record forbids a message. OptOutScope in
        opt_outs.proto and ClassPolicy in pack.proto say which."""
        if opt_out.content_provider not in (0, provider):
            return False
        if opt_out.signature not in (0, signature):
            return False
        if opt_out.classes >> message_class & 1:
            return True
        commercial = opt_out.classes == 0 or opt_out.classes >> COMMERCIAL & 1
        return bool(commercial and message_class != VERIFICATION and
                    message_class in self.stopped_by_opt_out)


def read_pack(folder):
    policy = yaml.safe_load((folder / 'policy.yaml').read_text())
    header = yaml.safe_load((folder / 'pack.yaml').read_text())
    zone = zoneinfo.ZoneInfo(header['time_zone'])
    limits = [Limit(rule['id'],
                    frozenset(CLASSES[name] for name in
                              rule.get('classes') or CLASSES),
                    tuple(rule.get('by', [])), rule['max'], rule['window'],
                    bool(rule.get('refund_undelivered')), zone)
              for rule in policy.get('limits', [])
              if rule.get('mode', 'enforce') == 'enforce']
    stopped = frozenset(CLASSES[entry['message_class']]
                        for entry in policy.get('classes', [])
                        if entry.get('stopped_by_opt_out'))
    return Pack(limits, policy['key_window_hours'] * 3_600_000, stopped)


def files_digest(folder):
    """The name that a pack's folder must have."""
    digest = hashlib.sha256()
    files = {str(path.relative_to(folder)): path
             for path in folder.rglob('*') if path.is_file()}
    for name in sorted(files):
        content = files[name].read_bytes()
        digest.update(f'{name}\n{len(content)}\n'.encode() + content)
    return digest.hexdigest()
