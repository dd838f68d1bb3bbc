import { randomUUID } from "node:crypto";
import type { ComparisonPlanOptions, SchemaComparison } from "../../core/comparison/compare-schemas";
import { comparisonText } from "../../core/comparison/report-text";
import type { Rename, RenameQuestion } from "../../core/diff/rename/types";
import { checksumOf } from "../../core/migration/checksum";
import { DEFAULT_SERVICE } from "../../core/migration/layouts";
import type { MigrationSource } from "../../core/migration/types";
import { DomainError } from "../../errors";
import { closeConnection } from "../../postgres/connection/connect";
import { type ConnectionSpec, describeSpec } from "../../postgres/connection/connection-spec";
import { readManagedBy, recordBaseline } from "../../postgres/ledger/ledger";
import type { DraftedMigration } from "../../postgres/replay/draft-migration";
import { type Config, readConfig } from "../config";
import { count, note, paint, print, printJson, warn } from "../output";
import { askYesNo } from "../prompt";
import { questionText, renamesOf } from "../renames";
import { appliedBy, isJson } from "../session";
import { openTarget } from "../target";
import { onScratch } from "./compare";
import { type CreateOptions, makeFiles } from "./create";
import { findExpected } from "./diff";

/**
 * Writes the migration for what somebody changed by hand in a development database: the way there and the way back,
 * both tried. The database keeps what it has; its ledger learns that the migration is in effect there.
 */
export async function createAuto(name: string, options: CreateOptions): Promise<number> {
  const config = readConfig();
  const expected = await findExpected({ ...options, optionalFolder: true }, config);
  for (const name of expected.unfinished) warn(`it is not known what of ${name} is in effect.`);
  const drafted = await draft(expected, options);
  const json = isJson(options);
  const { pending } = expected;
  if (drafted.up === "") {
    if (json) printJson({ created: false, changes: [] });
    else print(`Nothing to write: ${describeSpec(expected.spec)} is what its migrations make.`);
    return 0;
  }
  const down = drafted.down === "" ? null : withLosses(drafted);
  const made = makeFiles(name, options, config, { up: drafted.up, down });
  const recorded =
    options.record &&
    expected.from === "ledger" &&
    (await record(expected.spec, made, drafted.up, down, config, options));
  if (pending.length > 0)
    warn(`it was tried without what is pending here: ${pending.join(", ")}. ${APPLY_FIRST}`);
  if (json) printJson({ created: true, ...made, ...asJson(drafted), recorded, pending });
  else show(made.files, drafted, recorded);
  return drafted.proof.up.state === "proven" ? 0 : 1;
}

/** Elsewhere they run before it. */
const APPLY_FIRST = "Elsewhere that runs first; apply it here, and create the migration again if they meet.";

async function draft(
  expected: Awaited<ReturnType<typeof findExpected>>,
  options: CreateOptions,
): Promise<DraftedMigration> {
  return onScratch(async (embedded, signal) => {
    const { draftMigration } = await import("../../postgres/replay/draft-migration");
    return draftMigration({
      spec: expected.spec,
      scripts: expected.side.kind === "scripts" ? expected.side.scripts : [],
      embedded,
      place: "embedded",
      scope: { schemas: options.schema ?? [], exclude: options.exclude ?? [] },
      noise: { owners: !options.owners, grants: !options.privileges },
      answer: (comparison) => answer(comparison, options),
      signal,
    });
  });
}

