import { card, deploy, WORK } from "./deploying";
import { expect, test } from "./fixtures";
import { type OwnServer, startOwnServer } from "./own-server";
import { makeProject, newSlug } from "./project-plan";

/** An approver who does not agree, as both sides see it. */

const slug = newSlug("changes");
const WISH = "The nightly report still reads orders.note.";
let server: OwnServer;

test.use({ person: "developer" });
test.setTimeout(900_000);

test.beforeAll(async ({ instance }) => {
  server = await startOwnServer(18);
  await server.createDatabase("orders");
  const client = await server.connect("orders");
  await client.query("CREATE TABLE orders (id int PRIMARY KEY, note text)");
  await client.end();
  await makeProject(instance, {
    slug,
    environments: [{ name: "production", protected: true }],
    services: [
      {
        name: "orders",
        targets: { production: { ...server.spec, database: "orders" } },
        migrations: [
          {
            name: "drop_note",
            up: "ALTER TABLE orders DROP COLUMN note;",
            down: "ALTER TABLE orders ADD COLUMN note text;",
          },
        ],
      },
    ],
  });
});
test.afterAll(() => server?.stop());

test("who asked for a deployment is told at once what is asked of them, changes it, and asks again", async ({
  page,
  pageOf,
  expectAccessible,
}) => {
  await deploy(page, slug, "orders", "production");
  await expect(card(page).getByRole("heading", { name: "Waits for approval" })).toBeVisible(WORK);
  const approver = await pageOf("approver");
  await approver.goto(page.url());

  await test.step("a comment appears to others", async () => {
    await approver.getByPlaceholder(/Write to those/).fill("I am looking at it.");
    await approver.getByRole("button", { name: "Comment" }).click();
    await expect(page.getByText("I am looking at it.")).toBeVisible(WORK);
  });

  await test.step("the approver asks for changes, with the reason", async () => {
    await card(approver).getByRole("button", { name: "Request changes" }).click(WORK);
    const dialog = approver.getByRole("alertdialog");
    await expect(dialog.locator("button[type=submit]")).toBeDisabled();
    await dialog.getByRole("textbox").fill(WISH);
    await dialog.locator("button[type=submit]").click();
    await expect(card(approver).getByRole("heading", { name: "Test Approver asks for changes" })).toBeVisible(
      WORK,
    );
    // Who asked may still agree.
    await expect(card(approver).getByRole("button", { name: /^Approve/ })).toBeVisible();
  });

  await test.step("another one who may decide sees it too", async () => {
    const admin = await pageOf("admin");
    await admin.goto(page.url());
    await expect(card(admin).getByRole("heading", { name: "Test Approver asks for changes" })).toBeVisible(
      WORK,
    );
    await expect(admin.getByText(WISH)).toBeVisible();
  });

  await test.step("the author's open page says so, and so do list and overview", async () => {
    await expect(card(page).getByRole("heading", { name: "Test Approver asks for changes" })).toBeVisible(
      WORK,
    );
    await expect(page.getByText(WISH)).toBeVisible();
    await expect(page.locator("[data-sonner-toast]")).toHaveCount(0);
    await expectAccessible();
    const url = page.url();
    await page.goto(`/${slug}/deployments`);
    await expect(page.getByText("changes asked for")).toBeVisible();
    await page.goto(`/${slug}`);
    // Nothing was tried yet.
    await expect(page.getByText(/^Asked for .* by Test Developer$/)).toBeVisible();
    await page.getByRole("link", { name: /waits: changes are asked for/ }).click();
    await expect(page).toHaveURL(url);
  });

  await test.step("a changed script is checked anew, and nobody asks any more", async () => {
    const url = page.url();
    await card(page).getByRole("link", { name: "Open in the editor" }).click(WORK);
    const editor = page.locator(".cm-content:visible").first();
    await editor.click();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.insertText("ALTER TABLE orders RENAME COLUMN note TO old_note;");
    await page.keyboard.press("Control+s");
    await expect(page.locator("[data-kept]")).toHaveAttribute("data-kept", "saved", WORK);
    await page.goto(url);
    await card(page)
      .getByRole("button", { name: /^Check/ })
      .click(WORK);
    await expect(card(page).getByRole("heading", { name: "Waits for approval" })).toBeVisible(WORK);
    await approver.goto(url);
    await expect(card(approver).getByRole("button", { name: /^Approve/ })).toBeVisible(WORK);
    await expect(approver.getByText("out of date").first()).toBeVisible();
  });
});
