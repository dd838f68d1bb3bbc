import { loadCommands, onlyLooks } from "./load-commands";

declare const __DBMIGRATOR_HELP__: string | undefined;

// Whoever reads the output may stop early, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  process.stderr.write(`error: The output cannot be written: ${error.message}.\n`);
  process.exit(1);
});

/** The overview is text made when the command line is built: showing it costs no more than starting node. */
const help = typeof __DBMIGRATOR_HELP__ === "string" ? __DBMIGRATOR_HELP__ : null;
const [only, ...more] = process.argv.slice(2);

if (help !== null && more.length === 0 && (only === "--help" || only === "-h" || only === "help")) {
  process.stdout.write(help);
} else {
  loadCommands(__dirname, only)
    .main()
    .then(() => {
      // Taking node down in order costs more than reading a folder; what was written, or could not be, comes first.
      if (onlyLooks(only)) process.stdout.write("", () => setImmediate(() => process.exit()));
    });
}
