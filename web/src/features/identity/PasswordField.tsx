// A password that can be looked at, pasted and filled in by a password manager; a new one says how good it is.
import "@/text/rooms/security";
import { useEffect, useState } from "react";
import { useCheckPasswordMutation } from "@/api/person";
import { Field } from "@/components/field";
import { cx } from "@/lib/classes";
import { t } from "@/text";

type Props = Omit<React.ComponentProps<typeof Field>, "type" | "trailing">;

export function PasswordField(props: Props) {
  const [shown, setShown] = useState(false);
  return (
    <Field
      {...props}
      type={shown ? "text" : "password"}
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      trailing={
        <button
          type="button"
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
          className="text-xs text-accent max-md:-my-3.5 max-md:min-h-11 max-md:px-2"
        >
          {t(shown ? "security:hide" : "security:show")}
        </button>
      }
    />
  );
}

const LEAST = 10;
const PAUSE = 400; // milliseconds without a key before it is asked how good the password is

interface NewProps extends Props {
  value: string;
  /** Of whom it would be: an own name makes a bad password. */
  of?: { email?: string; name?: string };
}

/** A password to be chosen, with how soon it would be guessed. */
export function NewPasswordField({ of, hint, ...props }: NewProps) {
  const { value } = props;
  const [check, checked] = useCheckPasswordMutation();
  const { email = "", name = "" } = of ?? {};
  const long = value.length >= LEAST;
  useEffect(() => {
    if (!long) return;
    const asks = setTimeout(() => void check({ passwordCheckIn: { password: value, email, name } }), PAUSE);
    return () => clearTimeout(asks);
  }, [check, value, long, email, name]);
  const judged = long ? checked.data : undefined;
  const words = judged
    ? [t(`security:strength.${judged.strength}`), judged.words, judged.fix].filter(Boolean).join(" ")
    : (hint ?? t("security:new_hint", { count: LEAST }));
  return (
    <div>
      <PasswordField {...props} autoComplete="new-password" hint={<span aria-live="polite">{words}</span>} />
      <div className="mt-1.5 flex gap-1" aria-hidden="true">
        {STEPS.map((step, place) => (
          <span
            key={step}
            className={cx(
              "h-0.5 flex-1 rounded-full",
              judged && place <= STEPS.indexOf(judged.strength) ? COLOURS[judged.strength] : "bg-line",
            )}
          />
        ))}
      </div>
    </div>
  );
}

const STEPS = ["too_weak", "weak", "fair", "strong"] as const;
const COLOURS = { too_weak: "bg-loss", weak: "bg-warning", fair: "bg-gain", strong: "bg-gain" };
