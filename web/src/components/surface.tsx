// What lies around the content: page heads, notices, empty places, waiting rows.
import { Info, OctagonAlert, TriangleAlert } from "lucide-react";
import { useEffect, useState } from "react";
import { cx } from "@/lib/classes";
import { t } from "@/text";

export function PageHead({ title, children }: { title: string; children?: React.ReactNode }) {
  return (
    <div className="flex min-h-12 flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-2">
      <h1 className="text-lg font-semibold">{title}</h1>
      {children && <div className="flex flex-wrap items-center gap-2">{children}</div>}
    </div>
  );
}

const notices = {
  info: { box: "border-line bg-panel", ink: "text-quiet", Icon: Info },
  warning: { box: "border-warning/40 bg-warning-tint", ink: "text-warning", Icon: TriangleAlert },
  bad: { box: "border-loss/50 bg-panel", ink: "text-loss", Icon: OctagonAlert },
} as const;

interface NoticeProps {
  tone?: keyof typeof notices;
  children: React.ReactNode;
  action?: React.ReactNode;
  className?: string;
}

export function Notice({ tone = "info", children, action, className }: NoticeProps) {
  const { box, ink, Icon } = notices[tone];
  return (
    <div
      role={tone === "bad" ? "alert" : "status"}
      className={cx("flex items-start gap-2 rounded-md border px-3 py-2", box, className)}
    >
      <Icon className={cx("mt-px size-4 shrink-0", ink)} aria-hidden="true" />
      <div className="min-w-0 flex-1">{children}</div>
      {action}
    </div>
  );
}

export function Empty({
  title,
  children,
  action,
}: {
  title: string;
  children?: React.ReactNode;
  action?: React.ReactNode;
}) {
  return (
    <div className="flex flex-col items-start gap-2 px-4 py-10 md:items-center md:text-center">
      <p className="text-base font-medium">{title}</p>
      {children && <div className="max-w-md text-quiet">{children}</div>}
      {action && <div className="mt-2">{action}</div>}
    </div>
  );
}

const WORDS_AFTER = 2000;

/** Rows that are on their way; after two seconds it says so in words. */
export function Waiting({ rows = 6 }: { rows?: number }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const wait = setTimeout(() => setLate(true), WORDS_AFTER);
    return () => clearTimeout(wait);
  }, []);
  return (
    <div role="status" className="relative px-4 py-2">
      <span className={late ? "absolute top-4 right-4 bg-ground px-1 text-xs text-faint" : "sr-only"}>
        {t(late ? "common:still_loading" : "common:loading")}
      </span>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
        <div key={row} className="flex h-(--row) items-center border-b border-line">
          <div className="h-2.5 rounded-sm bg-hover" style={{ width: `${40 + ((row * 17) % 45)}%` }} />
        </div>
      ))}
    </div>
  );
}

export function Key({ children }: { children: React.ReactNode }) {
  return (
    <kbd className="inline-grid h-[18px] min-w-[18px] place-items-center rounded-sm border border-edge px-1 font-sans text-2xs text-quiet">
      {children}
    </kbd>
  );
}
