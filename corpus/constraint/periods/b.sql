-- server: 18
-- remade: constraint rooms_pkey on rooms | constraint stays_room_during_fkey on stays | relation rooms_pkey
CREATE TABLE rooms (room int8range, during daterange, PRIMARY KEY (room, during WITHOUT OVERLAPS));
CREATE TABLE stays (room int8range, during daterange, FOREIGN KEY (room, PERIOD during) REFERENCES rooms (room, PERIOD during));
