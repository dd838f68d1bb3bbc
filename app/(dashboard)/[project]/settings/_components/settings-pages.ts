/** Read by the server and the browser, so it stands outside of both. */
export const SETTINGS_PAGES = [
  "general",
  "environments",
  "services",
  "targets",
  "policies",
  "members",
  "tokens",
] as const;
export type SettingsPage = (typeof SETTINGS_PAGES)[number];
