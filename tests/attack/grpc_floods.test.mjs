// Floods of the gRPC port: memory stays within a bound that each test states,
// and a well-behaved caller is served meanwhile.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AttackedWorld } from './grpc_world.mjs';

let world;
before(async () => { world = await AttackedWorld.start(); });
after(() => world?.stop());

// A gzip bomb of 4 MB for 4 GB.
for (const method of ['Submit', 'SubmitStream']) {
  const path = `/sluice.v1.GatewayService/${method}`;
  test(`${method}: gzip of 4 MB stays 4 MB, without a key`, () =>
    world.withstand(() => [world.attack('bomb', { method: path, seconds: 3 })],
        { growth: 64 }));
  test(`${method}: gzip of 4 MB stays 4 MB, with a key`, () =>
    world.withstand(() => [world.attack('bomb',
        { method: path, key: world.key, seconds: 3 })], { growth: 64 }));
}

test('unfinished requests without a key cost next to nothing', () =>
  world.withstand(() => [world.attack('bodies',
      { connections: 200, streams: 50, seconds: 5 })], { growth: 192 }));

test('unfinished requests without a key, to a method that needs none', () =>
  world.withstand(() => [world.attack('bodies', { connections: 200, streams: 4,
    method: '/grpc.health.v1.Health/Check', seconds: 5 })], { growth: 192 }));

test('unfinished requests with a key: 16 are read, the others wait', async () => {
  const key = await world.anotherKey();
  await world.withstand(() => [world.attack('bodies',
      { connections: 50, streams: 20, key, seconds: 5 })], { growth: 320 });
});

test('one request of 2 GiB with a key', async () => {
  const key = await world.anotherKey();
  const [{ closed }] = await world.withstand(() => [world.attack('bodies',
      { connections: 1, streams: 1, size: 2000 << 20, key, seconds: 10 })],
  { growth: 256 });
  assert.equal(closed, 1);
});

test('headers without an end', () => world.withstand(
    () => [world.attack('headers', { connections: 20, seconds: 5 })], { growth: 192 }));

test('headers without an end, from one who has a key', async () => {
  const key = await world.anotherKey();
  const [{ closed }] = await world.withstand(
      // Ends as soon as it is closed, after 16 MiB: a slow server reads 2 MB a second.
      () => [world.attack('headers', { key, seconds: 90 })], { growth: 192 });
  assert.equal(closed, 1);
});

test('fields without an end', () => world.withstand(
    () => [world.attack('fields', { connections: 20, seconds: 5 })], { growth: 192 }));

// Calls that are reset at once (CVE-2023-44487), with headers as small as they get.
for (const method of ['/sluice.v1.GatewayService/Submit', '/no.such/Method',
  '/grpc.health.v1.Health/Check',
  '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo']) {
  for (const keyed of [false, true]) {
    test(`${method}: calls that are reset at once, ${keyed ? 'with' : 'without'} a key`,
        async () => {
          const key = keyed ? await world.anotherKey() : undefined;
          const [{ closed }] = await world.withstand(
              () => [world.attack('reset', { key, method, connections: 40 })],
              { growth: 512 });
          assert.equal(closed, 40, 'connections that only reset calls are closed');
        });
  }
}

// With SLUICE_AGAIN only: seldom, gRPC takes seconds to end what it has, and then
// a caller waits too long.
for (const keyed of [false, true]) {
  test('calls that are reset at once, by an attacker that comes again and again, ' +
      `${keyed ? 'with' : 'without'} a key`, { skip: !process.env.SLUICE_AGAIN }, async () => {
    const key = keyed ? await world.anotherKey() : undefined;
    await world.withstand(() => [world.attack('reset',
        { key, connections: 40, again: true, seconds: 5 })], { growth: 1024 });
  });
}

test('unfinished requests of many streams with a key', async () => {
  const key = await world.anotherKey();
  await world.withstand(() => [world.attack('bodies', { connections: 10, streams: 20,
    method: '/sluice.v1.GatewayService/SubmitStream', key, seconds: 5 })],
  { growth: 448 });
});

for (const kind of ['pings', 'settings', 'empty']) {
  test(`a flood of ${kind}`, async () => {
    const [{ closed }] = await world.withstand(
        () => [world.attack(kind, { connections: 4, seconds: 5 })], { growth: 256 });
    assert.equal(closed, 4);
  });
}
