// Messages to programs that were given up: why, what they were made of, sending them again, and letting them go.
import "@/text/rooms/operator";
import { useCallback, useState } from "react";
import { type DeadLetter, inWords, problemOf } from "@/api";
import {
  useDropDeadLettersMutation,
  useGetDeadLetterQuery,
  useListDeadLettersQuery,
  useReplayDeadLettersMutation,
} from "@/api/operator";
import { Button } from "@/components/button";
import { Question } from "@/components/question";
import { Sheet } from "@/components/sheet";
import { toast } from "@/components/toasts";
import { dayTime } from "@/lib/time";
import { t } from "@/text";
import { OfUser } from "./AccountsPart";
import { Looked, Pages, Room } from "./Looked";

/** What is asked about: some letters, or (null) all there are. */
type Chosen = readonly string[] | null;

interface Acting {
  onReplay: (chosen: Chosen) => void;
  onDrop: (chosen: Chosen) => void;
  onLook: (letter: DeadLetter) => void;
}

export function LettersPart() {
  const [shown, setShown] = useState<DeadLetter | null>(null);
  const [asked, setAsked] = useState<{ act: "replay" | "drop"; chosen: Chosen } | null>(null);
  const [round, setRound] = useState(0);
  const page = useCallback<React.ComponentProps<typeof Pages>["page"]>(
    (props) => (
      <Page
        {...props}
        onLook={setShown}
        onReplay={(chosen) => setAsked({ act: "replay", chosen })}
        onDrop={(chosen) => setAsked({ act: "drop", chosen })}
      />
    ),
    [],
  );
  const Asks = asked?.act === "drop" ? Drop : Replay;
  return (
    <Room about={t("operator:letters.about")}>
      <Pages key={round} page={page} />
      {shown && <Opened letter={shown} onClose={() => setShown(null)} />}
      {asked && <Asks chosen={asked.chosen} onDone={() => setRound(round + 1)} onClose={() => setAsked(null)} />}
    </Room>
  );
}

interface PageProps extends Acting {
  after: string | undefined;
  more: (next: string | null | undefined) => React.ReactNode;
}

function Page({ after, more, ...acting }: PageProps) {
  const answer = useListDeadLettersQuery(
    { before: after === undefined ? undefined : Number(after) },
    { refetchOnMountOrArgChange: true },
  );
  return (
    <Looked
      answer={answer}
      dated={after === undefined}
      nothing={({ items }) => (items.length === 0 ? t("operator:letters.none") : null)}
    >
      {({ items, count, next }) => (
        <>
          {after === undefined && (
            <div className="flex flex-wrap items-center justify-between gap-2">
              <p className="text-quiet">{t("operator:letters.count", { count })}</p>
              <div className="flex gap-2">
                <Button size="sm" onClick={() => acting.onReplay(null)}>
                  {t("operator:letters.replay_all")}
                </Button>
                <Button size="sm" onClick={() => acting.onDrop(null)}>
                  {t("operator:letters.drop_all")}
                </Button>
              </div>
            </div>
          )}
          <ul aria-label={t("operator:parts.letters")} className="border-t border-line">
            {items.map((letter) => (
              <Row key={letter.id} letter={letter} {...acting} />
            ))}
          </ul>
          {more(next === null ? null : String(next))}
        </>
      )}
    </Looked>
  );
}

function Row({ letter, onLook, onReplay, onDrop }: { letter: DeadLetter } & Acting) {
  const words = [
    t("operator:letters.made", { time: dayTime(letter.made_at) }),
    t("operator:letters.attempts", { count: letter.attempts }),
    ...(letter.tried_at ? [t("operator:letters.tried", { time: dayTime(letter.tried_at) })] : []),
    ...(letter.enabled ? [] : [t("operator:letters.off")]),
  ];
  const named = (act: "look" | "replay" | "drop") => `${t(`operator:letters.${act}`)}: ${letter.id}`;
  return (
    <li className="flex items-center justify-between gap-3 border-b border-line py-2 max-md:flex-col max-md:items-stretch">
      <div className="min-w-0">
        <div className="flex flex-wrap items-baseline gap-x-3">
          <span className="font-medium">{letter.type}</span>
          <span className="text-xs text-faint tabular-nums">{words.join(" · ")}</span>
        </div>
        <p className="text-sm break-words text-loss">{letter.words}</p>
        <p className="text-xs break-all text-faint">
          {letter.id} · {letter.webhook_id} · <OfUser id={letter.user_id} />
        </p>
      </div>
      <div className="flex shrink-0 gap-2">
        <Button size="sm" aria-label={named("look")} onClick={() => onLook(letter)}>
          {t("operator:letters.look")}
        </Button>
        <Button size="sm" aria-label={named("replay")} onClick={() => onReplay([letter.id])}>
          {t("operator:letters.replay")}
        </Button>
        <Button size="sm" aria-label={named("drop")} onClick={() => onDrop([letter.id])}>
          {t("operator:letters.drop")}
        </Button>
      </div>
    </li>
  );
}

function Opened({ letter, onClose }: { letter: DeadLetter; onClose: () => void }) {
  const answer = useGetDeadLetterQuery({ messageId: letter.id }, { refetchOnMountOrArgChange: true });
  return (
    <Sheet open onClose={onClose} desk="panel" title={letter.type}>
      <div className="flex flex-col gap-3 overflow-y-auto p-4">
        <p className="text-xs text-faint">{t("operator:letters.blanked")}</p>
        <Looked answer={answer} nothing={() => null}>
          {({ status, words, form }) => (
            <>
              <p className="text-sm break-words text-loss">{words}</p>
              {status !== null && (
                <p className="text-xs text-faint">{t("operator:letters.status", { status: String(status) })}</p>
              )}
              <pre className="overflow-x-auto text-xs text-quiet">{JSON.stringify(form, null, 2)}</pre>
            </>
          )}
        </Looked>
      </div>
    </Sheet>
  );
}

interface QuestionProps {
  chosen: Chosen;
  onDone: () => void;
  onClose: () => void;
}

function Replay({ chosen, onDone, onClose }: QuestionProps) {
  const [replay, { error, isLoading }] = useReplayDeadLettersMutation();

  async function submit(): Promise<void> {
    const { data } = await replay({ lettersIn: { ids: chosen && [...chosen] } });
    if (!data) return;
    toast({ tone: "good", title: t("operator:letters.replayed", { count: data.done }) });
    onDone();
    onClose();
  }

  return (
    <Question
      title={t(chosen ? "operator:letters.replay_title" : "operator:letters.replay_all_title")}
      about={t("operator:letters.replay_about")}
      yes={t("operator:letters.replay")}
      busy={isLoading}
      refused={error && inWords(problemOf(error))}
      onYes={() => void submit()}
      onClose={onClose}
    />
  );
}

function Drop({ chosen, onDone, onClose }: QuestionProps) {
  const [drop, { error, isLoading }] = useDropDeadLettersMutation();

  async function submit(): Promise<void> {
    const { data } = await drop({ lettersIn: { ids: chosen && [...chosen] } });
    if (!data) return;
    toast({ tone: "good", title: t("operator:letters.dropped", { count: data.done }) });
    onDone();
    onClose();
  }

  return (
    <Question
      danger
      title={t(chosen ? "operator:letters.drop_title" : "operator:letters.drop_all_title")}
      about={t("operator:letters.drop_about")}
      yes={t("operator:letters.drop")}
      busy={isLoading}
      refused={error && inWords(problemOf(error))}
      onYes={() => void submit()}
      onClose={onClose}
    />
  );
}
