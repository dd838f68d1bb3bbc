// Commands that read folder and ledger alone are also built apart (LOOKING): they start in half the time.
export { list } from "./list";
export { status } from "./status";
export { verifyChecksums } from "./verify-checksums";
