// The panel that breaks brokers: one click is one rule of the fault plan.

import { get, post, remove } from "./api.js";
import { $, badge, clock, keep, make, options, say, table } from "./draw.js";
import { FAULTS, nameOf } from "./words.js";

let kinds = {};
let brokers = [];

export async function start(act) {
  const told = await get("/faults/kinds");
  kinds = Object.fromEntries(told.faults.map((one) => [one.fault, one]));
  options($("call"), [
    ["", "whatever the fault is for"],
    ["Parts of a broker", Object.keys(told.groups).map((name) => [name, `the ${name.replace("_api", "")} API`])],
    ["One call", told.calls.map((name) => [name, name.replaceAll("_", " ")])],
  ]);
  const button = ([fault, label]) =>
    make("button", { type: "button", "data-fault": fault, onclick: () => act(() => breakIt(fault)) }, label);
  const group = ([title, faults]) =>
    make("div", { role: "group", "aria-label": title }, make("h3", {}, title),
      make("div", { class: "buttons" }, ...Object.entries(faults).map(button)));
  $("faults").replaceChildren(...FAULTS.map(group));
  $("scope").addEventListener("change", () => accounts());
  $("scope").addEventListener("submit", (event) => event.preventDefault());
  $("mend").addEventListener("click", () => act(mendAll));
}

export const chosen = () => document.querySelector("input[name=broker]:checked")?.value;

/** Show the brokers that run, and whom a fault may be for. */
export function show(listed) {
  brokers = listed;
  const names = listed.map((one) => [one.broker, one.title]);
  keep($("brokers"), names, () => {
    const radio = ([name, title], at) =>
      make("label", {}, make("input", { type: "radio", name: "broker", value: name, checked: at === 0 }),
        make("span", {}, title.replace(" Broker", "")));
    $("brokers").replaceChildren($("brokers").firstElementChild, ...names.map(radio));
  });
  accounts();
}

function accounts() {
  const broker = brokers.find((one) => one.broker === chosen());
  const users = (broker?.users ?? []).map((one) => [one.user_id, `${one.user_id} ${one.name}`]);
  options($("account"), [["", "everyone"], ...users]);
}

async function breakIt(fault) {
  const rule = { broker: chosen(), fault };
  const [how, amount] = $("long").value.split(":");
  const standing = kinds[fault].standing;
  if ($("account").value && !["outage", "clock_skew"].includes(fault)) rule.account = $("account").value;
  if ($("call").value && !standing) rule.call = $("call").value;
  const seconds = Number($("seconds").value);
  if (kinds[fault].needs_seconds) rule.seconds = seconds;
  if (how === "lasts") rule.lasts = Number(amount);
  else if (how === "times" && !standing && !(fault === "drop_socket" || fault === "expire_token")) {
    rule.times = Number(amount);
  } else if (how === "times" && standing) rule.lasts = 30;
  if (fault === "expire_token" && !rule.call) delete rule.lasts;
  const made = await post("/faults", rule);
  say(`${titleOf(made.broker)}: ${nameOf(fault)}, ${until(made)}`);
}

function until(rule) {
  if (rule.times) return rule.times === 1 ? "the next one" : `the next ${rule.times - rule.hits}`;
  if (rule.lasts) return `for ${rule.lasts} s`;
  return rule.fault === "drop_socket" || rule.fault === "expire_token" ? "done" : "until mended";
}

const titleOf = (name) => brokers.find((one) => one.broker === name)?.title ?? name;

async function mendAll() {
  const { removed } = await remove("/faults");
  say(removed ? `Mended: ${removed} gone` : "Nothing was broken");
}

export async function refresh(act) {
  const [{ faults }, { log }] = await Promise.all([get("/faults"), get("/faults/log?limit=60")]);
  keep($("rules"), faults, () => {
    const row = (rule) => make("li", {}, badge(rule.broker), make("span", {}, sentence(rule)),
      make("button", {
        type: "button",
        "aria-label": `Mend ${nameOf(rule.fault)} at ${titleOf(rule.broker)}`,
        onclick: () => act(() => remove(`/faults/${rule.id}`)),
      }, "Mend"));
    const rows = faults.map(row);
    $("rules").replaceChildren(...(rows.length ? rows : [make("li", { class: "quiet" }, "Nothing is broken")]));
  });
  table($("log"), [
    ["Time", (line) => clock(line.at)],
    ["Broker", (line) => badge(line.broker), "bare"],
    ["Fault", (line) => nameOf(line.fault)],
    ["Call", (line) => (line.call ?? "–").replaceAll("_", " ")],
    ["Account", (line) => line.account ?? "–"],
  ], log.slice(-60).reverse(), "Nothing has gone wrong yet");
  return faults;
}

function sentence(rule) {
  const about = [rule.call?.replaceAll("_", " "), rule.account].filter(Boolean).join(", ");
  return `${nameOf(rule.fault)}${about ? ` (${about})` : ""}: ${until(rule)}, ${rule.hits} so far`;
}
