// Asks the person again who they are when a call needs it; the dialog comes with its own script when it is first needed.
import { lazy, Suspense, useEffect, useState } from "react";
import { askWith, type ProofWay } from "@/api/proof";

const ProofDialog = lazy(() => import("./ProofDialog").then((module) => ({ default: module.ProofDialog })));

interface Asked {
  ways: ProofWay[];
  answer: (shown: boolean) => void;
}

/** Stands once in the frame: every change that answers `step_up_needed` is then asked for and sent again by itself. */
export function useProven(): [Asked | null, (shown: boolean) => void] {
  const [asked, setAsked] = useState<Asked | null>(null);
  useEffect(() => askWith((ways) => new Promise((answer) => setAsked({ ways, answer }))), []);
  return [
    asked,
    (shown) => {
      asked?.answer(shown);
      setAsked(null);
    },
  ];
}

export function ProofHost() {
  const [asked, done] = useProven();
  if (!asked) return null;
  return (
    <Suspense fallback={null}>
      <ProofDialog ways={asked.ways} onDone={done} />
    </Suspense>
  );
}
