// Signing in by a passkey: by its button, or picked from the list that the browser shows in the e-mail field.
import { useCallback, useEffect, useRef, useState } from "react";
import { inWords, problemOf, type Token } from "@/api";
import { useBeginPasskeyLoginMutation, useLogInByPasskeyMutation } from "@/api/person";
import { offersPasskeys, passkeysHere, signWithPasskey, whyNot } from "./passkeys";

const RENEWED = 240_000; // milliseconds: what is to be signed is void after five minutes

export function usePasskeyLogin(at: string | null | undefined, enter: (token: Token) => void) {
  const [begin] = useBeginPasskeyLoginMutation();
  const [finish] = useLogInByPasskeyMutation();
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const asked = useRef<AbortController | null>(null);
  const here = passkeysHere(at);

  /** Asks the browser, which can be asked one thing at a time. */
  const ask = useCallback(
    async (offered: boolean): Promise<void> => {
      asked.current?.abort();
      const mine = new AbortController();
      asked.current = mine;
      try {
        const begun = await begin().unwrap();
        if (mine.signal.aborted) return;
        const credential = await signWithPasskey(begun.options, mine.signal, offered);
        enter(await finish({ answerIn: { ceremony: begun.ceremony, credential } }).unwrap());
      } catch (error) {
        if (mine.signal.aborted) return;
        const browser = whyNot(error);
        if (!(offered && browser)) setRefusal(browser ?? inWords(problemOf(error)));
      }
    },
    [begin, enter, finish],
  );

  useEffect(() => {
    if (!here) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let gone = false;
    const offer = async (): Promise<void> => {
      if (gone || !(await offersPasskeys()) || gone) return;
      timer = setTimeout(() => void offer(), RENEWED);
      await ask(true);
    };
    void offer();
    return () => {
      gone = true;
      clearTimeout(timer);
      asked.current?.abort();
    };
  }, [here, ask]);

  const signIn = useCallback(async () => {
    setRefusal(null);
    setBusy(true);
    await ask(false);
    setBusy(false);
  }, [ask]);

  return { here, signIn, busy, refusal };
}
