// Small pieces of the page: elements, tables, and numbers as Indian traders write them.

export const $ = (id) => document.getElementById(id);

export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((one) => one !== null && one !== undefined));
  return made;
}

const two = new Intl.NumberFormat("en-IN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const whole = new Intl.NumberFormat("en-IN", { maximumFractionDigits: 0 });

/** Rupees from a decimal string; a dash for what is not there. */
export const price = (text) => (text === null || text === undefined ? "–" : two.format(Number(text)));
export const rupees = (text) => {
  const number = Number(text);
  return `${number < 0 ? "−" : ""}₹${two.format(Math.abs(number))}`;
};
export const count = (number) => whole.format(number);
/** Signed, with its colour: "+12.50". */
export function signed(number, after = "") {
  const text = `${number > 0 ? "+" : number < 0 ? "−" : ""}${two.format(Math.abs(number))}${after}`;
  return make("span", { class: number > 0 ? "gain" : number < 0 ? "loss" : null }, text);
}
/** The time of day of an RFC 3339 text, as it is written there (IST). */
export const clock = (text) => (text ? text.slice(11, 19) : "–");

const BADGES = { kite: "K", upstox: "U", groww: "G", mock: "M" };
export const badge = (broker) =>
  make("span", { class: "badge", title: broker }, BADGES[broker] ?? broker[0].toUpperCase());

const shown = new WeakMap();

/** Redraw `node` only when `data` differs from what it shows, so that focus and selection stay. */
export function keep(node, data, draw) {
  const text = JSON.stringify(data);
  if (shown.get(node) === text) return;
  shown.set(node, text);
  draw();
}

/** `columns`: [heading, cell(row), class]; a heading of class "bare" is only spoken. An empty table says `nothing`. */
export function table(node, columns, rows, nothing) {
  keep(node, rows, () => {
    const caption = node.caption;
    const heads = columns.map(([title, , kind]) =>
      make("th", { scope: "col", class: kind }, kind === "bare" ? make("span", { class: "unseen" }, title) : title));
    const lines = rows.map((row) =>
      make("tr", {}, ...columns.map(([, cell, kind]) => make("td", { class: kind }, cell(row)))),
    );
    if (!lines.length) lines.push(make("tr", {}, make("td", { class: "quiet", colspan: columns.length }, nothing)));
    node.replaceChildren(caption, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...lines));
  });
}

/** `pairs`: [label, node or text]. */
export function figures(node, pairs) {
  keep(
    node,
    pairs.map(([label, value]) => [label, value.textContent ?? value]),
    () => {
      const drawn = pairs.map(([label, value]) => make("div", {}, make("dt", {}, label), make("dd", {}, value)));
      node.replaceChildren(...drawn);
    },
  );
}

/** Options of a select: [value, label] or [group label, [[value, label]...]]; the choice stays when it still exists. */
export function options(select, entries) {
  keep(select, entries, () => {
    const before = select.value;
    const one = ([value, label]) => make("option", { value }, label);
    select.replaceChildren(
      ...entries.map(([value, label]) =>
        Array.isArray(label) ? make("optgroup", { label: value }, ...label.map(one)) : one([value, label]),
      ),
    );
    if ([...select.options].some((entry) => entry.value === before)) select.value = before;
  });
}

let hide = 0;

/** Tell the person, on screen and to a screen reader. */
export function say(text) {
  $("said").textContent = text;
  clearTimeout(hide);
  hide = setTimeout(() => ($("said").textContent = ""), 5000);
}
