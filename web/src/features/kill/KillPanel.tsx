// The kill switch: how deep, held for two seconds; then what every broker has proven, and the way back.
import { inWords, problemOf, useGetKillSwitchQuery } from "@/api";
import { Button } from "@/components/button";
import { Notice, Waiting } from "@/components/surface";
import { t } from "@/text";
import { Engage } from "./Engage";
import { KillProgress } from "./KillProgress";
import { progressOf } from "./proof";
import { Release } from "./Release";

const WHILE_UNPROVEN = 1000;
const WHILE_PROVEN = 5000;

export function KillPanel() {
  const known = useGetKillSwitchQuery();
  const unproven = known.data?.engaged && !progressOf(known.data).all;
  // Unfocused too: the answer is what one waits for, in whatever window.
  useGetKillSwitchQuery(undefined, {
    pollingInterval: known.data?.engaged ? (unproven ? WHILE_UNPROVEN : WHILE_PROVEN) : 0,
    refetchOnMountOrArgChange: true,
  });
  const { data: kill, error, refetch } = known;
  return (
    <div className="flex flex-col gap-5 px-4 py-4">
      {error && (
        <Notice tone="bad" action={<Button onClick={refetch}>{t("common:retry")}</Button>}>
          {inWords(problemOf(error))}
        </Notice>
      )}
      {!kill && !error && <Waiting rows={4} />}
      {kill?.engaged && <KillProgress kill={kill} />}
      {/* Engaged elsewhere while the button is held: the hold ends with what it was meant for. */}
      {(kill || error) && <Engage key={kill?.engaged ? kill.depth : "off"} now={kill?.engaged ? kill.depth : null} />}
      {kill?.engaged && kill.number !== null && <Release number={kill.number} />}
    </div>
  );
}
