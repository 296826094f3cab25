"use strict";
// The page: asks for the state, draws it, and tells the server what people want. It never makes HTML out of text.

const setup = JSON.parse(document.body.dataset.setup);
const $ = (id) => document.getElementById(id);
const token = takeToken();
const seen = { version: 0, state: null, queue: setup.queues[0], view: "failed", page: 0, story: null, storyAt: -1, asked: 0 };
const WAIT_MS = { moving: 400, still: 1200, lost: 2500 };
let timer = 0;

function takeToken() {
  const found = new URLSearchParams(location.hash.slice(1)).get("token");
  if (found) {
    sessionStorage.setItem("token", found);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return found || sessionStorage.getItem("token") || "";
}

// -- elements --------------------------------------------------------------------------------------------------------

function h(tag, about, ...children) {
  const element = document.createElement(tag);
  fill(element, about, children);
  return element;
}

function svg(tag, about, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  fill(element, about, children);
  return element;
}

function fill(element, about, children) {
  for (const [name, value] of Object.entries(about || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "style") Object.assign(element.style, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(9)) {
    if (child !== null && child !== undefined && child !== false) element.append(child instanceof Node ? child : String(child));
  }
}

// Brings what is there to what should be there and keeps the elements, so that focus and scrolling stay.
function show(id, ...children) {
  const wanted = document.createElement("div");
  fill(wanted, null, children);
  morphChildren($(id), wanted);
}

function morphChildren(old, wanted) {
  const keyed = new Map();
  for (const child of old.children) if (child.dataset.key !== undefined) keyed.set(child.dataset.key, child);
  let place = old.firstChild;
  for (const next of [...wanted.childNodes]) {
    const key = next.nodeType === 1 ? next.dataset.key : undefined;
    let match = null;
    if (key !== undefined) match = keyed.get(key) || null;
    else if (place && place.nodeType === next.nodeType && (place.nodeType !== 1 || place.dataset.key === undefined)) match = place;
    if (match && match.nodeName === next.nodeName) {
      if (match === place) place = place.nextSibling;
      else old.insertBefore(match, place);
      morph(match, next);
    } else {
      old.insertBefore(next, place);
    }
  }
  while (place) {
    const gone = place;
    place = place.nextSibling;
    gone.remove();
  }
}

const KEPT = ["style", "open"]; // what is set otherwise, or by people

function morph(old, next) {
  if (old.nodeType !== 1) {
    if (old.data !== next.data) old.data = next.data;
    return;
  }
  for (const { name } of [...old.attributes]) if (!KEPT.includes(name) && !next.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of [...next.attributes]) {
    if (!KEPT.includes(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (old.style.cssText !== next.style.cssText) old.style.cssText = next.style.cssText;
  morphChildren(old, next);
}

function button(text, act, about) {
  return h("button", { type: "button", "data-act": JSON.stringify(act), disabled: !token && act[0] === "do", ...about }, text);
}

const verbButton = (verb, args, text, about) => button(text, ["do", verb, args], about);

// The buttons of a queue (view null), of a list of jobs, or of one job in it, as the verbs' own files say.
function queueButtons(view, args, isOfJob, known, isPaused) {
  const filled = (text) => text.replace(/\{(\w+)\}/g, (_, name) => known[name]);
  const here = (one) => one.of_job === isOfJob && (view === null ? one.views.length === 0 : one.views.includes(view))
    && (one.when === "" || (one.when === "paused") === isPaused);
  return setup.buttons.filter(here).map((one) => verbButton(
    one.verb, one.view_is ? { ...args, [one.view_is]: view } : args, filled(one.text),
    { ...(view !== null && !isOfJob ? { id: one.verb } : { class: "small" }), ...(one.confirm && { "data-ask": filled(one.confirm) }) }));
}

const number = (n) => n.toLocaleString("en");

function duration(ms) {
  if (ms < 1000) return `${ms}ms`;
  const parts = [];
  let rest = ms;
  for (const [unit, size] of [["d", 86400000], ["h", 3600000], ["m", 60000]]) {
    const count = Math.floor(rest / size);
    rest %= size;
    if (count) parts.push(count + unit);
  }
  if (rest) parts.push(`${(rest / 1000).toFixed(3).replace(/\.?0+$/, "")}s`);
  return parts.join(" ");
}

// -- talking to the server -------------------------------------------------------------------------------------------

async function ask(force) {
  clearTimeout(timer);
  const number = ++seen.asked;
  const query = new URLSearchParams({ since: force ? 0 : seen.version, queue: seen.queue, view: seen.view, page: seen.page });
  let wait = WAIT_MS.lost;
  try {
    const answer = await fetch(`/api/state?${query}`, { cache: "no-store" });
    if (number !== seen.asked) return;
    if (answer.status === 200) {
      seen.state = await answer.json();
      if (number !== seen.asked) return;
      seen.version = seen.state.version;
      draw(seen.state);
      await refreshStory();
    } else if (answer.status !== 204) {
      tell((await answer.json()).error, true);
    }
    if (lost) tell("The run is back.");
    lost = false;
    const time = seen.state && seen.state.time;
    wait = time && (time.is_playing || time.goal_ms !== null) ? WAIT_MS.moving : WAIT_MS.still;
  } catch (error) {
    if (number !== seen.asked) return;
    if (!lost) tell("The server of this page does not answer; it may have stopped.", true);
    lost = true;
  }
  clearTimeout(timer);
  timer = setTimeout(ask, document.hidden ? WAIT_MS.lost : wait);
}
let lost = false;

async function send(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Token": token },
      body: JSON.stringify(body),
    });
    const found = await answer.json();
    if (!answer.ok) tell(found.error, true);
    else if (found.said) tell(`At ${duration(found.at_ms)}: ${found.said}.`);
    else tell("");
    await ask(true);
    return answer.ok;
  } catch (error) {
    tell("The server of this page does not answer; it may have stopped.", true);
    return false;
  }
}

function tell(text, isBad) {
  const notice = $("notice");
  notice.hidden = !text;
  notice.className = isBad ? "notice bad" : "notice";
  notice.textContent = text;
}

const time = (to, value) => send("/api/time", value === undefined ? { to } : { to, value });
const play = () => time(seen.state && (seen.state.time.is_playing || seen.state.time.goal_ms !== null) ? "pause" : "play");

// -- drawing ---------------------------------------------------------------------------------------------------------

function draw(state) {
  drawTime(state.time);
  drawOutcomes(state.outcomes);
  show("queues", state.queues.map((queue) => drawQueue(queue)));
  drawSystems(state);
  drawJobs(state);
  show("events", h("ol", { class: "events" }, state.events.map((one) =>
    h("li", null, h("time", null, duration(one.t_ms)), h("span", null, eventWords(one))))));
  show("log", state.log.length
    ? h("ol", { class: "events" }, state.log.slice().reverse().map((one) =>
        h("li", null, h("time", null, duration(one.at_ms)), h("span", null, one.said))))
    : h("p", { class: "empty" }, "Nothing yet."),
    state.log_length > state.log.length && h("p", { class: "soft" }, `The latest ${state.log.length} of ${number(state.log_length)}.`));
}

function drawTime(now) {
  const moving = now.is_playing || now.goal_ms !== null;
  $("clock").textContent = duration(now.now_ms);
  const status = $("status");
  status.textContent = now.is_held ? "waiting for a command at the Redis port or a long step" : now.goal_ms !== null ? `running to ${duration(now.goal_ms)}`
    : now.is_playing ? `playing at ${now.speed}${now.is_late ? ", as fast as it can" : ""}` : now.is_over ? "over" : "paused";
  status.className = `badge ${moving ? "good" : "soft"}`;
  $("play").textContent = moving ? "Pause" : "Play";
  for (const one of document.querySelectorAll("[data-speed]")) {
    one.setAttribute("aria-pressed", String(one.dataset.speed === now.speed));
  }
  if (now.note && now.note !== seen.note) tell(now.note[0].toUpperCase() + now.note.slice(1) + ".");
  seen.note = now.note;
}

function drawOutcomes(outcomes) {
  const modes = Object.entries(outcomes.modes);
  const always = ["delivered", "lost"];
  const most = Math.max(1, ...modes.flatMap(([, counts]) => setup.measures.filter((m) => m.name !== "duplicated").map((m) => counts[m.name])));
  const look = Object.fromEntries(setup.measures.map((m) => [m.name, m]));
  const bar = (m, count, share) => count > 0 && h("span", {
    class: `bar-fill ${m.pattern}`, style: { width: `${(60 * share) / most}%`, backgroundColor: m.colour },
  });
  const offeredCount = Math.max(...modes.map(([, counts]) => counts.offered));
  $("outcomes-when").textContent = `${number(offeredCount)} jobs offered; if the run ended at ${duration(outcomes.at_ms)}`;
  show("outcomes", setup.measures
    .filter((m) => m.name !== "duplicated" && (always.includes(m.name) || modes.some(([, counts]) => counts[m.name])))
    .map((m) => h("div", { class: "measure", "data-key": m.name },
      h("h3", null, m.label, " ", h("span", null, m.meaning)),
      modes.map(([mode, counts]) => {
        const count = counts[m.name];
        const twice = m.name === "delivered" ? counts.duplicated : 0;
        return h("div", { class: "bar", "data-key": mode },
          h("span", null, mode),
          h("span", { class: "bar-track" }, bar(m, count - twice, count - twice), bar(look.duplicated, twice, twice),
            h("span", { class: "bar-number", id: `count-${mode}-${m.name}` },
              number(count), twice > 0 && ` (${number(twice)} duplicated)`)));
      }))).concat(drawTimes(modes)));
}

function drawTimes(modes) {
  const shown = [["median", "p50"], ["95%", "p95"], ["99%", "p99"], ["longest", "max"]];
  if (!modes.some(([, counts]) => counts.delivered)) return [];
  return [h("div", { class: "measure", "data-key": "delivery-times" },
    h("h3", null, "time to delivery", " ", h("span", null, "from when a job was due")),
    modes.map(([mode, counts]) => h("div", { class: "bar", "data-key": mode },
      h("span", null, mode),
      h("span", { id: `times-${mode}` }, counts.delivered
        ? shown.map(([name, key]) => `${name} ${duration(counts[`delivery_${key}_ms`])}`).join(", ") : "nothing delivered"))))];
}

function shownViews(queue) {
  const isChosen = (view) => queue.name === seen.queue && view === seen.view;
  const there = { dead: queue.has_dead_letters || queue.counts.dead, paused: queue.is_paused || queue.counts.paused };
  return setup.views.filter((view) => !(view in there) || there[view] || isChosen(view));
}

function drawQueue(queue) {
  const views = shownViews(queue);
  return h("div", { class: "queue", "data-key": queue.name },
    h("div", { class: "queue-head" },
      h("strong", null, queue.name),
      queue.is_paused && h("span", { class: "badge warn" }, "paused"),
      queueButtons(null, { queue: queue.name }, false, { queue: queue.name }, queue.is_paused)),
    queue.wrong_keys.map((wrong) => h("p", { class: "notice bad" }, `${wrong.said}.`)),
    h("div", { class: "counts" }, views.map((view) =>
      button([h("b", null, number(queue.counts[view])), h("small", null, view)], ["view", queue.name, view],
        { "data-key": view, "aria-pressed": String(queue.name === seen.queue && view === seen.view) }))),
    sparkline(queue.series, queue.name));
}

function sparkline(series, name) {
  const last = Math.max(1, series.t_ms[series.t_ms.length - 1] || 1);
  const most = Math.max(1, ...series.backlog, ...series.failed);
  const path = (numbers) => numbers.map((n, i) =>
    `${i ? "L" : "M"}${((1000 * series.t_ms[i]) / last).toFixed(1)} ${(58 - (54 * n) / most).toFixed(1)}`).join("");
  const now = (numbers) => number(numbers[numbers.length - 1] || 0);
  return [
    svg("svg", { class: "spark", viewBox: "0 0 1000 60", preserveAspectRatio: "none", role: "img",
      "aria-label": `${name}: unfinished jobs now ${now(series.backlog)}, failed and dead jobs now ${now(series.failed)}, at most ${number(most)}` },
      svg("line", { x1: 0, x2: 1000, y1: 58, y2: 58 }),
      svg("path", { class: "backlog", d: path(series.backlog) }),
      svg("path", { class: "failed", d: path(series.failed) })),
    h("div", { class: "legend" },
      h("span", null, h("i", null), "unfinished"), h("span", null, h("i", { class: "failed" }), "failed, including dead letters"),
      h("span", null, `0 to ${duration(last)}, most ${number(most)}`)),
  ];
}

const STATES = {
  busy: ["good", "● busy"],
  idle: ["soft", "○ idle"],
  frozen: ["warn", "❄ frozen"],
  "cut off": ["warn", "⊘ cut off from Redis"],
  "shutting down": ["warn", "◔ shutting down"],
  down: ["bad", "✖ down"],
};

function byHand(verb, args) {
  const { button: text, place, slot } = setup.by_hand[verb];
  return verbButton(verb, args, text, slot ? { class: "small", id: `${place}-${slot}` } : { class: "small" });
}

const actions = (verbs, args = {}) => h("td", { class: "actions" }, verbs.map((verb) => byHand(verb, args)));

function drawSystems(state) {
  const redis = state.redis.state;
  const database = state.database;
  show("systems", h("table", null, h("tbody", null,
    h("tr", null, h("th", { scope: "row" }, "Redis"),
      h("td", null, badge(redis === "up" ? "good" : "bad", redis === "up" ? "● up" : `✖ ${redis}`)),
      actions(state.actions.redis)),
    h("tr", null, h("th", { scope: "row" }, "Database"),
      h("td", null, badge(database.is_troubled ? "bad" : "good", database.is_troubled ? "✖ fails" : "● answers"),
        database.latency_ms > 0 && [" ", badge("warn", `◔ ${duration(database.latency_ms)} per call`)]),
      actions(state.actions.database)),
    state.actions.anything.length > 0 && h("tr", null, h("th", { scope: "row" }, "Anything else"), h("td"),
      actions(state.actions.anything)),
    state.processes.map((one) =>
    h("tr", { "data-key": one.name }, h("th", { scope: "row" }, one.name),
      h("td", null, badge(...STATES[one.state]), one.running > 1 && ` ${one.running} jobs`,
        one.unheard > 0 && ` ${one.unheard} past the timeout`),
      actions(one.actions, { process: one.name }))))));
}

const badge = (kind, text) => h("span", { class: `badge ${kind}` }, text);

function drawJobs(state) {
  const jobs = state.jobs;
  seen.page = jobs.page;
  const queue = state.queues.find((one) => one.name === jobs.queue);
  const views = shownViews(queue);
  show("job-views", setup.queues.length > 1 && h("div", { class: "views", role: "group", "aria-label": "Queue" },
      setup.queues.map((name) => button(name, ["view", name, jobs.view], { "aria-pressed": String(name === jobs.queue) }))),
    h("div", { class: "views", role: "group", "aria-label": "State" }, views.map((view) =>
      button(`${view} ${number(queue.counts[view])}`, ["view", jobs.queue, view], { "aria-pressed": String(view === jobs.view) }))));
  const known = { queue: jobs.queue, view: jobs.view, jobs: number(jobs.total) };
  show("job-actions", jobs.total ? queueButtons(jobs.view, { queue: jobs.queue }, false, known, queue.is_paused) : []);
  show("jobs", jobs.rows.length ? jobTable(jobs) : h("p", { class: "empty" }, emptyWords(jobs)));
  const pages = Math.max(1, Math.ceil(jobs.total / jobs.size));
  show("pager", pages > 1 && [
    button("First", ["page", 0], { disabled: jobs.page === 0 }), button("Previous", ["page", jobs.page - 1], { disabled: jobs.page === 0 }),
    h("span", null, `${number(jobs.page * jobs.size + 1)} to ${number(jobs.page * jobs.size + jobs.rows.length)} of ${number(jobs.total)}`),
    button("Next", ["page", jobs.page + 1], { disabled: jobs.page + 1 >= pages }), button("Last", ["page", pages - 1], { disabled: jobs.page + 1 >= pages }),
  ]);
}

function emptyWords(jobs) {
  return `No ${jobs.view === "dead" ? "dead letters" : `${jobs.view} jobs`} in ${jobs.queue}.`;
}

function jobTable(jobs) {
  const when = { failed: "failed at", completed: "done at", dead: "given up at", active: "since", delayed: "due at", waiting: "added at", paused: "added at" }[jobs.view];
  const withReason = jobs.rows.some((row) => row.reason);
  return h("table", { class: "jobs" },
    h("thead", null, h("tr", null, h("th", { scope: "col" }, "job"), h("th", { scope: "col" }, when), h("th", { scope: "col" }, "failed attempts"),
      h("th", { scope: "col" }, "stalls"), jobs.view === "active" && h("th", { scope: "col" }, "locked by"),
      withReason && h("th", { scope: "col" }, "error"), h("th", { scope: "col" }, ""))),
    h("tbody", null, jobs.rows.map((row) => {
      const at = jobs.view === "delayed" ? row.due_ms : row.at_ms;
      return h("tr", { "data-key": row.id },
        h("th", { scope: "row" }, button(row.job, ["story", jobs.queue, row.id, jobs.view === "dead"], { class: "link" }),
          row.job.endsWith(`-${row.id}`) ? "" : h("span", { class: "soft" }, ` id ${row.id}`)),
        h("td", { "data-label": when, class: "mid" }, at === null || at === undefined ? "" : duration(at)),
        h("td", { "data-label": "failed attempts", class: row.attempts_made ? "mid" : "mid none" }, number(row.attempts_made)),
        h("td", { "data-label": "stalls", class: row.stalls ? "mid" : "mid none" }, number(row.stalls)),
        jobs.view === "active" && h("td", { "data-label": "locked by", class: "mid" }, row.worker || "none"),
        withReason && h("td", { class: "wide reason" }, row.reason),
        h("td", { class: "actions" }, jobButtons(jobs.queue, row.id, jobs.view)));
    })));
}

const jobButtons = (queue, id, state) => queueButtons(state, { queue, id }, true, { queue, id }, false);

function eventWords(one) {
  if (one.event.startsWith("operator-")) return `${one.event.replaceAll("-", " ")}: ${one.told}`;
  const who = one.job || one.worker || "";
  const by = one.job && one.worker && one.worker !== "producer" ? ` on ${one.worker}` : "";
  const attempt = one.attempt && ["started", "attempt-failed"].includes(one.event) ? `, attempt ${one.attempt}` : "";
  return `${who} ${one.event.replaceAll("-", " ")}${attempt}${by}${one.told ? `: ${one.told}` : ""}`.trim();
}

// -- one job ---------------------------------------------------------------------------------------------------------

async function openStory(queue, id, dead) {
  seen.story = { queue, id, dead };
  seen.storyAt = -1;
  if (await refreshStory() && !$("job").open) $("job").showModal();
}

async function refreshStory() {
  const wanted = seen.story;
  if (!wanted || seen.storyAt === seen.version) return false;
  const query = new URLSearchParams({ queue: wanted.queue, id: wanted.id, dead: wanted.dead ? "1" : "0" });
  const answer = await fetch(`/api/job?${query}`, { cache: "no-store" });
  if (wanted !== seen.story) return false;
  const found = await answer.json();
  seen.storyAt = seen.version;
  if (!answer.ok) {
    if ($("job").open) show("job-body", h("p", { class: "notice" }, "This job is gone: it was replayed, purged or removed."));
    else { tell(found.error.split(";")[0], true); seen.story = null; }
    return false;
  }
  drawStory(found);
  return true;
}

function drawStory(job) {
  $("job-heading").textContent = `${job.job} `;
  $("job-heading").append(badge(job.state === "failed" || job.state === "dead" ? "bad" : "soft", job.state));
  const lives = job.lives.slice(0, job.state === "dead" ? -1 : undefined);
  show("job-body",
    h("div", { class: "row" }, jobButtons(job.queue, job.id, job.state)),
    h("dl", { class: "facts" }, h("dt", null, "queue"), h("dd", null, job.queue), h("dt", null, "id"), h("dd", null, job.id || "none now"),
      h("dt", null, "failed attempts"), h("dd", null, number(job.attempts_made)), h("dt", null, "stalls"), h("dd", null, number(job.stalls)),
      job.reason && [h("dt", null, "error"), h("dd", null, job.reason)]),
    job.lane && drawLane(job.lane),
    job.stacks.length > 0 && [h("h3", null, "Stack traces of failed attempts, oldest first"), job.stacks.map((stack, i) =>
      h("details", { class: "stack", open: i === job.stacks.length - 1 }, h("summary", null, `${i + 1}: ${stack.split("\n")[0]}`), h("pre", null, stack)))],
    lives.length > 0 && [h("h3", null, "Earlier lives"), lives.map((life, i) =>
      h("p", null, `Life ${i + 1}: ${number(life.attempts_made)} failed attempts, then: ${life.reason}`))],
    h("h3", null, "Events"),
    h("ol", { class: "events" }, job.events.map((one) => h("li", null, h("time", null, duration(one.t_ms)),
      h("span", null, eventWords({ ...one, job: "", told: one.error || one.reason || one.effect || (one.delay_ms !== undefined ? `in ${duration(one.delay_ms)}` : "") }))))),
    job.data && [h("h3", null, "Data"), h("pre", null, job.data)],
    job.options && [h("h3", null, "Options"), h("pre", null, job.options)]);
}

function drawLane(lane) {
  const length = lane.end_ms - lane.start_ms;
  const left = (ms) => `${Math.min(99.5, Math.max(0.5, (100 * (ms - lane.start_ms)) / length))}%`;
  const looks = Object.fromEntries([...setup.lanes, ...setup.marks].map((one) => [one.name, one]));
  const used = [...new Set([...lane.segments, ...lane.markers].map((one) => one.kind))].map((kind) => looks[kind]);
  return [
    h("h3", null, "Timeline"),
    h("div", { class: "lane", role: "img", "aria-label": `from ${duration(lane.start_ms)} to ${duration(lane.end_ms)}: ${used.map((one) => one.label).join(", ")}`, style: { height: `${lane.tracks * 2}rem` } },
      lane.segments.map((one) => h("span", {
        class: `lane-part ${looks[one.kind].pattern}${one.attempt ? " attempt" : ""}`,
        title: `${looks[one.kind].label}${one.attempt ? ` (${one.attempt}, ${one.worker})` : ""}: ${duration(one.start_ms)} to ${duration(one.end_ms)}`,
        style: { left: `${(100 * (one.start_ms - lane.start_ms)) / length}%`, width: `${(100 * (one.end_ms - one.start_ms)) / length}%`,
          top: `${one.track * 2 + 0.4}rem`, height: "1.2rem", backgroundColor: looks[one.kind].colour },
      })),
      lane.markers.map((one) => h("span", {
        class: "lane-mark", title: `${looks[one.kind].label}: ${duration(one.t_ms)}`,
        style: { left: left(one.t_ms), top: `${one.track * 2 + 0.4}rem`, color: looks[one.kind].colour },
      }, looks[one.kind].sign))),
    h("div", { class: "lane-axis" }, h("span", null, duration(lane.start_ms)), h("span", null, duration(lane.end_ms))),
    h("ul", { class: "lane-legend" }, used.map((one) => h("li", null, one.sign
      ? h("span", { class: "sign", style: { color: one.colour } }, one.sign)
      : h("span", { class: `swatch ${one.pattern}`, style: { backgroundColor: one.colour } }), one.label))),
  ];
}

// -- what people do --------------------------------------------------------------------------------------------------

const ACTS = {
  do(verb, given, about) {
    if (about.dataset.ask && !confirm(about.dataset.ask)) return;
    const args = { ...given };
    for (const name of setup.by_hand[verb]?.asks ?? []) {
      const { value } = $(`${verb}-${name}`);
      if (value) args[name] = value;
    }
    send("/api/do", { do: verb, with: args });
  },
  view(queue, view) { Object.assign(seen, { queue, view, page: 0 }); ask(true); },
  page(page) { seen.page = Math.max(0, page); ask(true); },
  story: openStory,
};

document.addEventListener("click", (event) => {
  const target = event.target.closest("button");
  if (!target || target.disabled) return;
  if (target.dataset.act) {
    const [act, ...rest] = JSON.parse(target.dataset.act);
    ACTS[act](...rest, target);
  } else if (target.dataset.speed) time("speed", target.dataset.speed);
  else if (target.dataset.time) time(target.dataset.time, target.dataset.value);
  else if (target.id === "play") play();
  else if (target.id === "close-job") $("job").close();
});
$("job").addEventListener("close", () => { seen.story = null; });
$("moment-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await time("moment", $("moment").value.replaceAll(" ", ""))) $("moment").value = "";
});
$("find-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if ($("find").value.trim()) openStory(seen.queue, $("find").value.trim(), seen.view === "dead");
});

const KEYS = {
  " ": play, n: () => time("next-event"), s: () => time("by", "1s"), d: () => time("by", "10s"),
  1: () => time("speed", "1x"), 2: () => time("speed", "10x"), 3: () => time("speed", "100x"), 4: () => time("speed", "max"),
  g: () => $("moment").focus(), "/": () => $("find").focus(), "?": () => $("keys").scrollIntoView(),
  "[": () => ACTS.page(seen.page - 1), "]": () => ACTS.page(seen.page + 1),
};
const CHANGES = [" ", "n", "s", "d", "1", "2", "3", "4"];

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, textarea")) return;
  if (event.key === " " && event.target.closest("button, summary, a")) return;
  const act = KEYS[event.key];
  if (!act || ($("job").open && !CHANGES.includes(event.key)) || (!token && CHANGES.includes(event.key))) return;
  event.preventDefault();
  act();
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });

if (!token) {
  $("locked").hidden = false;
  for (const one of document.querySelectorAll(".timebar button, .timebar input")) one.disabled = true;
}
ask(true);
