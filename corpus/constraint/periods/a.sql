-- server: 18
CREATE TABLE rooms (room int4range, during daterange, PRIMARY KEY (room, during WITHOUT OVERLAPS));
CREATE TABLE stays (room int4range, during daterange, FOREIGN KEY (room, PERIOD during) REFERENCES rooms (room, PERIOD during));
INSERT INTO rooms VALUES ('[1,2)', '[2020-01-01,2021-01-01)');
INSERT INTO stays VALUES ('[1,2)', '[2020-02-01,2020-03-01)');
