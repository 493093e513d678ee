// The book of one listing, its prints, and a search for another.

import { get, post } from "./api.js";
import { $, count, figures, keep, make, price, say, signed, table } from "./draw.js";

let symbol = localStorage.getItem("symbol") ?? "NSE:INFY";
let found = [];
let at = -1;
let asked = 0;

export const current = () => symbol;

export function start(act) {
  const box = $("symbol");
  box.value = symbol;
  box.addEventListener("input", () => act(() => search(box.value)));
  box.addEventListener("focus", () => box.select());
  box.addEventListener("blur", () => setTimeout(close, 150));
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark(at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && found.length) {
      event.preventDefault();
      act(() => choose(found[Math.max(at, 0)].symbol));
    } else if (event.key === "Escape") {
      box.value = symbol;
      close();
    }
  });
  $("move").addEventListener("submit", (event) => {
    event.preventDefault();
    act(async () => {
      const wanted = $("price").value.replaceAll(",", "").trim();
      const { prices } = await post("/prices", { prices: { [symbol]: wanted } });
      $("price").value = "";
      say(`${symbol} trades at ${price(prices[symbol])}`);
    });
  });

  async function choose(next) {
    symbol = next;
    localStorage.setItem("symbol", next);
    box.value = next;
    close();
    await refresh();
  }

  async function search(text) {
    const turn = ++asked;
    const listed = text.trim() ? (await get(`/instruments?search=${encodeURIComponent(text)}`)).instruments : [];
    if (turn !== asked) return; // an older question was answered late
    found = listed;
    $("found").replaceChildren(...found.map((one, index) =>
      make("li", { role: "option", id: `found-${index}`, "aria-selected": "false",
        onmousedown: (event) => { event.preventDefault(); act(() => choose(one.symbol)); } },
        one.symbol, " ", make("span", { class: "quiet" }, one.name))));
    $("found").hidden = !found.length;
    box.setAttribute("aria-expanded", String(found.length > 0));
    mark(found.length ? 0 : -1);
  }
}

function mark(index) {
  const rows = [...$("found").children];
  at = rows.length ? (index + rows.length) % rows.length : -1;
  rows.forEach((row, number) => row.setAttribute("aria-selected", String(number === at)));
  if (at < 0) $("symbol").removeAttribute("aria-activedescendant");
  else {
    $("symbol").setAttribute("aria-activedescendant", `found-${at}`);
    rows[at].scrollIntoView({ block: "nearest" });
  }
}

function close() {
  $("found").hidden = true;
  $("symbol").setAttribute("aria-expanded", "false");
  $("symbol").removeAttribute("aria-activedescendant");
  found = [];
}

export async function refresh() {
  const shown = symbol;
  const key = encodeURIComponent(shown);
  const [quote, { trades }] = await Promise.all([get(`/books/${key}`), get(`/tape?symbol=${key}&limit=30`)]);
  if (shown !== symbol) return;
  $("name").textContent = shown;
  $("session").textContent = quote.session.replaceAll("_", " ");
  $("last").textContent = price(quote.last_price);
  const moved = Number(quote.last_price) - Number(quote.prev_close);
  keep($("change"), quote.last_price + quote.prev_close, () =>
    $("change").replaceChildren(signed(moved), " ", signed((moved / Number(quote.prev_close)) * 100, " %")));
  ladder(quote);
  figures($("day"), [
    ["Open", price(quote.open)], ["High", price(quote.high)], ["Low", price(quote.low)],
    ["Close before", price(quote.prev_close)], ["Volume", count(quote.volume)],
    ["Band", `${price(quote.lower_band)} – ${price(quote.upper_band)}`],
  ]);
  table($("tape"), [
    ["Time", (one) => one.at.slice(11, 23)],
    ["Price", (one) => make("span", { class: sideClass(one.aggressor) }, price(one.price)), "right"],
    ["Quantity", (one) => count(one.quantity), "right"],
    ["Taken by", (one) => ({ BUY: "buyer", SELL: "seller" })[one.aggressor] ?? "auction"],
  ], trades, "No prints yet");
}

const sideClass = (word) => ({ BUY: "buy", SELL: "sell" })[word] ?? null;

function ladder(quote) {
  const data = [quote.bids, quote.asks, quote.buy_quantity, quote.sell_quantity];
  keep($("depth"), data, () => {
    const most = Math.max(1, ...[...quote.bids, ...quote.asks].map((level) => level.quantity));
    const cells = (level, kind) => {
      const part = `--part:${Math.round(((level?.quantity ?? 0) / most) * 100)}%`;
      const shown = [
        make("td", { class: "quiet right" }, level ? count(level.orders) : "–"),
        make("td", { class: `right ${kind}`, style: part }, level ? count(level.quantity) : "–"),
        make("td", { class: `right ${kind === "bid" ? "buy" : "sell"}` }, level ? price(level.price) : "–"),
      ];
      return kind === "bid" ? shown : shown.reverse();
    };
    const rows = [...Array(Math.max(5, quote.bids.length, quote.asks.length)).keys()].map((row) =>
      make("tr", {}, ...cells(quote.bids[row], "bid"), ...cells(quote.asks[row], "ask")));
    const heads = ["Orders", "Quantity", "Bid", "Offer", "Quantity", "Orders"];
    const total = make("tr", {}, make("td"), make("td", { class: "right" }, count(quote.buy_quantity)),
      make("td", { class: "right quiet" }, "total"), make("td", { class: "right quiet" }, "total"),
      make("td", { class: "right" }, count(quote.sell_quantity)), make("td"));
    $("depth").replaceChildren($("depth").caption,
      make("thead", {}, make("tr", {}, ...heads.map((one) => make("th", { scope: "col", class: "right" }, one)))),
      make("tbody", {}, ...rows, total));
  });
}
