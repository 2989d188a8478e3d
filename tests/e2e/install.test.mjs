// The result of `cmake --install` runs in any folder: it contains neither the
// path of the sources nor that of the folder it was installed into.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { bin, isTaken, start } from './world.mjs';

const run = (command, args, cwd) => {
  const ran = spawnSync(command, args, { cwd, encoding: 'utf8' });
  assert.equal(ran.status, 0, `${command} ${args.join(' ')}\n${ran.stderr}`);
  return ran.stdout;
};

test('an installed tree runs after it was moved', async (t) => {
  if (await isTaken(7430)) {
    t.skip('port 7430, which sluiced listens on, is taken');
    return;
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-install-'));
  const moved = path.join(folder, 'moved');
  const empty = path.join(folder, 'empty');
  fs.mkdirSync(empty);
  run('cmake', ['--install', path.dirname(bin), '--prefix',
    path.join(folder, 'first')]);
  fs.renameSync(path.join(folder, 'first'), moved);
  for (const file of ['gateway.proto', 'message.proto']) {
    assert.ok(fs.existsSync(
        path.join(moved, 'share/sluice/proto/sluice/v1', file)), file);
  }
  // A version that only the pack of this tree has.
  const header = path.join(moved, 'share/sluice/packs/cn-2015/pack.yaml');
  const shipped = fs.readFileSync(header, 'utf8');
  fs.writeFileSync(header, shipped.replace(/^version: .*$/m, "version: '9.9'"));

  const from = path.join(moved, 'bin');
  const server = await start('sluiced', ['--json'], { from, cwd: empty });
  try {
    const ctl = path.join(from, 'sluicectl');
    assert.match(run(ctl, ['rules', 'status'], empty), /cn-2015 9\.9/);
    run(ctl, ['rules', 'init', './my-rules'], empty);
    assert.ok(fs.existsSync(path.join(empty, 'my-rules/rules.yaml')));
    run(ctl, ['rules', 'validate', './my-rules'], empty);
    run(path.join(from, 'sluiced'), ['--check-config', '--config',
      path.join(moved, 'share/sluice/sluice.yaml')], empty);
  } finally {
    server.child.kill('SIGTERM');
    assert.equal(await server.exited, 0);
    fs.rmSync(folder, { recursive: true });
  }
});
