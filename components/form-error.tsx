import type { ReactNode } from "react";
import { Icon } from "./icon";

/** Why it did not work, and what helps. */
export function FormError({ message, hint }: { message: ReactNode; hint?: ReactNode }) {
  return (
    <div className="form-error" role="alert">
      <Icon name="danger" />
      <div>
        <p className="strong">{message}</p>
        {hint ? <p className="hint">{hint}</p> : null}
      </div>
    </div>
  );
}
