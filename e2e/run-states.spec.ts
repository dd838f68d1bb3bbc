import { readFileSync } from "node:fs";
import type { Browser } from "@playwright/test";
import pg from "pg";
import { card, deploy, lead, planShown, start, WORK } from "./deploying";
import { expect, test } from "./fixtures";
import { type Instance, PASSWORD, PEOPLE } from "./instance";
import { type OwnServer, startOwnServer } from "./own-server";
import { makeProject, newSlug } from "./project-plan";

/** What a run may come to besides success, seen by those who watch it. */

const slug = newSlug("states");
let server: OwnServer;

test.use({ person: "developer" });
test.setTimeout(900_000);

/** Keeps a run busy on the real database only, until it is ended: the shadow holds no rows. */
const BUSY = "SELECT pg_sleep(600) FROM marker;";
const SERVICES = {
  cancelled: { name: "work", up: `CREATE TABLE made (id int);\n${BUSY}`, down: "DROP TABLE made;" },
  // A procedure may commit on its way, which no catalog tells.
  doubtful: { name: "work", up: "-- dbmigrator: transaction=none\nCALL work();", down: "SELECT 1;" },
  // Twice the same row on the real database only.
  partly: {
    name: "work",
    up: "-- dbmigrator: transaction=none\nCREATE TABLE made (id int);\nCREATE UNIQUE INDEX CONCURRENTLY one ON marker (id);",
    down: "DROP INDEX one; DROP TABLE made;",
  },
  blocked: {
    name: "work",
    up: "-- dbmigrator: lock-timeout=3s\nALTER TABLE marker ADD COLUMN note text;",
    down: "ALTER TABLE marker DROP COLUMN note;",
  },
};

test.beforeAll(async ({ instance }) => {
  server = await startOwnServer(18);
  for (const name of Object.keys(SERVICES)) {
    await server.createDatabase(name);
    const client = await server.connect(name);
    await client.query(
      `CREATE TABLE marker (id int); INSERT INTO marker VALUES (1);
       CREATE PROCEDURE work() LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600) FROM marker; END $$`,
    );
    await client.end();
  }
  await makeProject(instance, {
    slug,
    environments: [{ name: "development" }],
    services: Object.entries(SERVICES).map(([name, migration]) => ({
      name,
      targets: { development: { ...server.spec, database: name } },
      migrations: [migration],
    })),
  });
});
test.afterAll(() => server?.stop());

test("a run that is cancelled in the middle leaves nothing behind, and says so", async ({
  page,
  browser,
  instance,
  expectAccessible,
}) => {
  await deploy(page, slug, "cancelled", "development");
  await expect(page.getByRole("heading", { name: "Ready to start" })).toBeVisible(WORK);
  await card(page)
    .getByRole("button", { name: /^Apply/ })
    .click();
  const submit = page.getByRole("alertdialog").locator("button[type=submit]");
  await page.context().setOffline(true);
  await submit.click();
  await expect(page.getByRole("alertdialog")).toContainText("The connection to the server was lost");
  await page.context().setOffline(false);
  // Who is in a hurry starts one run all the same.
  await submit.dblclick();
  await expect(lead(page)).toContainText("Statement 2 of 2 runs", WORK);
  await page.reload();
  await expect(lead(page)).toContainText("Statement 2 of 2 runs", WORK);
  await signedOutInTheMiddle(browser, instance, page.url());
  await card(page)
    .getByRole("button", { name: /^Cancel/ })
    .click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel the deployment" }).click();
  await expect(lead(page)).toContainText("Cancelled. Nothing was changed on development.", WORK);
  await expect(page.getByText("cancelled, undone")).toBeVisible();
  await expect(page.getByRole("row", { name: /pg_sleep/ })).toContainText("cancelled");
  await expect(page.getByRole("heading", { name: "Attempts" })).toHaveCount(0);
  // A message that fades away has no contrast for a moment.
  await expect(page.locator("[data-sonner-toast]")).toHaveCount(0);
  await expectAccessible();
  const client = await server.connect("cancelled");
  expect((await client.query("SELECT to_regclass('made') AS made")).rows).toEqual([{ made: null }]);
  await client.end();
  // What it would have applied is due as before.
  await page.goto(`/${slug}/deployments/new`);
  await planShown(page);
  await page.getByLabel("Service").selectOption("cancelled");
  await expect(page.getByRole("button", { name: "Check 1 migration for development" })).toBeVisible(WORK);
});

test("a run that stops outside of a transaction says what is done and stays, and goes on from there", async ({
  page,
  expectAccessible,
}) => {
  const client = await server.connect("partly");
  await client.query("INSERT INTO marker VALUES (1)");
  await deploy(page, slug, "partly", "development");
  await start(page);
  await expect(lead(page)).toContainText(
    "It stopped at statement 2 of 2. 1 statement of this migration is done and stays: it runs outside of a transaction.",
    WORK,
  );
  const failure = page.getByRole("region", { name: "What went wrong" });
  await expect(failure).toContainText("CREATE UNIQUE INDEX CONCURRENTLY one ON marker (id)");
  await expect(page.getByText("failed; 1 of its 2 statements is done and stays")).toBeVisible();
  await expectAccessible();
  await client.query("DELETE FROM marker WHERE ctid = (SELECT max(ctid) FROM marker)");
  await client.end();
  await card(page).getByRole("button", { name: "Try again" }).click();
  await start(page);
  await expect(lead(page)).toContainText("Applied 1 migration to development", WORK);
});

