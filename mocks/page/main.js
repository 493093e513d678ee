// The page of the sandbox: asks the control API once a second and says so when it does not answer.

import { get, Refused } from "./api.js";
import * as accounts from "./accounts.js";
import * as day from "./day.js";
import { $, keep, make, say } from "./draw.js";
import * as faults from "./faults.js";
import * as market from "./market.js";
import * as switches from "./switches.js";

const EVERY_MS = 1000;

/** Do what a person asked, then show what came of it. */
async function act(work) {
  try {
    await work();
  } catch (problem) {
    say(problem.message);
    return;
  }
  await refresh();
}

let since = null;
let busy = false;

async function refresh() {
  if (busy) return;
  busy = true;
  try {
    const { brokers } = await get("/brokers");
    faults.show(brokers);
    accounts.show(brokers);
    const [rules] = await Promise.all([
      faults.refresh(act), switches.refresh(act), accounts.refresh(), market.refresh(), day.refresh(),
    ]);
    pills(brokers, rules);
    since = null;
  } catch (problem) {
    if (problem instanceof Refused) say(problem.message);
    else since ??= new Date();
  } finally {
    busy = false;
  }
  $("offline").hidden = since === null;
  if (since) $("offline").textContent = `The sandbox has not answered since ${since.toLocaleTimeString("en-IN")}; what is shown is old.`;
}

function pills(brokers, rules) {
  const states = brokers.map((one) => {
    const hurt = rules.filter((rule) => rule.broker === one.broker).length;
    if (one.down) return [one.title, "down", "down"];
    return hurt ? [one.title, "hurt", `${hurt} broken`] : [one.title, "", "well"];
  });
  keep($("pills"), states, () => {
    const pill = ([title, kind, word]) =>
      make("li", { class: kind || null }, make("i", { "aria-hidden": "true" }), `${title.replace(" Broker", "")} `,
        make("span", { class: "quiet" }, word));
    $("pills").replaceChildren(...states.map(pill));
  });
}

for (const button of document.querySelectorAll("nav button")) {
  button.addEventListener("click", () => {
    document.body.dataset.view = button.dataset.view;
    for (const other of document.querySelectorAll("nav button")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
    window.scrollTo(0, 0);
  });
}
$("user").addEventListener("change", () => act(async () => {}));
$("brokers").addEventListener("change", () => act(async () => {}));

await Promise.all([faults.start(act), day.start(act)]);
market.start(act);
await refresh();
setInterval(() => {
  if (!document.hidden) refresh();
}, EVERY_MS);
