// Commands that read folder and ledger alone are also built apart (LOOKING): what they load is a quarter of the rest.
export { list } from "./list";
export { status } from "./status";
export { verifyChecksums } from "./verify-checksums";
