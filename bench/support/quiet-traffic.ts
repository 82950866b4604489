/**
 * Messages that never fill a portal's bucket, and how long each of them took from the webhook to the REST call that
 * carries it.
 */
import { until } from "../../test/support/world/until.ts";
import { Connection } from "./connection.ts";
import type { Live, LivePortal } from "./live.ts";
import type { LiveAccount, WebhookChannel } from "./live-accounts.ts";
import type { Size } from "./report.ts";

/** Known customers of a portal, over all its channels. */
const CUSTOMERS = 5;
const CONNECTIONS = 32;

export interface OwnTimes {
  /** Milliseconds from sending the webhook to its REST request standing at the portal. */
  readonly fromWebhook: readonly number[];
  /** The same from the webhook's 200; below zero where the request was quicker than the answer. */
  readonly fromAccept: readonly number[];
}

export interface Pace {
  readonly everyMs: number;
  readonly while: (count: number) => boolean;
}

interface Sent {
  readonly portal: LivePortal;
  readonly account: LiveAccount;
  readonly id: number;
  readonly at: number;
  accepted: number;
}

/**
 * Writes as a few known customers of every portal in turn, at fixed times, and holds the portals' logs against them. A
 * portal gets no more than what leaks out of its bucket, so it is and stays idle. Its channels take turns message by
 * message, so that whatever else the machine does hits all of them.
 */
export class QuietTraffic {
  private readonly live: Live;
  private readonly portals: readonly LivePortal[];
  private readonly customers: number;
  /** Opened for each measurement: a server closes connections that were idle for long. */
  private connections: readonly Connection[] = [];
  private next = 1;

  private constructor(live: Live, portals: readonly LivePortal[]) {
    this.live = live;
    this.portals = portals;
    this.customers = Math.ceil(CUSTOMERS / this.channels);
  }

  /**
   * Makes the customers known: each has written once.
   * @param size the tiny one does not wait until the portals are idle again, which takes most of a minute
   */
  static async start(live: Live, portals: readonly LivePortal[], size: Size): Promise<QuietTraffic> {
    const traffic = new QuietTraffic(live, portals);
    const known = traffic.customers * traffic.channels * portals.length;
    await traffic.measure({ everyMs: 20, while: (count) => count < known });
    if (size !== "tiny") await live.settled(portals);
    return traffic;
  }

  /** Channels of each portal. */
  get channels(): number {
    return this.portals[0]?.accounts.length ?? 0;
  }

  /** Milliseconds between two messages that all portals together bear without their buckets filling. */
  get idlePaceMs(): number {
    return Math.ceil(550 / this.portals.length);
  }

  async measure(pace: Pace): Promise<ReadonlyMap<WebhookChannel, OwnTimes>> {
    const sent = await this.write(pace);
    let left = new Map<string, number>();
    const arrivalOf = ({ portal, account, id }: Sent) => left.get(keyOf(portal, account.externalId(id)));
    await until(
      () => {
        left = this.leftAt();
        return sent.every((message) => arrivalOf(message) !== undefined);
      },
      60_000,
      "every message to arrive",
    );
    const at = (message: Sent): number => arrivalOf(message) ?? Number.NaN;
    return new Map(
      [...Map.groupBy(sent, (message) => message.account.channel)].map(([channel, messages]) => [
        channel,
        {
          fromWebhook: messages.map((message) => at(message) - message.at),
          fromAccept: messages.map((message) => at(message) - message.accepted),
        },
      ]),
    );
  }

  /** The same where there is only Telegram. */
  async measureTelegram(pace: Pace): Promise<OwnTimes> {
    return (await this.measure(pace)).get("telegram") ?? { fromWebhook: [], fromAccept: [] };
  }

  private async write(pace: Pace): Promise<Sent[]> {
    const sent: Sent[] = [];
    const answers: Promise<void>[] = [];
    const failures: unknown[] = [];
    this.connections = await Promise.all(
      Array.from({ length: CONNECTIONS }, () => Connection.open(this.portals[0]?.target.port ?? 0)),
    );
    const begin = now();
    for (let count = 0; pace.while(count); count += 1) {
      const due = begin + count * pace.everyMs;
      while (now() < due) await new Promise((resolve) => setTimeout(resolve, Math.max(1, due - now())));
      const message = this.nextMessage();
      sent.push(message);
      answers.push(
        this.post(message).then(
          (status) => {
            message.accepted = now();
            if (status !== 200) failures.push(new Error(`a webhook was answered ${status}`));
          },
          (error: unknown) => void failures.push(error),
        ),
      );
    }
    await Promise.all(answers);
    for (const connection of this.connections) connection.close();
    if (failures.length > 0) throw new Error(`${failures.length} webhooks were not accepted`, { cause: failures[0] });
    return sent;
  }

  private nextMessage(): Sent {
    const id = this.next;
    this.next += 1;
    const portal = this.portals[id % this.portals.length];
    const account = portal?.accounts[Math.floor(id / this.portals.length) % this.channels];
    if (!portal || !account) throw new Error("there is no account to write to");
    return { portal, account, id, at: now(), accepted: Number.NaN };
  }

  private leftAt(): Map<string, number> {
    const times = new Map<string, number>();
    for (const portal of this.portals) {
      for (const entry of this.live.sends(portal)) {
        for (const element of entry.commands.flatMap((command) => command.elements))
          times.set(keyOf(portal, element.externalId), entry.startedAt);
      }
    }
    return times;
  }

  private async post({ account, id }: Sent): Promise<number> {
    const conversation = Math.floor(id / (this.portals.length * this.channels)) % this.customers;
    const { head, body } = account.webhook(conversation, id);
    for (;;) {
      // Whoever waits beside us may have been quicker.
      const connection = this.connections.find((one) => one.free);
      if (connection) return connection.post(head, body);
      await until(() => this.connections.some((one) => one.free), 60_000, "a free connection");
    }
  }
}

const keyOf = (portal: LivePortal, externalId: string): string => `${portal.controls.id}|${externalId}`;

/** Milliseconds since 1970 with fractions, comparable with the emulator's `Date.now()` on the same machine. */
const now = () => performance.timeOrigin + performance.now();