test("a run in doubt shows its evidence, and ends by the word of an administrator", async ({
  page,
  pageOf,
  expectAccessible,
}) => {
  await deploy(page, slug, "doubtful", "development");
  await start(page);
  await expect(lead(page)).toContainText("Statement 1 of 1 runs", WORK);
  await endRun("doubtful");
  await expect(lead(page)).toContainText("Nobody knows yet how it ended.", WORK);
  const evidence = page.getByRole("region", { name: "The evidence" });
  await expect(evidence).toContainText("cannot be decided", WORK);
  const statement = page.getByRole("row", { name: /CALL work/ });
  await expect(statement).toContainText("in doubt");
  await expect(card(page).getByRole("button", { name: "Settle by the ledger" })).toHaveCount(0);
  await expectAccessible();

  const admin = await pageOf("admin");
  await admin.goto(page.url());
  await card(admin).getByRole("button", { name: "Settle by the ledger" }).click(WORK);
  const dialog = admin.getByRole("dialog");
  await expect(dialog).toContainText("What did happen?", WORK);
  await expectAccessible(admin);
  await dialog.getByRole("combobox").selectOption({ label: "It is in effect" });
  await dialog.getByRole("button", { name: "Settle" }).click();
  await expect(dialog).toContainText("Say how you know.");
  await dialog.getByLabel("How you know").fill("The rows are there.");
  await dialog.getByRole("button", { name: "Settle" }).click();
  await expect(admin.getByText("Succeeded").first()).toBeVisible(WORK);
  await expect(page.getByText("Succeeded").first()).toBeVisible(WORK);
  await page.reload();
  await expect(evidence).toContainText("said so: The rows are there.");
  await expect(statement).toContainText("done");
});

test("who is in the way of a lock is named, the wait is counted in full, and the log is a file", async ({
  page,
  expectAccessible,
}) => {
  await deploy(page, slug, "blocked", "development");
  await expect(page.getByRole("heading", { name: "Ready to start" })).toBeVisible(WORK);
  const holder = await server.connect("blocked");
  await holder.query(
    "SET application_name = 'nightly report'; BEGIN; LOCK TABLE marker IN ACCESS SHARE MODE",
  );
  await start(page);
  const box = page.getByRole("region", { name: "Who holds the lock" });
  await expect(box.getByText("nightly report")).toBeVisible(WORK);
  // Which one it is when somebody looks depends on the machine.
  await expect(box).toContainText(/Attempt ([2-9]|10)/, WORK);
  await expect(lead(page)).toContainText("tatement 1 of 1");
  await expectAccessible();
  await holder.query("COMMIT");
  await holder.end();
  await expect(page.getByText("Succeeded").first()).toBeVisible(WORK);
  // The first attempt alone waited for three seconds: the figure is of all of them.
  const wait = page.getByRole("row", { name: /Wait for locks/ });
  await expect(wait).toContainText(/\d(\.\d)? s|\d min/);
  expect(await waitedSeconds(wait.textContent())).toBeGreaterThanOrEqual(3);

  await expect(page.getByRole("row", { name: /Statement 1 .* ms/ })).toBeVisible();

  const [file] = await Promise.all([
    page.waitForEvent("download", WORK),
    page.getByRole("link", { name: "Download the whole log" }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/^deployment-\d+\.log$/);
  const lines = readFileSync(await file.path(), "utf8")
    .trimEnd()
    .split("\n");
  expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z {2}info .*the run begins$/);
  expect(lines.join("\n")).toContain("nightly report");
  const shown = await page.getByText(/^\d+ lines$/).textContent();
  expect(lines).toHaveLength(Number.parseInt(shown ?? "", 10));
});

/** Somebody watches, and their session is ended elsewhere: no page that stands still, but a way in again. */
async function signedOutInTheMiddle(browser: Browser, instance: Instance, url: string): Promise<void> {
  const context = await browser.newContext({
    baseURL: instance.url,
    storageState: { cookies: [], origins: [] },
  });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(PEOPLE.viewer.email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).not.toHaveURL(/sign-in/, WORK);
  await page.goto(url);
  await expect(lead(page)).toContainText("Statement 2 of 2 runs", WORK);
  const store = new pg.Client({ connectionString: instance.databaseUrl });
  await store.connect();
  await store.query(
    `UPDATE session SET revoked_at = now() WHERE id = (SELECT s.id FROM session s JOIN "user" u ON u.id = s.user_id
     WHERE u.email = $1 ORDER BY s.created_at DESC LIMIT 1)`,
    [PEOPLE.viewer.email],
  );
  await store.end();
  await expect(page).toHaveURL(/\/sign-in\?to=/, WORK);
  await context.close();
}

/** Kills the run's server process, which can say no more to anybody. */
async function endRun(database: string): Promise<void> {
  const client = await server.connect("postgres");
  const found = await client.query<{ pid: number }>(
    "SELECT pid FROM pg_stat_activity WHERE datname = $1 AND state = 'active' AND query LIKE '%CALL work%' AND pid <> pg_backend_pid()",
    [database],
  );
  await client.end();
  expect(found.rows).toHaveLength(1);
  process.kill(found.rows[0]?.pid ?? 0, "SIGKILL");
}

async function waitedSeconds(row: Promise<string | null>): Promise<number> {
  const text = (await row) ?? "";
  const [minutes = 0, seconds = 0] = [/(\d+) min/, /([\d.]+) s/].map((unit) =>
    Number(unit.exec(text)?.[1] ?? 0),
  );
  return minutes * 60 + seconds;
}
