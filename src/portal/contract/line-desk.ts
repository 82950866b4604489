import type { LineChanges } from "../../domain/line-settings/fields.ts";
import type { PortalOutcome } from "../contract.ts";

/** A line among the others, with the ids of what it uses: where the portal does not list those, they are chosen from here. */
export interface LineBrief {
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
  readonly uses: {
    readonly cannedReplies?: string;
    readonly consent?: string;
    readonly form?: string;
    readonly bot?: string;
  };
}

export interface LineNow {
  readonly id: string;
  /** What of the portal's answer could be understood. */
  readonly settings: LineChanges;
  /** Everybody to whom the line gives chats, those of its departments too. */
  readonly operators: readonly string[];
  /** Who changed it last. */
  readonly changedBy?: string;
}

/** A source of leads and deals, a chat bot, an agreement, a list. */
export interface LineChoice {
  readonly id: string;
  readonly name: string;
}

/** Open lines with the rights of whoever looks at them (`imopenlines.config.*`). */
export interface LineDesk {
  list(): Promise<PortalOutcome<readonly LineBrief[]>>;
  /** `refused` with `NO_SUCH_LINE`: it is gone. */
  read(line: string): Promise<PortalOutcome<LineNow>>;
  /** Makes a line; the portal fills in what is not said. Never repeated: an answer that was lost is `uncertain`. */
  add(settings: LineChanges): Promise<PortalOutcome<string>>;
  /**
   * Writes these fields and no others. What the portal makes of them is not in its answer: read it again.
   * `refused` with `NO_SUCH_LINE`: it is gone, or the portal would not have the queue.
   */
  write(line: string, changes: LineChanges): Promise<PortalOutcome<void>>;
  /** One that is gone already is `refused` with `NO_SUCH_LINE`. */
  remove(line: string): Promise<PortalOutcome<void>>;
  /** Where the portal's own page of its lines is. */
  page(): Promise<PortalOutcome<string>>;
  /** Agreements on personal data that are in use (`userconsent.agreement.list`). Refused without the permission `userconsent`. */
  agreements(): Promise<PortalOutcome<readonly LineChoice[]>>;
  /**
   * Universal lists (`lists.get`); `made`: the portal made it for canned replies, which its symbolic code tells (on-premise
   * source). Refused without the permission `lists`, and to who may not read lists.
   */
  lists(): Promise<PortalOutcome<readonly (LineChoice & { readonly made: boolean })[]>>;
  /** Sources of leads and deals. */
  sources(): Promise<PortalOutcome<readonly LineChoice[]>>;
  /**
   * Chat bots that work in open lines (`imbot.bot.list`; its successor lists an application's own ones alone). Refused where the
   * application may not ask.
   */
  bots(): Promise<PortalOutcome<readonly LineChoice[]>>;
}
