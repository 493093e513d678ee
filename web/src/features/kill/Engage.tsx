// How deep to go, in words and in numbers of what is open now, and the two seconds that make it so.
import { useId, useState } from "react";
import {
  inWords,
  type KillDepth,
  problemOf,
  useEngageKillSwitchMutation,
  useGetPortfolioQuery,
  useListOrdersQuery,
} from "@/api";
import { Field } from "@/components/field";
import { HoldButton, SlideToConfirm } from "@/components/hold";
import { Notice } from "@/components/surface";
import { openLots } from "@/features/exits/exits";
import { cx } from "@/lib/classes";
import { useOnline, usePhone } from "@/lib/hooks";
import { t } from "@/text";
import { deeperThan } from "./proof";

/** What a depth would touch now, as last read; null while that is not known. */
function useTouched(depth: KillDepth): string | null {
  const { data: orders } = useListOrdersQuery({ status: "open", limit: 200 });
  const { data: portfolio } = useGetPortfolioQuery();
  if (depth === "no_new_risk") return null;
  const cancels = orders
    ? t("orders:kill.touches_orders", { count: orders.items.length })
    : t("orders:kill.touches_unknown");
  if (depth === "cancel_all") return cancels;
  const open = portfolio?.positions.filter((one) => one.product !== "CNC" && openLots(one).length > 0);
  return `${cancels} · ${open ? t("orders:kill.touches_positions", { count: open.length }) : t("orders:kill.touches_unknown")}`;
}

function Depth({
  depth,
  chosen,
  name,
  onChoose,
}: {
  depth: KillDepth;
  chosen: boolean;
  name: string;
  onChoose: () => void;
}) {
  const touched = useTouched(depth);
  return (
    <label
      className={cx(
        "flex cursor-pointer gap-3 border-b border-line px-3 py-2.5 last:border-0 has-focus-visible:outline-2 has-focus-visible:outline-accent",
        chosen ? "bg-pressed" : "hover:bg-hover",
      )}
    >
      <input type="radio" name={name} checked={chosen} onChange={onChoose} className="mt-0.5 size-4 accent-(--loss)" />
      <span className="min-w-0">
        <span className="block font-medium">{t(`orders:kill.depth.${depth}.name`)}</span>
        <span className="block text-quiet">{t(`orders:kill.depth.${depth}.does`)}</span>
        {touched && <span className="block text-xs text-faint">{touched}</span>}
      </span>
    </label>
  );
}

export function Engage({ now }: { now: KillDepth | null }) {
  const offered = deeperThan(now);
  const [picked, pick] = useState<KillDepth | null>(null);
  const [words, setWords] = useState("");
  const [engage, { isLoading, error }] = useEngageKillSwitchMutation();
  const phone = usePhone();
  const online = useOnline();
  const name = useId();
  if (offered.length === 0) return null;
  const depth = picked && offered.includes(picked) ? picked : (offered[0] as KillDepth);
  const why = !online ? t("orders:kill.offline") : null;
  const confirm = {
    disabled: isLoading || why !== null,
    why,
    onConfirm: () => void engage({ killIn: { depth, words: words.trim() } }),
  };
  const action = t(`orders:kill.depth.${depth}.action`);
  return (
    <section
      aria-label={now === null ? t("orders:kill.stop") : t("orders:kill.deeper")}
      className="flex flex-col gap-3"
    >
      {now === null ? (
        <p className="text-quiet">{t("orders:kill.intro")}</p>
      ) : (
        <h2 className="text-xs text-faint">{t("orders:kill.deeper")}</h2>
      )}
      <fieldset className="overflow-hidden rounded-md border border-line">
        <legend className="sr-only">{t("orders:kill.how_deep")}</legend>
        {offered.map((one) => (
          <Depth key={one} depth={one} name={name} chosen={one === depth} onChoose={() => pick(one)} />
        ))}
      </fieldset>
      {now === null && (
        <Field
          label={t("orders:kill.why")}
          value={words}
          maxLength={200}
          onChange={(event) => setWords(event.target.value)}
        />
      )}
      {phone && <SlideToConfirm look="danger" label={t("orders:kill.slide", { action })} {...confirm} />}
      <HoldButton className="w-full" {...confirm}>
        {t("orders:kill.hold", { action })}
      </HoldButton>
      <p className="text-xs text-faint">{why ?? t("orders:kill.hold_note")}</p>
      {error && <Notice tone="bad">{inWords(problemOf(error))}</Notice>}
    </section>
  );
}
