import { startWorker } from "../worker/main";

/** The worker of `npm run dev`, in a process of its own so that it starts again when its code changes. */
const worker = await startWorker();
const stop = () => void worker.stop().then(() => process.exit(0));
process.on("SIGTERM", stop);
process.on("SIGINT", () => {});
