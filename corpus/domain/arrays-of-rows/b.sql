-- remade: type point_row | type positive | type doubly | type several | domain positive | domain doubly | domain several | relation point_row | constraint positive_check on positive
CREATE TYPE point_row AS (y int, x bigint, label text);
CREATE DOMAIN positive AS point_row CHECK ((VALUE).x > 0);
CREATE DOMAIN doubly AS positive;
CREATE DOMAIN several AS point_row[];
CREATE TABLE t (id int, one positive, many positive[], more doubly[], list several);
