import type { ComponentProps } from "react";
import { cn } from "../class-names";

/** On or off, at once or with the form. */
export function Switch({ className, ...props }: Omit<ComponentProps<"input">, "type">) {
  // biome-ignore lint/a11y/useAriaPropsForRole: the browser tells the state of a check box by itself.
  return <input {...props} type="checkbox" role="switch" className={cn("toggle-input", className)} />;
}
