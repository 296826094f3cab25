'use strict';

// The clock of this process: so many ms ahead of the machine's, or behind. Timers run as they were set, as they do when
// the clock of a machine is set.
const RealDate = Date;
const now = RealDate.now;
let ahead = 0;

class MovedDate extends RealDate {
  constructor(...values) {
    super(...(values.length ? values : [now() + ahead]));
  }

  static now() {
    return now() + ahead;
  }
}

exports.set = ms => {
  ahead = ms;
  if (ms) {
    global.Date = MovedDate;
  }
};
