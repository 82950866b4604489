import type { EntityType } from "../../domain/person.ts";
import type { PortalOutcome } from "../contract.ts";

/**
 * The CRM in the portal's own words, through the universal methods (`crm.item.*`): ids are strings, times are dates.
 * Writes carry a key of ours in `originatorId`/`originId`, which the portal does not enforce but lets us search for: that
 * is how an uncertain `add` is settled. Everything is one command unless it says otherwise.
 */
export interface Crm {
  /** Whether the portal works with leads (`crm.settings.mode.get`: 1 classic, 2 simple). Cached for minutes. */
  usesLeads(): Promise<PortalOutcome<boolean>>;
  /**
   * Leads, contacts and companies that have one of these numbers or addresses (`crm.duplicate.findbycomm`), of which no
   * more than the first `MOST_VALUES` are looked for. From `MOST_FOUND` cards on there may be more that are not told.
   */
  findByContact(kind: "phone" | "email", values: readonly string[]): Promise<PortalOutcome<readonly CrmRef[]>>;
  /** By ids, or deals of a contact or company and some more by their ids; freshest first, at most 50. */
  list(query: CrmQuery): Promise<PortalOutcome<readonly CrmItem[]>>;
  /** Those in whose title these words stand, freshest first, at most 50. Percent signs are passed over. */
  findByTitle(type: "lead" | "deal", words: string): Promise<PortalOutcome<readonly CrmItem[]>>;
  /** Those in whose name all of these words stand, in any order (`%` of `crm.item.list`). */
  findByName(type: "lead" | "contact", words: string): Promise<PortalOutcome<readonly CrmItem[]>>;
  /** Made by us before under this key? */
  findByOrigin(type: EntityType, originId: string): Promise<PortalOutcome<string | undefined>>;
  /** `uncertain` when it may have been made: ask `findByOrigin` before trying again. */
  add(item: NewCrmItem, leave: () => Promise<boolean>): Promise<PortalOutcome<string>>;
  /** All that a card holds, by the names of `crm.item.fields` (`crm.item.get`). */
  values(type: EntityType, id: string): Promise<PortalOutcome<Readonly<Record<string, unknown>>>>;
  /** Repeatable. */
  update(type: EntityType, id: string, fields: Readonly<Record<string, unknown>>): Promise<PortalOutcome<void>>;
  /**
   * Adds numbers and addresses that the card has not. Reads it first: two commands, or one when nothing is missing.
   * @param absent they are known not to stand there: one command, which would add them once more if they did
   */
  addContactPoints(
    type: EntityType,
    id: string,
    points: readonly CrmPoint[],
    absent?: boolean,
  ): Promise<PortalOutcome<void>>;
  /** `crm.timeline.comment.add`; answers its id. Its author is the installing administrator. */
  comment(on: CrmRef, text: string, leave: () => Promise<boolean>): Promise<PortalOutcome<string>>;
  /** Whether the card holds a comment of exactly this text: how an uncertain one is settled. */
  findComment(on: CrmRef, text: string): Promise<PortalOutcome<string | undefined>>;
  /** `crm.activity.configurable.add`, with a button that opens our conversation. */
  addActivity(activity: NewActivity, leave: () => Promise<boolean>): Promise<PortalOutcome<string>>;
  /** Made by us before under this key? */
  findActivity(on: CrmRef, originId: string): Promise<PortalOutcome<string | undefined>>;
  /** `crm.activity.add` of an e-mail that was written elsewhere; never sends one. */
  addLetter(letter: NewLetter, leave: () => Promise<boolean>): Promise<PortalOutcome<string>>;
  /** Where a letter's activity stands, and its text; `undefined`: it is gone. */
  readLetter(id: string): Promise<PortalOutcome<{ readonly on: CrmRef; readonly text: string } | undefined>>;
  /** Gives an activity that showed less the whole text and the files of its letter. Files are added, so it is done once. */
  showLetter(id: string, letter: NewLetter, leave: () => Promise<boolean>): Promise<PortalOutcome<string>>;
  /** Says that nobody has to look at it any more, as what went out must be told after it was added. Repeatable. */
  completeLetter(id: string, letter: NewLetter): Promise<PortalOutcome<void>>;
  /**
   * Puts a line below an activity, in place of the line that was put there before (`crm.activity.layout.blocks.set`): in every
   * card that it stands in. Repeatable.
   * @param on a card that it stands in
   */
  tellInActivity(id: string, on: CrmRef, text: string): Promise<PortalOutcome<void>>;
  /** Shows an activity in one more card (`crm.activity.binding.add`). Repeatable. */
  bindActivity(id: string, to: CrmRef): Promise<PortalOutcome<void>>;
  /** Stages of leads; pipelines of deals with their stages, in the portal's order. Cached for minutes. */
  leadStages(): Promise<PortalOutcome<readonly CrmStage[]>>;
  pipelines(): Promise<PortalOutcome<readonly CrmPipeline[]>>;
  /** Fields of a type, for mapping (`crm.item.fields`). Cached for minutes. */
  fields(type: EntityType): Promise<PortalOutcome<readonly CrmField[]>>;
}

