// A sending system in another language, with an independent gRPC library and
// the public protos, against the real programs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import grpc from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import path from 'node:path';
import { World, advert, code, root, until } from './world.mjs';

let world;
let key;
before(async () => {
  world = await World.start();
  key = await world.populate();
});
after(() => world?.stop());

// The public protos as protobufjs reads them.
const real = new protobuf.Root();
real.resolvePath = (origin, target) =>
  target.startsWith('google/protobuf') ? path.join(
    root, 'tests/e2e/node_modules/protobufjs', target)
    : path.join(root, 'proto', target);
real.loadSync(['sluice/v1/gateway.proto', 'google/rpc/error_details.proto']);

// The details of a failed call, by message name.
function detailsOf(error) {
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  const { details } = real.lookupType('google.rpc.Status').decode(bytes);
  return Object.fromEntries(details.map(({ type_url: url, value }) => {
    const type = real.lookupType(url.split('/').pop());
    return [type.name, type.toObject(type.decode(value), { defaults: true })];
  }));
}

const submit = (messages, batch = 1) =>
  world.call('GatewayService', 'Submit', { messages, batch }, key);
const stateOf = async (id) =>
  (await world.call('AuditService', 'GetMessage', { message_id: id })).message.state;

test('a clean message is accepted, sent and delivered', async () => {
  const { verdicts } = await submit([code('13800138000')]);
  assert.equal(verdicts[0].decision, 'DECISION_ACCEPTED');
  assert.match(verdicts[0].message_id, /^[0-9A-Z]{15}$/);
  assert.equal(verdicts[0].carrier, 'mobile');
  assert.equal(verdicts[0].access_number, '10690011');
  assert.equal(verdicts[0].parts, 1);
  await until(async () =>
    await stateOf(verdicts[0].message_id) === 'MESSAGE_STATE_DELIVERED',
  'delivery');
});

test('every reason is told, with its place in the text', async () => {
  const { verdicts } = await submit([
    { recipient: '12345', message_class: 'MESSAGE_CLASS_COMMERCIAL',
      text: '【云杉超市】代开發.票，详询客服' }]);
  assert.equal(verdicts[0].decision, 'DECISION_REJECTED');
  const codes = verdicts[0].reasons.map((reason) => reason.code);
  assert.equal(codes[0], 'RECIPIENT_INVALID');
  assert.ok(codes.includes('OPTOUT_NOTICE_MISSING'), codes.join());
  assert.ok(verdicts[0].reasons.every((reason) => reason.sentence !== ''));
});

test('an invalid UTF-8 byte fails its message and not the batch', async () => {
  // protobufjs refuses to write bad UTF-8 in a string, so build the message
  // with a schema that has bytes in place of the string.
  const bytes = protobuf.parse(`syntax = "proto3";
    message M { string recipient = 2; bytes text = 4; int32 message_class = 5; }
    message R { repeated M messages = 1; uint64 batch = 2; }`).root;
  const Response = real.lookupType('sluice.v1.SubmitResponse');
  const R = bytes.lookupType('R');
  const request = { batch: 7, messages: [
    { recipient: '13800138001', messageClass: 1, text: Buffer.from(
      code('x').text) },
    { recipient: '13800138002', messageClass: 1,
      text: Buffer.from([0xe3, 0x80, 0x90, 0xff, 0xfe]) }] };
  const client = new grpc.Client(world.address, grpc.credentials.createInsecure());
  const answer = await new Promise((resolve, reject) => {
    client.makeUnaryRequest('/sluice.v1.GatewayService/Submit',
        (r) => Buffer.from(R.encode(R.fromObject(r)).finish()),
        (b) => Response.decode(b), request, world.metadata(key),
        (error, value) => { error ? reject(error) : resolve(value); });
  });
  client.close();
  const verdicts = Response.toObject(answer, { enums: String }).verdicts;
  assert.equal(verdicts[0].decision, 'DECISION_ACCEPTED');
  assert.equal(verdicts[1].decision, 'DECISION_REJECTED');
  assert.equal(verdicts[1].reasons[0].code, 'TEXT_NOT_UTF8');
  assert.equal(verdicts[1].reasons[0].field, 'text');
});

test('a malformed batch is INVALID_ARGUMENT', async () => {
  await assert.rejects(submit([]), (error) => {
    assert.equal(error.code, grpc.status.INVALID_ARGUMENT);
    const details = detailsOf(error);
    assert.deepEqual(details.ErrorInfo,
        { reason: 'INVALID_ARGUMENT', domain: 'sluice', metadata: {} });
    assert.equal(details.BadRequest.fieldViolations[0].field, 'messages');
    return true;
  });
  await assert.rejects(
      submit(Array.from({ length: 1001 }, () => code('13800138000'))),
      { code: grpc.status.INVALID_ARGUMENT });
});

test('a stream answers batches in order and outlives a bad one', async () => {
  const client = world.client('GatewayService');
  const stream = client.SubmitStream(world.metadata(key));
  const answers = [];
  const ended = new Promise((resolve, reject) => {
    stream.on('data', (answer) => answers.push(answer));
    stream.on('end', resolve);
    stream.on('error', reject);
  });
  for (let batch = 1; batch <= 20; ++batch) {
    const messages = batch === 7 ? [] : Array.from({ length: 50 }, (_, i) =>
      code(String(13810000000 + batch * 100 + i)));
    stream.write({ batch, messages });
  }
  stream.end();
  await ended;
  client.close();
  assert.deepEqual(answers.map((answer) => answer.batch),
      Array.from({ length: 20 }, (_, i) => i + 1));
  assert.equal(answers[6].status.code, grpc.status.INVALID_ARGUMENT);
  assert.equal(answers[6].verdicts.length, 0);
  for (const answer of answers) {
    if (answer.batch === 7) continue;
    assert.equal(answer.verdicts.length, 50);
    assert.ok(answer.verdicts.every(
        (verdict) => verdict.decision === 'DECISION_ACCEPTED'));
  }
});

