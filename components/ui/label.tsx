import type { ComponentProps } from "react";
import { cn } from "../class-names";

export function Label({ className, children, htmlFor, ...props }: ComponentProps<"label">) {
  return (
    <label {...props} htmlFor={htmlFor} className={cn("label", className)}>
      {children}
    </label>
  );
}
