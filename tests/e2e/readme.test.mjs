// The commands and snippets of README.md, and of each translation of it, as a
// newcomer copies them: in order, into one shell, the server's start included.
//
// A block of commands is indented by four spaces and every line of it begins
// with a program in `programs`; other indented blocks show output. tools/demo
// and tools/test are not run: they build the tree that is tested here.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { bin, isTaken, root } from './world.mjs';

const ports = { sluiced: 7430, 'carrier-sim': 7890 };
const programs = /^(export|unset|carrier-sim|sluiced|sluicectl|protoc)\b/;

// The README's blocks in order: {kind: 'shell' | 'js' | 'python' | 'cpp', text}.
function blocksOf(readme) {
  const blocks = [];
  const pattern = /^```(\w+)\n([^]*?)^```$|(?:^ {4}.*\n)+/gm;
  for (const [whole, kind, text] of readme.matchAll(pattern)) {
    if (kind) {
      blocks.push({ kind, text });
      continue;
    }
    const commands = whole.replace(/^ {4}/gm, '').trimEnd()
        .replace(/\\\n\s*/g, '').split('\n');
    if (commands.every((line) => programs.test(line))) {
      blocks.push(...commands.map((line) => ({ kind: 'shell', text: line })));
    }
  }
  return blocks;
}

// A shell that keeps its variables, folder and background programs.
class Shell {
  constructor(folder) {
    this.child = spawn('bash', ['-c', 'exec bash 2>&1'], { cwd: folder });
    this.text = '';
    this.child.stdout.setEncoding('utf8');
    this.child.stdout.on('data', (data) => {
      this.text += data;
      this.look?.();
    });
  }

  // Runs one command; returns its exit code and the output meanwhile.
  async run(command) {
    this.text = '';
    this.child.stdin.write(`${command}\necho "<end $?>"\n`);
    const end = /<end (\d+)>\n/;
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(
          `no end within 60 s: ${command}\n${this.text}`)), 60_000);
      this.look = () => {
        if (!end.test(this.text)) return;
        clearTimeout(timer);
        resolve();
      };
      this.look();
    });
    const [, code] = this.text.match(end);
    return { code: Number(code), out: this.text.replace(end, '') };
  }

  // Ends the programs in the background, and then the shell.
  async stop() {
    await this.run('kill $(jobs -p); wait');
    this.child.stdin.end();
  }
}

const has = (...command) => spawnSync(command[0], command.slice(1)).status === 0;

// What commands print when they do what the README says, in its language.
const expected = [
  [/^sluicectl registry list port/, /^(id +state|编号 +状态)/m],
  [/^sluicectl --key-file acme.key check /, /^(ACCEPTED|放行)/m],
  [/^sluicectl rules explain /, /gambling-sure/],
  [/^sluicectl rules exempt /, /^(Exemption 1: |豁免 1：)/m],
  [/^sluicectl rules block /, /^(Block 1, of the phrase |拦截 1)/m],
  [/^sluicectl optout correct /,
    /^(Correction c1 .*: 2 opt-outs in force|更正 c1（.*：涉及 2 条退订)/m],
  [/^sluicectl .*optout confirm /,
    /(is done: 2 opt-outs removed|已完成：撤销了 2 条退订)/],
  [/^sluicectl optout lookup /, /(correction|更正) c1/],
  [/^sluicectl audit verify proof/, /are in head|都在第/],
  [/^sluicectl audit verify grown/, /holds all records|包含第/],
  [/^sluicectl store backup /, /already there  0 bytes|已有        0 字节/],
  [/^sluicectl store restore /, /no damage|没有损坏/],
];
const inLanguage = {
  'README.md': [
    [/^sluicectl rules validate /, /^Good: cn-2015/m],
    [/^sluicectl rules explain /, /^at +found +rule/m],
    [/^sluicectl rules preview .* --file/, /REJECTED +1 /],
    [/^sluicectl .*rules approve 2$/, /^To approve it: /m],
    [/^sluicectl .*rules approve 2 --yes /, /^Version 2 .* is approved/m],
    [/^sluicectl rules publish 2 /, /^Version 2 .* is in force/m],
    [/^sluicectl rules rollback /, /^Version 1 .* is in force/m],
    [/^sluicectl rules history /, /^when +step +who/m],
    [/^sluicectl rules stats --since/, /^rule +does +mode/m],
    [/^sluicectl hold list /, /^13 messages shown/m],
    [/^sluicectl hold release /, /^1 message: 1 ACCEPTED/m],
    [/^sluicectl hold reject /, /^12 messages: 12 REJECTED/m],
  ],
  'README.zh-CN.md': [
    [/^sluicectl rules validate /, /^合格：cn-2015/m],
    [/^sluicectl rules explain /, /^位置 +命中内容 +规则/m],
    [/^sluicectl rules preview .* --file/, /拒绝 +1 /],
    [/^sluicectl .*rules approve 2$/, /^要审批：/m],
    [/^sluicectl .*rules approve 2 --yes /, /^版本 2（.*：已审批/m],
    [/^sluicectl rules publish 2 /, /^版本 2（.*：生效中/m],
    [/^sluicectl rules rollback /, /^版本 1（.*：生效中/m],
    [/^sluicectl rules history /, /^时间 +步骤 +经办人/m],
    [/^sluicectl rules stats --since/, /^规则 +动作 +执行方式/m],
    [/^sluicectl hold list /, /^显示 13 条短信/m],
    [/^sluicectl hold release /, /^1 条短信：放行 1 条/m],
    [/^sluicectl hold reject /, /^12 条短信：拒绝 12 条/m],
  ],
};

