// A sending system that gives up only when its world ends: it sends batches by
// a stream or by single calls, and sends messages without an answer again with
// the same keys, to the address that the server has by then.
import grpc from '@grpc/grpc-js';
import { sleep } from './world.mjs';

export class Sender {
  constructor(world, key, streamed) {
    Object.assign(this, { world, key, streamed, batch: 0, retries: 0 });
  }

  // One verdict for each message, in order.
  async send(messages) {
    const verdicts = new Map();
    for (let left = messages; left.length > 0;) {
      const got = await this.once(left).catch(async (error) => {
        const again = [grpc.status.UNAVAILABLE, grpc.status.CANCELLED,
          grpc.status.RESOURCE_EXHAUSTED, grpc.status.DEADLINE_EXCEEDED];
        if (this.world.ended || !again.includes(error.code)) throw error;
        ++this.retries;
        await sleep(20);
        return [];
      });
      got.forEach((verdict, i) => verdicts.set(left[i].key, verdict));
      left = left.filter(({ key }) => {
        const decision = verdicts.get(key)?.decision;
        return !decision || decision === 'DECISION_UNDECIDED';
      });
    }
    return messages.map(({ key }) => verdicts.get(key));
  }

  async once(messages) {
    const answer = this.streamed ? await this.overStream(messages) :
      await this.world.call('GatewayService', 'Submit', { messages }, this.key);
    return answer.verdicts;
  }

  overStream(messages) {
    const stream = this.stream ??= this.open();
    const batch = ++this.batch;
    return new Promise((resolve, reject) => {
      stream.waiting.set(batch, { resolve, reject });
      stream.call.write({ batch, messages });
    });
  }

  open() {
    const client = this.world.client('GatewayService');
    const stream = { call: client.SubmitStream(this.world.metadata(this.key)),
      waiting: new Map() };
    const end = (error) => {
      if (this.stream === stream) this.stream = undefined;
      for (const { reject } of stream.waiting.values()) reject(error);
      stream.waiting.clear();
      client.close();
    };
    stream.call.on('data', (answer) => {
      const { resolve, reject } = stream.waiting.get(answer.batch);
      stream.waiting.delete(answer.batch);
      answer.status ? reject(answer.status) : resolve(answer);
    });
    stream.call.on('error', end);
    stream.call.on('end', () => end({ code: grpc.status.UNAVAILABLE }));
    return stream;
  }

  close() {
    this.stream?.call.end();
  }
}
