import type { ConnectionState } from "../../domain/account.ts";
import type { AccountId, Direction, PortalId } from "../../domain/ids.ts";

/** What is known of how accounts are. */
export interface HealthRepository {
  /**
   * Adds what was counted, in one statement. Accounts that are gone meanwhile, or of another portal, are passed over.
   * Repeated after a `StoreUnavailable` it may count twice.
   */
  record(counts: readonly AccountCount[]): Promise<void>;
  /** Time zones (IANA) of these portals, as far as they are known. */
  timeZones(portals: readonly PortalId[]): Promise<ReadonlyMap<PortalId, string>>;
  settings(portal: PortalId): Promise<HealthSettings | undefined>;
  /** `people: null` goes back to the default. Another time zone than before empties the hours: habits are learned anew. */
  saveSettings(
    portal: PortalId,
    patch: { readonly people?: readonly AlarmPerson[] | null; readonly timeZone?: string },
  ): Promise<void>;

  /** All accounts of a portal as its board shows them; `day` is today by the portal's clock, `2026-11-28`. */
  board(portal: PortalId, day: string): Promise<readonly AccountOnBoard[]>;
  /** Hours of a portal's accounts from this day on, oldest first. */
  hours(portal: PortalId, since: string): Promise<readonly AccountHours[]>;
  /** Accounts of all portals that are switched on and authorised, with their alarms: what the watch looks at, a chore of the operator. */
  watchList(): Promise<readonly WatchedPortal[]>;
  /** Forgets days before this one, of all portals, but never the last one in which something came or went. Answers how many. */
  forgetDaysBefore(day: string): Promise<number>;
  /** How many accounts there are by channel and state (`off` or the kind of their connection), and open alarms by reason. For metrics. */
  census(): Promise<Census>;

  /**
   * Opens an alarm, or takes one up again whose end nobody was told yet. Another reason than before is news: to be told.
   * `raised` for one of several callers; `unknown` when the account is gone.
   */
  raise(portal: PortalId, account: AccountId, alarm: Raised): Promise<"raised" | "standing" | "unknown">;
  /** It is over. What nobody was told vanishes; otherwise the all-clear is to be told. */
  end(portal: PortalId, account: AccountId, kind: AlarmKind, ending: AlarmEnding): Promise<void>;
  /** What people of a portal have still to be told, alarms and all-clears, oldest first. */
  untold(portal: PortalId): Promise<readonly Alarm[]>;
  /** Before the telling: these hear of it. `false` when it is not as it was read any more. */
  beginTelling(alarm: Alarm, people: readonly string[]): Promise<boolean>;
  /** After it: an alarm stands as told, an all-clear vanishes. What has changed meanwhile stays to be told. */
  markTold(alarm: Alarm): Promise<void>;
}

/** What happened to an account in an hour of its portal's day. */
export interface AccountCount {
  readonly portal: PortalId;
  readonly account: AccountId;
  /** `2026-11-28` */
  readonly day: string;
  /** 0 to 23 */
  readonly hour: number;
  readonly received?: number | undefined;
  readonly sent?: number | undefined;
  readonly refused?: number | undefined;
  readonly failed?: number | undefined;
  readonly uncertain?: number | undefined;
  readonly lastReceivedAt?: Date | undefined;
  readonly lastSentAt?: Date | undefined;
  /** It was on and connected in that hour. */
  readonly watched?: boolean | undefined;
}

export interface AlarmPerson {
  readonly id: string;
  readonly name: string;
}

export interface HealthSettings {
  /** Absent: nobody has chosen. */
  readonly people?: readonly AlarmPerson[];
  /** Whom alarms go to then: who installed the application. */
  readonly installer?: AlarmPerson;
  readonly timeZone?: string;
}

export type ErrorKind = "refused" | "failed" | "uncertain";

export interface AccountStanding {
  readonly id: AccountId;
  readonly channel: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly line?: string;
  readonly connection: ConnectionState;
  /** Since when it is connected, or is not. */
  readonly steadySince: Date;
  /** It was connected once. */
  readonly worked: boolean;
  readonly createdAt: Date;
  readonly lastReceivedAt?: Date;
  readonly lastSentAt?: Date;
  readonly alarms: readonly StandingAlarm[];
}

export interface AccountOnBoard extends AccountStanding {
  readonly today: Readonly<Record<ErrorKind | "received" | "sent", number>>;
  readonly queues: Readonly<Partial<Record<Direction, { readonly waiting: number; readonly oldestAt: Date }>>>;
}

/** A day's hours as bits: bit 0 is the hour after midnight, by the portal's clock. */
export interface AccountHours {
  readonly account: AccountId;
  readonly day: string;
  readonly heard: number;
  readonly watched: number;
}

export interface WatchedPortal {
  readonly id: PortalId;
  readonly timeZone?: string;
  readonly accounts: readonly AccountStanding[];
}

export interface Census {
  readonly accounts: readonly { readonly channel: string; readonly state: string; readonly count: number }[];
  readonly alarms: Readonly<Record<AlarmReason, number>>;
}

export type AlarmKind = "connection" | "silence";
/** `down`: it may come back by itself; `person`: only when somebody acts; `silent`: connected, and nobody writes. */
export type AlarmReason = "down" | "person" | "silent";
/** `off`: it was switched off, so nobody watches it. */
export type AlarmEnding = "mended" | "off";

export interface Raised {
  readonly kind: AlarmKind;
  readonly reason: AlarmReason;
  readonly sentence: string;
  readonly since: Date;
}

export interface StandingAlarm extends Raised {
  readonly raisedAt: Date;
  /** It is over, and the all-clear is not told yet. */
  readonly ending?: AlarmEnding;
}

export interface Alarm extends StandingAlarm {
  readonly portal: PortalId;
  readonly account: AccountId;
  readonly name: string;
  readonly channel: string;
  /** Who may have heard the alarm. */
  readonly toldTo?: readonly string[];
}
