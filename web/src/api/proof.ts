// What a stolen screen must not do asks for the person: whoever asks for a proof on the screen says so here, and a call that needs one waits for it.

/** How the person can show who they are, as the server names it. */
export type ProofWay = "password" | "totp" | "passkey" | "recovery" | "oidc";
/** Asks the person; true once they have shown who they are, false when they would rather not. */
type Asker = (ways: ProofWay[]) => Promise<boolean>;

let asker: Asker | null = null;
let running: Promise<boolean> | null = null;

export function askWith(asks: Asker): () => void {
  asker = asks;
  return () => {
    if (asker === asks) asker = null;
  };
}

/** Several calls that need a proof at once ask for one. */
export function proven(ways: ProofWay[]): Promise<boolean> {
  if (!asker) return Promise.resolve(false);
  running ??= asker(ways).finally(() => {
    running = null;
  });
  return running;
}
