// A disk that fills while the server runs, and gets room again: a small tmpfs
// that only the server has mounted.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { World, bin, grpc, notice, start, until } from './world.mjs';

const MiB = 1 << 20;
// The server keeps 192 MiB for its views; two journals begin with two segments.
const size = 320;
const own = process.getuid() === 0 ? ['-m'] : ['-rm'];
const mount = `mount -t tmpfs -o size=${size}m tmpfs "$1"`;
const allowed = spawnSync(
    'unshare', [...own, 'sh', '-c', mount, 'sh', '/mnt']).status === 0;
const skip = allowed ? false : 'not allowed to mount a tmpfs here';

// A world whose server keeps its store on the tmpfs.
class SmallDisk extends World {
  async startServer() {
    const data = path.join(this.folder, 'data');
    fs.mkdirSync(data);
    this.server = await start('env', ['unshare', ...own, 'sh', '-c',
      `${mount} && exec "$2" --config "$3" --json`, 'sh', data,
      path.join(bin, 'sluiced'), this.writeConfig()], { from: '/usr/bin' });
    this.runs.push(this.server);
    this.address = `127.0.0.1:${this.server.ready.port}`;
    // The store as the server sees it.
    this.data = path.join('/proc', String(this.server.child.pid), 'root', data);
    this.adminKey =
        fs.readFileSync(path.join(this.data, 'admin.key'), 'utf8').trim();
  }

  // Leaves `left` MiB free.
  fill(left) {
    const { bavail, bsize } = fs.statfsSync(this.data);
    const file = fs.openSync(path.join(this.data, 'fill'), 'a');
    const chunk = Buffer.alloc(MiB / 4);
    try {
      for (let n = bavail * bsize - left * MiB; n > 0; n -= chunk.length) {
        fs.writeSync(file, chunk);
      }
    } catch (error) {
      assert.equal(error.code, 'ENOSPC');
    }
    fs.closeSync(file);
  }

  async http(what) {
    const at = `http://127.0.0.1:${this.server.ready.http_port}/${what}`;
    const answer = await fetch(at);
    return { status: answer.status, text: await answer.text() };
  }

  async diskFull() {
    const { text } = await this.http('metrics');
    return Number(/^sluice_disk_full (\d)$/m.exec(text)?.[1]);
  }

  lines(pattern) {
    return this.server.errors().split('\n').filter((line) => pattern.test(line));
  }
}

let world;
let key;
before(async () => {
  if (skip) return;
  world = await SmallDisk.start({ store: ', segment_mb: 8, partitions: 1' });
  key = await world.populate();
});
after(() => world?.stop());

let sent = 0;
// Messages for later, so that none is handed over.
const batch = (count) => world.call('GatewayService', 'Submit', { batch: 1,
  messages: Array.from({ length: count }, () => ({
    ...notice(String(13_800_000_000 + sent++), '一二三四五'.repeat(170)),
    send_after: { seconds: Math.floor(world.now() / 1000) + 3600 } })) }, key);

test('a disk that is nearly full is one error, and messages are taken',
    { skip }, async () => {
      assert.equal(await world.diskFull(), 0);
      world.fill(100);
      await until(() => world.lines(/disk.*nearly full/).length, 'an alarm');
      // After each, the views would be saved.
      for (let i = 0; i < 40; ++i) await batch(1);
      await until(async () => await world.diskFull() === 1, 'the metric');
      assert.equal((await world.http('readyz')).status, 200);
      assert.equal(world.lines(/disk/).length, 1, world.server.errors());
      assert.match(world.lines(/disk/)[0], /error/);
      assert.deepEqual(world.lines(/views:/), []);
    });

test('a full disk refuses and is one error', { skip }, async () => {
  world.fill(0);
  const error = await (async () => {
    for (let i = 0; i < 200; ++i) await batch(500);
  })().then(() => assert.fail('all were taken'), (e) => e);
  assert.equal(error.code, grpc.status.RESOURCE_EXHAUSTED);
  assert.match(String(error.metadata.get('grpc-status-details-bin')[0]),
      /DISK_FULL/);
  await assert.rejects(world.call('OptOutsService', 'AddOptOut', {
    recipient: '13900000001', scope: { content_provider_id: 'shop' },
    source: 'OPT_OUT_SOURCE_OFFICER', evidence: 'a letter' }), (e) => {
    assert.equal(e.code, grpc.status.RESOURCE_EXHAUSTED);
    return /DISK_FULL/.test(
        String(e.metadata.get('grpc-status-details-bin')[0]));
  });
  const { status, text } = await world.http('readyz');
  assert.equal(status, 503);
  assert.match(text, /the disk is full: partition 0/);
  await until(() => world.lines(/disk.*is full/).length, 'an alarm');
  for (let i = 0; i < 40; ++i) await assert.rejects(batch(1));
  await until(async () => await world.diskFull() === 2, 'the metric');
  assert.equal(world.lines(/disk/).length, 2, world.server.errors());
  assert.deepEqual(world.lines(/views:/), []);
});

test('room ends the alarm, and messages are taken again', { skip }, async () => {
  fs.unlinkSync(path.join(world.data, 'fill'));
  await until(async () => (await world.http('readyz')).status === 200, 'ready');
  await batch(1);
  await until(async () => await world.diskFull() === 0, 'the metric');
  const ended = world.lines(/the disk has room/);
  assert.equal(ended.length, 2, world.server.errors());
  assert.ok(ended.every((line) => /info/.test(line)), ended.join());
  assert.equal(world.lines(/disk/).length, 4, world.server.errors());
});
