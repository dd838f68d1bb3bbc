import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { ConnectionSpec } from "../lib/postgres/connection/connect";
import { alternate, newDatabase, report, withServer } from "./measure";

/** The command line as a person starts it, against node that does nothing. */
const cli = resolve("dist", "dbmigrator.cjs");
const langfuse = resolve("..", "shared", "corpora", "real", "langfuse");
const rounds = Number(process.env.BENCH_ROUNDS ?? 15);

const nothing = () => {
  spawnSync(process.execPath, ["-e", "0"]);
};

function run(args: string[], spec?: ConnectionSpec): void {
  const env = { ...process.env };
  if (spec) {
    env.DB_CONNECTION = `Host=${spec.host};Port=${spec.port};Database=${spec.database};Username=${spec.user}`;
    env.PGPASSWORD = spec.password ?? "";
  }
  const result = spawnSync(process.execPath, [cli, ...args], { env, encoding: "utf8" });
  if (result.status !== 0) throw new Error(`dbmigrator ${args.join(" ")}: ${result.stderr || result.stdout}`);
}

if (!existsSync(cli)) console.log("  skipped: dist/dbmigrator.cjs is not built (npm run build)");
else {
  const help = await alternate(rounds, nothing, () => run(["--help"]));
  report("--help against node that does nothing", help.second, help.first, 1.2);
  if (existsSync(langfuse)) {
    await withServer(async (server) => {
      const spec = await newDatabase(server);
      run(["up", "--dir", langfuse], spec);
      const status = await alternate(rounds, nothing, () => run(["status", "--dir", langfuse], spec));
      report("status with 434 applied against node that does nothing", status.second, status.first, 2.2);
      const up = await alternate(rounds, nothing, () => run(["up", "--dir", langfuse], spec));
      report("up with nothing pending against node that does nothing", up.second, up.first);
    });
  }
}
