// Who gets into the gRPC port, and for how long: connections without a key,
// shares of addresses and keys, slow requests, requests that do not parse.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { grpc, sleep, until } from '../e2e/world.mjs';
import { Connection, DATA, END_HEADERS, END_STREAM, HEADERS, callHeaders, frame, messageHead,
  preface } from './grpc_frames.mjs';
import { AttackedWorld } from './grpc_world.mjs';

let world;
before(async () => {
  world = await AttackedWorld.start({ address: '0.0.0.0:0',
    listen: ', idle_seconds: 2',
    limits: 'connections_max: 300, connections_per_address_max: 100, ' +
      'calls_per_key_max: 200, request_streams_per_key_max: 32, request_seconds: 2' });
});
after(() => world?.stop());

const submit = '/sluice.v1.GatewayService/Submit';

test('the start says how many files and connections there may be', () =>
  assert.match(world.server.errors(), /at most \d+ open files, 300 gRPC connections/));

test('connections without a key are closed after the setting', async () => {
  const all = await Promise.all(
      [Buffer.alloc(0), preface.subarray(0, 10), preface].flatMap((hello) =>
        Array.from({ length: 10 }, () =>
          Connection.open(world.server.ready.port, { hello }))));
  // Also those that go on calling without one.
  const calling = await Connection.open(world.server.ready.port);
  const began = Date.now();
  for (let id = 1; !calling.closed && Date.now() < began + 5000; id += 2) {
    calling.socket.write(frame(HEADERS, END_HEADERS, id, callHeaders(submit, 'slk_x')));
    await sleep(200);
  }
  assert.ok(calling.closed, 'a connection that calls with a wrong key');
  await until(() => all.every((one) => one.closed), 'all are closed', 3);
});

test('a connection with a call in progress stays', async () => {
  const one = await Connection.open(world.server.ready.port);
  one.socket.write(frame(HEADERS, END_HEADERS, 1,
      callHeaders('/sluice.v1.GatewayService/SubmitStream', world.key)));
  await sleep(4000);
  assert.ok(!one.closed);
  one.end();
});

test('3,000 idle connections keep nobody out', () => world.withstand(
    () => [world.attack('idle', { connections: 3000, seconds: 4 })], { growth: 192 }));

test('one address with a key cannot take the connections of another', async () => {
  const key = await world.anotherKey();
  const [{ closed }] = await world.withstand(() => [world.attack('streams',
      { connections: 250, streams: 1, key, from: '127.0.0.2', seconds: 4 })],
  { growth: 192 });
  assert.ok(closed >= 150, `${closed} were closed`);
});

test('one key cannot take the calls of another', async () => {
  const key = await world.anotherKey();
  await world.withstand(() => [
    world.attack('streams', { connections: 20, streams: 100, key, seconds: 4 }),
    world.attack('bodies', { connections: 10, streams: 100, key, seconds: 4 })],
  { growth: 384 });
});

test('a key over its calls is told so, with a delay', async () => {
  const key = await world.anotherKey();
  const attack = world.attack('bodies',
      { connections: 4, streams: 100, key, size: 100, seconds: 4 });
  // A call that comes before the key is over its calls waits for its turn.
  let error;
  const asking = setInterval(async () => {
    const answer = await world.raw(submit, Buffer.alloc(0), key);
    if (answer?.code === 8) error ??= answer;
  }, 100);
  await until(() => error, 'RESOURCE_EXHAUSTED', 8)
      .finally(() => clearInterval(asking));
  assert.match(error.details, /200 calls in progress.*limits\.calls_per_key_max/);
  assert.equal(error.metadata.get('grpc-status-details-bin').length, 1);
  await attack;
});

// Calls grpc.health.v1.Health; `service` is shorter than 128 octets.
function askHealth(method, service) {
  const client = new grpc.Client(world.address, grpc.credentials.createInsecure());
  const name = Buffer.from(service);
  const call = client.makeServerStreamRequest(`/grpc.health.v1.Health/${method}`,
      (request) => request, (answer) => answer,
      Buffer.concat([Buffer.from([10, name.length]), name]));
  const end = new Promise((resolve) => {
    call.on('error', resolve);
    call.on('end', () => resolve(null));
  });
  const answer = new Promise((resolve) => call.on('data', resolve));
  end.then(() => client.close());
  return { call, client, answer, end };
}

