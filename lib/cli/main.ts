import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { DomainError } from "../errors";
import { printError } from "./output";

declare const __DBMIGRATOR_VERSION__: string | undefined;

/** Exit codes: 0 done, 1 failed, 2 differences or findings (with --exit-code), 3 bad usage, 4 gave up waiting. */
const BAD_USAGE = 3;

// Every command loads its code when it runs: `--help` must cost no more than node itself.
type Action = (...args: never[]) => Promise<number>;

function run(load: () => Promise<Action>): (...args: unknown[]) => Promise<void> {
  return async (...args) => {
    const action = (await load()) as (...args: unknown[]) => Promise<number>;
    process.exitCode = await action(...args);
  };
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("Give a whole number from 1 on.");
  return value;
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError("Give a number of seconds.");
  return value;
}

function major(text: string): number {
  const value = Number(text);
  if (![14, 15, 16, 17, 18].includes(value))
    throw new InvalidArgumentError("Known are 14, 15, 16, 17 and 18.");
  return value;
}

function list(value: string, before: string[] = []): string[] {
  const names = value.split(",").map((one) => one.trim());
  return [...before, ...names.filter(Boolean)];
}

/** Without cutting at commas: names may hold them. */
function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

const program = new Command("dbmigrator")
  .description("Changes PostgreSQL databases safely: see what a migration will do, apply it, take it back.")
  .version(typeof __DBMIGRATOR_VERSION__ === "string" ? __DBMIGRATOR_VERSION__ : "0.0.0")
  .showHelpAfterError("(see --help)")
  .addHelpText(
    "after",
    "\nExit codes: 0 done, 1 failed, 2 findings or differences (with --exit-code), 3 bad usage, 4 gave up waiting.",
  );

function command(name: string, description: string): Command {
  return program.command(name).description(description);
}

function withOutput(command: Command, exitCode = false): Command {
  command
    .option("--json", "print JSON")
    .addOption(new Option("--format <format>", "how to print").choices(["text", "json"]));
  return exitCode ? command.option("--exit-code", "end with 2 when there is something to report") : command;
}

function withFiles(command: Command): Command {
  return command
    .option("--dir <folder>", "folder of the migrations (default: dbmigrator.json, else ./migrations)")
    .option("--service <name>", "only the migrations of this service");
}

function withTarget(command: Command): Command {
  return command
    .option(
      "--url <connection>",
      "target: postgres://… or Host=…;Database=…;Username=… (better without a password)",
    )
    .option("--env <name>", "target: DB_CONNECTION_<NAME>, or environments.<name> of dbmigrator.json");
}

function withRun(command: Command): Command {
  return command
    .option("--timeout <seconds>", "how long to wait for another runner", seconds, 60)
    .option("--single-transaction", "all of it in one transaction, or nothing")
    .option("--allow-managed", "write although an instance of DBMigrator manages this target");
}

withOutput(
  withFiles(withTarget(command("init", "make dbmigrator.json, the folder and, with a target, its ledger"))),
)
  .option("--baseline", "record what the target already has as applied")
  .option("--allow-managed", "write although an instance of DBMigrator manages this target")
  .action(run(async () => (await import("./commands/init")).init));

withOutput(
  withFiles(
    withTarget(command("create", "make a new migration").argument("<name>", "what it does: add_orders")),
  ),
)
  .option("--auto", "from what was changed by hand in the target: up and down, both tried")
  .option("--rename <old=new>", "with --auto: the same object under another name", collect)
  .option("--yes", "with --auto: what is not named with --rename is dropped, without a question")
  .option("--schema <names>", "with --auto: only these schemas", list)
  .option("--exclude <patterns>", "with --auto: leave out: audit, public.tmp_*", list)
  .option("--online", "with --auto: plan so that writers go on")
  .option("--no-owners", "with --auto: who owns what does not count")
  .option("--no-privileges", "with --auto: grants do not count")
  .option("--no-record", "with --auto: leave the target's ledger alone")
  .option("--allow-managed", "write although an instance of DBMigrator manages this target")
  .action(run(async () => (await import("./commands/create")).create));

withOutput(withFiles(command("list", "list the migrations of the folder"))).action(
  run(async () => (await import("./commands/looking")).list),
);

