import type { World } from "../../support/world/world.ts";
import type { BadFile } from "./cases.ts";

/** How the gallery of bad input reaches the application through one channel. */
export interface Front {
  /** Its id in the registry. */
  readonly channel: string;
  /** An account on a line of that portal. */
  open(world: World, portal: string): Promise<Door>;
}

export interface Door {
  readonly account: string;
  /** Somebody new, who may write. `name` as they call themselves. */
  visitor(name?: string): Promise<Visitor>;
  /** Requests with these words whose proofs do not hold; the status of each answer. */
  forged(words: string): Promise<readonly number[]>;
  /** One genuine message of a new person, told several times over. */
  replayed(words: string): Promise<{ readonly visitor: Visitor; readonly statuses: readonly number[] }>;
  /** Proven requests of kinds that the vendor has not invented yet. */
  unknownKinds(): Promise<readonly number[]>;
}

export interface Visitor {
  /** Under which their messages stand in the line. */
  readonly id: string;
  /** Answers how it was refused, where that is told to the one who writes. */
  says(text: string): Promise<Refused | undefined>;
  /** Absent: the channel takes no files. */
  sends?(file: BadFile): Promise<Refused | undefined>;
  /** A message of a kind that nobody knows. Absent: there are no kinds. */
  saysUnreadable?(): Promise<void>;
  /** A file that the vendor no longer has. Absent: we are the vendor. */
  sendsGone?(): Promise<void>;
  /** A file larger than we take. Without `tellsSize` nobody says so before it comes. */
  sendsTooLarge?(tellsSize: boolean): Promise<Refused | undefined>;
}

export interface Refused {
  readonly status: number;
  readonly sentence: string;
}
