import type { PortalOutcome } from "../contract.ts";

/** People of the portal, for responsible persons. */
export interface People {
  /** Names, and who may be given anything: active, and at work by `timeman.status` where the portal keeps working time. */
  list(ids: readonly string[]): Promise<PortalOutcome<readonly PortalPerson[]>>;
  /** Names alone. Remembered for minutes. */
  names(ids: readonly string[]): Promise<PortalOutcome<ReadonlyMap<string, string>>>;
  /**
   * Which of these users are people and which are bots (`bot` of `im.user.list.get`), 50 at most. Where the application may not
   * ask for that, those are people whom `user.get` lists. Users that the portal does not know are left out.
   */
  writersAmong(ids: readonly string[]): Promise<PortalOutcome<ReadonlyMap<string, PortalWriter>>>;
  /** Which of these people are on leave (`absent` of `im.user.list.get`: the date until which they are). A minute old at most. */
  onLeave(ids: readonly string[]): Promise<PortalOutcome<ReadonlySet<string>>>;
  /**
   * Which of these addresses stand in profiles of people who are active, in lower case, and whose each is. The portal tells
   * addresses to who has the right `user_basic` (or `user`); without it, nobody has any. Remembered for minutes.
   */
  byEmail(addresses: readonly string[]): Promise<PortalOutcome<ReadonlyMap<string, string>>>;
  /** One person; `undefined`: there is none. Remembered for minutes. */
  profile(id: string): Promise<PortalOutcome<PortalProfile | undefined>>;
  /** Active members of a department and of those below it, by their ids. Remembered for minutes. */
  members(department: string): Promise<PortalOutcome<readonly string[]>>;
  departments(): Promise<PortalOutcome<readonly Department[]>>;
}

export interface PortalPerson {
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
  /** The working day is over, or was not begun. */
  readonly absent: boolean;
  /** Absent where the portal keeps no working time, or could not be asked. */
  readonly atWork?: boolean;
  /** Absent where the portal does not tell. A minute old at most. */
  readonly online?: boolean;
}

export interface PortalWriter {
  readonly isPerson: boolean;
  readonly name?: string;
}

export interface PortalProfile {
  /** `false`: dismissed. */
  readonly active: boolean;
  /** In lower case; absent also where the portal does not tell. */
  readonly email?: string;
}

export interface Department {
  readonly id: string;
  readonly name: string;
  readonly parent?: string;
}