/** Values that one search may name, by the documentation of `crm.duplicate.findbycomm`. */
export const MOST_VALUES = 20;
/** So many cards of a kind, and `crm.duplicate.findbycomm` looks no further. */
export const MOST_FOUND = 20;

export interface CrmRef {
  readonly type: EntityType;
  readonly id: string;
}

export type CrmQuery =
  | { readonly type: EntityType; readonly ids: readonly string[] }
  | {
      readonly type: "deal";
      readonly contacts: readonly string[];
      readonly companies: readonly string[];
      readonly orIds?: readonly string[];
    };

export interface CrmItem extends CrmRef {
  readonly title: string;
  /** Stage semantics P. Contacts and companies are always open. */
  readonly open: boolean;
  /** Of a deal whose stage has the semantics S: when it came there. */
  readonly wonAt?: Date;
  readonly pipeline?: string;
  readonly stage?: string;
  readonly responsible?: string;
  readonly lastActiveAt: Date;
  readonly contactId?: string;
  readonly companyId?: string;
  /** Of a deal; `currency` as ISO 4217 has it. */
  readonly amount?: { readonly value: number; readonly currency: string };
}

export interface CrmPoint {
  readonly kind: "phone" | "email";
  readonly value: string;
}

export interface NewCrmItem {
  readonly type: EntityType;
  readonly originId: string;
  readonly title: string;
  readonly name?: string;
  readonly lastName?: string;
  readonly points: readonly CrmPoint[];
  readonly stage?: string;
  readonly pipeline?: string;
  readonly responsible?: string;
  readonly contactId?: string;
  readonly companyId?: string;
  readonly sourceId?: string;
  /** `utmSource` … and mapped fields, as the portal names them. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface NewActivity {
  readonly on: CrmRef;
  readonly originId: string;
  readonly title: string;
  readonly text: string;
  /** Label of the button; it opens our app with these parameters. */
  readonly openLabel: string;
  readonly open: Readonly<Record<string, string>>;
  readonly responsible?: string;
  readonly completed: boolean;
}

export interface NewLetter {
  readonly on: CrmRef;
  readonly originId: string;
  readonly direction: "in" | "out";
  readonly subject: string;
  /** Plain. */
  readonly text: string;
  readonly at: Date;
  readonly from: { readonly address: string; readonly name?: string };
  /** The other side, and the card that holds their address. */
  readonly with: { readonly address: string; readonly card: CrmRef };
  readonly responsible: string;
  /** Of what came in: nobody has to look at it. What went out is completed by `completeLetter`. */
  readonly completed: boolean;
  readonly files: readonly { readonly name: string; readonly base64: string }[];
}

export interface CrmStage {
  readonly id: string;
  readonly name: string;
  readonly semantics: "open" | "won" | "lost";
}

export interface CrmPipeline {
  readonly id: string;
  readonly name: string;
  readonly isDefault: boolean;
  readonly stages: readonly CrmStage[];
}

export interface CrmField {
  readonly name: string;
  readonly title: string;
  readonly type: string;
  readonly multiple: boolean;
  readonly readOnly: boolean;
  readonly items: readonly { readonly id: string; readonly value: string }[];
}