// Provides the reader's own files and traffic, which the README presumes.
async function prepare(command, shell, folder) {
  if (command.startsWith('sluicectl rules preview') &&
      command.includes('texts.tsv')) {
    fs.writeFileSync(path.join(folder, 'texts.tsv'),
        '13800138000\tnotice\t【云杉超市】首存有礼\n');
  }
  // Messages that a rule holds, before the exemption from it.
  if (command.startsWith('sluicectl rules init')) {
    const lines = Array.from({ length: 13 }, (_, i) =>
      `${13800138010 + i}\tnotice\t` +
      '【云杉超市】农行卡6228480012345678901，户名王某\n');
    fs.writeFileSync(path.join(folder, 'held.tsv'), lines.join(''));
    const { code, out } = await shell.run(
        'sluicectl --key-file acme.key submit held.tsv');
    assert.equal(code, 0, out);
  }
  if (command.startsWith('sluicectl optout import')) {
    fs.writeFileSync(path.join(folder, 'numbers.txt'),
        '13900139000\n13900139001\n');
  }
  // Replaces the id of the example by that of the import, or of a message here.
  const named = command.match(/^sluicectl optout correct --import (\S+)/);
  if (named) {
    const { out } = await shell.run('sluicectl optout imports --json');
    return command.replace(named[1], JSON.parse(out).id);
  }
  // Ids and numbers of this store in place of the examples'.
  if (command.startsWith('sluicectl audit ')) {
    const { out } = await shell.run(
        'sluicectl audit search --limit 1 --json; cat head.txt');
    const of = (pattern) => out.match(pattern)?.[1];
    return command
        .replace(/(?<= prove )\w{15}/, of(/"message_id":"(\w{15})"/))
        .replace(/(?<=--key )\w{16}/, of(/^key (\w{16})$/m))
        .replace(/(?<=--between )\d+ \d+/, `1 ${of(/^number (\d+)$/m)}`);
  }
  const example = command.match(/^sluicectl hold (?:show|release) (\w{15})/);
  if (!example) return command;
  const { out } = await shell.run(
      'sluicectl hold list --rule card-number --json');
  const id = out.match(/"message_id":"(\w{15})"/);
  assert.ok(id, out);
  return command.replace(example[1], id[1]);
}

async function runCommand(text, shell, folder, name) {
  const command = await prepare(text, shell, folder);
  const { code, out } = await shell.run(command);
  assert.equal(code, 0, `${command}\n${out}`);
  for (const [of, printed] of [...expected, ...inLanguage[name]]) {
    if (of.test(text)) assert.match(out, printed, command);
  }
}

