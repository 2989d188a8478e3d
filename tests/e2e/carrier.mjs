// A carrier of CMPP 2.0 that sends what a test says, in a window of its own:
// it waits for the answer to its oldest DELIVER before it sends one more. It
// takes every SUBMIT and keeps it.
import net from 'node:net';

const CONNECT = 1;
const SUBMIT = 4;
const DELIVER = 5;
const DELIVER_RESP = 0x80000005;
const ACTIVE_TEST = 8;

function pdu(command, sequence, body) {
  const header = Buffer.alloc(12);
  header.writeUInt32BE(12 + body.length, 0);
  header.writeUInt32BE(command, 4);
  header.writeUInt32BE(sequence, 8);
  return Buffer.concat([header, body]);
}

const text = (value, width) =>
  Buffer.concat([Buffer.from(value), Buffer.alloc(width)]).subarray(0, width);

function id(number) {
  const octets = Buffer.alloc(8);
  octets.writeBigUInt64BE(BigInt(number));
  return octets;
}

const trimmed = (octets) => octets.toString('latin1').replace(/\0+$/, '');

// The fields of a SUBMIT that its link's settings fill.
const submit = (body) => ({
  msg_level: body[11], service_id: trimmed(body.subarray(12, 22)),
  fee_user_type: body[22], fee_terminal_id: trimmed(body.subarray(23, 44)),
  msg_src: trimmed(body.subarray(47, 53)),
  fee_type: trimmed(body.subarray(53, 55)),
  fee_code: trimmed(body.subarray(55, 61)) });

function deliver({ number, from, to, format, report, content }) {
  return Buffer.concat([id(number), text(to, 21), text('', 10),
    Buffer.from([0, 0, format]), text(from, 21),
    Buffer.from([report, content.length]), content, Buffer.alloc(8)]);
}

// The status report of a message that nobody sent.
export const report = (number, from) => deliver({ number, from, to: '10690012',
  format: 0, report: 1, content: Buffer.concat([id(number),
    text('DELIVRD', 7), text('2603021000', 10), text('2603021000', 10),
    text(from, 21), Buffer.alloc(4)]) });

// A reply, in UCS2.
export const reply = (number, from, to, words) => deliver({ number, from, to,
  format: 8, report: 0, content: Buffer.from(words, 'utf16le').swap16() });

export class Carrier {
  static async start(window = 16) {
    const carrier = new this();
    carrier.window = window;
    carrier.waiting = [];
    carrier.open = 0;
    carrier.sequence = 0;
    carrier.answered = 0;
    carrier.submits = [];  // With the time of each, `at`.
    carrier.server = net.createServer((socket) => carrier.serve(socket));
    await new Promise((resolve) =>
      carrier.server.listen(0, '127.0.0.1', resolve));
    carrier.port = carrier.server.address().port;
    return carrier;
  }

  stop() {
    this.socket?.destroy();
    this.server.close();
  }

  send(...delivers) {
    this.waiting.push(...delivers);
    this.fill();
  }

  fill() {
    while (this.loggedIn && this.open < this.window && this.waiting.length) {
      ++this.open;
      this.socket.write(pdu(DELIVER, ++this.sequence, this.waiting.shift()));
    }
  }

  serve(socket) {
    this.socket = socket;
    let octets = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      octets = Buffer.concat([octets, data]);
      while (octets.length >= 12 && octets.length >= octets.readUInt32BE(0)) {
        const size = octets.readUInt32BE(0);
        this.handle(octets.readUInt32BE(4), octets.readUInt32BE(8),
            octets.subarray(12, size));
        octets = octets.subarray(size);
      }
    });
  }

  handle(command, sequence, body) {
    if (command === CONNECT) {
      this.socket.write(pdu(0x80000001, sequence,
          Buffer.concat([Buffer.alloc(17), Buffer.from([0x20])])));
      this.loggedIn = true;
    } else if (command === SUBMIT) {
      this.submits.push({ at: Date.now(), ...submit(body) });
      this.socket.write(pdu(0x80000004, sequence,
          Buffer.concat([id(this.submits.length), Buffer.alloc(1)])));
    } else if (command === ACTIVE_TEST) {
      this.socket.write(pdu(0x80000008, sequence, Buffer.alloc(1)));
    } else if (command === DELIVER_RESP) {
      --this.open;
      ++this.answered;
    }
    this.fill();
  }
}
