// Which days: a range that ends today, or from one day to another.
import "@/text/rooms/pnl";
import { Field, Segmented } from "@/components/field";
import { istDay } from "@/lib/time";
import { t } from "@/text";
import { type Days, daysOf, type Span, spans } from "./days";

export interface Picked extends Days {
  span: Span;
}

export const pickedAtFirst = (span: Exclude<Span, "own">): Picked => ({ span, ...daysOf(span, Date.now()) });

export function SpanPicker({ picked, onPick }: { picked: Picked; onPick: (picked: Picked) => void }) {
  return (
    <div className="flex min-w-0 flex-wrap items-end gap-2">
      <div className="min-w-0 overflow-x-auto">
        <Segmented
          label={t("pnl:days")}
          hideLabel
          value={picked.span}
          onChange={(span) => onPick(span === "own" ? { ...picked, span } : pickedAtFirst(span))}
          choices={spans.map((value) => ({
            value,
            label: t(`pnl:spans.${value}`),
            title: t(`pnl:spans_about.${value}`),
          }))}
        />
      </div>
      {picked.span === "own" && (
        <>
          <Field
            label={t("pnl:from")}
            type="date"
            className="w-36"
            value={picked.from ?? ""}
            max={picked.to ?? istDay(Date.now())}
            onChange={(event) => onPick({ ...picked, from: event.target.value || undefined })}
          />
          <Field
            label={t("pnl:to")}
            type="date"
            className="w-36"
            value={picked.to ?? ""}
            min={picked.from ?? undefined}
            onChange={(event) => onPick({ ...picked, to: event.target.value || undefined })}
          />
        </>
      )}
    </div>
  );
}
