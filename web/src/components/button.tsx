// Buttons: one height on the desk, thumb height on the phone; a disabled one says why.
import { cva, type VariantProps } from "class-variance-authority";
import { cx } from "@/lib/classes";

const button = cva(
  "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap select-none transition-colors duration-100 disabled:opacity-50",
  {
    variants: {
      look: {
        plain: "border border-edge text-ink hover:bg-hover active:bg-pressed",
        ghost: "text-quiet hover:bg-hover hover:text-ink active:bg-pressed",
        primary: "bg-accent text-accent-ink hover:opacity-90",
        buy: "bg-buy text-on-side hover:brightness-110",
        sell: "bg-sell text-on-side hover:brightness-110",
        danger: "border border-loss text-loss hover:bg-hover",
      },
      size: {
        sm: "h-7 px-2 text-xs max-md:h-11 max-md:px-3",
        md: "h-8 px-3 text-sm max-md:h-11",
        lg: "h-10 px-4 text-base max-md:h-12",
        icon: "size-8 max-md:size-11",
      },
    },
    defaultVariants: { look: "plain", size: "md" },
  },
);

type Props = React.ComponentProps<"button"> & VariantProps<typeof button> & { why?: string | null };

export function Button({ look, size, className, type = "button", why, title, ...rest }: Props) {
  return (
    <button
      type={type}
      title={rest.disabled && why ? why : title}
      className={cx(button({ look, size }), className)}
      {...rest}
    />
  );
}

export const buttonLook = button;