withOutput(
  withFiles(withTarget(command("status", "compare the folder with what the target's ledger says"))),
  true,
)
  .option("--detailed", "also checksums, runs and errors")
  .action(run(async () => (await import("./commands/looking")).status));

withOutput(withRun(withFiles(withTarget(command("up", "apply pending migrations")))))
  .option("--to <version>", "up to and including this version")
  .option("--steps <n>", "at most so many migrations", positive)
  .option("--dry-run", "only try them on a scratch copy of the target")
  .option("--with-backup", "take a backup of the whole target first, when there is something to apply")
  .option(
    "--keep-rows <days>",
    "copy what scripts take away, so that down --put-back brings it back",
    positive,
  )
  .option("--backup-out <place>", "folder or s3://bucket/prefix of that backup (default: ./backups)")
  .action(run(async () => (await import("./commands/everyday")).up));

withOutput(withRun(withFiles(withTarget(command("down", "take applied migrations back")))))
  .addOption(
    new Option("--steps <n>", "how many, latest first (default: 1)").argParser(positive).conflicts("to"),
  )
  .option("--to <version>", "everything after this version; 0 for everything")
  .option("--put-back", "return the rows that up --keep-rows kept; what was written since stays")
  .action(run(async () => (await import("./commands/everyday")).down));

withOutput(withRun(withFiles(withTarget(command("apply", "apply one file").argument("<file>"))))).action(
  run(async () => (await import("./commands/apply")).apply),
);

withOutput(
  withFiles(
    withTarget(command("validate", "read scripts: syntax, locks, rewrites, risks").argument("[files...]")),
  ),
  true,
)
  .option(
    "--pg-version <major>",
    "PostgreSQL that they are meant for (default: the target's, else 18)",
    major,
  )
  .action(run(async () => (await import("./commands/validate")).validate));

withOutput(
  withFiles(withTarget(command("dry-run", "try pending migrations on a scratch copy of the target"))),
  true,
)
  .option("--to <version>", "up to and including this version")
  .option("--steps <n>", "at most so many migrations", positive)
  .addOption(
    new Option("--shadow <place>", "where the copy is made")
      .choices(["auto", "embedded", "target_server"])
      .default("auto"),
  )
  .option("--timeout <seconds>", "how long it may take", seconds, 300)
  .action(run(async () => (await import("./commands/dry-run")).dryRunCommand));

const COMPARISON_FORMATS = ["text", "json", "sql", "html"];

function withComparison(command: Command): Command {
  return command
    .option("--json", "print JSON")
    .addOption(new Option("--format <format>", "how to print").choices(COMPARISON_FORMATS))
    .option("--output <format>", "the same as --format; or a file to write to")
    .option("--schema <names>", "only these schemas", list)
    .option("--exclude <patterns>", "leave out: audit, public.tmp_*, function:public.f*", list)
    .option(
      "--rename <old=new>",
      "the same object under another name: public.a=public.b, column:public.t.a=public.t.b",
      collect,
    )
    .option("--online", "plan so that writers go on: indexes concurrently, constraints validated apart")
    .option("--no-owners", "who owns what does not count")
    .option("--no-privileges", "grants do not count")
    .option("--exit-code", "end with 2 when there are differences");
}

withComparison(command("compare", "compare any two schemas, and print the SQL from one to the other"))
  .requiredOption("--source <x>", "postgres URL, environment, folder of migrations, SQL file or snapshot")
  .requiredOption("--target <y>", "what the source is to become: the same kinds")
  .option("--service <name>", "of a folder of migrations only this service")
  .option("--roles", "also the servers' roles and memberships; of two databases only")
  .action(run(async () => (await import("./commands/compare")).compare));

withTarget(
  command("snapshot", "write a schema down, to compare with it later").argument(
    "[source]",
    "what compare takes too; default: the target",
  ),
)
  .option("--json", "print JSON (the default)")
  .addOption(new Option("--format <format>", "how to write it").choices(COMPARISON_FORMATS))
  .option("--output <format>", "the same as --format; or a file to write to")
  .option("--schema <names>", "only these schemas", list)
  .option("--exclude <patterns>", "leave out: audit, public.tmp_*", list)
  .option("--service <name>", "of a folder of migrations only this service")
  .action(run(async () => (await import("./commands/snapshot")).snapshot));