const withKey = 'SLUICE_KEY=$(cat acme.key) ';

// How a snippet is run; null when it cannot run here, which `note` reports.
const runs = {
  js: async (text, shell, folder) => {
    fs.symlinkSync(path.join(root, 'tests/e2e/node_modules'),
        path.join(folder, 'node_modules'));
    fs.writeFileSync(path.join(folder, 'sender.mjs'), text);
    return shell.run(`${withKey} node sender.mjs`);
  },
  python: async (text, shell, folder, note) => {
    if (!has('/usr/bin/python3', '-c', 'import grpc')) {
      return note('python3-grpcio is not installed: Python is not run');
    }
    fs.writeFileSync(path.join(folder, 'sender.py'), text);
    return shell.run(`${withKey} /usr/bin/python3 sender.py`);
  },
  cpp: async (text, shell, folder) => {
    fs.writeFileSync(path.join(folder, 'sender.cc'),
        '#include <grpcpp/grpcpp.h>\n#include <string>\n' +
        '#include "sluice/v1/gateway.grpc.pb.h"\n' +
        `void Send(const std::string& key) {\n${text}}\n`);
    const generated = path.join(bin, '../generated');
    return shell.run(`${process.env.SLUICE_CXX ?? 'c++'} -std=c++20 ` +
        `-fsyntax-only -I${generated} sender.cc`);
  },
};

// The README's folder is the tree: git must ignore the files that its commands
// make there.
function checkIgnored(folder) {
  if (!has('git', '-C', root, 'rev-parse')) return;
  const ours = /^(proto|build|node_modules|sender\..*|(texts|held)\.tsv|numbers\.txt)$/;
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (ours.test(entry.name)) continue;
    const name = entry.isDirectory() ? `${entry.name}/` : entry.name;
    assert.ok(has('git', '-C', root, 'check-ignore', '--no-index', name),
        `.gitignore does not have ${name}, which the README makes`);
  }
}

// `protoc` needs the plugin for Python, which is a separate package.
const canRun = (command) => !command.startsWith('protoc') ||
    has('which', 'protoc') && fs.existsSync('/usr/bin/grpc_python_plugin');

for (const name of ['README.md', 'README.zh-CN.md']) {
  const file = path.join(root, name);
  if (!fs.existsSync(file)) continue;
  test(name, { timeout: 300_000 }, async (t) => {
    for (const [program, port] of Object.entries(ports)) {
      if (await isTaken(port)) {
        t.skip(`port ${port}, which ${program} listens on, is taken`);
        return;
      }
    }
    const blocks = blocksOf(fs.readFileSync(file, 'utf8'));
    // Each kind of block was found: the pattern fits the page.
    assert.deepEqual([...new Set(blocks.map(({ kind }) => kind))].sort(),
        ['cpp', 'js', 'python', 'shell']);
    assert.ok(blocks.length > 30, `${blocks.length} commands and snippets`);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-readme-'));
    fs.cpSync(path.join(root, 'proto'), path.join(folder, 'proto'),
        { recursive: true });
    fs.mkdirSync(path.join(folder, 'build/release'), { recursive: true });
    fs.symlinkSync(bin, path.join(folder, 'build/release/bin'));
    const shell = new Shell(folder);
    try {
      // As the page says to readers of English.
      if (name === 'README.md') await shell.run('export SLUICE_LANGUAGE=en');
      for (const { kind, text } of blocks) {
        if (kind === 'shell') {
          if (canRun(text)) await runCommand(text, shell, folder, name);
          else t.diagnostic(`not run, its programs are not here: ${text}`);
          continue;
        }
        const ran = await runs[kind](text, shell, folder,
            (note) => t.diagnostic(note));
        if (!ran) continue;
        assert.equal(ran.code, 0, `${kind}: ${ran.out}`);
        if (kind !== 'cpp') assert.match(ran.out, /DECISION_ACCEPTED/);
      }
      checkIgnored(folder);
    } finally {
      await shell.stop();
      fs.rmSync(folder, { recursive: true });
    }
  });
}
