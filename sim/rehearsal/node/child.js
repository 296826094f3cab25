'use strict';

// One process of a rehearsal. It loads Bull, says hello on the control socket, and waits to be told what it is:
// a worker of one queue, the producer, the operator, or the probe. It ends when the control socket
// closes, so it never outlives its director.

const { Control } = require('./control');
const { operate } = require('./operator');
const { probe } = require('./probe');
const { produce } = require('./producer');
const { work } = require('./worker');

const clock = require('./clock');

const [, , controlPath, nodeModules] = process.argv;
const roles = { work, produce, operate, probe };

require(`${nodeModules}/bull`);

const control = new Control(controlPath);
control.on('clock', ({ ahead }) => clock.set(ahead));
control.on('start', config => {
  clock.set(config.clock || 0);
  roles[config.role](control, nodeModules, config);
});
control.tell({ kind: 'hello', pid: process.pid });
