// P12: each kind of party is suspended while its messages wait for a slow link.
// A second after the answer nothing that it covers may reach the carrier, and
// what waited is cancelled, not lost.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { World, notice, sleep, until } from '../e2e/world.mjs';
import { forAll, getRecord } from './compare.mjs';
import { readJournals } from './journal.mjs';

const messages = 300;  // 3 seconds of the link.

let world;
let key;
before(async () => {
  world = await World.start({ link: ', segments_per_second: 100' });
  key = await world.populate();
});
after(() => world?.stop());

const parties = [['Licensee', 'licensee', 'lic'], ['Account', 'account', 'acc'],
  ['ContentProvider', 'content_provider', 'shop'],
  ['Signature', 'signature', 'shop-sig'], ['Port', 'port', 'shop-service']];
let submitted = 0;

async function setState([noun, field, id], state) {
  const { [field]: party } = await world.call('RegistryService', `Get${noun}`,
      { id });
  await world.call('RegistryService', `Update${noun}`, {
    [field]: { id, revision: party.revision, state: `PARTY_STATE_${state}` },
    update_mask: { paths: ['state'] }, reason: 'case 118' });
}

// Submits messages to new numbers; returns their ids.
async function submit() {
  const batch = Array.from({ length: messages }, () => notice(
      String(13900000000 + ++submitted), String(submitted)));
  const { verdicts } = await world.call(
      'GatewayService', 'Submit', { messages: batch }, key);
  assert.ok(verdicts.every(
      ({ decision }) => decision === 'DECISION_ACCEPTED'));
  return verdicts.map(({ message_id }) => message_id);
}

for (const party of parties) {
  test(`a suspended ${party[0]} sends nothing more`, async (t) => {
    const earlier = world.received().length;
    const ids = await submit();
    await until(() => world.received().length > earlier, 'the first message');
    await setState(party, 'SUSPENDED');
    await sleep(1000);
    const inTime = world.received().length;
    await sleep(1000);
    const sent = world.received().length - earlier;
    // The simulator writes its log ten times a second.
    assert.ok(earlier + sent <= inTime + 20, 'sent after a second');
    assert.ok(sent < messages, 'it came too late to stop any');
    let cancelled = 0;
    await forAll(ids, async (message_id) => {
      const { state } = await getRecord(world, { message_id });
      cancelled += state === 'MESSAGE_STATE_CANCELLED';
    });
    t.diagnostic(`${sent} sent, ${cancelled} cancelled`);
    assert.equal(sent + cancelled, messages);
    await setState(party, 'ACTIVE');
  });
}

test('the journals say the same', async () => {
  await world.stopServer();
  await world.stopSim();
  const { shown } = await readJournals(world);
  assert.deepEqual(shown, []);
});
