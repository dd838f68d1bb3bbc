import type { ShadowRemark } from "../../core/run/types";
import type { ServerParts, TargetTraits } from "./traits";

export type ShadowKind = "target_server" | "embedded";

export type ShadowNote = ShadowRemark;

/** What is known of the embedded server; null when there is none. */
export interface EmbeddedTraits extends ServerParts {
  major: number;
}

export interface ShadowChoice {
  kind: ShadowKind;
  reason: ShadowNote;
  /** Extensions of the target, and lz4, that the chosen server does not have. */
  missingExtensions: string[];
}

/**
 * Where a copy of the target is made. A production server should not get extra databases without need, and a
 * script that nobody has approved yet should run where it cannot reach anything: so the embedded server comes
 * first, as long as it behaves the same; the target's own server second; an embedded server of another version
 * last, with a note.
 * @param scripts what will run there: an extension that they install, and that the target's server has, counts as its own
 * @returns null when there is no place at all
 */
export function chooseShadow(
  wanted: "auto" | ShadowKind,
  target: TargetTraits,
  embedded: EmbeddedTraits | null,
  scripts: readonly string[],
): ShadowChoice | null {
  const needed = new Set([...target.extensions.map((one) => one.name), ...installedBy(scripts, target)]);
  const missing = embedded ? [...needed].filter((name) => !embedded.extensions.has(name)) : [];
  const lz4 = target.lz4.used || (target.lz4.known && scripts.some((script) => /\blz4\b/i.test(script)));
  if (embedded && lz4 && !embedded.lz4) missing.push("lz4");
  const onTarget: ShadowChoice = {
    kind: "target_server",
    reason: onTargetReason(wanted, target, embedded, missing),
    missingExtensions: [],
  };
  if (wanted === "target_server") return onTarget;
  if (!embedded) return wanted === "auto" && target.canCreateDatabase ? onTarget : null;
  const same = embedded.major === target.major && missing.length === 0;
  if (wanted === "auto" && !same && target.canCreateDatabase) return onTarget;
  return {
    kind: "embedded",
    reason: embeddedReason(wanted, same, target, embedded),
    missingExtensions: missing,
  };
}

function installedBy(scripts: readonly string[], target: TargetTraits): string[] {
  const available = new Set(target.available);
  const creates =
    /\bCREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:"([^"]+)"|([\p{L}_][\p{L}\p{N}_$]*))/giu;
  return scripts
    .flatMap((script) => [...script.matchAll(creates)])
    .map(([, quoted, plain]) => quoted ?? plain?.toLowerCase() ?? "")
    .filter((name) => available.has(name));
}

function onTargetReason(
  wanted: "auto" | ShadowKind,
  target: TargetTraits,
  embedded: EmbeddedTraits | null,
  missing: string[],
): ShadowNote {
  const where = "a scratch database on the target's own server";
  if (wanted === "target_server") {
    return {
      code: "target_wanted",
      params: {},
      message: `Tried in ${where}, as this target's settings ask.`,
    };
  }
  if (!embedded) {
    return {
      code: "target_no_embedded",
      params: {},
      message: `Tried in ${where}: there is no embedded server.`,
    };
  }
  if (embedded.major !== target.major) {
    return {
      code: "target_other_major",
      params: { target: target.major, embedded: embedded.major },
      message: `Tried in ${where}: it runs PostgreSQL ${target.major}, the embedded server ${embedded.major}.`,
    };
  }
  return {
    code: "target_extensions",
    params: { extensions: missing.join(", ") },
    message: `Tried in ${where}: the embedded server lacks ${missing.join(", ")}.`,
  };
}

function embeddedReason(
  wanted: "auto" | ShadowKind,
  same: boolean,
  target: TargetTraits,
  embedded: EmbeddedTraits,
): ShadowNote {
  if (same) {
    return {
      code: "embedded_same",
      params: { major: embedded.major },
      message: `Tried on the embedded PostgreSQL ${embedded.major}, the target's version: the target's server was only read.`,
    };
  }
  const because = wanted === "embedded" ? "as asked" : "the target's role may not create databases";
  return {
    code: wanted === "embedded" ? "embedded_wanted" : "embedded_only_place",
    params: { target: target.major, embedded: embedded.major },
    message: `Tried on the embedded PostgreSQL ${embedded.major} (${because}); the target runs ${target.major}.`,
  };
}
