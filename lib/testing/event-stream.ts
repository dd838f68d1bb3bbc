export interface StreamMessage<Data> {
  event: string;
  id: string;
  data: Data;
}

/** Server-sent events as a browser reads them. */
export interface OpenStream {
  status: number;
  headers: Headers;
  /** The next message; null: the stream has ended. */
  next<Data = unknown>(): Promise<StreamMessage<Data> | null>;
  /** Everything up to the end. */
  rest<Data = unknown>(): Promise<StreamMessage<Data>[]>;
  close(): void;
}

/** @param response `text/event-stream`, or a refusal, which has no messages */
export function openStream(response: Response): OpenStream {
  const reader = response.ok ? response.body?.getReader() : undefined;
  const decoder = new TextDecoder();
  let text = "";
  const next = async <Data>(): Promise<StreamMessage<Data> | null> => {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end >= 0) {
        const block = text.slice(0, end);
        text = text.slice(end + 2);
        const message = readMessage<Data>(block);
        if (message) return message;
        continue;
      }
      const part = await reader?.read();
      if (!part || part.done) return null;
      text += decoder.decode(part.value, { stream: true });
    }
  };
  return {
    status: response.status,
    headers: response.headers,
    next,
    async rest<Data>() {
      const all: StreamMessage<Data>[] = [];
      for (let one = await next<Data>(); one; one = await next<Data>()) all.push(one);
      return all;
    },
    close: () => void reader?.cancel(),
  };
}

/** Comments and `retry` are no messages. */
function readMessage<Data>(block: string): StreamMessage<Data> | null {
  const fields = new Map(block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line]));
  const value = (name: string) => fields.get(name)?.slice(name.length + 2) ?? "";
  if (!fields.has("data")) return null;
  return { event: value("event"), id: value("id"), data: JSON.parse(value("data")) as Data };
}
