// The clock, the sessions, scenarios and halts.

import { get, post } from "./api.js";
import { $, keep, make, say, table } from "./draw.js";
import { current } from "./market.js";

const SPEEDS = [["Stop", { mode: "step" }], ["1×", { mode: "real", speed: 1 }], ["5×", { mode: "real", speed: 5 }],
  ["20×", { mode: "real", speed: 20 }], ["60×", { mode: "real", speed: 60 }]];

let flow = true;

const spoken = (name) => name[0].toUpperCase() + name.slice(1).replaceAll("_", " ");

export async function start(act) {
  const { scenarios } = await get("/scenarios");
  $("scenarios").replaceChildren(...scenarios.map((one) =>
    make("button", { type: "button", title: one.words, onclick: () => act(() => play(one)) },
      spoken(one.name))));
  $("speeds").replaceChildren(...SPEEDS.map(([label, asked]) =>
    make("button", { type: "button", "aria-pressed": "false", "data-speed": label,
      onclick: () => act(() => post("/clock", asked)) }, label)));
  $("leap").addEventListener("submit", (event) => {
    event.preventDefault();
    act(() => post("/clock", { advance: Number($("by").value) }));
  });
  $("halt").addEventListener("click", () => act(async () => {
    await post("/halt", { minutes: 5 });
    say("Trading is halted");
  }));
  $("resume").addEventListener("click", () => act(async () => {
    await post("/resume");
    say("Trading goes on");
  }));
  $("background").addEventListener("click", () => act(() => post("/flow", { enabled: !flow })));
}

async function play(scenario) {
  const name = spoken(scenario.name);
  const everywhere = scenario.everywhere && $("everywhere").checked;
  await post("/scenario", everywhere ? { name: scenario.name } : { name: scenario.name, symbol: current() });
  say(`${name}, ${everywhere ? "the whole market" : current()}: ${scenario.words}`);
}

export async function refresh() {
  const told = await get("/clock");
  flow = told.flow;
  const at = new Date(told.ist);
  const date = at.toLocaleDateString("en-IN", { weekday: "short", day: "numeric", month: "short", timeZone: "Asia/Kolkata" });
  $("clock").textContent = `${date} ${told.ist.slice(11, 19)}`;
  $("pace").textContent = told.mode === "step" ? "the clock stands" : told.speed === 1 ? "" : `${told.speed} times as fast`;
  $("background").textContent = flow ? "Stop the background trading" : "Start the background trading";
  for (const button of $("speeds").children) {
    const [, asked] = SPEEDS.find(([label]) => label === button.dataset.speed);
    const on = told.mode === "step" ? asked.mode === "step" : asked.speed === told.speed;
    button.setAttribute("aria-pressed", String(on));
  }
  const words = (text) => text.replaceAll("_", " ").toLowerCase();
  table($("sessions"), [
    ["Group", (one) => one.group],
    ["Session", (one) => words(one.session)],
    ["Phase", (one) => words(one.phase)],
  ], told.sessions, "Nothing trades");
}
