// The foreign reader finds what a forger plants in a store of the real sluiced:
// see journal_reader_test.py.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { World, advert, code, notice, until } from '../e2e/world.mjs';
import { runPython } from './journal.mjs';

test('the foreign reader finds what is planted', async (t) => {
  const world = await World.start({ store: ', partitions: 2, segment_mb: 2' });
  t.after(() => world.stop());
  const key = await world.populate();
  // Some are accepted, some exceed a limit, and those are sent again.
  const messages = Array.from({ length: 200 }, (_, i) => ({
    ...[code, advert, notice][i % 3](
        String(13800000000 + i % 40), String(100_000 + i)),
    key: `k${i}` }));
  const submit = () =>
    world.call('GatewayService', 'Submit', { messages }, key);
  const { verdicts } = await submit();
  await submit();
  const ends = ['MESSAGE_STATE_DELIVERED', 'MESSAGE_STATE_REJECTED'];
  await until(async () => {
    const states = await Promise.all(verdicts.map(({ message_id }) => world.call(
        'AuditService', 'GetMessage', { message_id })));
    return states.every(({ message }) => ends.includes(message.state));
  }, 'every message has an end');
  await until(() => world.received().length === verdicts.filter(
      ({ decision }) => decision === 'DECISION_ACCEPTED').length, 'the log');
  // Only now: an earlier opt-out would cancel messages.
  for (let i = 0; i < 20; ++i) {
    world.tellSim({ mo: { from: String(13800000000 + i), to: '10690012',
      text: 'T' } });
  }
  await until(async () => {
    const { opt_outs } = await world.call('OptOutsService', 'LookupOptOuts',
        { recipient: '13800000019' });
    return opt_outs.length > 0;
  }, 'the last reply');
  await world.stopServer('SIGKILL');

  const { code: failed, stdout, stderr } = await runPython(
      'journal_reader_test.py', [path.join(world.folder, 'data')]);
  assert.ok(!failed, `${failed}: ${stdout}${stderr}`);
  t.diagnostic(stderr.match(/Ran .*/)[0]);
});
