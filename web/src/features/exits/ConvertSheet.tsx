// A part of a position moved to another product, where its broker lets a program do it; the broker's answer verbatim.
import { useState } from "react";
import {
  type ConvertIn,
  inWords,
  type Position,
  type Product,
  problemOf,
  unanswered,
  useConvertPositionMutation,
  useListAccountsQuery,
} from "@/api";
import { Button } from "@/components/button";
import { Field, Segmented } from "@/components/field";
import { Sheet } from "@/components/sheet";
import { Notice, Waiting } from "@/components/surface";
import { useOnline } from "@/lib/hooks";
import { keysByWhat } from "@/lib/keys";
import * as money from "@/lib/money";
import { t } from "@/text";
import { convertible, openLots, quantityOf } from "./exits";
import { OutcomeWords } from "./OutcomeWords";

const meaning = (product: Product): string => t(`orders:product.${product}`);

export function ConvertSheet({ position, onClose }: { position: Position; onClose: () => void }) {
  const { data: accounts } = useListAccountsQuery();
  const [lots] = useState(() => openLots(position));
  const offered = lots
    .map((lot) => ({
      lot,
      to: convertible(
        position,
        lot,
        accounts?.find(({ id }) => id === lot.account),
      ),
    }))
    .filter(({ to }) => to.length > 0);
  const [account, setAccount] = useState<string | null>(null);
  const at = offered.find(({ lot }) => lot.account === account) ?? offered[0];
  return (
    <Sheet
      open
      onClose={onClose}
      title={t("orders:exits.convert_title", { symbol: position.symbol, product: position.product })}
    >
      <div className="flex flex-col gap-4 px-4 py-4">
        {!accounts && <Waiting rows={3} />}
        {accounts && !at && <Notice tone="warning">{t("orders:exits.cannot_convert")}</Notice>}
        {offered.length > 1 && at && (
          <Segmented
            label={t("orders:account")}
            value={at.lot.account}
            choices={offered.map(({ lot }) => ({ value: lot.account, label: lot.label }))}
            onChange={setAccount}
          />
        )}
        {at && <ConvertForm key={at.lot.account} position={position} lot={at.lot} to={at.to} onClose={onClose} />}
      </div>
    </Sheet>
  );
}

interface FormProps {
  position: Position;
  lot: Position["lots"][number];
  to: Product[];
  onClose: () => void;
}

function ConvertForm({ position, lot, to, onClose }: FormProps) {
  const carried = Math.abs(lot.overnight_quantity);
  const today = Math.abs(lot.quantity) - carried;
  const both = carried > 0 && today > 0;
  const [overnight, setOvernight] = useState(today <= 0);
  const open = both ? (overnight ? carried : today) : Math.abs(lot.quantity);
  const [text, setText] = useState<string | null>(null);
  const [product, setProduct] = useState<Product>(to[0] as Product);
  const [convert, { data: answer, error, isLoading }] = useConvertPositionMutation();
  const [keyOf] = useState(keysByWhat);
  const online = useOnline();
  const quantity = quantityOf(text ?? String(open), open);
  const problem = error ? problemOf(error) : null;

  async function send(): Promise<void> {
    if (quantity === null) return;
    const convertIn: ConvertIn = {
      account: lot.account,
      exchange: lot.exchange,
      symbol: lot.symbol,
      side: lot.quantity > 0 ? "BUY" : "SELL",
      quantity,
      old: position.product,
      new: product,
      overnight,
    };
    await convert({ "idempotency-key": keyOf(convertIn), convertIn });
  }

  if (answer) {
    return (
      <>
        <OutcomeWords request={answer} />
        <Button onClick={onClose}>{t("common:close")}</Button>
      </>
    );
  }
  const unclear = problem !== null && unanswered(problem);
  return (
    <>
      <Segmented
        label={t("orders:exits.new_product")}
        value={product}
        choices={to.map((one) => ({ value: one, label: one, title: meaning(one) }))}
        onChange={setProduct}
      />
      <p className="text-quiet">
        {t("orders:exits.convert_means", { from: meaning(position.product), to: meaning(product) })}
      </p>
      {both && (
        <Segmented
          label={t("orders:exits.which_part")}
          value={overnight ? "carried" : "today"}
          choices={[
            { value: "today", label: t("orders:exits.today_part", { quantity: money.quantity(today) }) },
            { value: "carried", label: t("orders:exits.carried_part", { quantity: money.quantity(carried) }) },
          ]}
          onChange={(part) => {
            setOvernight(part === "carried");
            setText(null);
          }}
        />
      )}
      <Field
        label={t("orders:exits.quantity", { open: money.quantity(open) })}
        inputMode="numeric"
        value={text ?? money.quantity(open)}
        error={quantity === null ? t("orders:exits.quantity_wrong", { open: money.quantity(open) }) : undefined}
        onChange={(event) => setText(event.target.value)}
      />
      {problem && (
        <Notice tone={unclear ? "warning" : "bad"}>
          {unclear && <p className="font-medium">{t("orders:exits.unclear")}</p>}
          <p>{inWords(problem)}</p>
        </Notice>
      )}
      <Button
        look="primary"
        size="lg"
        disabled={quantity === null || isLoading || !online}
        why={online ? null : t("orders:offline")}
        onClick={() => void send()}
      >
        {unclear
          ? t("orders:exits.ask_again")
          : t("orders:exits.convert_now", {
              quantity: quantity === null ? "" : money.quantity(quantity),
              product,
              account: lot.label,
            })}
      </Button>
    </>
  );
}
