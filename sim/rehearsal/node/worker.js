'use strict';

const fs = require('fs');
const net = require('net');
const { redisOptions } = require('./control');
const own = require('./own');

const TOGETHER_MS = 3;
const QUIT_WAITS_MS = 500;

// One real Bull worker. Its handler does what the director's copy of the handler says, step by step: work for a while,
// call the database or an outside system over a socket of its own, return or throw. Everything else is Bull's doing;
// what Bull did is read off at its own functions, which are wrapped and not changed.
exports.work = async (control, nodeModules, config) => {
  const Queue = require(`${nodeModules}/bull`);
  const scripts = require(`${nodeModules}/bull/lib/scripts`);
  const delays = new Map();
  watchScripts(scripts, control, delays);
  const turns = new Turns();
  const queue = new Queue(config.queue, {
    redis: redisOptions(config),
    settings: { ...config.settings, backoffStrategies: strategies(config) },
    limiter: config.limiter || undefined
  });
  watchQueue(queue, control, config);
  process.once('SIGTERM', () => shutDown(queue, control, config));
  control.on('close', () => leave(queue, control, config));
  queue.on('error', (error, where) => {
    if (where === 'Error processing job') {
      control.tell({ kind: 'trouble', error: error.message });
    }
  });
  if (config.own) {
    own.watchProcess(control, config.own);
    const processor = await own.load(config.own, config.queue);
    queue.process(config.concurrency, own.wrap(processor, control, config, job => begin(job, control, delays, turns)));
  } else {
    queue.process(config.concurrency, job => run(job, control, config, delays, turns));
  }
};

// close() waits 500 ms of the machine for a blocked pop, whatever the scale: here the connection is broken when the
// scaled time is over, and the worker has left as soon as the loops that take jobs have ended.
function shutDown(queue, control, config) {
  queue.close();
  setTimeout(() => queue.bclient && queue.bclient.blocked && queue.bclient.disconnect(), QUIT_WAITS_MS / config.scale);
  setImmediate(() => Promise.all(Object.values(queue.processing)).then(() => control.tell({ kind: 'left' })));
}

// close(true) waits for no job, but for a blocked pop as long as close() does; the worker has left when that connection ends.
function leave(queue, control, config) {
  queue.bclient.once('end', () => control.tell({ kind: 'left' }));
  queue.close(true);
  setTimeout(() => queue.bclient.blocked && queue.bclient.disconnect(), QUIT_WAITS_MS / config.scale);
}

async function begin(job, control, delays, turns) {
  const step = await control.ask({
    kind: 'begin',
    id: String(job.id),
    job: job.data && job.data.job,
    data: job.data,
    made: job.attemptsMade
  });
  watchJob(job, step, control, delays, turns);
  return step;
}

// The director knows beforehand what a custom strategy answers to each kind of error; the error carries it to the strategy.
function strategies(config) {
  return config.strategy ? { [config.strategy]: (failures, error) => error.waits[error.permanent ? 'permanent' : 'transient'] } : {};
}

async function run(job, control, config, delays, turns) {
  let step = await begin(job, control, delays, turns);
  const attempt = step.attempt;
  if (config.blocking) {
    await turns.first();
  }
  for (;;) {
    let answer = null;
    if (step.work_ms !== undefined) {
      if (config.blocking) {
        turns.compute(step.work_ms);
      } else {
        await pause(step.work_ms);
      }
    } else if (step.hang_ms !== undefined) {
      await (step.hang_ms === null ? new Promise(() => {}) : pause(step.hang_ms));
    } else if (step.call !== undefined) {
      answer = await call(step.to, step.call);
    } else if (step.fail !== undefined) {
      if (step.discard) {
        job.discard();
      }
      throw Object.assign(new Error(step.fail), { permanent: step.permanent });
    } else {
      return step.done;
    }
    const next = { kind: 'next', attempt, answer };
    if (config.blocking && step.work_ms !== undefined) {
      step = control.askAtOnce(next, config.answers);
      if (step.work_ms !== undefined) {
        await new Promise(resolve => setImmediate(resolve));
      }
    } else {
      step = await control.ask(next);
    }
  }
}

// Handlers that block. Those that have begun wait until every slot has taken its job; then each computes in its turn, in one
// poll phase, so that no timer runs in between. Between two stretches a handler gives up its turn by setImmediate.
class Turns {
  constructor() {
    this.waiting = [];
    this.computed_ms = 0;
  }

  compute(ms) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    this.computed_ms += ms;
  }

  first() {
    return new Promise(resolve => {
      if (this.waiting.push(resolve) === 1) {
        setTimeout(() => fs.access('/', () => this.waiting.splice(0).forEach(next => next())), TOGETHER_MS);
      }
    });
  }
}

