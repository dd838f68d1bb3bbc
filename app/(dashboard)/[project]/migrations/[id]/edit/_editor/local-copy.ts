/** What this browser keeps of a text that the server may not have yet. */
export interface LocalCopy {
  up: string;
  down: string | null;
  baseRevision: number;
  /** Milliseconds since 1970, by this browser's clock. */
  at: number;
  /** Whether the server has it. */
  sent: boolean;
}

const keyOf = (id: string) => `dbmigrator.text.${id}`;

/** null: nothing kept, or nothing that can be read. */
export function readLocalCopy(id: string): LocalCopy | null {
  try {
    const copy = JSON.parse(localStorage.getItem(keyOf(id)) ?? "null") as LocalCopy | null;
    return copy && typeof copy.up === "string" && typeof copy.baseRevision === "number" ? copy : null;
  } catch {
    return null;
  }
}

/** @returns whether the browser could keep it (private windows and full disks may not) */
export function writeLocalCopy(id: string, copy: LocalCopy): boolean {
  try {
    localStorage.setItem(keyOf(id), JSON.stringify(copy));
    return true;
  } catch {
    return false;
  }
}

export function dropLocalCopy(id: string): void {
  try {
    localStorage.removeItem(keyOf(id));
  } catch {
    // Nothing was kept, then.
  }
}
