import type { Actor } from "../access/actor";
import { DomainError } from "../errors";
import { problemResponse } from "./api/problem";
import { logFailure } from "./failure-log";
import { actorFromRequest } from "./token";

const BEAT_MS = 15_000;
/** The actor is read from the store again after so long: a session that was revoked ends its streams. */
const ACTOR_MS = 10_000;
/** A stream ends after so long; browsers open it again by themselves. */
const LIFE_MS = 30 * 60_000;

export interface EventSink {
  /** False once the reader is gone or the stream's life is over. */
  readonly open: boolean;
  /** The reader as the store knows them now. @throws DomainError when they may not be here any more */
  actor(): Promise<Actor>;
  send(event: string, data: unknown, id?: string): void;
  /** Waits, but not longer than the stream is open. */
  pause(ms: number): Promise<void>;
}

/**
 * Answers with server-sent events (WHATWG HTML, "Server-sent events"). `open` runs before anything is sent, and what
 * it throws becomes the answer; `produce` sends until it returns.
 */
export async function eventStream<T>(
  request: Request,
  open: (actor: Actor) => Promise<T>,
  produce: (sink: EventSink, opened: T) => Promise<void>,
): Promise<Response> {
  const path = new URL(request.url).pathname;
  let actor: Actor;
  let opened: T;
  try {
    actor = await actorFromRequest(request);
    opened = await open(actor);
  } catch (error) {
    return problemResponse(error, path);
  }
  const gone = new AbortController();
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      const sink = new StreamSink(controller, request, actor, AbortSignal.any([request.signal, gone.signal]));
      void produce(sink, opened)
        .catch((error: unknown) => {
          if (sink.open && !(error instanceof DomainError)) logFailure(error, path);
        })
        .finally(() => sink.close());
    },
    cancel: () => gone.abort(),
  });
  return new Response(stream, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store, no-transform",
      // nginx would gather the events otherwise.
      "x-accel-buffering": "no",
    },
  });
}

class StreamSink implements EventSink {
  private readonly encoder = new TextEncoder();
  private readonly endsAt = Date.now() + LIFE_MS;
  private readonly beat: NodeJS.Timeout;
  private closed = false;
  private readAt = Date.now();

  constructor(
    private readonly controller: ReadableStreamDefaultController<Uint8Array>,
    private readonly request: Request,
    private known: Actor,
    private readonly signal: AbortSignal,
  ) {
    this.beat = setInterval(() => this.write(": beat\n\n"), BEAT_MS);
    this.write("retry: 2000\n\n");
  }

  get open(): boolean {
    return !this.closed && !this.signal.aborted && Date.now() < this.endsAt;
  }

  async actor(): Promise<Actor> {
    if (Date.now() - this.readAt > ACTOR_MS) {
      this.known = await actorFromRequest(this.request);
      this.readAt = Date.now();
      if (this.known.kind === "anonymous")
        throw new DomainError("unauthenticated", "access.sign_in", "The session is over.");
    }
    return this.known;
  }

  send(event: string, data: unknown, id?: string): void {
    this.write(`event: ${event}\n${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`);
  }

  pause(ms: number): Promise<void> {
    if (!this.open) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.signal.addEventListener("abort", end, { once: true });
    });
  }

  close(): void {
    clearInterval(this.beat);
    if (this.closed) return;
    this.closed = true;
    try {
      this.controller.close();
    } catch {
      // The reader went first.
    }
  }

  private write(text: string): void {
    if (this.closed || this.signal.aborted) return;
    try {
      this.controller.enqueue(this.encoder.encode(text));
    } catch {
      this.closed = true;
      clearInterval(this.beat);
    }
  }
}
