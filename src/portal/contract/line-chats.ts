import type { PortalOutcome } from "../contract.ts";

/** What a person does with a chat of a line. Each is refused by the portal when it is not theirs to do. */
export type ChatAction =
  /** `join`: to speak in a chat that a colleague has. `intercept`: to have one that somebody else has. */
  | { readonly kind: "accept" | "join" | "intercept" | "finish" | "finish-of-another" | "spam" | "reopen" }
  | { readonly kind: "transfer"; readonly to: string };

/** Chats of lines, as one person may see and use them. */
export interface LineChats {
  act(chatId: string, action: ChatAction): Promise<PortalOutcome<void>>;
  look(chatId: string): Promise<PortalOutcome<ChatLook>>;
}

/** What the portal tells of a chat. Whether its session is open or taken is not among it. */
export interface ChatLook {
  /** The employee who has it; nobody has a chat that still waits in the queue. */
  readonly operator?: string;
  readonly sessionId?: string;
}
