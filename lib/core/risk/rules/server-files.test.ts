import { testRule } from "../../../testing/rule-cases";

testRule("copy-server-file", {
  fires: [["COPY t FROM '/tmp/x'", { params: { file: "/tmp/x" } }], ["COPY (SELECT 1) TO '/tmp/x'"]],
  quiet: ["COPY t FROM stdin;\n\\.", "COPY t TO stdout"],
});
