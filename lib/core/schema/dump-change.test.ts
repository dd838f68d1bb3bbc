import { expect, it } from "vitest";
import { describeSchemaChange } from "./dump-change";

const before = `--
-- PostgreSQL database dump
--

SET statement_timeout = 0;

CREATE TABLE public.orders (
    id bigint NOT NULL,
    legacy_ref text,
    total numeric(10,2)
);

ALTER TABLE public.orders OWNER TO shop;

CREATE FUNCTION public.touch() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  NEW.at := now();
  RETURN NEW;
END
$$;

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (id);
`;

it("tells added, removed and changed columns of a table", () => {
  const after = before
    .replace("    legacy_ref text,\n", "")
    .replace("total numeric(10,2)", "total numeric(14,4),\n    note text");
  expect(describeSchemaChange(before, after).changes).toEqual([
    { sign: "~", object: "orders", what: "total numeric(14,4)" },
    { sign: "+", object: "orders", what: "note text" },
    { sign: "-", object: "orders", what: "legacy_ref text" },
  ]);
});

it("tells new objects, constraints, and functions whose body changed", () => {
  const after = `${before.replace("now()", "clock_timestamp()")}
CREATE INDEX orders_total_idx ON public.orders USING btree (total);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_fk FOREIGN KEY (id) REFERENCES public.other(id);

CREATE TABLE public.other (
    id bigint
);
`;
  expect(describeSchemaChange(before, after).changes).toEqual([
    { sign: "~", object: "touch", what: "FUNCTION touch" },
    { sign: "+", object: "orders", what: "INDEX orders_total_idx" },
    { sign: "+", object: "orders", what: "orders_fk FOREIGN KEY (id) REFERENCES public.other(id)" },
    { sign: "+", object: "other", what: "TABLE other" },
  ]);
});

it("says nothing of equal dumps, and how many lines were left out of long ones", () => {
  expect(describeSchemaChange(before, before)).toEqual({ changes: [], more: 0 });
  const tables = Array.from({ length: 5 }, (_, n) => `CREATE TABLE public.t${n} (\n    id int\n);\n`).join(
    "\n",
  );
  expect(describeSchemaChange("", tables, 2)).toMatchObject({ more: 3 });
});
