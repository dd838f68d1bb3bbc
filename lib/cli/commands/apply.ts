import { basename, dirname, relative, resolve } from "node:path";
import { checksumOf } from "../../core/migration/checksum";
import { describePath } from "../../core/migration/file-names";
import { DEFAULT_SERVICE, type MigrationFile, readMigrations } from "../../core/migration/layouts";
import type { MigrationSource } from "../../core/migration/types";
import { planUp } from "../../core/plan/plan";
import { DomainError } from "../../errors";
import { type Config, readConfig } from "../config";
import { readText } from "../files";
import { type RunFlags, requirePlan, runSteps } from "../run-steps";
import { type Session, withSession } from "../session";

/** Applies one file, and records it as the migration that its name says, or under its own name. */
export async function apply(file: string, options: RunFlags): Promise<number> {
  const migration = readOne(file, options, readConfig());
  const work = async (session: Session) => {
    const ledger = session.ledger.filter((row) => row.service === migration.service);
    const { steps, problems } = planUp([migration], ledger, {
      allow: ["missing", "out_of_order", "requires_missing"],
    });
    requirePlan(problems);
    return runSteps(session, steps, options);
  };
  return withSession(options, work, [migration]);
}

function readOne(file: string, options: RunFlags, config: Config): MigrationSource {
  const path = resolve(file);
  const folder = dirname(path);
  const inside = relative(options.dir ? resolve(options.dir) : config.migrations, path);
  // Its place below the folder of migrations tells the service; elsewhere, one folder up is enough for the name.
  const name = inside.startsWith("..")
    ? `${basename(folder)}/${basename(path)}`
    : inside.replaceAll("\\", "/");
  const part = describePath(name);
  const outside = inside.startsWith("..") && part !== null && part !== "unknown" && part.role !== "up";
  const service = options.service ?? config.service ?? (outside ? DEFAULT_SERVICE : undefined);
  const files: MigrationFile[] = [{ path: name, content: readText(path) }];
  if (part !== null && part !== "unknown" && part.role === "down") {
    throw new DomainError("validation", "apply.down", `${file} is a down script.`, {
      hint: "Take a migration back with `dbmigrator down`.",
    });
  }
  if (part === null || part === "unknown") return byFileName(file, files[0]?.content ?? "", service);
  addDown(path, name, files);
  const { migrations, problems } = readMigrations(files, service === undefined ? {} : { service });
  const bad = problems.find((problem) => problem.level === "error");
  const [migration] = migrations;
  if (bad || !migration) {
    throw new DomainError(
      "validation",
      "files.problems",
      `${file}: ${bad?.message ?? "it holds no migration"}`,
    );
  }
  return migration;
}

/** The down script beside an up script belongs to it, and is kept in the ledger with it. */
function addDown(path: string, name: string, files: MigrationFile[]): void {
  const swap = (text: string) => text.replace(/up\.sql$/, "down.sql");
  if (swap(path) === path) return;
  try {
    files.push({ path: swap(name), content: readText(swap(path)) });
  } catch {
    // There is none.
  }
}

/** A name without a version: recorded as a repeatable migration, which runs again only when it changed. */
function byFileName(file: string, content: string, service: string | undefined): MigrationSource {
  const filename = basename(file).replace(/\.sql$/i, "");
  const checksum = checksumOf(content);
  return {
    ...{ service: service ?? DEFAULT_SERVICE, filename, version: "", name: filename },
    ...{ kind: "repeatable", up: content, down: null, checksum },
  };
}
