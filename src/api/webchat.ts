import type { AttachmentKind } from "../domain/message.ts";
import type { Span } from "../domain/rich-text.ts";

/** What the web chat's routes and the widget say to each other. */

export interface WidgetConfig {
  readonly title: string;
  readonly greeting: string;
  readonly color: string;
  readonly left: boolean;
  readonly icon: "chat" | "question" | "mail" | "wave";
  readonly label: string;
  /** Pixels. */
  readonly offsetSide: number;
  readonly offsetBottom: number;
  readonly hideOnPhone: boolean;
  /** Seconds; 0 = never by itself. */
  readonly greetingDelay: number;
  readonly language: string;
  readonly privacy: string;
  readonly consent: string;
  /** The team sees what is typed before it is sent: the widget says so and sends it. */
  readonly livePreview: boolean;
  readonly closedText: string;
  /** Nobody works now. */
  readonly away?: { readonly isHidden: boolean; readonly opensAt?: string };
  /** Asked for before a new visitor's first message, or (`offline`) instead of the chat. */
  readonly form?: {
    readonly when: "pre-chat" | "offline";
    readonly name: Asked;
    readonly phone: Asked;
    readonly email: Asked;
  };
  readonly textLimit: number;
  readonly fileLimit: number;
}

export type Asked = "no" | "optional" | "required";

/** What a form was refused for, by field. */
export type WrongFields = Readonly<
  Partial<Record<"name" | "phone" | "email" | "consent" | "text", "missing" | "wrong">>
>;

export interface SessionAnswer {
  readonly config: WidgetConfig;
  /** Absent when only the looks were asked for. */
  readonly token?: string;
}

/** One row of the conversation as its visitor may see it. A change (`edit`, `delete`) names the message it changes. */
export interface VisitorMessage {
  readonly id: string;
  readonly seq: number;
  readonly kind: "message" | "edit" | "delete";
  readonly from: "visitor" | "team";
  /** The browser's own id of a visitor's message. */
  readonly clientId?: string;
  readonly target?: string;
  readonly text: string;
  readonly spans: readonly Span[];
  readonly files: readonly VisitorFile[];
  readonly quote?: VisitorQuote;
  /** ISO 8601. */
  readonly at: string;
  /** A visitor's own message: kept by us, or passed on to the team. A message of the team: new to this visitor, or not. */
  readonly state: "sent" | "delivered" | "read";
}

export interface VisitorFile {
  readonly id: string;
  readonly kind: AttachmentKind;
  readonly name: string;
  readonly mime: string;
  readonly size?: number;
  readonly width?: number;
  readonly height?: number;
  /** Relative to the account's routes; opens for an hour or two. */
  readonly url: string;
}

export interface VisitorQuote {
  readonly text: string;
  /** Who said it, where known. */
  readonly author?: string;
}

export interface HistoryAnswer {
  readonly messages: readonly VisitorMessage[];
  /** Ask for what comes after this; nothing that is still to appear lies before it. */
  readonly cursor: number;
  /** There is more in the asked direction. */
  readonly more: boolean;
  /** The conversation was closed and may be rated, or was. */
  readonly rating?: RatingAsked;
}

export interface RatingAsked {
  readonly session: string;
  readonly scale: "stars" | "thumbs";
  /** What the visitor chose: 1 to 5 stars; thumb up 1, down 0. */
  readonly value?: number;
}

export interface PostedAnswer {
  readonly clientId: string;
  /** The stored row; absent when the store did not show it yet. */
  readonly message?: VisitorMessage;
}

export interface ReceiptAnswer {
  /** Some messages were not ready to be receipted: tell again in a moment. */
  readonly again: boolean;
}
