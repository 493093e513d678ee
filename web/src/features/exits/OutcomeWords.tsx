// What became of a write to a broker, in its own words; what nobody knows is never called done.
import type { BrokerRequest } from "@/api";
import { StateWord, type Tone } from "@/components/badge";
import { hasText, t } from "@/text";

const tones: Record<BrokerRequest["outcome"], Tone> = {
  done: "good",
  rejected: "bad",
  unknown: "unknown",
  asked: "unknown",
};

export function OutcomeWords({ request }: { request: BrokerRequest }) {
  const key = `orders:outcome.${request.outcome}`;
  return (
    <div role="status" className="flex flex-col gap-1">
      <StateWord tone={tones[request.outcome] ?? "unknown"}>{hasText(key) ? t(key) : request.outcome}</StateWord>
      {request.broker_words && <q className="text-quiet">{request.broker_words}</q>}
    </div>
  );
}
