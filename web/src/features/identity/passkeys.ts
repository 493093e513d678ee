// The browser's own passkeys: what the server asks for goes in, what it checks comes out. Nothing here is secret.
import { t } from "@/text";
import "@/text/rooms/identity";

export type Options = Record<string, unknown>;
export type Credential = Record<string, unknown>;

/** True where this browser can make and use passkeys, written as JSON. */
export const knowsPasskeys = (): boolean =>
  typeof PublicKeyCredential !== "undefined" && "parseRequestOptionsFromJSON" in PublicKeyCredential;

/** True at the one address for which passkeys of this installation are made. */
export const passkeysHere = (at: string | null | undefined): boolean =>
  knowsPasskeys() && at === window.location.origin;

/** A new passkey, or one of the errors that `whyNot` puts into words. */
export async function makePasskey(options: Options): Promise<Credential> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as never);
  return written(await navigator.credentials.create({ publicKey }));
}

/** Signs with a passkey. `offered`: only when the person picks one from the e-mail field's own list. */
export async function signWithPasskey(options: Options, signal: AbortSignal, offered = false): Promise<Credential> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as never);
  return written(await navigator.credentials.get({ publicKey, signal, ...(offered && { mediation: "conditional" }) }));
}

/** Whether the browser offers passkeys in the e-mail field. */
export const offersPasskeys = async (): Promise<boolean> =>
  (await PublicKeyCredential.isConditionalMediationAvailable?.()) ?? false;

/** What the browser did not do, in words; null for an error of something else. */
export function whyNot(error: unknown): string | null {
  if (!(error instanceof DOMException)) return null;
  if (error.name === "NotAllowedError" || error.name === "AbortError") return t("identity:passkey.closed");
  if (error.name === "InvalidStateError") return t("identity:passkey.known");
  if (error.name === "SecurityError") return t("identity:passkey.unsafe");
  return t("identity:passkey.failed", { why: error.message });
}

function written(given: globalThis.Credential | null): Credential {
  if (!(given instanceof PublicKeyCredential)) throw new DOMException("", "NotAllowedError");
  return { ...given.toJSON() };
}
