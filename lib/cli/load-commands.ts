/** Commands that read folder and ledger alone; cli/looking.cjs is a quarter of cli/commands.cjs. */
const LOOKING = ["list", "status", "verify-checksums"];

/**
 * Runs the bundle of a command, with the code that V8 made of it when it was built: compiling it anew would cost half
 * as much as starting node. V8 itself refuses the code of another version of node, and compiles then.
 *
 * @param folder where dbmigrator.mjs lies
 * @param command the first argument
 */
export function loadCommands(folder: string, command: string | undefined): { main: () => Promise<void> } {
  const bundle = command !== undefined && LOOKING.includes(command) ? "looking.cjs" : "commands.cjs";
  const fs = process.getBuiltinModule("node:fs");
  const vm = process.getBuiltinModule("node:vm");
  const { createRequire } = process.getBuiltinModule("node:module");
  const file = process.getBuiltinModule("node:path").join(folder, "cli", bundle);
  let cachedData: Buffer | undefined;
  try {
    cachedData = fs.readFileSync(`${file}.cache`);
  } catch {
    // Not kept: the commands are compiled as they are used.
  }
  const script = new vm.Script(fs.readFileSync(file, "latin1"), {
    filename: file,
    ...(cachedData ? { cachedData } : {}),
  });
  const module = { exports: {} as { main: () => Promise<void> } };
  script.runInThisContext()(createRequire(file), module, module.exports, file, folder);
  return module.exports;
}
