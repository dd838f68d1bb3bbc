-- remade: relation seen | relation other | constraint one_z_check on one | constraint one_z_check on both_of_them | constraint one_z_check on below_both
CREATE TABLE one (id int, z bigint NOT NULL, CHECK (z > 0));
CREATE TABLE two (z bigint, more text, kind varchar(20));
CREATE TABLE three (kind varchar(20));
CREATE TABLE both_of_them () INHERITS (one, two);
CREATE TABLE below_both (extra int) INHERITS (both_of_them);
CREATE TABLE all_three (z bigint DEFAULT 5) INHERITS (two, three);
CREATE VIEW seen AS SELECT z, more FROM two;
CREATE VIEW other AS SELECT z FROM both_of_them;
