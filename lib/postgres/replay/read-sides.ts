import { filterSnapshot, type SchemaScope } from "../../core/comparison/filter";
import { adoptOwners, mapRole } from "../../core/schema/map-role";
import type { Kind, Snapshot } from "../../core/schema/types";
import { unreadKinds, withoutKinds } from "../../core/schema/without-kinds";
import { type ConnectionSpec, closeConnection, openConnection } from "../connection/connect";
import { readSnapshot } from "../introspect/read-snapshot";
import type { ShadowKind, ShadowNote } from "../shadow/choice";
import type { EmbeddedSource } from "../shadow/shadow";
import { type ReplayScript, replayScripts } from "./replay";
import type { Unreplayed } from "./run-script";

/** Where one side of a comparison comes from. */
export type SideSource =
  | { kind: "database"; label: string; spec: ConnectionSpec }
  /** Run in an empty scratch database. */
  | { kind: "scripts"; label: string; scripts: readonly ReplayScript[] }
  | { kind: "snapshot"; label: string; snapshot: Snapshot };

export interface ReadSide {
  label: string;
  kind: SideSource["kind"];
  snapshot: Snapshot;
  notes: ShadowNote[];
  unreplayed: Unreplayed[];
  durationMs: number;
}

export interface ReadSidesOptions {
  embedded?: EmbeddedSource;
  place?: "auto" | ShadowKind;
  guardAddresses?: boolean;
  scope?: SchemaScope;
  /** Also roles and memberships, where both sides are databases. */
  roles?: boolean;
  /** Who owns what is left out. */
  ignoreOwners?: boolean;
  /** The role that reads the target stands for the one that reads the source: each environment has its own. */
  sameRole?: boolean;
  signal?: AbortSignal;
  onProgress?: (label: string, done: number, of: number) => void;
}

export interface BothSides {
  source: ReadSide;
  target: ReadSide;
  /** Left out on both sides, since statements about them were not replayed. */
  blind: Kind[];
  /** Whether owners were left out: always when a side was replayed, for a scratch copy has one owner. */
  ownersIgnored: boolean;
}

/**
 * Reads both sides of a comparison; scripts are replayed on a scratch server like the other side's. Writes nothing in
 * any database that is named.
 * @throws DomainError of openConnection and replayScripts
 */
export async function readSides(
  source: SideSource,
  target: SideSource,
  options: ReadSidesOptions = {},
): Promise<BothSides> {
  const roles = options.roles === true && source.kind === "database" && target.kind === "database";
  const first = await readOne(source, { ...options, roles });
  const second = await readOne(target, { ...options, roles });
  const read = {
    source: first ?? (await replaySide(source, target, second?.side.snapshot, options)),
    target: second ?? (await replaySide(target, source, first?.side.snapshot, options)),
  };
  const blind = [...new Set([...read.source.blind, ...read.target.blind])];
  const ownersIgnored =
    options.ignoreOwners === true || source.kind === "scripts" || target.kind === "scripts";
  // What scripts make without rights is not there, whoever reads it.
  const unread = [read.source.side, read.target.side]
    .filter((side) => side.kind !== "scripts")
    .flatMap((side) => unreadKinds(side.snapshot));
  const narrow = (side: ReadSide): ReadSide => {
    const narrowed = withoutKinds(filterSnapshot(side.snapshot, options.scope ?? {}), [...blind, ...unread]);
    return { ...side, snapshot: narrowed };
  };
  const sides = { source: narrow(read.source.side), target: narrow(read.target.side) };
  if (options.sameRole) {
    const { snapshot } = sides.target;
    sides.target.snapshot = mapRole(snapshot, snapshot.currentRole, sides.source.snapshot.currentRole);
  }
  if (ownersIgnored) sides.target.snapshot = adoptOwners(sides.target.snapshot, sides.source.snapshot);
  return { ...sides, blind, ownersIgnored };
}

interface WithBlind {
  side: ReadSide;
  blind: Kind[];
}

async function readOne(source: SideSource, options: ReadSidesOptions): Promise<WithBlind | null> {
  const { kind, label } = source;
  if (kind === "scripts") return null;
  const started = performance.now();
  const snapshot = kind === "snapshot" ? source.snapshot : await readDatabase(source.spec, options);
  options.signal?.throwIfAborted();
  return {
    side: { label, kind, snapshot, notes: [], unreplayed: [], durationMs: since(started) },
    blind: [],
  };
}

async function readDatabase(spec: ConnectionSpec, options: ReadSidesOptions): Promise<Snapshot> {
  const client = await openConnection(
    { applicationName: "dbmigrator", ...spec },
    options.guardAddresses === undefined ? {} : { guardAddresses: options.guardAddresses },
  );
  try {
    return await readSnapshot(client, { roles: options.roles ?? false });
  } finally {
    await closeConnection(client);
  }
}

/** Whoever reads nothing else is the owner of what is replayed. */
const NOBODY = "dbmigrator_owner";

async function replaySide(
  side: SideSource,
  other: SideSource,
  known: Snapshot | undefined,
  options: ReadSidesOptions,
): Promise<WithBlind> {
  if (side.kind !== "scripts") throw new Error(`${side.label} is not replayed`);
  const started = performance.now();
  const { embedded, place, guardAddresses, signal, onProgress } = options;
  const replayed = await replayScripts({
    like: other.kind === "database" ? other.spec : null,
    scripts: side.scripts,
    role: known?.currentRole ?? NOBODY,
    ...(known ? { major: Math.trunc(known.version / 10_000) } : {}),
    ...(embedded ? { embedded } : {}),
    ...(place ? { place } : {}),
    ...(guardAddresses === undefined ? {} : { guardAddresses }),
    ...(signal ? { signal } : {}),
    onProgress: (done, of) => onProgress?.(side.label, done, of),
  });
  const { snapshot, notes, unreplayed, blind } = replayed;
  const durationMs = since(started);
  return { side: { label: side.label, kind: "scripts", snapshot, notes, unreplayed, durationMs }, blind };
}

function since(started: number): number {
  return Math.round(performance.now() - started);
}
