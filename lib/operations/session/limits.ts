import type { Limit } from "../../access/rate-limit";

const QUARTER_HOUR = 15 * 60;

/** Guesses at one account, from wherever they come. */
export const ACCOUNT_LIMIT: Limit = { name: "sign-in.account", max: 10, windowSeconds: QUARTER_HOUR };
/** Guesses from one address, at whatever account; an office behind one address still signs in. */
export const ADDRESS_LIMIT: Limit = { name: "sign-in.address", max: 60, windowSeconds: QUARTER_HOUR };
/** Tries of a person who is signed in to confirm with their own password or code. */
export const CONFIRM_LIMIT: Limit = { name: "confirm.account", max: 10, windowSeconds: QUARTER_HOUR };
/** Tries of invitation and set-up links from one address. */
export const LINK_LIMIT: Limit = { name: "link.address", max: 60, windowSeconds: QUARTER_HOUR };
