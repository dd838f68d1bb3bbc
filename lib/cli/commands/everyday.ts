// One module, so that the commands that look at a target load in one piece: each file costs its share of the start.
export { checkConflicts } from "./check-conflicts";
export { down } from "./down";
export { recover } from "./recover";
export { repair } from "./repair";
export { up } from "./up";
