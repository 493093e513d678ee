// A labelled input whose error stands below it, in words with the fix.
import { useId } from "react";
import { cx } from "@/lib/classes";

type Props = React.ComponentProps<"input"> & {
  label: string;
  error?: string | null;
  hint?: React.ReactNode;
  trailing?: React.ReactNode;
};

export function Field({ label, error, hint, trailing, className, id, ...rest }: Props) {
  const own = useId();
  const inputId = id ?? own;
  return (
    <div className={className}>
      <div className="mb-1 flex items-baseline justify-between gap-2">
        <label htmlFor={inputId} className="text-xs text-quiet">
          {label}
        </label>
        {trailing}
      </div>
      <input
        id={inputId}
        className="field"
        aria-invalid={error ? true : undefined}
        aria-describedby={error || hint ? `${inputId}-note` : undefined}
        {...rest}
      />
      {(error || hint) && (
        <p id={`${inputId}-note`} className={cx("mt-1 text-xs", error ? "text-loss" : "text-faint")}>
          {error ?? hint}
        </p>
      )}
    </div>
  );
}

export interface Choice<T extends string> {
  value: T;
  label: string;
  title?: string;
  disabled?: boolean;
}

interface SegmentedProps<T extends string> {
  label: string;
  value: T;
  choices: readonly Choice<T>[];
  onChange: (value: T) => void;
  disabled?: boolean;
  hideLabel?: boolean;
  selected?: string;
}

/** A row of exclusive choices; arrow keys move between them as in any radio group. */
export function Segmented<T extends string>(props: SegmentedProps<T>) {
  const { label, value, choices, onChange, disabled, hideLabel, selected } = props;
  const name = useId();
  return (
    <fieldset disabled={disabled} className="min-w-0">
      <legend className={hideLabel ? "sr-only" : "mb-1 text-xs text-quiet"}>{label}</legend>
      <div className="flex rounded-md border border-edge p-px">
        {choices.map((choice) => (
          <label
            key={choice.value}
            title={choice.title}
            className={cx(
              "relative flex h-[28px] flex-auto cursor-pointer items-center justify-center rounded-[5px] px-2 text-sm whitespace-nowrap max-md:h-11",
              "has-focus-visible:outline-2 has-focus-visible:outline-accent",
              value === choice.value ? (selected ?? "bg-pressed font-medium text-ink") : "text-quiet hover:bg-hover",
              choice.disabled && "cursor-not-allowed opacity-40",
            )}
          >
            <input
              type="radio"
              name={name}
              className="absolute inset-0 cursor-[inherit] opacity-0"
              checked={value === choice.value}
              disabled={choice.disabled}
              onChange={() => onChange(choice.value)}
            />
            {choice.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function Chips<T extends string>({
  label,
  value,
  choices,
  onChange,
}: Omit<SegmentedProps<T>, "disabled" | "hideLabel" | "selected">) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a scrolling flex row in every browser
    <div role="group" aria-label={label} className="flex gap-1 overflow-x-auto">
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          aria-pressed={value === choice.value}
          onClick={() => onChange(choice.value)}
          className={cx(
            "h-7 rounded-full border px-2.5 text-xs whitespace-nowrap max-md:h-11 max-md:px-4",
            value === choice.value ? "border-ink bg-ink text-ground" : "border-edge text-quiet hover:bg-hover",
          )}
        >
          {choice.label}
        </button>
      ))}
    </div>
  );
}

/** A native select in our dress: every phone knows how to open it. */
export function Select({
  label,
  className,
  hint,
  id,
  children,
  ...rest
}: React.ComponentProps<"select"> & { label: string; hint?: React.ReactNode }) {
  const own = useId();
  return (
    <div className={className}>
      <label htmlFor={id ?? own} className="mb-1 block text-xs text-quiet">
        {label}
      </label>
      <select id={id ?? own} className="field" {...rest}>
        {children}
      </select>
      {hint && <p className="mt-1 text-xs text-faint">{hint}</p>}
    </div>
  );
}
