// Runs commands of the built command line once, and keeps what V8 compiled for them beside it (<file>.cache).
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import vm from "node:vm";

const file = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), "dbmigrator-compile-"));
const write = process.stdout.write;
const writeError = process.stderr.write;

/** What it says here concerns nobody: the target does not exist. */
async function runQuietly(main, ...args) {
  process.argv = [process.argv[0], file, ...args];
  process.stdout.write = () => true;
  process.stderr.write = () => true;
  await main();
  process.stdout.write = write;
  process.stderr.write = writeError;
}

mkdirSync(join(folder, "1_first"));
writeFileSync(join(folder, "1_first", "migration.sql"), "-- first\nSELECT 1;\n");
const script = new vm.Script(readFileSync(file, "latin1"), {
  filename: file,
});
const module = { exports: {} };
script.runInThisContext()(createRequire(file), module, module.exports, file, dirname(file));
const { main } = module.exports;
await runQuietly(main, "list", "--dir", folder);
const nobody = "Host=127.0.0.1;Port=1;Database=none;Username=none";
await runQuietly(main, "status", "--dir", folder, "--url", nobody);
process.exitCode = 0;
// Renamed into place: a command that starts at this moment must not read half of it.
writeFileSync(`${file}.cache.new`, script.createCachedData());
renameSync(`${file}.cache.new`, `${file}.cache`);
rmSync(folder, { recursive: true, force: true });
