/**
 * The part of whatsapp-web.js 1.34 that the worker uses, in its own words (its `index.d.ts`), so that a stand-in of the
 * same shape can take its place in tests. The library's types need its browser driver's, which are not wanted here.
 */

export interface LibraryMessage {
  readonly id: { readonly _serialized: string; readonly id: string; readonly fromMe: boolean };
  readonly hasMedia: boolean;
  readonly type: string;
  /** Unix seconds. */
  readonly timestamp: number;
  edit(text: string): Promise<LibraryMessage | null>;
  delete(everyone: boolean): Promise<void>;
  react(emoji: string): Promise<void>;
  downloadMedia(): Promise<LibraryMedia | undefined>;
}

export interface LibraryMedia {
  readonly mimetype: string;
  /** Base64. */
  readonly data: string;
  readonly filename?: string | null;
  readonly filesize?: number | null;
}

export interface LibraryChat {
  readonly id: { readonly _serialized: string };
  readonly name: string;
  readonly isGroup: boolean;
  readonly unreadCount: number;
  /** Unix seconds of its last message. */
  readonly timestamp: number;
  fetchMessages(options: { limit: number }): Promise<LibraryMessage[]>;
}

export interface LibraryClient {
  on(event: string, listener: (...data: unknown[]) => void): unknown;
  initialize(): Promise<void>;
  destroy(): Promise<void>;
  logout(): Promise<void>;
  getState(): Promise<string | null>;
  sendMessage(
    chatId: string,
    content: unknown,
    options: Readonly<Record<string, unknown>>,
  ): Promise<LibraryMessage | null | undefined>;
  getMessageById(id: string): Promise<LibraryMessage | null>;
  getNumberId(digits: string): Promise<{ readonly _serialized: string } | null>;
  getContactLidAndPhone(ids: string[]): Promise<readonly { readonly lid?: string; readonly pn?: string }[]>;
  getChats(): Promise<LibraryChat[]>;
  getChatById(id: string): Promise<LibraryChat | undefined>;
  readonly info?: {
    readonly pushname?: string;
    readonly wid?: { readonly _serialized: string; readonly user: string };
  };
  readonly pupBrowser?: { process(): { readonly pid?: number } | null } | null;
}

export interface Library {
  readonly Client: new (options: Readonly<Record<string, unknown>>) => LibraryClient;
  readonly MessageMedia: new (mime: string, base64: string, name?: string, size?: number) => unknown;
  readonly Location: new (
    latitude: number,
    longitude: number,
    options: { readonly name?: string; readonly address?: string },
  ) => unknown;
}
