import { env } from "../env";
import { openStore } from "./store";

/** Store for scripts/dev.mjs: opens it, tells the parent its settings and keeps it until the parent goes. */
const store = await openStore();
const { DATABASE_URL, DBMIGRATOR_SECRET, DBMIGRATOR_DATA, DBMIGRATOR_SHADOW_URL } = env();
process.send?.({ DATABASE_URL, DBMIGRATOR_SECRET, DBMIGRATOR_DATA, DBMIGRATOR_SHADOW_URL });
const close = () => void store.close().then(() => process.exit(0));
process.on("disconnect", close);
process.on("SIGTERM", close);
process.on("SIGINT", () => {});