function pause(ms) {
  return new Promise(resolve => setTimeout(resolve, Math.round(ms)));
}

// One connection, one call. `failed` says that no answer came, for whatever reason.
function call(path, number) {
  return new Promise(resolve => {
    let text = '';
    let failed = 'closed before the answer';
    const socket = net.connect(path, () => socket.write(`${number}\n`));
    socket.setEncoding('utf8');
    socket.on('data', more => (text += more));
    socket.on('error', error => (failed = error.code));
    socket.on('close', () => resolve(text.endsWith('\n') ? JSON.parse(text) : { failed }));
  });
}

function watchScripts(scripts, control, delays) {
  const check = scripts.moveUnlockedJobsToWait;
  scripts.moveUnlockedJobsToWait = async queue => {
    const [failed, stalled] = await check.call(scripts, queue);
    if (failed.length || stalled.length) {
      control.tell({ kind: 'check', failed, stalled });
    }
    return [failed, stalled];
  };
  const delayed = scripts.moveToDelayedArgs;
  scripts.moveToDelayedArgs = function(queue, id, timestamp, ...more) {
    delays.set(String(id), timestamp - Date.now());
    return delayed.call(scripts, queue, id, timestamp, ...more);
  };
}

function watchQueue(queue, control, config) {
  let asking = 0;
  const next = queue.getNextJob;
  queue.getNextJob = function() {
    const job = next.call(queue);
    if (++asking === config.concurrency) {
      control.tell({ kind: 'ready' });
    }
    return job;
  };
  const plan = queue.nextRepeatableJob;
  queue.nextRepeatableJob = async function(...values) {
    const job = await plan.apply(queue, values);
    if (job) {
      control.tell({ kind: 'planned', queue: config.queue, id: String(job.id), delay_ms: job.delay });
    }
    return job;
  };
  const process = queue.processJob;
  queue.processJob = (job, ...more) => process(job, ...more).finally(() => job && control.tell({ kind: 'idle' }));
  if (config.announceTaken) {
    const lock = queue.moveToActive;
    queue.moveToActive = async function(id) {
      if (id !== undefined) {
        await control.ask({ kind: 'popped', id: String(id) });
      }
      return lock.call(queue, id);
    };
  }
}

// Each report says for how long other handlers have held it up: the result of the call was not heard while they computed.
// Not so one that had to be sent again over a new connection, which was made when they had all computed.
function watchJob(job, { attempt, waits }, control, delays, turns) {
  let sent = {};
  const now = () => ({ ms: turns.computed_ms, connection: job.queue.client.connectionEpoch });
  const held = () => (now().connection === sent.connection ? now().ms - sent.ms : 0);
  const tell = message => control.tell({ ...message, attempt, held_ms: held() });
  const complete = job.moveToCompleted;
  job.moveToCompleted = async function(...values) {
    sent = now();
    try {
      const next = await complete.apply(job, values);
      tell({ kind: 'completed', next: Boolean(next) });
      return next;
    } catch (error) {
      tell({ kind: 'ack-rejected', error: error.message });
      throw error;
    }
  };
  const fail = job.moveToFailed;
  // A replica refuses the scripts inside the MULTI, and Bull looks only at their numbers: it takes a refusal for success.
  let refused = null;
  const save = job._saveAttempt;
  job._saveAttempt = function(multi, ...values) {
    const exec = multi.exec;
    multi.exec = async () => {
      const results = await exec.call(multi);
      refused = (results.find(([problem]) => problem && problem.message.startsWith('READONLY')) || [null])[0];
      return results;
    };
    return save.call(job, multi, ...values);
  };
  job.moveToFailed = async function(error, ...values) {
    sent = now();
    refused = null;
    if (error && error.name === 'TimeoutError') {
      control.tell({ kind: 'timed-out', attempt });
    }
    delays.delete(String(job.id));
    job.finishedOn = null;
    if (waits) {
      error = Object.assign(error || new Error('Unknown reason'), { waits });
    }
    try {
      const next = await fail.call(job, error, ...values);
      const delay_ms = job.finishedOn ? null : delays.get(String(job.id)) || 0;
      if (refused) {
        tell({ kind: 'ack-rejected', error: refused.message });
        return next;
      }
      const reason = String(error && error.message !== undefined ? error.message : error);
      tell({ kind: 'failed', reason, delay_ms });
      return next;
    } catch (refusal) {
      tell({ kind: 'ack-rejected', error: refusal.message });
      throw refusal;
    }
  };
}
