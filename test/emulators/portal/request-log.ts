/** What happened to one element of imconnector.send.messages. */
export interface ElementLog {
  readonly externalId: string;
  readonly chat: string;
  readonly startedAt: number;
  finishedAt: number | null;
  /** Id of the chat message it became; null = it became none. */
  messageId: number | null;
  reportedSuccess: boolean;
}

export interface CommandLog {
  readonly key: string;
  readonly method: string;
  readonly startedAt: number;
  finishedAt: number | null;
  /** The method's work was done, whatever the client was told. */
  processed: boolean;
  error: string | null;
  elements: ElementLog[];
}

export interface RequestLogEntry {
  readonly sequence: number;
  readonly portal: string;
  readonly method: string;
  readonly httpMethod: string;
  readonly startedAt: number;
  /** Processing began; null = the request never got that far. */
  processingAt: number | null;
  processedAt: number | null;
  processed: boolean;
  /** The answer was written completely; null = it never was. */
  answeredAt: number | null;
  /** The connection went away before the answer was written (client died, or the emulator dropped it). */
  brokenAt: number | null;
  status: number | null;
  error: string | null;
  fault: string | null;
  clientId: string | null;
  userId: number | null;
  parameterKeys: string[];
  commands: CommandLog[];
}

/**
 * True when the call was under way at that moment: taken, and neither answered nor broken off. An answer counts as
 * given when it left this process; a client that died within `graceMs` afterwards may not have read it.
 */
export function wasOpenAt(entry: RequestLogEntry, time: number, graceMs = 0): boolean {
  if (entry.startedAt > time) return false;
  const end = entry.answeredAt ?? entry.brokenAt;
  return end === null || end + graceMs >= time;
}

export class RequestLog {
  readonly #entries: RequestLogEntry[] = [];
  readonly #limit: number;
  #nextSequence = 1;

  constructor(limit: number) {
    this.#limit = limit;
  }

  open(portal: string, method: string, httpMethod: string, parameterKeys: string[], now: number): RequestLogEntry {
    const entry: RequestLogEntry = {
      sequence: this.#nextSequence,
      portal,
      method,
      httpMethod,
      startedAt: now,
      processingAt: null,
      processedAt: null,
      processed: false,
      answeredAt: null,
      brokenAt: null,
      status: null,
      error: null,
      fault: null,
      clientId: null,
      userId: null,
      parameterKeys,
      commands: [],
    };
    this.#nextSequence += 1;
    this.#entries.push(entry);
    // Trimmed in chunks: cutting one element per request would copy the whole list each time.
    if (this.#entries.length > this.#limit * 1.2) this.#entries.splice(0, this.#entries.length - this.#limit);
    return entry;
  }

  entries(
    filter: { portal?: string | undefined; method?: string | undefined; since?: number | undefined } = {},
  ): RequestLogEntry[] {
    return this.#entries.filter(
      (entry) =>
        (filter.portal === undefined || entry.portal === filter.portal) &&
        (filter.method === undefined ||
          entry.method === filter.method ||
          entry.commands.some((command) => command.method === filter.method)) &&
        (filter.since === undefined || entry.sequence > filter.since),
    );
  }

  openAt(time: number, graceMs = 0): RequestLogEntry[] {
    return this.#entries.filter((entry) => wasOpenAt(entry, time, graceMs));
  }

  clear(): void {
    this.#entries.length = 0;
  }
}
