import { readdirSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import type { Instance } from "./instance";

/** Pages that need nobody signed in. */
export const PUBLIC = ["/sign-in", "/invitation/[token]"];

/** Pages that send the reader elsewhere by design. */
export const REDIRECTS = ["/", "/setup", "/[project]/migrations/open"];

/** Every page of the application, as its folder names it: `/[project]/deployments/[number]`. */
export function allRoutes(): string[] {
  return readdirSync("app", { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path === "page.tsx" || path.endsWith("/page.tsx"))
    .map((path) =>
      `/${path.replace(/\/?page\.tsx$/, "").replaceAll(/\([^)]+\)\/?/g, "")}`.replace(/(.)\/$/, "$1"),
    )
    .sort();
}

/** A route's address in the demo project. */
export async function addressOf(route: string, instance: Instance): Promise<string> {
  const client = new pg.Client({ connectionString: instance.databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>(
      "SELECT id FROM migration WHERE filename = '20260519090000_drop_order_notes'",
    );
    const targets = await client.query<{ id: string }>(
      `SELECT t.id FROM target t JOIN service s ON s.id = t.service_id JOIN project p ON p.id = s.project_id
        WHERE p.slug = 'demo-shop' ORDER BY t.created_at LIMIT 1`,
    );
    const backups = await client.query<{ id: string }>(
      `SELECT b.id FROM backup b JOIN project p ON p.id = b.project_id
        WHERE p.slug = 'demo-shop' AND b.state = 'succeeded' ORDER BY b.created_at LIMIT 1`,
    );
    return join("/", route)
      .replace("[project]", "demo-shop")
      .replace("[number]", "10")
      .replace("[token]", "a-link-that-was-never-made-000000")
      .replace("[backup]", backups.rows[0]?.id ?? "")
      .replace("[targetId]", targets.rows[0]?.id ?? "")
      .replace("[id]", rows[0]?.id ?? "");
  } finally {
    await client.end();
  }
}
