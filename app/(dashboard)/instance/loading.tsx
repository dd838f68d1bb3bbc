export { default } from "../[project]/loading";
