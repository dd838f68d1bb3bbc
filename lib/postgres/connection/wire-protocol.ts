/** The few messages of PostgreSQL's frontend/backend protocol 3 that the dump bridge makes or reads itself. */

const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;

export type FirstPacket = "encryption" | "startup";

/** Kind of the untagged packet that opens a connection (docs: "Message Formats", SSLRequest and StartupMessage). */
export function kindOfFirstPacket(packet: Buffer): FirstPacket {
  const code = packet.length >= 8 ? packet.readInt32BE(4) : 0;
  return code === SSL_REQUEST || code === GSS_REQUEST ? "encryption" : "startup";
}

/** The server's part of a start without a password: the real connection is authenticated already. */
export function acceptStartup(parameters: Record<string, string>): Buffer {
  return Buffer.concat([
    message("R", int32(0)),
    ...Object.entries(parameters).map(([name, value]) => message("S", Buffer.from(`${name}\0${value}\0`))),
    message("K", Buffer.concat([int32(1), int32(1)])),
    message("Z", Buffer.from("I")),
  ]);
}

/**
 * Follows one direction of the stream across packet borders.
 * @returns a function that takes the next bytes and tells which tags ended in them, and whether a message is open
 */
export function followMessages(): (bytes: Buffer) => { tags: string[]; open: boolean } {
  let rest: Buffer = Buffer.alloc(0);
  let skip = 0;
  let tag = "";
  return (bytes) => {
    const tags: string[] = [];
    let data = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes;
    rest = Buffer.alloc(0);
    while (data.length > 0) {
      if (skip > 0) {
        const step = Math.min(skip, data.length);
        skip -= step;
        data = data.subarray(step);
        if (skip === 0) tags.push(tag);
        continue;
      }
      if (data.length < 5) {
        rest = Buffer.from(data);
        break;
      }
      tag = String.fromCharCode(data[0] as number);
      skip = data.readInt32BE(1) - 4;
      data = data.subarray(5);
      if (skip === 0) tags.push(tag);
    }
    return { tags, open: skip > 0 || rest.length > 0 };
  };
}

function message(tag: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(tag), int32(body.length + 4), body]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
