import { cva, type VariantProps } from "class-variance-authority";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "../class-names";

const button = cva("btn", {
  variants: {
    /** `go`: the one solid button of a page. `stop`: ends or destroys. `quiet`: beside another. */
    variant: { default: "", go: "go", stop: "stop", quiet: "quiet" },
    size: { default: "", small: "small", big: "big", icon: "icon", "small-icon": "small icon" },
    wide: { true: "wide" },
  },
});

export interface ButtonProps extends ComponentProps<"button">, VariantProps<typeof button> {
  /** Gives the look to the one child, a link for instance. */
  asChild?: boolean;
  /** Shows that it works on it; the button keeps its focus and does nothing. */
  pending?: boolean | undefined;
}

export function Button({
  variant,
  size,
  wide,
  asChild,
  pending,
  className,
  children,
  onClick,
  ...props
}: ButtonProps) {
  const classes = cn(button({ variant, size, wide }), className);
  if (asChild) return <Slot.Root className={classes}>{children}</Slot.Root>;
  return (
    <button
      type="button"
      {...props}
      className={classes}
      aria-disabled={pending || props["aria-disabled"] || undefined}
      aria-busy={pending || undefined}
      onClick={pending ? (event) => event.preventDefault() : onClick}
    >
      {pending ? <span className="spinner" aria-hidden="true" /> : null}
      {children}
    </button>
  );
}
