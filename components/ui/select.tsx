import type { ComponentProps } from "react";
import { cn } from "../class-names";
import { Icon } from "../icon";

export interface SelectOption {
  value: string;
  label: string;
  disabled?: boolean;
}

/** The system's own list, styled: it works in forms, on phones and with every screen reader. */
export function Select({
  options,
  className,
  children,
  ...props
}: ComponentProps<"select"> & { options?: readonly SelectOption[] }) {
  return (
    <span className="select-box">
      <select {...props} className={cn("input", className)}>
        {children}
        {options?.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.label}
          </option>
        ))}
      </select>
      <Icon name="down" />
    </span>
  );
}
