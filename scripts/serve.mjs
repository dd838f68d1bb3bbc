// From a clean clone to a running DBMigrator. Plain Node; everything else is installed here.
// Options: --reset-password [E-MAIL] gives an account a new random password and prints it.
import { createServer } from "node:net";
import { explain, fail, root } from "./say.mjs";

process.chdir(root);
process.env.NODE_ENV = "production";
process.env.NEXT_TELEMETRY_DISABLED = "1";

const port = process.env.PORT || process.env.MIGRATION_SERVICE_PORT || "3000";
const host = process.env.HOST || "127.0.0.1";
const reset = process.argv.indexOf("--reset-password");
const role = process.env.DBMIGRATOR_ROLE || "all";

try {
  if (reset < 0 && role !== "worker") await requireFreePort();
  const { ensureInstalled, stampInstall } = await import("./install.mjs");
  if (ensureInstalled(false)) {
    const { prepare } = await import("./prepare.mjs");
    await prepare();
    stampInstall();
  }
  const { buildAll, isBuilt } = await import("./build.mjs");
  if (!isBuilt()) {
    console.log("Building (once, a minute or two) …");
    await buildAll();
  }
  const server = await import("../dist/server.mjs");
  if (reset >= 0) await server.resetPassword(process.argv[reset + 1]);
  else await server.start();
} catch (error) {
  fail(sentence(error));
}

/** Asked before the install, so that nobody waits two minutes to hear of it. */
function requireFreePort() {
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) fail(`PORT=${port} is not a port number.`);
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error) => {
      if (error.code === "EADDRINUSE")
        fail(`Port ${port} on ${host} is in use. Stop what uses it, or choose another: PORT=3001 npm start`);
      if (error.code === "EACCES")
        fail(`Port ${port} needs more rights than this user has. Choose one above 1023: PORT=3000 npm start`);
      fail(`Cannot listen on ${host}, port ${port}: ${error.message}. Check HOST and PORT.`);
    });
    probe.listen(Number(port), host, () => probe.close(resolve));
  });
}

/** Errors of our own say themselves what to do, unless it is the disk; those of the system are explained. */
function sentence(error) {
  const text = `${error?.code ?? ""} ${error?.message ?? error}`.trim();
  const known = explain(text);
  if (error?.name === "DomainError" && !/no space left/i.test(text))
    return [error.message, error.hint].filter(Boolean).join(" ");
  if (process.env.LOG_LEVEL === "debug") return String(error?.stack);
  return known ?? text.split("\n")[0];
}
