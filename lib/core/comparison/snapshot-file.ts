import { DomainError } from "../../errors";
import { KIND_LIST } from "../schema/kinds/all";
import type { Fact, FactId, Member, Snapshot } from "../schema/types";

const FORMAT = "dbmigrator.schema";
const VERSION = 1;

/** What a snapshot is kept as: JSON that a comparison reads again. */
export interface SnapshotFile {
  format: typeof FORMAT;
  formatVersion: typeof VERSION;
  /** What it was read from, for people; never a password. */
  label: string;
  /** ISO 8601. */
  takenAt: string;
  serverVersion: number;
  role: string;
  facts: Fact[];
  /** Missing in files of before. */
  members?: Member[];
  unsupported: Snapshot["unsupported"];
  unreadable: Snapshot["unreadable"];
}

export function writeSnapshotFile(snapshot: Snapshot, about: { label: string; takenAt: Date }): SnapshotFile {
  return {
    format: FORMAT,
    formatVersion: VERSION,
    label: about.label,
    takenAt: about.takenAt.toISOString(),
    serverVersion: snapshot.version,
    role: snapshot.currentRole,
    facts: [...snapshot.facts.values()],
    members: [...snapshot.members.values()],
    unsupported: snapshot.unsupported,
    unreadable: snapshot.unreadable,
  };
}

/**
 * Reads what writeSnapshotFile wrote, also out of a page that `snapshot --format html` made.
 * @param name of the file, for messages
 * @throws DomainError validation, snapshot.invalid
 */
export function readSnapshotFile(
  text: string,
  name: string,
): { snapshot: Snapshot; label: string; takenAt: string } {
  const file = parseFile(text, name);
  const facts = new Map<FactId, Fact>();
  const children = new Map<FactId, Fact[]>();
  for (const fact of file.facts) {
    requireFact(fact, name);
    facts.set(fact.id, fact);
    if (fact.parent === null) continue;
    const known = children.get(fact.parent);
    if (known) known.push(fact);
    else children.set(fact.parent, [fact]);
  }
  const snapshot: Snapshot = {
    version: file.serverVersion,
    currentRole: file.role,
    facts,
    children,
    members: new Map((file.members ?? []).map((member) => [member.fact.id, member])),
    unsupported: file.unsupported,
    unreadable: file.unreadable,
  };
  return { snapshot, label: file.label, takenAt: file.takenAt };
}

const EMBEDDED = /<script type="application\/json" id="dbmigrator-snapshot">([\s\S]*?)<\/script>/;

function parseFile(text: string, name: string): SnapshotFile {
  const inside = text.trimStart().startsWith("<") ? EMBEDDED.exec(text)?.[1] : text;
  if (inside === undefined) throw invalid(name, "the page holds no snapshot");
  let value: unknown;
  try {
    value = JSON.parse(inside);
  } catch (error) {
    throw invalid(name, `it is not JSON: ${(error as Error).message}`);
  }
  const file = value as Partial<SnapshotFile> | null;
  if (typeof file !== "object" || file === null || file.format !== FORMAT)
    throw invalid(name, `it does not say "format": "${FORMAT}"`);
  if (file.formatVersion !== VERSION) throw invalid(name, "it was made by a newer DBMigrator");
  const complete =
    Array.isArray(file.facts) &&
    Array.isArray(file.unsupported) &&
    Array.isArray(file.unreadable) &&
    typeof file.serverVersion === "number" &&
    typeof file.role === "string";
  if (!complete) throw invalid(name, "parts of it are missing");
  return {
    ...(file as SnapshotFile),
    label: String(file.label ?? name),
    takenAt: String(file.takenAt ?? ""),
  };
}

function requireFact(fact: unknown, name: string): void {
  const one = fact as Partial<Fact> | null;
  const fits =
    typeof one === "object" &&
    one !== null &&
    typeof one.id === "string" &&
    typeof one.name === "string" &&
    typeof one.kind === "string" &&
    isKnown(one.kind) &&
    typeof one.body === "object" &&
    one.body !== null &&
    Array.isArray(one.deps);
  if (!fits) throw invalid(name, "an object in it cannot be read");
}

function isKnown(kind: Fact["kind"]): boolean {
  return KIND_LIST.some((one) => one.kind === kind);
}

function invalid(name: string, why: string): DomainError {
  return new DomainError("validation", "snapshot.invalid", `${name} is no snapshot: ${why}.`, {
    details: { name, why },
    hint: "Give a file that `dbmigrator snapshot` wrote, an SQL file, or a folder of migrations.",
  });
}
