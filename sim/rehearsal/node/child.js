'use strict';

// One process of a rehearsal. It loads Bull, says hello on the control socket, and waits to be told what it is:
// a worker of one queue, the producer, or the operator. It ends when the control socket closes, so it never outlives its director.

const { Control } = require('./control');
const { operate } = require('./operator');
const { produce } = require('./producer');
const { work } = require('./worker');

const [, , controlPath, nodeModules] = process.argv;
const roles = { work, produce, operate };

require(`${nodeModules}/bull`);

const control = new Control(controlPath);
control.on('start', config => roles[config.role](control, nodeModules, config));
control.tell({ kind: 'hello', pid: process.pid });
