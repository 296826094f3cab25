'use strict';

const fs = require('fs');
const net = require('net');

// JSON lines to and from the director. `tell` sends; `ask` sends and waits for the answer with the same number.
class Control {
  constructor(path) {
    this.handlers = {};
    this.waiting = new Map();
    this.asked = 0;
    this.socket = net.connect(path);
    this.socket.on('error', () => process.exit(0));
    this.socket.on('close', () => process.exit(0));
    let rest = '';
    this.socket.setEncoding('utf8');
    this.socket.on('data', text => {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      lines.forEach(line => this.receive(JSON.parse(line)));
    });
  }

  on(kind, handler) {
    this.handlers[kind] = handler;
  }

  receive(message) {
    if (message.re === undefined) {
      this.handlers[message.kind](message);
      return;
    }
    const resolve = this.waiting.get(message.re);
    this.waiting.delete(message.re);
    resolve(message);
  }

  tell(message) {
    this.socket.write(JSON.stringify(message) + '\n');
  }

  // Waits for the answer without letting go of the event loop: nothing else of this process runs meanwhile.
  askAtOnce(message, pipe) {
    this.tell({ ...message, at_once: true });
    this.pipe = this.pipe || fs.openSync(pipe, 'r');
    const buffer = Buffer.alloc(65536);
    let text = '';
    while (!text.endsWith('\n')) {
      text += buffer.toString('utf8', 0, fs.readSync(this.pipe, buffer));
    }
    return JSON.parse(text);
  }

  ask(message) {
    const ask = ++this.asked;
    this.tell({ ...message, ask });
    return new Promise(resolve => this.waiting.set(ask, resolve));
  }
}

// Bull's own schedule, divided by the scale. It is kept against the clock: what an attempt to connect takes would
// otherwise count as many times as the scale says. Only what held an attempt up for longer, as a process that was stopped
// or blocked, puts the later ones off. ioredis calls the strategy on the options of one client.
const TAKES_MS = 20;

function redisOptions({ redis, scale, maxRetriesPerRequest = 20 }) {
  return {
    path: redis,
    maxRetriesPerRequest,
    retryStrategy(times) {
      const delay = Math.min(Math.exp(times), 20000) / scale;
      const now = performance.now();
      this.due = (times === 1 ? now : Math.max(this.due, now - TAKES_MS)) + delay;
      return Math.max(1, Math.round(this.due - now));
    }
  };
}

module.exports = { Control, redisOptions };
