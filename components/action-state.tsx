"use client";

import { createContext, useContext } from "react";

/** What a server action answers; the same shape as ActionResult of lib/transport/action. */
export type ActionAnswer<T = unknown> =
  | { ok: true; data: T }
  | {
      ok: false;
      error: {
        code: string;
        message: string;
        hint?: string | undefined;
        fields?: { field: string; message: string }[] | undefined;
      };
    };

export interface ActionState {
  pending: boolean;
  error: Extract<ActionAnswer, { ok: false }>["error"] | null;
}

const Context = createContext<ActionState>({ pending: false, error: null });

export const ActionStateProvider = Context.Provider;

/** Whether the surrounding form is being sent, and what the last answer refused. */
export function useActionForm(): ActionState {
  return useContext(Context);
}

/** What the last answer says about the field `name` ("policy.approvals"); undefined: nothing. */
export function useFieldError(name: string | undefined): string | undefined {
  const { error } = useContext(Context);
  if (!name) return undefined;
  return error?.fields?.find((entry) => entry.field === name || entry.field.startsWith(`${name}.`))?.message;
}
