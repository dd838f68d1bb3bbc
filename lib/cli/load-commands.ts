/**
 * Runs cli/commands.cjs, with the code that V8 made of it when it was built: compiling it anew would cost half as
 * much as starting node. V8 itself refuses the code of another version of node, and compiles then.
 *
 * @param folder where dbmigrator.mjs lies
 */
export function loadCommands(folder: string): { main: () => Promise<void> } {
  const fs = process.getBuiltinModule("node:fs");
  const vm = process.getBuiltinModule("node:vm");
  const { createRequire } = process.getBuiltinModule("node:module");
  const file = process.getBuiltinModule("node:path").join(folder, "cli", "commands.cjs");
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
