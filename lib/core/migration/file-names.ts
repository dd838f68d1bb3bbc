/** What a file's path says: which migration it belongs to and which part of it it is. */
export interface FilePart {
  service?: string;
  filename: string;
  version: string;
  name: string;
  kind: "versioned" | "repeatable";
  /** `whole`: up, and perhaps down behind a marker; `config`: a sidecar with settings. */
  role: "up" | "down" | "whole" | "config";
}

/** diesel writes dates with dashes; they are left out of the version, as diesel does. */
const VERSIONED = /^(\d{4}-\d{2}-\d{2}-\d{6}|\d+(?:\.\d+)*)(?:[_\s-]+(.*))?$/;
const FLYWAY = /^([VU])(\d+(?:[._]\d+)*)__(.+)$/;
const REPEATABLE = /^R__(.+)$/;

/**
 * @param path relative, with `/`
 * @returns null for what is no SQL (README, lock files, hidden files), "unknown" for SQL whose name tells nothing
 */
export function describePath(path: string): FilePart | "unknown" | null {
  const folders = path.split("/").filter((part) => part !== "" && part !== ".");
  const base = folders.pop() ?? "";
  if (base.startsWith(".") || folders.some((folder) => folder.startsWith(".") || folder === "__MACOSX"))
    return null;
  const config = base.endsWith(".sql.conf");
  const file = config ? base.slice(0, -".conf".length) : base;
  if (!file.toLowerCase().endsWith(".sql")) return null;
  const stem = file.slice(0, -4);

  const inFolder = stem === "up" || stem === "down" || stem === "migration";
  const own = inFolder ? folders.pop() : stem.replace(/\.(up|down)$/, "");
  if (own === undefined) return "unknown";
  const identity = readName(own);
  if (!identity) return "unknown";
  const service = serviceOf(folders);
  return {
    ...(service === undefined ? {} : { service }),
    ...identity,
    role: config ? "config" : readRole(stem, own, inFolder),
  };
}

/** Folders that say that there are migrations in them, and not whose: orders/prisma/migrations/…, orders/db/2024/… */
const KIND = /^migrat(?:e|ions?)$/i;
const ABOVE_KIND = /^(?:prisma|db|database|sql)$/i;
const PERIOD = /^v?\d+(?:[._-]\d+)*$/i;

/** The innermost folder whose name can be a service's. */
function serviceOf(folders: readonly string[]): string | undefined {
  const names = [...folders];
  const drop = (pattern: RegExp) => {
    while (pattern.test(names.at(-1) ?? "")) names.pop();
  };
  drop(PERIOD);
  if (KIND.test(names.at(-1) ?? "")) {
    drop(KIND);
    drop(ABOVE_KIND);
  }
  return names.at(-1);
}

function readRole(stem: string, own: string, inFolder: boolean): FilePart["role"] {
  if (inFolder) return stem === "down" ? "down" : "up";
  if (stem.endsWith(".down")) return "down";
  if (stem.endsWith(".up")) return "up";
  return /^U\d/.test(own) ? "down" : "whole";
}

/** Version and name out of a file's or folder's name without suffix. */
export function readName(stem: string): Pick<FilePart, "filename" | "version" | "name" | "kind"> | null {
  const repeatable = REPEATABLE.exec(stem);
  if (repeatable) return { filename: stem, version: "", name: repeatable[1] ?? "", kind: "repeatable" };
  const flyway = FLYWAY.exec(stem);
  if (flyway) {
    const version = (flyway[2] ?? "").replaceAll("_", ".");
    return { filename: `V${stem.slice(1)}`, version, name: flyway[3] ?? "", kind: "versioned" };
  }
  const plain = VERSIONED.exec(stem);
  if (!plain) return null;
  return {
    filename: stem,
    version: (plain[1] ?? "").replaceAll("-", ""),
    name: plain[2] || stem,
    kind: "versioned",
  };
}
