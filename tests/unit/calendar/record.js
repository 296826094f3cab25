'use strict';
// Ask cron-parser, which Bull uses, when each expression of the table is due, and print the table anew:
// NODE_PATH=sim/rehearsal/node/node_modules node tests/unit/calendar/record.js tests/unit/calendar/cron_parser.json

const fs = require('fs');
const parser = require('cron-parser');

const COUNT = 5;
const { expressions, zones, starts } = JSON.parse(fs.readFileSync(process.argv[2]));

function due(cron, tz, start) {
  const found = [];
  let now = Date.parse(start);
  while (found.length < COUNT) {
    now = parser.parseExpression(cron, { currentDate: new Date(now), tz }).next().getTime();
    found.push(now);
  }
  return found;
}

const lines = [];
for (const cron of expressions) {
  for (const tz of zones) {
    for (const start of starts) {
      lines.push(JSON.stringify([cron, tz, start, due(cron, tz, start)]));
    }
  }
}
const head = [['expressions', expressions], ['zones', zones], ['starts', starts]];
const said = head.map(([name, list]) => `"${name}": ${JSON.stringify(list)}`).join(',\n');
process.stdout.write(`{${said},\n"due": [\n${lines.join(',\n')}\n]}\n`);
