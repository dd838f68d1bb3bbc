/** Cookie that remembers the collapsed navigation: "icons" or nothing. */
export const NAV_COOKIE = "nav";