withComparison(
  withFiles(
    withTarget(command("diff", "find drift: what the target has and its applied migrations do not make")),
  ),
)
  .option("--all", "every migration of the folder, also pending ones")
  .addOption(
    new Option("--shadow <place>", "where the migrations are replayed")
      .choices(["auto", "embedded", "target_server"])
      .default("embedded"),
  )
  .action(run(async () => (await import("./commands/diff")).diff));

withOutput(
  withFiles(withTarget(command("baseline", "find which migrations an existing database already has"))),
  true,
)
  .option("--detect", "replay the migrations, compare, and ask the tables of other tools (the default)")
  .option("--to <version>", "record everything up to this version, whatever was found")
  .option("--yes", "record it; without this, only say what would be recorded")
  .option("--allow-managed", "write although an instance of DBMigrator manages this target")
  .addOption(
    new Option("--shadow <place>", "where the migrations are replayed")
      .choices(["auto", "embedded", "target_server"])
      .default("embedded"),
  )
  .action(run(async () => (await import("./commands/baseline")).baseline));

withOutput(
  withFiles(withTarget(command("verify-checksums", "compare applied scripts with the files"))),
  true,
).action(run(async () => (await import("./commands/looking")).verifyChecksums));

withOutput(
  withFiles(withTarget(command("check-conflicts", "find what is out of order, changed, missing or doubled"))),
  true,
)
  .option("--no-replay", "do not try on a scratch server whether the order matters")
  .action(run(async () => (await import("./commands/everyday")).checkConflicts));

withOutput(
  withFiles(
    withTarget(
      command("resolve-conflicts", "give migrations that are out of order a place after the others"),
    ),
  ),
)
  .addOption(
    new Option("--strategy <strategy>", "a newer version for each, or all of them as one migration")
      .choices(["reorder", "merge"])
      .default("reorder"),
  )
  .option("--dry-run", "only say what would be renamed")
  .option("--no-replay", "do not try the new order on a scratch server")
  .action(run(async () => (await import("./commands/resolve-conflicts")).resolveConflicts));

withOutput(withFiles(withTarget(command("repair", "accept the files as they are now for what is applied"))))
  .option("--yes", "do it; without this, only say what would change")
  .option("--allow-managed", "write although an instance of DBMigrator manages this target")
  .action(run(async () => (await import("./commands/everyday")).repair));

withOutput(withFiles(withTarget(command("recover", "see what failed or is in doubt, and settle it"))))
  .option("--from-error", "what the last run left behind (the default)")
  .option("--settle <migration>", "the migration that you looked at")
  .addOption(new Option("--as <state>", "what you found").choices(["applied", "not-applied"]))
  .option("--reason <text>", "how you know; it is kept in the ledger")
  .option("--allow-managed", "write although an instance of DBMigrator manages this target")
  .action(run(async () => (await import("./commands/everyday")).recover));

const backup = command("backup", "make, check and restore backups");

function withChoice(command: Command): Command {
  return command
    .option("--out <place>", "folder or s3://bucket/prefix of the backups (default: ./backups)")
    .option("--label <text>", "a short name for people");
}

withOutput(withTarget(withChoice(backup.command("create").description("make a backup of the target"))))
  .option("--name <name>", "name of the backup in its folder (default: from database and time)")
  .option("--description <text>", "what it is for")
  .option("--schema <names>", "only these schemas", list)
  .option("--table <names>", "only these tables: schema.table", list)
  .option("--schema-only", "the structure without rows")
  .addOption(new Option("--codec <codec>", "compression (default: zstd)").choices(["zstd", "gzip", "none"]))
  .option("--encrypt", "with the key of DBMIGRATOR_SECRET")
  .option("--connections <n>", "sessions that copy at the same time (default: 2)", positive)
  .option("--ignore-space", "begin although the foretold size exceeds the free space")
  .action(run(async () => (await import("./commands/backup")).backupCreate));

