// `npm start`. The version is checked before anything is read that an old Node could not parse.
import "./node-version.mjs";

import("./serve.mjs");
