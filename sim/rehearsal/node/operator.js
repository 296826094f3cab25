'use strict';

const { redisOptions } = require('./control');

// The operator: does to a queue what the director says, by the real Bull's own functions, and reports to which jobs.
// What lets a job run is reported before it is done, because a worker takes the job within a millisecond.
exports.operate = (control, nodeModules, config) => {
  const Queue = require(`${nodeModules}/bull`);
  const Job = require(`${nodeModules}/bull/lib/job`);
  const queues = {};
  for (const name of config.queues) {
    queues[name] = new Queue(name, { redis: redisOptions(config) });
  }

  // Also a job that does not exist is asked for: it is Bull that shall say so.
  async function jobOf(queue, id) {
    const job = (await queue.getJob(id)) || new Job(queue, {}, {});
    job.id = id;
    return job;
  }

  const verbs = {
    async retry(queue, { id }, report) {
      const job = await jobOf(queue, id);
      if (await job.isFailed()) {
        report([[id]]);
      }
      await job.retry();
    },
    async 'retry-all'(queue, _step, report) {
      report([await queue.client.zrange(queue.toKey('failed'), 0, -1)]);
      await queue.retryJobs();
    },
    async promote(queue, { id }, report) {
      const job = await jobOf(queue, id);
      if (await job.isDelayed()) {
        report([[id]]);
      }
      await job.promote();
    },
    async remove(queue, { id }, report) {
      const job = await jobOf(queue, id);
      const state = await job.getState();
      await job.remove();
      report([[id]], [state]);
    },
    async clean(queue, { state, grace, limit }, report) {
      report([await queue.clean(grace, state === 'waiting' ? 'wait' : state, limit)], [state]);
    },
    async pause(queue, _step, report) {
      await queue.pause();
      report([]);
    },
    async resume(queue, _step, report) {
      report([]);
      await queue.resume();
    },
    async drain(queue, _step, report) {
      const waiting = await queue.client.lrange(queue.toKey('wait'), 0, -1);
      const paused = await queue.client.lrange(queue.toKey('paused'), 0, -1);
      const delayed = await queue.client.zrange(queue.toKey('delayed'), 0, -1);
      await queue.empty();
      report([[...waiting.reverse(), ...paused.reverse()], delayed], ['waiting', 'delayed']);
    }
  };

  control.on('operate', async step => {
    const report = (ids, from = []) => control.tell({ kind: 'operated', step: step.step, ids, from });
    try {
      await verbs[step.do](queues[step.queue], step, report);
    } catch (error) {
      control.tell({ kind: 'operator_failed', step: step.step, error: error.message });
    }
    control.tell({ kind: 'operator_done', step: step.step });
  });
  Promise.all(Object.values(queues).map(queue => queue.isReady())).then(() => control.tell({ kind: 'ready' }));
};
