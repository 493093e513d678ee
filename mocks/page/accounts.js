// One account in full, past every fault, and the newest orders of everybody.

import { get } from "./api.js";
import { $, badge, clock, count, figures, make, options, price, rupees, signed, table } from "./draw.js";

const side = (word) => make("span", { class: word === "BUY" ? "buy" : "sell" }, word === "BUY" ? "Buy" : "Sell");
const filled = (order) => `${count(order.filled_quantity)}/${count(order.quantity)}`;
const words = (order) => order.status.replaceAll("_", " ") + (order.message ? `: ${order.message}` : "");

const COLUMNS = [
  ["Time", (order) => clock(order.received_at)],
  ["Side", (order) => side(order.side), "bare"],
  ["Symbol", (order) => order.symbol],
  ["Type", (order) => `${order.type} ${order.product}`],
  ["Done", filled, "right"],
  ["Price", (order) => price(order.average_price ?? order.price ?? order.trigger_price), "right"],
  ["Status", words, "say"],
];

export function show(brokers) {
  const users = brokers.map((one) => [
    one.title,
    one.users.map((user) => [`${one.broker}/${user.user_id}`, `${user.user_id} ${user.name}`]),
  ]);
  options($("user"), users);
}

export async function refresh() {
  const flow = get("/orders?limit=40");
  if ($("user").value) draw(await get(`/users/${$("user").value}`));
  table($("flow"), [["Broker", (order) => badge(order.broker), "bare"], ["Account", (order) => order.user_id], ...COLUMNS],
    (await flow).orders, "No orders yet");
}

function draw(truth) {
  const { funds } = truth;
  figures($("funds"), [
    ["Available", rupees(funds.available)],
    ["Used", rupees(funds.used)],
    ["Cash", rupees(funds.cash)],
    ["Realised", signed(Number(funds.realised))],
    ["Unrealised", signed(Number(funds.unrealised))],
  ]);
  table($("orders"), COLUMNS, truth.orders.slice(-60).reverse(), "No orders today");
  table($("positions"), [
    ["Symbol", (one) => one.symbol],
    ["Product", (one) => one.product],
    ["Quantity", (one) => count(one.quantity), "right"],
    ["Average", (one) => price(one.average_price), "right"],
    ["Last", (one) => price(one.last_price), "right"],
    ["P&L", (one) => signed(Number(one.realised) + Number(one.unrealised)), "right"],
  ], truth.positions, "No positions");
  table($("holdings"), [
    ["Symbol", (one) => one.symbol],
    ["Quantity", (one) => count(one.quantity), "right"],
    ["T1", (one) => count(one.t1_quantity), "right"],
    ["Average", (one) => price(one.average_price), "right"],
    ["Last", (one) => price(one.last_price), "right"],
    ["P&L", (one) => signed((Number(one.last_price) - Number(one.average_price)) * (one.quantity + one.t1_quantity)),
      "right"],
  ], truth.holdings, "No holdings");
}
