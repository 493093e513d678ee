// What can be done with a position, in its row on the desk and under it on the phone: exit, add, convert, reverse.
import { ArrowLeftRight, Ellipsis, Plus, Replace } from "lucide-react";
import { useState } from "react";
import { type Position, useListAccountsQuery } from "@/api";
import { useAppDispatch } from "@/api/dispatch";
import { Button } from "@/components/button";
import { Menu, type MenuItem } from "@/components/menu";
import { openTicket } from "@/features/ticket/state";
import { cx } from "@/lib/classes";
import { useOnline } from "@/lib/hooks";
import { t } from "@/text";
import { ConvertSheet } from "./ConvertSheet";
import { ExitSheet } from "./ExitSheet";
import { addSeed, convertible, openLots } from "./exits";

type Open = "exit" | "reverse" | "convert" | null;

interface Props {
  position: Position;
  /** "row": one button and a menu; "card": buttons side by side, for thumbs. */
  form?: "row" | "card";
  className?: string;
}

export function PositionActions({ position, form = "row", className }: Props) {
  const [open, setOpen] = useState<Open>(null);
  const dispatch = useAppDispatch();
  const online = useOnline();
  const { data: accounts } = useListAccountsQuery();
  const lots = openLots(position);
  const offline = online ? null : t("orders:offline");
  const canConvert = lots.some(
    (lot) =>
      convertible(
        position,
        lot,
        accounts?.find(({ id }) => id === lot.account),
      ).length > 0,
  );
  const flat = lots.length === 0;
  const card = form === "card";
  const others: MenuItem[] = [
    {
      label: t("orders:exits.add"),
      note: t("orders:exits.add_note"),
      icon: <Plus />,
      onSelect: () => dispatch(openTicket(addSeed(position))),
    },
    {
      label: t("orders:exits.convert"),
      note: t("orders:exits.convert_note"),
      icon: <Replace />,
      why: flat ? t("orders:exits.flat") : canConvert ? offline : t("orders:exits.cannot_convert"),
      onSelect: () => setOpen("convert"),
    },
    {
      label: t("orders:exits.reverse"),
      note: t("orders:exits.reverse_note"),
      icon: <ArrowLeftRight />,
      why: flat ? t("orders:exits.flat") : offline,
      onSelect: () => setOpen("reverse"),
    },
  ];
  return (
    <>
      <span className={cx("inline-flex items-center gap-1", card && "flex w-full gap-2", className)}>
        {!flat && (
          <Button
            size={card ? "md" : "sm"}
            className={card ? "flex-1" : ""}
            disabled={offline !== null}
            why={offline}
            aria-label={t("orders:exits.exit_of", { symbol: position.symbol })}
            onClick={() => setOpen("exit")}
          >
            {t("orders:exits.exit")}
          </Button>
        )}
        <Menu
          label={t("orders:exits.more_of", { symbol: position.symbol })}
          items={others}
          trigger={
            <Button
              look="ghost"
              size={card ? "md" : "sm"}
              aria-label={t("orders:exits.more_of", { symbol: position.symbol })}
            >
              <Ellipsis className="size-4" aria-hidden="true" />
            </Button>
          }
        />
      </span>
      {(open === "exit" || open === "reverse") && (
        <ExitSheet position={position} kind={open} onClose={() => setOpen(null)} />
      )}
      {open === "convert" && <ConvertSheet position={position} onClose={() => setOpen(null)} />}
    </>
  );
}
