import type { FactId } from "../schema/types";
import type { Actions, Planning } from "./actions";

/** A statement that keeps writers out although `online` was asked for, and why. */
export interface OnlineNote {
  id: FactId;
  reason: "retype" | "exclusion" | "partitioned_key" | "rebuild";
}

export function goOnline(_actions: Actions, _planning: Planning): OnlineNote[] {
  return [];
}
