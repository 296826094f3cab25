'use strict';

const { redisOptions } = require('./control');

// The application that submits: one `queue.add` for each `add` of the director, and a report of what came of it.
exports.produce = (control, nodeModules, config) => {
  const Queue = require(`${nodeModules}/bull`);
  const queues = {};
  for (const name of config.queues) {
    queues[name] = new Queue(name, { redis: redisOptions(config), limiter: config.limiters[name] || undefined });
  }
  control.on('add', ({ queue, job, data, options }) => {
    queues[queue].add(data, options).then(
      added => control.tell({ kind: 'enqueued', queue, job, id: String(added.id), own: Boolean(options.jobId) }),
      error => control.tell({ kind: 'rejected', queue, job, error: error.message })
    );
  });
  control.on('repeat', ({ queue, data, options }) => {
    queues[queue].add(data, options).then(
      job => job && control.tell({ kind: 'planned', queue, id: String(job.id), delay_ms: job.delay }),
      error => control.tell({ kind: 'trouble', error: `a schedule was not registered: ${error.message}` })
    );
  });
  Promise.all(Object.values(queues).map(queue => queue.isReady())).then(() => control.tell({ kind: 'ready' }));
};
