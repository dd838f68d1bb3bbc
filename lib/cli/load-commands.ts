import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Script } from "node:vm";

/** Commands that read folder and ledger alone; cli/looking.cjs is a quarter of cli/commands.cjs. */
const LOOKING = ["list", "status", "verify-checksums"];

/** Whether the command only looks: when its answer is out, nothing is left to be done. */
export function onlyLooks(command: string | undefined): boolean {
  return command !== undefined && LOOKING.includes(command);
}

/**
 * Runs the bundle of a command, with the code that V8 made of it when it was built: compiling it anew would cost half
 * as much as starting node. V8 itself refuses the code of another version of node, and compiles then.
 *
 * @param folder where dbmigrator.cjs lies
 * @param command the first argument
 */
export function loadCommands(folder: string, command: string | undefined): { main: () => Promise<void> } {
  const file = join(folder, "cli", onlyLooks(command) ? "looking.cjs" : "commands.cjs");
  let cachedData: Buffer | undefined;
  try {
    cachedData = readFileSync(`${file}.cache`);
  } catch {
    // Not kept: the commands are compiled as they are used.
  }
  const script = new Script(readFileSync(file, "latin1"), {
    filename: file,
    ...(cachedData ? { cachedData } : {}),
  });
  const module = { exports: {} as { main: () => Promise<void> } };
  script.runInThisContext()(createRequire(file), module, module.exports, file, folder);
  return module.exports;
}
