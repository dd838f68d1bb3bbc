-- remade: type state | relation thing
CREATE TYPE person AS (id int, name text COLLATE "C", sizes numeric[], extra date);
CREATE TABLE people OF person (id WITH OPTIONS PRIMARY KEY, name WITH OPTIONS NOT NULL DEFAULT 'y', extra WITH OPTIONS DEFAULT '2026-01-01');
CREATE TABLE split OF person PARTITION BY RANGE (id);
CREATE TABLE split_1 PARTITION OF split (name WITH OPTIONS NOT NULL) FOR VALUES FROM (1) TO (10);
CREATE TYPE state AS ENUM ('old', 'new');
CREATE TYPE thing AS (id int, state state);
CREATE TABLE things OF thing;
CREATE TABLE loose OF thing;
