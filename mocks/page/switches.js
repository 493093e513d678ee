// What the chosen broker enforces: one press turns a rule on or off.

import { get, patch } from "./api.js";
import { $, keep, make, say } from "./draw.js";
import { chosen } from "./faults.js";

const RULES = [
  ["rate_limits", "Rate limits", true, false],
  ["modification_cap", "25 changes an order", true, false],
  ["service_hours", "Service hours", true, false],
  ["require_static_ip", "Registered addresses", true, false],
  ["daily_approval", "Daily approval of keys", true, false],
  ["totp_once", "A TOTP works once", true, false],
  ["charges", "Charges", true, false],
  ["pace", "Real delays", "realistic", "none"],
  ["strictness", "Rules before April 2026", "legacy", "current"],
  ["plan", "Plan without data", "personal", "connect"],
];

export async function refresh(act) {
  const broker = chosen();
  if (!broker) return;
  const switches = await get(`/brokers/${broker}/switches`);
  if (broker !== chosen()) return;
  keep($("switches"), [broker, switches], () => {
    const button = ([name, label, on, off]) =>
      make("button", {
        type: "button",
        "aria-pressed": String(switches[name] === on),
        onclick: () => act(() => turn(broker, name, switches[name] === on ? off : on, label)),
      }, label);
    const focused = [...$("switches").children].indexOf(document.activeElement);
    $("switches").replaceChildren(...RULES.map(button));
    if (focused >= 0) $("switches").children[focused].focus();
  });
}

async function turn(broker, name, value, label) {
  await patch(`/brokers/${broker}/switches`, { [name]: value });
  say(`${label}: ${["none", "current", "connect", false].includes(value) ? "off" : "on"}`);
}
