import type { FileChooser, Page } from "@playwright/test";
import { expect } from "./fixtures";

/**
 * Chooses files to import as a person does, by the button, which does nothing before the scripts of the page are there.
 * @param files paths, or names with contents
 */
export async function chooseFiles(
  page: Page,
  button: "Choose a folder" | "Choose an archive",
  files: Parameters<FileChooser["setFiles"]>[0],
): Promise<void> {
  await expect(async () => {
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser", { timeout: 3000 }),
      page.getByRole("button", { name: button }).click(),
    ]);
    await chooser.setFiles(files);
  }).toPass({ timeout: 60_000 });
}
