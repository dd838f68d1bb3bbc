// A Chromium for the browser tests: the system's, one that apt installs (as root on Debian and Ubuntu), or Playwright's.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "./say.mjs";

const run = promisify(execFile);
const KNOWN = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const installed = () => KNOWN.find((path) => existsSync(path));

/** @returns the path of a browser, or "" for the one that Playwright manages itself */
export async function ensureBrowser() {
  const found = installed();
  if (found) return found;
  const problems = [];
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    try {
      console.log("Installing Chromium (once) …");
      const options = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, maxBuffer: 50_000_000 };
      await run("apt-get", ["update", "-q"], options);
      await run(
        "apt-get",
        ["install", "-yq", "--no-install-recommends", "chromium", "fonts-liberation"],
        options,
      );
      const path = installed();
      if (path) return path;
    } catch (error) {
      problems.push(lastLine(error));
    }
  }
  try {
    await run(process.execPath, [join(root, "node_modules/@playwright/test/cli.js"), "install", "chromium"], {
      maxBuffer: 50_000_000,
    });
    return "";
  } catch (error) {
    problems.push(lastLine(error));
  }
  throw new Error(
    `No Chromium for the browser tests: ${problems.join("; ")}. Install one as /usr/bin/chromium.`,
  );
}

function lastLine(error) {
  return String(error.stderr || error.message)
    .trim()
    .split("\n")
    .at(-1);
}
