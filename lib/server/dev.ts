import { watch } from "node:fs";
import { join } from "node:path";
import { env } from "../env";
import { seedDemo } from "./demo/seed";
import { ensureFirstAdmin } from "./first-admin";
import { migrateMetadata } from "./metadata";
import { projectRoot } from "./root";
import { openStore } from "./store";

/** Store for scripts/dev.mjs: opens it, tells the parent its settings and keeps it until the parent goes. */
const store = await openStore();
const { DATABASE_URL, DBMIGRATOR_SECRET, DBMIGRATOR_DATA, DBMIGRATOR_SHADOW_URL } = env();
const login = await ensureFirstAdmin();
if (login) console.log(`First administrator: ${login.email}  ${login.password}`);
process.send?.({ DATABASE_URL, DBMIGRATOR_SECRET, DBMIGRATOR_DATA, DBMIGRATOR_SHADOW_URL });

if (store.embedded) {
  seedDemo(store.embedded).then((outcome) => console.log(`Demo project: ${outcome}`), console.error);
}

let timer: NodeJS.Timeout | undefined;
watch(join(projectRoot(), "prisma", "migrations"), { recursive: true }, () => {
  clearTimeout(timer);
  timer = setTimeout(() => migrateMetadata(DATABASE_URL ?? "").then(report, console.error), 1000);
});

function report(applied: string[]): void {
  for (const name of applied) console.log(`Metadata migration applied: ${name}`);
}

const close = () => void store.close().then(() => process.exit(0));
process.on("disconnect", close);
process.on("SIGTERM", close);
process.on("SIGINT", () => {});
