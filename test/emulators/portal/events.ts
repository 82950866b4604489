import type { FaultPlan } from "./faults.ts";
import type { EventBinding } from "./model.ts";
import { encodeForm } from "./php-form.ts";
import type { Fields } from "./values.ts";

export interface SentEvent {
  readonly sequence: number;
  readonly portal: string;
  readonly event: string;
  readonly handler: string;
  readonly handlerId: number;
  readonly clientId: string;
  readonly data: unknown;
  readonly createdAt: number;
  sentAt: number | null;
  finishedAt: number | null;
  /** HTTP status of the answer; null = none came. */
  status: number | null;
  error: string | null;
  /** Set by a fault: lost, doubled, late. */
  fault: string | null;
}

/**
 * Plays the platform's event queue: each event goes out once, whatever becomes of it. There is no retry here and
 * must never be one.
 */
export class EventSender {
  readonly sent: SentEvent[] = [];
  readonly #pending = new Set<Promise<void>>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #timeoutMs: number;
  readonly #now: () => number;
  readonly #faults: FaultPlan;
  readonly #served: (url: string) => string;
  readonly #aborter = new AbortController();
  #nextSequence = 1;

  constructor(timeoutMs: number, now: () => number, faults: FaultPlan, served: (url: string) => string) {
    this.#timeoutMs = timeoutMs;
    this.#now = now;
    this.#faults = faults;
    this.#served = served;
  }

  /** Queues one event for one handler and returns its record at once. */
  send(portal: string, binding: EventBinding, event: string, data: unknown, auth: Fields): SentEvent {
    const fault = this.#faults.take(["event-lost", "event-doubled", "event-late"], portal, [event]);
    const record = this.#record(portal, binding, event, data, fault?.kind ?? null);
    if (fault?.kind === "event-lost") return record;
    const body = encodeForm({
      event,
      event_handler_id: binding.id,
      data,
      ts: Math.floor(record.createdAt / 1000),
      auth,
    });
    if (fault?.kind === "event-late") {
      this.#later(fault.delayMs ?? 1000, () => this.#track(this.#deliver(record, body)));
      return record;
    }
    this.#track(this.#deliver(record, body));
    if (fault?.kind === "event-doubled") {
      this.#track(this.#deliver(this.#record(portal, binding, event, data, "event-doubled"), body));
    }
    return record;
  }

  /** What is no event and has a form of its own (a message provider's, a robot's), as the queue brings it: once. */
  post(portal: string, clientId: string, handler: string, name: string, fields: Fields): SentEvent {
    const binding = { handler, id: 0, clientId };
    const record = this.#record(portal, binding, name, fields, null);
    this.#track(this.#deliver(record, encodeForm(fields)));
    return record;
  }

  /** Resolves when no event is on its way any more. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#aborter.abort();
  }

  #record(
    portal: string,
    binding: Pick<EventBinding, "handler" | "id" | "clientId">,
    event: string,
    data: unknown,
    fault: string | null,
  ): SentEvent {
    const record: SentEvent = {
      sequence: this.#nextSequence,
      portal,
      event,
      handler: binding.handler,
      handlerId: binding.id,
      clientId: binding.clientId,
      data,
      createdAt: this.#now(),
      sentAt: null,
      finishedAt: null,
      status: null,
      error: null,
      fault,
    };
    this.#nextSequence += 1;
    this.sent.push(record);
    return record;
  }

  async #deliver(record: SentEvent, body: string): Promise<void> {
    record.sentAt = this.#now();
    try {
      const response = await fetch(this.#served(record.handler), {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", "user-agent": "Bitrix24 Webhook Engine" },
        body,
        redirect: "manual",
        signal: AbortSignal.any([AbortSignal.timeout(this.#timeoutMs), this.#aborter.signal]),
      });
      record.status = response.status;
      await response.arrayBuffer();
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      record.error = cause instanceof Error ? cause.message : String(cause);
    } finally {
      record.finishedAt = this.#now();
    }
  }

  #track(delivery: Promise<void>): void {
    this.#pending.add(delivery);
    void delivery.finally(() => this.#pending.delete(delivery));
  }

  #later(milliseconds: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, milliseconds);
    this.#timers.add(timer);
  }
}
