"use strict";
// The real Bull behind JSON lines: node bull_process.js NODE_MODULES REDIS_SOCKET_OR_PORT
//
// Reads {"ask": number, "do": verb, ...} from stdin and answers {"ask": number, "answer": ...} or {"ask", "error"}.
// What happens in between comes as {"event": ...}. Ends when stdin closes.

const path = require("path");
const readline = require("readline");

const [modules, place] = process.argv.slice(2);
const redis = /^\d+$/.test(place) ? { host: "127.0.0.1", port: Number(place) } : { path: place };
const Queue = require(path.join(modules, "bull"));
const queues = new Map();

function say(line) {
  process.stdout.write(JSON.stringify(line) + "\n");
}

function open(name, settings) {
  if (!queues.has(name)) {
    const queue = new Queue(name, { redis: { ...redis }, settings });
    queue.on("error", (error) => say({ event: "error", message: error.message }));
    queue.on("completed", (job) => say({ event: "completed", id: job.id }));
    queues.set(name, queue);
  }
  return queues.get(name);
}

function block(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

async function jobOf(command) {
  const job = await open(command.queue).getJob(command.id);
  if (!job) throw new Error(`no job ${command.id}`);
  return job;
}

const verbs = {
  async add({ queue, data, opts }) {
    return (await open(queue).add(data, opts)).id;
  },
  async addBulk({ queue, jobs }) {
    return (await open(queue).addBulk(jobs)).map((job) => job.id);
  },
  async pause({ queue }) {
    await open(queue).pause();
    return true;
  },
  async resume({ queue }) {
    await open(queue).resume();
    return true;
  },
  // Jobs among `hold` never end.
  async work({ queue, settings, hold = [], concurrency = 1 }) {
    open(queue, settings)
      .process(concurrency, async (job) => {
        say({ event: "start", id: job.id, data: job.data, attemptsMade: job.attemptsMade });
        if (hold.includes(job.id)) await new Promise(() => {});
        return { by: "bull" };
      })
      .catch((error) => say({ event: "error", message: error.message }));
    return open(queue).isReady().then(() => true);
  },
  // Handlers that compute in two stretches, four fifths and one fifth, and give up their turn in between. The first
  // `slots` wait for each other, so that all have been taken before one of them computes.
  async compute({ queue, settings, slots, ms }) {
    let begun = 0;
    let letGo;
    const together = new Promise((resolve) => (letGo = resolve));
    open(queue, settings)
      .process(slots, async (job) => {
        say({ event: "start", id: job.id });
        if (++begun === slots) letGo();
        await together;
        block(0.8 * ms);
        await new Promise((resolve) => setImmediate(resolve));
        block(0.2 * ms);
        say({ event: "computed", id: job.id, ms: Date.now() - job.processedOn });
      })
      .catch((error) => say({ event: "error", message: error.message }));
    return open(queue).isReady().then(() => true);
  },
  async counts({ queue }) {
    return open(queue).getJobCounts();
  },
  async list({ queue, getter }) {
    return (await open(queue)[getter]()).map((job) => job.toJSON());
  },
  async state(command) {
    return (await jobOf(command)).getState();
  },
  async json(command) {
    return (await jobOf(command)).toJSON();
  },
  async retry(command) {
    await (await jobOf(command)).retry();
    return true;
  },
  async retryJobs({ queue }) {
    await open(queue).retryJobs();
    return true;
  },
};

const lines = readline.createInterface({ input: process.stdin });
lines.on("line", async (line) => {
  const command = JSON.parse(line);
  try {
    say({ ask: command.ask, answer: await verbs[command.do](command) });
  } catch (error) {
    say({ ask: command.ask, error: error.message });
  }
});
lines.on("close", () => process.exit(0));
