import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

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
      help: "From durable accept to the call leaving",
      labelNames: ["direction"],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120],
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
  };
}