test('health is told without a key', async () => {
  const [serving, unknown] = [1, 3].map((status) => Buffer.from([8, status]));
  for (const service of ['', 'sluice.v1.GatewayService', 'grpc.health.v1.Health']) {
    assert.deepEqual(await askHealth('Check', service).answer, serving);
  }
  const error = await askHealth('Check', 'no.such').end;
  assert.equal(error.code, grpc.status.NOT_FOUND);
  for (const [service, status] of [['', serving], ['no.such', unknown]]) {
    const watch = askHealth('Watch', service);
    assert.deepEqual(await watch.answer, status);
    assert.equal(await Promise.race([watch.end, sleep(500).then(() => 'open')]), 'open');
    watch.call.cancel();
    assert.equal((await watch.end).code, grpc.status.CANCELLED);
  }
});

test('a connection has at most 16 calls in progress without a key', async () => {
  const one = await Connection.open(world.server.ready.port);
  for (let i = 0; i < 20; ++i) {
    one.socket.write(Buffer.concat([
      frame(HEADERS, END_HEADERS, 2 * i + 1, callHeaders('/grpc.health.v1.Health/Watch')),
      frame(DATA, END_STREAM, 2 * i + 1, messageHead(0))]));
  }
  // An answer and no end for 16, an end for the others.
  await until(() => one.got[DATA] === 16 && one.got[HEADERS] === 20, '16 are answered', 3);
  one.end();
});

test('a method that does not exist is UNIMPLEMENTED', async () => {
  const error = await world.raw('/no.such/Method', Buffer.alloc(0), world.key);
  assert.equal(error.code, grpc.status.UNIMPLEMENTED);
});

test('a request that does not arrive in time ends', async () => {
  const one = await Connection.open(world.server.ready.port);
  one.socket.write(Buffer.concat([
    frame(HEADERS, END_HEADERS, 1, callHeaders(submit, world.key)),
    frame(DATA, 0, 1, messageHead(1000))]));
  await until(() => one.got[HEADERS] > 0, 'the call ends', 5);
  one.end();
});

// The address of the first field of a request that does not parse.
const wrong = [
  ['/sluice.admin.v1.RegistryService/CreateLicensee', 'not protobuf',
    [0xff, 0xff, 0xff], /not a sluice\.admin\.v1\.CreateLicenseeRequest/],
  ['/sluice.admin.v1.RegistryService/CreateLicensee', 'text that is not UTF-8',
    [0x0a, 0x03, 0x0a, 0x01, 0xff], /^licensee\.id: not UTF-8/],
  ['/sluice.admin.v1.RulesService/PreviewVersion', 'not protobuf, to a stream',
    [0xff], /not a sluice\.admin\.v1\.PreviewVersionRequest/],
  ['/sluice.admin.v1.DossierService/GetDossier', 'cut short', [0x0a, 0x7f, 0x31],
    /not a sluice\.admin\.v1\.GetDossierRequest/],
];
for (const [method, what, bytes, message] of wrong) {
  test(`${method}: ${what}`, async () => {
    const error = await world.raw(method, Buffer.from(bytes), world.adminKey);
    assert.equal(error.code, 3, error.message);
    assert.match(error.details, message);
    assert.equal(error.metadata.get('grpc-status-details-bin').length, 1);
    // Without a key nobody learns even that.
    assert.equal((await world.raw(method, Buffer.from(bytes), '')).code, 16);
  });
}

for (const method of ['Submit', 'Check', 'GetMessage', 'Cancel', 'Watch']) {
  test(`${method}: not protobuf`, async () => {
    const error = await world.raw(`/sluice.v1.GatewayService/${method}`,
        Buffer.from([0xff, 0xff]), world.key);
    assert.equal(error.code, 3, error.message);
    assert.equal(error.metadata.get('grpc-status-details-bin').length, 1);
  });
}
