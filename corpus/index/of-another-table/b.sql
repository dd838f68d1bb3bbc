-- remade: relation on_v | relation on_id
CREATE TABLE fresh (id int, v text);
CREATE INDEX on_v ON fresh (v);
CREATE TABLE stays (v text);
CREATE INDEX on_id ON stays (v);
