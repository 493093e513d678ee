// What a market does now and then, played on demand; and one price moved by hand.
import "@/text/rooms/sandbox";
import { useState } from "react";
import type { Sandbox } from "@/api";
import { useMovePriceMutation, usePlayScenarioMutation } from "@/api/sandbox";
import { Button } from "@/components/button";
import { Field, Select } from "@/components/field";
import { Part } from "@/components/part";
import { toast } from "@/components/toasts";
import * as money from "@/lib/money";
import { hasText, t } from "@/text";
import { Refused } from "./Refused";

const nameOf = (name: string): string => {
  const key = `sandbox:play.names.${name}`;
  return hasText(key) ? t(key) : name.replaceAll("_", " ");
};

export function Scenarios({ scenarios }: { scenarios: Sandbox["scenarios"] }) {
  const [name, setName] = useState(scenarios[0]?.name ?? "");
  const [symbol, setSymbol] = useState("NSE:INFY");
  const [price, setPrice] = useState("");
  const [play, playing] = usePlayScenarioMutation();
  const [move, moving] = useMovePriceMutation();
  const chosen = scenarios.find((each) => each.name === name);
  const wanted = symbol.trim().toUpperCase();
  const amount = money.parse(price);

  async function start(): Promise<void> {
    const { error } = await play({ scenarioIn: { name, symbol: wanted || null } });
    if (!error) toast({ tone: "info", title: t("sandbox:play.played", { name: nameOf(name) }), text: chosen?.words });
  }

  async function moveTo(to: money.Amount): Promise<void> {
    const { error } = await move({ priceIn: { symbol: wanted, price: money.toWire(to) } });
    if (!error) toast({ tone: "info", title: t("sandbox:play.moved", { symbol: wanted, price: money.price(to) }) });
  }

  return (
    <Part room="wide" title={t("sandbox:play.title")} about={t("sandbox:play.about")}>
      <Refused error={playing.error ?? moving.error} />
      <Select
        label={t("sandbox:play.scenario")}
        value={name}
        hint={chosen?.words}
        onChange={(event) => setName(event.target.value)}
      >
        {scenarios.map((each) => (
          <option key={each.name} value={each.name}>
            {nameOf(each.name)}
          </option>
        ))}
      </Select>
      <div className="grid grid-cols-2 items-end gap-3 sm:grid-cols-4">
        <Field
          label={t("sandbox:play.symbol")}
          placeholder={chosen?.everywhere ? t("sandbox:play.everywhere") : "NSE:INFY"}
          value={symbol}
          onChange={(event) => setSymbol(event.target.value)}
        />
        <Button
          look="primary"
          disabled={playing.isLoading || (!wanted && !chosen?.everywhere)}
          onClick={() => void start()}
        >
          {t("sandbox:play.play")}
        </Button>
        <Field
          label={t("sandbox:play.price")}
          inputMode="decimal"
          value={price}
          onChange={(event) => setPrice(event.target.value)}
        />
        <Button
          disabled={moving.isLoading || !wanted || amount === null || amount <= 0n}
          onClick={() => amount !== null && void moveTo(amount)}
        >
          {t("sandbox:play.move")}
        </Button>
      </div>
    </Part>
  );
}
