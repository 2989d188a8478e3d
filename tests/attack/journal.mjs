// Runs the foreign reader on a store: see journal_reader.py.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const folder = path.dirname(fileURLToPath(import.meta.url));
// Debian's, which has the packages that tools/setup installs.
const python = '/usr/bin/python3';

// Runs a Python program of this folder; resolves to its output, also when it
// ends with a code other than 0.
export const runPython = (program, args) =>
  promisify(execFile)(python, [path.join(folder, program), ...args],
      { env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
        maxBuffer: 1 << 24 })
      .catch((error) => ({ stdout: error.stdout, stderr: error.stderr,
        code: error.code ?? error.signal }));

function writeLines(file, values) {
  fs.writeFileSync(file, values.map((value) => JSON.stringify(value) + '\n')
      .join(''));
  return file;
}

// Reads the journals of a stopped world and holds them against what clients
// and the carrier saw: `acknowledged` has {message, verdict} of each verdict,
// `optOuts` the numbers whose opt-outs were answered. Returns {counts,
// violations, shown}.
export async function readJournals(world, { acknowledged, optOuts = [] } = {}) {
  const args = [path.join(world.folder, 'data')];
  if (acknowledged) {
    args.push('--acknowledged', writeLines(
        path.join(world.folder, 'acknowledged.jsonl'),
        // A refusal that was counted has no record of its own, and no id.
        acknowledged.filter(({ verdict }) => verdict.message_id)
            .map(({ message, verdict }) => ({
          message_id: verdict.message_id, decision: verdict.decision,
          key: message.key, recipient: `86${message.recipient}` }))));
  }
  args.push('--opt-outs', writeLines(path.join(world.folder, 'opt_outs.jsonl'),
      optOuts.map((number) => ({ recipient: `86${number}` }))));
  for (const log of world.logs) args.push('--received', log);
  const { stdout, stderr } = await runPython('journal_reader.py', args);
  if (!stdout) throw new Error(`the foreign reader failed: ${stderr}`);
  return JSON.parse(stdout);
}
