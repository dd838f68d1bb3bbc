import { readFileSync } from "node:fs";

/** The server under test. */
export interface Instance {
  url: string;
  /** Its data folder. */
  data: string;
  databaseUrl: string;
  secret: string;
}

export const INSTANCE_FILE = "test-results/instance.json";
export const AUTH_FOLDER = "test-results/auth";

/** The accounts of the browser tests; `admin` also administers the instance. `stranger` belongs to no project. */
export const PEOPLE = {
  admin: { email: "admin@example.test", name: "Test Admin" },
  approver: { email: "approver@example.test", name: "Test Approver" },
  developer: { email: "developer@example.test", name: "Test Developer" },
  viewer: { email: "viewer@example.test", name: "Test Viewer" },
  stranger: { email: "stranger@example.test", name: "Test Stranger" },
} as const;

export type Person = keyof typeof PEOPLE;

/** Only ever valid on a throw-away instance. */
export const PASSWORD = "only-for-browser-tests";

export function readInstance(): Instance {
  return JSON.parse(readFileSync(INSTANCE_FILE, "utf8")) as Instance;
}
