// What deserves a word: fills, rejections, unknown outcomes, logins that ended, breakers that opened.
import type { Account, Order } from "@/api";
import { brokerName } from "@/components/badge";
import { toast } from "@/components/toasts";
import { tellOutside } from "@/features/device/outside";
import { reasonWords } from "@/features/orders/status";
import { haptic } from "@/gestures";
import * as money from "@/lib/money";
import { prefs } from "@/lib/prefs";
import { t } from "@/text";

const told = new Map<string, Pick<Order, "filled_quantity" | "status">>();

// The answer to one's own order may reach the cache before its event: a new order is always told from its beginning.
const NEW_FOR = 60_000;
const unsent: Pick<Order, "filled_quantity" | "status"> = { filled_quantity: 0, status: "SUBMITTING" };
const isNew = (order: Order): boolean => Date.now() - Date.parse(order.created_at) < NEW_FOR;

const outside = ({ key, to }: { key: string; to: string }) => ({ tag: key, to });

/** Announces what is new about an order; `cached` is how the screen last knew it, if it did. */
export function announceOrder(cached: Order | undefined, order: Order): void {
  const before = told.get(order.id) ?? (isNew(order) ? unsent : cached);
  told.set(order.id, order);
  const what = t(order.side === "BUY" ? "shell:told.buy" : "shell:told.sell", { symbol: order.symbol });
  const where = [...new Set(order.children.map((child) => brokerName(child.broker)))].join(" + ");
  const link = { key: order.id, to: `/orders/${order.id}`, linkLabel: t("shell:told.open_order") };
  if (order.filled_quantity > (before?.filled_quantity ?? 0)) {
    const quantity = money.quantity(order.filled_quantity);
    const price = money.price(order.average_price);
    toast({
      tone: "good",
      title:
        order.status === "FILLED"
          ? t("shell:told.filled", { what, quantity })
          : t("shell:told.filled_part", { what, quantity, whole: money.quantity(order.quantity) }),
      text: where ? t("shell:told.at_where", { price, where }) : t("shell:told.at", { price }),
      ...link,
    });
    void tellOutside({
      topic: "fills",
      title: what,
      text: order.status === "FILLED" ? t("shell:told.outside_filled") : t("shell:told.outside_part"),
      withAmounts: [t("shell:told.filled", { what, quantity }), t("shell:told.at_where", { price, where })].join(" "),
      ...outside(link),
    });
    sound(660, 880);
    haptic("fill");
  }
  if (!before || before.status === order.status) return;
  if (order.status === "REJECTED") {
    toast({ tone: "bad", title: t("shell:told.rejected", { what }), text: reasonWords(order) ?? where, ...link });
    void tellOutside({ topic: "rejects", title: t("shell:told.rejected", { what }), ...outside(link) });
    sound(330, 220);
    haptic("reject");
  } else if (order.status === "UNKNOWN") {
    toast({
      tone: "warning",
      title: t("shell:told.unknown", { what }),
      text: t("shell:told.unknown_text", { where }),
      ...link,
    });
    void tellOutside({ topic: "rejects", title: t("shell:told.unknown", { what }), ...outside(link) });
    sound(440, 440);
  }
}

export function announceAccount(before: Account | undefined, account: Account): void {
  if (!before) return;
  const name = account.label || brokerName(account.broker);
  const link = { key: account.id, to: "/brokers", linkLabel: t("shell:told.open_brokers") };
  if (account.health?.writes === "open" && before.health?.writes !== "open") {
    toast({
      tone: "warning",
      title: t("shell:told.breaker", { name }),
      text: t("shell:told.breaker_text"),
      ...link,
    });
    void tellOutside({ topic: "breaker", title: t("shell:told.breaker", { name }), ...outside(link) });
  } else if (account.health?.writes === "closed" && before.health && before.health.writes !== "closed") {
    toast({ tone: "good", title: t("shell:told.answers", { name }), ...link });
  }
  if (account.state === "login_needed" && before.state === "connected") {
    toast({ tone: "warning", title: t("shell:told.login", { name }), text: t("shell:told.login_text"), ...link });
    void tellOutside({ topic: "login", title: t("shell:told.login", { name }), to: "/morning", tag: account.id });
  }
}

export interface Notice {
  kind: string;
  text: string;
  id?: string;
  symbol?: string;
  account?: string;
  note?: string;
}

/** A notice of the stream; told twice, it is shown once. */
export function announceNotice(notice: Notice): void {
  if (notice.kind === "session_ends") {
    toast({
      key: `session_ends ${notice.account}`,
      tone: "warning",
      title: notice.text,
      to: "/morning",
      linkLabel: t("shell:told.open_morning"),
    });
    return;
  }
  if (notice.kind !== "price_alert" || !notice.symbol) return;
  toast({
    key: notice.id,
    tone: "info",
    title: notice.text,
    text: notice.note || undefined,
    to: `/i/${encodeURIComponent(notice.symbol)}`,
    linkLabel: t("shell:told.open_chart"),
  });
  void tellOutside({
    topic: "alerts",
    title: t("shell:told.outside_alert", { symbol: notice.symbol }),
    text: notice.note || undefined,
    withAmounts: notice.text,
    to: `/i/${encodeURIComponent(notice.symbol)}`,
    tag: notice.id,
  });
  sound(880, 880);
}

let audio: AudioContext | undefined;

function sound(...tones: number[]): void {
  if (!prefs().sound || typeof AudioContext === "undefined" || !navigator.userActivation?.hasBeenActive) return;
  audio ??= new AudioContext();
  tones.forEach((frequency, index) => {
    const context = audio as AudioContext;
    const at = context.currentTime + index * 0.09;
    const oscillator = context.createOscillator();
    const volume = context.createGain();
    oscillator.frequency.value = frequency;
    volume.gain.setValueAtTime(0.05, at);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.12);
    oscillator.connect(volume).connect(context.destination);
    oscillator.start(at);
    oscillator.stop(at + 0.13);
  });
}
