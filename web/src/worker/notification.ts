// What a push says becomes what the lock screen shows. The server puts no amounts into it unless its user asked for them.

/** The body of a push: JSON of this shape. */
interface Pushed {
  title: string;
  text?: string;
  /** A path of this site to open. */
  to?: string;
  /** A newer notification about the same thing takes the place of the older. */
  tag?: string;
  /** Stays until it is dismissed: what needs a person now. */
  urgent?: boolean;
}

interface Shown {
  title: string;
  options: {
    body?: string;
    tag?: string;
    requireInteraction?: boolean;
    icon: string;
    badge: string;
    data: { to: string };
  };
}

const NAMELESS = "TradeMaster";

function read(body: string | null): Partial<Pushed> {
  try {
    const parsed: unknown = JSON.parse(body ?? "");
    return typeof parsed === "object" && parsed !== null ? (parsed as Partial<Pushed>) : {};
  } catch (_notJson) {
    return {};
  }
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value ? value : undefined);

/** A browser must show something for every push; one that cannot be read is shown by the product's name alone. */
export function notificationOf(body: string | null): Shown {
  const pushed = read(body);
  return {
    title: text(pushed.title) ?? NAMELESS,
    options: {
      body: text(pushed.text),
      tag: text(pushed.tag),
      requireInteraction: pushed.urgent === true,
      icon: "/icon-192.png",
      badge: "/badge-96.png",
      data: { to: opensAt(pushed) },
    },
  };
}

/** The path a notification leads to; only ever one of this site. */
export function opensAt(data: unknown): string {
  const to = text((data as { to?: unknown } | null | undefined)?.to);
  return to && /^\/(?![/\\])/.test(to) ? to : "/";
}
