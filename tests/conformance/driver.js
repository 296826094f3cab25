'use strict';
// The real Bull behind JSON lines: one request a line on standard input, one answer a line on standard output.
// Ends when standard input ends. Needs NODE_PATH to lead to bull, and the path of a Redis socket as its argument.

const readline = require('readline');
const Redis = require('ioredis');
const Queue = require('bull');
const scripts = require('bull/lib/scripts');

const client = new Redis({ path: process.argv[2], maxRetriesPerRequest: null });
client.setMaxListeners(0); // every queue object of every case listens
let now = 0;
Date.now = () => now; // the clock of the case; expiry of keys stays with Redis

let settings = {};
let queues = new Map(); // actor -> Queue
let held = new Map(); // actor/id -> Job as that worker got it

function strategies() {
  const table = {};
  for (const [type, said] of Object.entries(settings.strategies || {})) {
    table[type] = strategy(said);
  }
  return table;
}

function strategy(said) {
  if (Array.isArray(said)) return failures => said[Math.min(failures, said.length) - 1] ?? undefined;
  if ('answer' in said) return () => said.answer;
  if ('by_message' in said) return (failures, error) => said.by_message[error.message] ?? said.else;
  if ('option' in said) return (failures, error, options) => (options ? options[said.option] * failures : said.else);
  if ('rejects' in said) return async () => Promise.reject(new Error(said.rejects));
  return () => {
    throw new Error(said.throws);
  };
}

async function queueOf(actor) {
  if (!queues.has(actor)) {
    const queue = new Queue('q', {
      createClient: () => client,
      ...(settings.limiter ? { limiter: settings.limiter } : {}),
      settings: {
        lockDuration: settings.lock_ms,
        stalledInterval: settings.stalled_interval_ms,
        maxStalledCount: Number(settings.max_stalled),
        backoffStrategies: strategies(),
      },
    });
    queue.on('error', () => {});
    await queue.isReady();
    queue.token = actor;
    queues.set(actor, queue);
  }
  return queues.get(actor);
}

function shown(job) {
  if (!job) return null;
  const json = job.toJSON();
  return {
    id: json.id,
    name: json.name,
    data: json.data,
    attempts: json.opts.attempts,
    delay: json.delay || 0, // NaN where the hash has none, which JSON cannot say
    timestamp: json.timestamp || 0,
    attemptsMade: json.attemptsMade,
    failedReason: json.failedReason ?? null,
    stacktrace: json.stacktrace ?? [],
    returnvalue: json.returnvalue,
    processedOn: json.processedOn,
    finishedOn: json.finishedOn,
  };
}

function hold(actor, job) {
  if (job) held.set(`${actor}/${job.id}`, job);
  return shown(job);
}

async function jobOf(actor, id) {
  return held.get(`${actor}/${id}`) || (await queueOf(actor)).getJob(id);
}

// an operator who holds the job although its hash may be gone meanwhile
async function heldByOperator(actor, id) {
  const queue = await queueOf(actor);
  const job = (await queue.getJob(id)) || new (require('bull/lib/job'))(queue, {}, {});
  job.id = id;
  return job;
}

