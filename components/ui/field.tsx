"use client";

import { useTranslations } from "next-intl";
import { cloneElement, type ReactElement, type ReactNode, useId } from "react";
import { useFieldError } from "../action-state";
import { cn } from "../class-names";
import { Icon } from "../icon";

interface ControlProps {
  id?: string;
  name?: string;
  "aria-describedby"?: string | undefined;
  "aria-invalid"?: boolean | undefined;
}

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  /** Shown instead of what the form's action answered for this name. */
  error?: string | undefined;
  optional?: boolean;
  /** Check boxes and switches: the label stands beside. */
  beside?: boolean;
  className?: string;
  /** One Input, Textarea, Select, Checkbox or Switch with a `name`. */
  children: ReactElement<ControlProps>;
}

/** Label, control, hint and error, joined for screen readers. Inside ActionForm it finds its own error by `name`. */
export function Field({ label, hint, error, optional, beside, className, children }: FieldProps) {
  const t = useTranslations("common");
  const own = useId();
  const id = children.props.id ?? own;
  const answered = useFieldError(children.props.name);
  const shown = error ?? answered;
  const describedBy = [hint ? `${id}-hint` : null, shown ? `${id}-error` : null].filter(Boolean).join(" ");
  const control = cloneElement(children, {
    id,
    "aria-describedby": describedBy || undefined,
    "aria-invalid": shown ? true : undefined,
  });
  const name = (
    <label className="label" htmlFor={id}>
      {label}
      {optional ? <span className="optional">{t("optional")}</span> : null}
    </label>
  );
  return (
    <div className={cn("field", beside && "beside", className)}>
      {beside ? control : name}
      {beside ? name : control}
      {hint ? (
        <p id={`${id}-hint`} className="hint">
          {hint}
        </p>
      ) : null}
      {shown ? (
        <p id={`${id}-error`} className="error" role="alert">
          <Icon name="danger" />
          {shown}
        </p>
      ) : null}
    </div>
  );
}