test('check records, charges and sends nothing', async () => {
  for (let i = 0; i < 5; ++i) {
    const { verdicts } = await world.call('GatewayService', 'Check',
        { messages: [code('13700137000')] }, key);
    assert.equal(verdicts[0].decision, 'DECISION_ACCEPTED');
    assert.equal(verdicts[0].message_id, '');
  }
  const dossier = await world.call('DossierService', 'GetDossier',
      { recipient: '13700137000' });
  assert.equal(dossier.entries.length, 0);
});

test('the same key gives the first verdict', async () => {
  const message = { ...code('13600136000'), key: 'order-1' };
  const first = (await submit([message])).verdicts[0];
  const second = (await submit([message])).verdicts[0];
  assert.equal(first.replayed, false);
  assert.deepEqual(second, { ...first, replayed: true });
  const other = (await submit([{ ...code('13600136000', '111111'),
    key: 'order-1' }])).verdicts[0];
  assert.equal(other.decision, 'DECISION_REJECTED');
  assert.equal(other.reasons[0].code, 'MESSAGE_DUPLICATE_KEY');
});

test('an opt-out stops advertising and not codes', async () => {
  const added = await world.call('OptOutsService', 'AddOptOut', { recipient: '13500135000',
    scope: { content_provider_id: 'shop' }, source: 'OPT_OUT_SOURCE_OFFICER',
    evidence: 'call 1' });
  assert.equal(added.existed, false);
  const { verdicts } = await submit(
      [advert('13500135000'), code('13500135000'), advert('13500135001')]);
  assert.deepEqual(verdicts.map((verdict) => verdict.decision),
      ['DECISION_REJECTED', 'DECISION_ACCEPTED', 'DECISION_ACCEPTED']);
  assert.equal(verdicts[0].reasons[0].code, 'RECIPIENT_OPTED_OUT');
  const found = await world.call('OptOutsService', 'LookupOptOuts',
      { recipient: '+86 135 0013 5000' });
  assert.equal(found.opt_outs.length, 1);
  assert.equal(found.opt_outs[0].evidence, 'call 1');
});

test('a reply R becomes an opt-out, and Watch tells it', async () => {
  const client = world.client('GatewayService');
  const events = [];
  const watch = client.Watch({ beginning: true }, world.metadata(key));
  watch.on('data', (event) => events.push(event));
  watch.on('error', () => {});
  const { verdicts } = await submit([advert('13400134000')]);
  const id = verdicts[0].message_id;
  await until(() => events.find((event) => event.outcome?.message_id === id &&
      event.outcome.state === 'MESSAGE_STATE_DELIVERED'), 'delivery in Watch');
  world.tellSim({ mo: { from: '13400134000', to: '10690012', text: 'r' } });
  const told = await until(() => events.find((event) => event.reply), 'reply');
  assert.equal(told.reply.opted_out, true);
  watch.cancel();
  client.close();
  const next = await submit([advert('13400134000', '蔬菜七折')]);
  assert.equal(next.verdicts[0].reasons[0].code, 'RECIPIENT_OPTED_OUT');

  // The stream resumes after the event with the given cursor.
  const again = world.client('GatewayService');
  const rest = [];
  const resumed = again.Watch({ cursor: told.cursor }, world.metadata(key));
  resumed.on('data', (event) => rest.push(event));
  resumed.on('error', () => {});
  const last = (await submit([code('13400134001')])).verdicts[0].message_id;
  await until(() => rest.find((event) => event.outcome?.message_id === last),
      'an event behind the cursor');
  resumed.cancel();
  again.close();
  assert.ok(!rest.some((event) => event.reply), 'the reply came twice');
});

test('keys and roles', async () => {
  await assert.rejects(
      world.call('GatewayService', 'Submit', { messages: [code('13800138000')] }, ''),
      { code: grpc.status.UNAUTHENTICATED });
  await assert.rejects(
      world.call('GatewayService', 'Submit', { messages: [code('13800138000')] },
          key.slice(0, -2) + 'xx'), { code: grpc.status.UNAUTHENTICATED });
  await assert.rejects(
      world.call('DossierService', 'GetDossier', { recipient: '13800138000' }, key),
      { code: grpc.status.PERMISSION_DENIED });
});

test('a dossier has messages with their events, newest first', async () => {
  const dossier = await world.call('DossierService', 'GetDossier',
      { recipient: '13400134000' });
  const times = dossier.entries.map((entry) => entry.time.seconds);
  assert.ok(times.length >= 3);
  assert.ok(dossier.entries.some((entry) => entry.message?.events.length > 0));
  assert.deepEqual(times, [...times].sort((a, b) => b - a));
  assert.ok(dossier.entries.some((entry) => entry.reply));
  assert.ok(dossier.entries.some((entry) => entry.opt_out));
  assert.equal(dossier.opt_outs.length, 1);
});

test('everything is there after kill -9', async () => {
  const { verdicts } = await submit([advert('13300133000')]);
  await world.call('OptOutsService', 'AddOptOut', { recipient: '13300133001',
    scope: { content_provider_id: 'shop' }, source: 'OPT_OUT_SOURCE_OFFICER' });
  await world.stopServer('SIGKILL');
  await world.startServer();
  const { message: record } = await world.call('AuditService', 'GetMessage',
      { message_id: verdicts[0].message_id });
  assert.equal(record.recipient, '+8613300133000');
  const next = await submit([advert('13300133001')]);
  assert.equal(next.verdicts[0].reasons[0].code, 'RECIPIENT_OPTED_OUT');
});