const verbs = {
  async add(actor, { data, name, opts }) {
    const queue = await queueOf(actor);
    const job = await queue.add(name ?? '__default__', data, opts);
    return job ? job.id : null; // a schedule that is over adds none
  },
  async take(actor) {
    return hold(actor, await (await queueOf(actor)).moveToActive());
  },
  async pop(actor) {
    const queue = await queueOf(actor);
    return queue.client.rpoplpush(queue.keys.wait, queue.keys.active);
  },
  async lock(actor, { id }) {
    return hold(actor, await (await queueOf(actor)).moveToActive(id));
  },
  async complete(actor, { id, value, fetch }) {
    const queue = await queueOf(actor);
    const job = await jobOf(actor, id);
    const next = await job.moveToCompleted(value, undefined, !fetch);
    return next ? hold(actor, await queue.nextJobFromJobData(next[0], next[1])) : null;
  },
  async fail(actor, { id, message }) {
    const job = await jobOf(actor, id);
    const error = new Error(message);
    error.stack = `Error: ${message}\n    at handler`;
    await job.moveToFailed(error);
    return job.attemptsMade;
  },
  async work(actor, { id, ms, raises, discards }) {
    const queue = await queueOf(actor);
    const job = await jobOf(actor, id);
    let goes_on = true;
    let reported = 'done';
    const over = new Promise(resolve => {
      queue.handlers['*'] = own =>
        new Promise((succeed, fail) => {
          setTimeout(() => {
            goes_on = false;
            if (discards) own.discard();
            if (raises) fail(new Error(raises));
            else succeed('done');
            setImmediate(resolve);
          }, ms);
        });
    });
    const fail = job.moveToFailed;
    job.moveToFailed = (error, ...more) => {
      reported = error.message;
      error.stack = `Error: ${error.message}\n    at handler`;
      return fail.call(job, error, ...more);
    };
    try {
      await queue.processJob(job, true);
      return { reported, goes_on, attemptsMade: job.attemptsMade };
    } finally {
      await over;
    }
  },
  async discard(actor, { id }) {
    (await jobOf(actor, id)).discard();
    return null;
  },
  async extend(actor, { id }) {
    const queue = await queueOf(actor);
    return Boolean(await scripts.extendLock(queue, id, queue.settings.lockDuration));
  },
  async promote(actor) {
    const queue = await queueOf(actor);
    const next = await scripts.updateDelaySet(queue, now);
    return next ? next / 4096 : null;
  },
  async check(actor) {
    const [failed, stalled] = await scripts.moveUnlockedJobsToWait(await queueOf(actor));
    return { failed, stalled };
  },
  async retry(actor, { id }) {
    await (await heldByOperator(actor, id)).retry();
    return null;
  },
  async retry_all(actor, { batch }) {
    await (await queueOf(actor)).retryJobs({ count: batch });
    return null;
  },
  async promote_job(actor, { id }) {
    await (await heldByOperator(actor, id)).promote();
    return null;
  },
  async remove(actor, { id }) {
    await (await heldByOperator(actor, id)).remove();
    return null;
  },
  async clean(actor, { state, grace, limit }) {
    return (await queueOf(actor)).clean(grace, state === 'waiting' ? 'wait' : state, limit);
  },
  async empty(actor) {
    await (await queueOf(actor)).empty();
    return null;
  },
  async pause(actor) {
    await (await queueOf(actor)).pause();
    return null;
  },
  async resume(actor) {
    await (await queueOf(actor)).resume();
    return null;
  },
  async is_paused(actor) {
    return (await queueOf(actor)).isPaused();
  },
  async counts(actor) {
    return (await queueOf(actor)).getJobCounts();
  },
  async jobs(actor, { state }) {
    const queue = await queueOf(actor);
    const found = await queue.getJobs([state], 0, -1, !['completed', 'failed'].includes(state));
    return found.map(job => (job === null ? null : job.id));
  },
  async state(actor, { id }) {
    const job = await (await queueOf(actor)).getJob(id);
    return job === null ? null : job.getState();
  },
  async job(actor, { id }) {
    return shown(await (await queueOf(actor)).getJob(id));
  },
};

async function answer(request) {
  if (request.begin) {
    settings = request.begin;
    queues = new Map();
    held = new Map();
    return { reply: null };
  }
  now = request.now_ms;
  try {
    return { reply: (await verbs[request.verb](request.actor, request.args)) ?? null };
  } catch (error) {
    if (error instanceof SyntaxError) return { error: 'this is no JSON' };
    return { error: /user_script/.test(error.message) ? 'the script died' : error.message };
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + '\n');
  }
  process.exit(0);
})();
