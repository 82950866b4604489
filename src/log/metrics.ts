import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** How the accounts are, as the store counts them. */
interface Census {
  readonly accounts: readonly { readonly channel: string; readonly state: string; readonly count: number }[];
  readonly alarms: Readonly<Record<string, number>>;
}

/** Channels and states that are no more are shown no more. */
export function showCensus(metrics: Pick<Metrics, "accounts" | "alarmsOpen">, census: Census): void {
  metrics.accounts.reset();
  for (const { channel, state, count } of census.accounts) metrics.accounts.set({ channel, state }, count);
  for (const [reason, count] of Object.entries(census.alarms)) metrics.alarmsOpen.set({ reason }, count);
}

/** What an operator watches. One object, made in `main.ts` and handed down; nothing registers itself globally. */
export interface Metrics {
  readonly registry: Registry;
  readonly accepted: Counter<"direction" | "outcome">;
  readonly delivered: Counter<"direction" | "state">;
  /** Seconds from durable accept to the call leaving. */
  readonly ownTime: Histogram<"direction">;
  readonly portalCalls: Counter<"outcome">;
  readonly lostWakeUps: Counter<string>;
  readonly spooled: Gauge<string>;
  readonly lanesDue: Gauge<string>;
  readonly events: Counter<"event" | "outcome">;
  readonly accounts: Gauge<"channel" | "state">;
  readonly copies: Counter<"outcome">;
  readonly alarmsRaised: Counter<"reason">;
  readonly alarmsOpen: Gauge<"reason">;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    accepted: new Counter({
      name: "threadline_accepted_total",
      help: "Messages accepted durably",
      labelNames: ["direction", "outcome"],
      registers,
    }),
    delivered: new Counter({
      name: "threadline_delivered_total",
      help: "Delivery attempts that ended, by resulting state",
      labelNames: ["direction", "state"],
      registers,
    }),
    ownTime: new Histogram({
      name: "threadline_own_time_seconds",
      help: "From durable accept, or the time before which it may not leave, to the call leaving",
      labelNames: ["direction"],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120],
      registers,
    }),
    copies: new Counter({
      name: "threadline_copied_letters_total",
      help: "Copies of letters that came by SMTP, by what they were answered",
      labelNames: ["outcome"],
      registers,
    }),
    portalCalls: new Counter({
      name: "threadline_portal_calls_total",
      help: "REST commands to portals, by outcome",
      labelNames: ["outcome"],
      registers,
    }),
    lostWakeUps: new Counter({
      name: "threadline_lost_wake_ups_total",
      help: "Wake-ups that could not be passed on and were left to the sweep",
      registers,
    }),
    spooled: new Gauge({
      name: "threadline_spooled_events",
      help: "Portal events waiting on disk for the database",
      registers,
    }),
    lanesDue: new Gauge({ name: "threadline_lanes_due", help: "Conversations with work due", registers }),
    events: new Counter({
      name: "threadline_portal_events_total",
      help: "Events received from portals",
      labelNames: ["event", "outcome"],
      registers,
    }),
    accounts: new Gauge({
      name: "threadline_accounts",
      help: "Channel accounts by state: off, or how their connection stands",
      labelNames: ["channel", "state"],
      registers,
    }),
    alarmsRaised: new Counter({
      name: "threadline_account_alarms_raised_total",
      help: "Alarms raised: down, person (only somebody's hand helps), silent (unusually long)",
      labelNames: ["reason"],
      registers,
    }),
    alarmsOpen: new Gauge({
      name: "threadline_account_alarms",
      help: "Accounts in trouble now, by reason",
      labelNames: ["reason"],
      registers,
    }),
  };
}
