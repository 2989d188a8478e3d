// One submit key floods one number with refused messages. Everybody else must
// not notice: another account's messages reach the number, and audit, dossier and
// look-up answer about it. The refusals recorded singly and the counted ones
// add up to the refusals answered.
//
// SLUICE_REFUSALS says how many messages are refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World, code, notice, until } from '../e2e/world.mjs';

const refusals = Number(process.env.SLUICE_REFUSALS ?? 50_000);
const number = '13800138000';
const rejected = 'DECISION_REJECTED';

// An account of its own for the same shop; returns its key.
async function addAccount(world, id) {
  await world.create(id, { account: {
    name: id, licensee_id: 'lic', content_provider_ids: ['shop'] } });
  const { secret } = await world.call('RegistryService', 'CreateKey',
      { account_id: id, roles: ['ROLE_SUBMIT'], note: 'attack', reason: 'attack' });
  return secret;
}

// Submits `count` messages without a signature, each under its own key;
// returns the verdicts.
async function flood(world, key, recipient, count, mark) {
  const verdicts = [];
  for (let sent = 0; sent < count;) {
    const size = Math.min(1000, count - sent);
    const messages = Array.from({ length: size }, (_, i) => ({
      ...code(recipient), key: `${mark}${sent + i}`, text: `无签名${mark}${sent + i}` }));
    try {
      const answer = await world.call('GatewayService', 'Submit', { messages }, key);
      verdicts.push(...answer.verdicts);
      sent += size;
    } catch (error) {
      if (error.code !== 8) throw error;  // RESOURCE_EXHAUSTED: again.
    }
  }
  return verdicts;
}

// All pages of a call, as a list.
async function pages(world, service, method, request) {
  const answers = [];
  for (let page_token = '';;) {
    const answer = await world.call(service, method, { ...request, page_token });
    answers.push(answer);
    page_token = answer.next_page_token;
    if (!page_token) return answers;
  }
}

const sum = (counted) => counted.reduce((all, { count }) => all + count, 0);
const start_time = { seconds: Date.parse('2026-03-01T00:00:00Z') / 1000 };

test('a flood of refusals blinds nobody', { timeout: 500_000 }, async (t) => {
  const world = await World.start();
  t.after(() => world.stop());
  const attacker = await world.populate();
  const other = await addAccount(world, 'other');
  await world.call('OptOutsService', 'AddOptOut', { recipient: number,
    scope: { content_provider_id: 'shop' }, source: 'OPT_OUT_SOURCE_OFFICER' });
  const before = (await world.call('GatewayService', 'Submit',
      { messages: [{ ...code(number, '111111'), key: 'before' }] }, other)).verdicts[0];
  assert.equal(before.decision, 'DECISION_ACCEPTED');
  const timed = async (what, work) => {
    const began = Date.now();
    const answer = await work();
    t.diagnostic(`${what}: ${Date.now() - began} ms`);
    return answer;
  };

  const verdicts = await timed(`${refusals} refusals`,
      () => flood(world, attacker, number, refusals, 'k'));
  assert.ok(verdicts.every(({ decision, reasons }) =>
    decision === rejected && reasons.length > 0));
  const singly = verdicts.filter(({ message_id }) => message_id);

  await t.test('another account still reaches the number', async () => {
    const { verdicts: [after] } = await world.call('GatewayService', 'Submit',
        { messages: [{ ...notice(number, '222222'), key: 'after' }] }, other);
    assert.equal(after.decision, 'DECISION_ACCEPTED', JSON.stringify(after.reasons));
    await until(() => world.received().some(({ text }) => text.includes('222222')),
        'the message of the other account');
  });

  await t.test('refusals are recorded singly at first, then counted', () => {
    assert.ok(singly.length >= 20 && singly.length <= 100, `${singly.length}`);
    assert.ok(verdicts.slice(0, 20).every(({ message_id }) => message_id));
  });

  const invalid = await flood(world, attacker, '12345', 5000, 'i');
  assert.ok(invalid.every(({ decision }) => decision === rejected));

  // A clean stop records what is counted by then.
  await world.stopServer();
  await world.startServer();

  await t.test('the dossier shows all of it, page by page', async () => {
    const answers = await timed('dossier', () => pages(world, 'DossierService',
        'GetDossier', { recipient: number, page_size: 1000 }));
    assert.equal(answers[0].opt_outs.length, 1);
    const entries = answers.flatMap((answer) => answer.entries);
    const messages = entries.filter(({ what }) => what === 'message')
        .map(({ message }) => message);
    const counted = entries.filter(({ what }) => what === 'refusals_counted')
        .map(({ refusals_counted }) => refusals_counted);
    assert.equal(
        messages.filter(({ decision }) => decision === rejected).length +
          sum(counted), refusals);
    for (const { account_id, reason, rule_set, first_time, last_time } of counted) {
      assert.equal(account_id, 'acc');
      assert.ok(reason.code && reason.sentence && rule_set);
      assert.ok(last_time.seconds - first_time.seconds <= 61);
    }
    const first = messages.find(({ message_id }) => message_id === before.message_id);
    assert.equal(first.state, 'MESSAGE_STATE_DELIVERED');
  });

  await t.test('audit finds it by number and by account', async () => {
    const answers = await timed('search by number', () => pages(world,
        'AuditService', 'SearchMessages',
        { recipient: number, start_time, page_size: 1000 }));
    const messages = answers.flatMap((answer) => answer.messages);
    const counted = answers.flatMap((answer) => answer.refusals_counted);
    assert.equal(
        messages.filter(({ decision }) => decision === rejected).length +
          sum(counted), refusals);
    const all = await timed('search by account', () => pages(world,
        'AuditService', 'SearchMessages', { account_id: 'acc', start_time,
          decision: rejected, page_size: 1000 }));
    assert.equal(all.flatMap((answer) => answer.messages).length +
        sum(all.flatMap((answer) => answer.refusals_counted)), refusals + 5000);
  });

  await t.test('single messages and opt-outs are found', async () => {
    const { message } = await timed('audit get', () => world.call('AuditService',
        'GetMessage', { message_id: before.message_id }));
    assert.equal(message.state, 'MESSAGE_STATE_DELIVERED');
    const own = await timed('get by key', () => world.call('GatewayService',
        'GetMessage', { message: { key: 'before', recipient: number } }, other));
    assert.equal(own.state, 'MESSAGE_STATE_DELIVERED');
    const found = await timed('opt-outs', () => world.call('OptOutsService',
        'LookupOptOuts', { recipient: number }));
    assert.equal(found.opt_outs.length, 1);
    const refused = await world.call('GatewayService', 'GetMessage',
        { message: { message_id: singly[0].message_id } }, attacker);
    assert.equal(refused.state, 'MESSAGE_STATE_REJECTED');
  });
});