/** Asks about each drop that may be a rename; without a terminal it must have been said. */
async function answer(comparison: SchemaComparison, options: CreateOptions): Promise<ComparisonPlanOptions> {
  const sides = { source: { snapshot: comparison.from }, target: { snapshot: comparison.to } };
  const renames = renamesOf(options.rename ?? [], sides);
  for (const one of comparison.options.renames ?? [])
    if (!renames.some((own) => same(own, one))) renames.push(one);
  const isSaid = ({ kind, candidates }: RenameQuestion) =>
    candidates.some(({ from }) => renames.some((one) => one.kind === kind && one.from === from));
  const open = comparison.questions.filter((question) => !isSaid(question));
  const notRenamed = [...(comparison.options.notRenamed ?? [])];
  for (const question of open) {
    const [likely] = question.candidates;
    if (options.yes || !likely) notRenamed.push(question.id);
    else if (!process.stdin.isTTY) throw unanswered(open.map(questionText));
    else if (await askYesNo(`Was ${question.kind} ${likely.from} renamed to ${likely.to}? ${likely.why}`)) {
      renames.push({ kind: likely.kind, from: likely.from, to: likely.to });
    } else notRenamed.push(question.id);
  }
  return { renames, notRenamed, online: options.online ?? false };
}

function same(a: Rename, b: Rename): boolean {
  return a.kind === b.kind && a.from === b.from && a.to === b.to;
}

function unanswered(questions: readonly string[]): DomainError {
  const lines = questions.map((one) => `  ${one}`).join("\n");
  return new DomainError(
    "validation",
    "create.unanswered",
    `Nothing was written, since data could be lost:\n${lines}`,
    {
      details: { questions },
      hint: "Say --rename for what was renamed, and --yes when the rest is dropped.",
    },
  );
}

function withLosses({ down, cannotBringBack }: DraftedMigration): string {
  const warning = cannotBringBack.map((one) => `-- Cannot bring back ${one}.\n`).join("");
  const head = /^(?:-- dbmigrator:.*\n+)*/.exec(down)?.[0] ?? "";
  return `${head}${warning}${down.slice(head.length)}`;
}

/** Its own ledger learns that it is in effect. @returns whether it does */
async function record(
  spec: ConnectionSpec,
  made: ReturnType<typeof makeFiles>,
  up: string,
  down: string | null,
  config: Config,
  options: CreateOptions,
): Promise<boolean> {
  const { client } = await openTarget(spec);
  try {
    const manager = options.allowManaged ? null : await readManagedBy(client);
    if (manager !== null) {
      warn(`it is not recorded as applied, since the DBMigrator at ${manager} manages the database.`);
      return false;
    }
    const { acquireRunnerLock } = await import("../../postgres/runner/session");
    await acquireRunnerLock(client, 60_000, () => undefined);
    const { version, name, filename } = made;
    const source: MigrationSource = {
      ...{ version, name, filename, up, down, kind: "versioned", checksum: checksumOf(up) },
      service: config.service ?? options.service ?? DEFAULT_SERVICE,
    };
    await recordBaseline(client, [source], { appliedBy: appliedBy(), runId: randomUUID() });
    return true;
  } finally {
    await closeConnection(client);
  }
}

function asJson({ comparison, cannotBringBack, proof, replayed }: DraftedMigration) {
  return {
    changes: comparison.lines.map(({ facts: _, needs: __, ...line }) => line),
    renames: comparison.renames,
    cannotBringBack,
    proof,
    notReplayed: replayed.unreplayed,
  };
}

function show(files: readonly string[], drafted: DraftedMigration, recorded: boolean): void {
  const { comparison, cannotBringBack, proof } = drafted;
  print(comparisonText(comparison.lines));
  for (const file of files) print(`Made ${file}`);
  for (const one of cannotBringBack) warn(`the way back cannot bring back ${one}.`);
  const words = {
    proven: `${paint.green("✓")} tried: it leads where it should.`,
    differs: `${paint.red("✗")} tried: ${count(proof.up.left.length, "difference")} left.`,
    failed: `${paint.red("✗")} tried: it failed: ${proof.up.message ?? ""}`,
    not_tried: "Not tried.",
  };
  print(`up    ${words[proof.up.state]}`);
  const back = {
    ...words,
    differs: `${paint.yellow("!")} tried: another schema is left.`,
    failed: `${paint.yellow("!")} tried: it failed: ${proof.down.message ?? ""}`,
  };
  print(`down  ${back[proof.down.state]}`);
  if (recorded) note("Recorded as applied in the database that it was made of.");
}
