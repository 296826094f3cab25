'use strict';

const EVERY_MS = 2;

// A process that nothing is done to: it does nothing but see how late its own timer comes, and reports each new worst.
// So it is known how busy the machine was, also where every worker is frozen, killed or blocked on purpose.
exports.probe = control => {
  let worst = 1;
  let due = 0;
  const tick = () => {
    const late = performance.now() - due;
    if (late >= worst + 1) {
      worst = late;
      control.tell({ kind: 'late', ms: late });
    }
    due = performance.now() + EVERY_MS;
    setTimeout(tick, EVERY_MS);
  };
  control.on('begin', () => {
    due = performance.now();
    tick();
  });
};
