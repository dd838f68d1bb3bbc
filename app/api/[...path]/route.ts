/** The same endpoints without a version, as pipelines of older days call them. */
export { DELETE, GET, PATCH, POST, PUT } from "../v1/[...path]/route";
