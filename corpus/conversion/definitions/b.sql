-- remade: conversion kept
CREATE DEFAULT CONVERSION kept FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE CONVERSION fresh FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1;
COMMENT ON CONVERSION kept IS 'the usual one';
ALTER CONVERSION fresh OWNER TO corpus_owner;