withOutput(withTarget(backup.command("verify").description("read every byte of a backup").argument("<path>")))
  .option("--test-restore", "also restore it into a scratch database on the server of --url or --env")
  .action(run(async () => (await import("./commands/backup")).backupVerify));

withOutput(withTarget(backup.command("restore").description("restore a backup").argument("<path>")))
  .option("--yes <name>", "name of the database that is replaced, when it is not empty")
  .option("--as <name>", "beside the target's database, under this name")
  .option("--tables <names>", "only these tables: schema.table", list)
  .addOption(
    new Option(
      "--mode <mode>",
      "in place: within one transaction (default: a new database, where the role may)",
    ).choices(["auto", "new-database", "in-place"]),
  )
  .option("--no-owner", "everything belongs to the restoring role, nothing is granted")
  .option("--create-roles", "make the roles that are missing, without login")
  .addOption(
    new Option("--replication <decision>", "slots and subscriptions of the database").choices([
      "refuse",
      "leave",
    ]),
  )
  .option("--no-analyze", "collect no statistics at the end")
  .option("--connections <n>", "sessions that restore at the same time (default: 2)", positive)
  .option("--safety <place>", "where the backup goes that precedes a restore in place (default: ./backups)")
  .action(run(async () => (await import("./commands/backup-restore")).backupRestore));

withOutput(
  withTarget(
    backup
      .command("put-back")
      .description("give the database that a restore replaced its name back")
      .argument("<kept>", "as what it is kept: shop_before_20261121_081500"),
  ),
)
  .option("--yes <name>", "name of the database that is replaced; it is kept in its stead")
  .action(run(async () => (await import("./commands/backup-restore")).backupPutBack));

withOutput(backup.command("list").description("list the backups of a folder or bucket"))
  .option("--in <place>", "folder or s3://bucket/prefix (default: ./backups)")
  .action(run(async () => (await import("./commands/backup")).backupList));

withOutput(backup.command("delete").description("remove a backup").argument("<path>"))
  .option("--yes <name>", "name of the backup")
  .action(run(async () => (await import("./commands/backup")).backupDelete));

withOutput(
  backup.command("export").description("write one plain SQL file, as pg_dump would").argument("<path>"),
)
  .option("--output <file>", "a new file (default: standard output)")
  .action(run(async () => (await import("./commands/backup")).backupExport));

const kept = command("kept-rows", "rows that migrations took away and that can be put back");
withOutput(
  withTarget(kept.command("list").description("what is kept in the target, its size, and until when")),
).action(run(async () => (await import("./commands/kept-rows")).listKeptRows));
withOutput(
  withTarget(kept.command("purge").description("remove those whose window is over")).option(
    "--id <ids>",
    "these entries, whether their window is over or not",
    list,
  ),
).action(run(async () => (await import("./commands/kept-rows")).purgeKeptRows));

withOutput(
  command("audit", "check an instance's audit trail")
    .command("verify")
    .description("read the chain of events and name the first row that is not as it was recorded")
    .option("--url <connection>", "the metadata store (default: DATABASE_URL, else the embedded one)")
    .option(
      "--data <folder>",
      "the instance's data folder, with its key and checkpoints (default: .dbmigrator)",
    ),
).action(run(async () => (await import("./commands/audit-verify")).auditVerify));

function exitCodeOf(error: unknown): number {
  if (error instanceof DomainError) return error.exitCode;
  return 1;
}

/** Reads the arguments, runs the command and sets the exit code. */
export async function main(): Promise<void> {
  const commands = program.commands.flatMap((one) => [one, ...one.commands]);
  for (const one of [program, ...commands]) one.exitOverride();
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has told people already.
      process.exitCode = error.exitCode === 0 ? 0 : BAD_USAGE;
      if (error.exitCode !== 0 && wantsJson(process.argv)) printError(usageError(error), true);
    } else {
      printError(error, wantsJson(process.argv));
      process.exitCode = exitCodeOf(error);
    }
  }
}

function usageError({ message }: CommanderError): DomainError {
  return new DomainError("validation", "cli.usage", message.replace(/^error: /, ""), {
    hint: "See --help of the command.",
  });
}

function wantsJson(args: string[]): boolean {
  return args.includes("--json") || /--(format|output)[ =]json(\s|$)/.test(args.join(" "));
}
