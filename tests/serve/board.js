"use strict";
// bull-board with express, as its own documentation shows it: node board.js NODE_MODULES REDIS_PORT QUEUE
//
// Prints the port on which it serves. Ends when stdin closes.

const path = require("path");

const [modules, redisPort, name] = process.argv.slice(2);
const from = (wanted) => require(require.resolve(wanted, { paths: [path.dirname(modules), modules] }));
const express = from("express");
const Queue = from("bull");
const { createBullBoard } = from("@bull-board/api");
const { BullAdapter } = from("@bull-board/api/bullAdapter");
const { ExpressAdapter } = from("@bull-board/express");

const serverAdapter = new ExpressAdapter();
const queue = new Queue(name, { redis: { host: "127.0.0.1", port: Number(redisPort) } });
createBullBoard({ queues: [new BullAdapter(queue)], serverAdapter });

const app = express();
app.use("/", serverAdapter.getRouter());
const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit(0)).resume();
