import { startWorker } from "../worker/main";

/** A worker in a process of its own, for tests that kill or stop it. Its options come as JSON in the arguments. */
await startWorker(JSON.parse(process.argv[2] ?? "{}") as Parameters<typeof startWorker>[0]);
process.send?.("ready");
