'use strict';

const { pathToFileURL } = require('url');

// A person's own processor in place of the project's handlers: the file exports a function as Bull's `process` takes it,
// or an object with one function for each queue. What it did is told with `job.effect`.

exports.load = async (file, queue) => {
  const module = await import(pathToFileURL(file));
  const exported = module.default === undefined ? module : module.default;
  const processor = typeof exported === 'function' ? exported : exported && exported[queue];
  if (typeof processor !== 'function') {
    const error = new Error(
      `exports no processor for the queue ${queue}; write module.exports = async job => { ... }, ` +
        `or module.exports = { ${queue}: async job => { ... } }`
    );
    error.plain = true;
    throw error;
  }
  return processor;
};

// What was thrown, in words, and the line of the file that it came from: the first of its stack that lies in the file.
exports.told = (error, file) => {
  const stack = String((error && error.stack) || '');
  const places = [`${file}:`, `${pathToFileURL(file)}:`].map(name => [stack.indexOf(name), name.length]);
  const [at, length] = places.find(([place]) => place >= 0) || [-1, 0];
  const line = at < 0 ? null : parseInt(stack.slice(at + length), 10) || null;
  const named = error instanceof Error ? error : new Error(String(error));
  const words = named.name === 'Error' ? named.message : `${named.name}: ${named.message}`;
  return { error: words.split('\n')[0], line: named.plain ? null : line };
};

// Bull looks at how many arguments a processor takes: with more than one it is handed `done`. So does this.
exports.wrap = (processor, control, config, begin) => {
  const tell = (attempt, error) =>
    control.ask({ kind: 'ended', attempt, failed: Boolean(error), ...(error ? exports.told(error, config.own) : {}) });
  const prepare = async job => {
    const { attempt } = await begin(job);
    job.scale = config.scale;
    job.effect = name => control.ask({ kind: 'effect', attempt, name: String(name), skipped: false });
    job.effect.skipped = name => control.ask({ kind: 'effect', attempt, name: String(name), skipped: true });
    return attempt;
  };
  if (processor.length > 1) {
    return (job, done) => {
      let over = false;
      prepare(job).then(attempt => {
        const finish = (error, value) => {
          if (!over) {
            over = true;
            tell(attempt, error).then(() => done(error, value));
          }
        };
        try {
          processor(job, finish);
        } catch (error) {
          finish(error);
        }
      });
    };
  }
  return async job => {
    const attempt = await prepare(job);
    let value;
    try {
      value = await processor(job);
    } catch (error) {
      await tell(attempt, error || new Error(String(error)));
      throw error;
    }
    await tell(attempt, null);
    return value;
  };
};

// What nobody caught ends a process; the director is told why before it does.
exports.watchProcess = (control, file) => {
  process.on('uncaughtException', error => {
    control.tell({ kind: 'own_died', ...exports.told(error, file) });
    control.socket.end(() => process.exit(1));
  });
};

// Run by itself (`node own.js FILE QUEUE...`) it says as JSON whether the file can be used, and where not.
if (require.main === module) {
  const [, , file, ...queues] = process.argv;
  const end = told => process.stdout.write(JSON.stringify(told) + '\n', () => process.exit(0));
  process.on('uncaughtException', error => end(exports.told(error, file)));
  Promise.all(queues.map(queue => exports.load(file, queue))).then(
    () => end({ error: null, line: null }),
    error => end(exports.told(error, file))
  );
}
