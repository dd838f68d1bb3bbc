import type { ComponentProps } from "react";
import { cn } from "../class-names";

/** Also a radio button with `type="radio"`. */
export function Checkbox({ className, type = "checkbox", ...props }: ComponentProps<"input">) {
  return <input {...props} type={type} className={cn("check", className)} />;
}
