import { z } from "zod";
import type { Capabilities } from "../contract/capabilities.ts";
import { everyKind, partsOf } from "../shared/capability-tables.ts";
import { numberSetting } from "../shared/setting.ts";

/** What a mailbox may do, as data. */

/** Longest text of a mail that is shown as a message; the whole of it is in its HTML, or in the mailbox. */
export const TEXT_LIMIT = 100_000;

/** Gmail, Yandex and others take 25 MB with what base64 adds, a third. */
const LARGEST_FILE = 18 * 1_024 * 1_024;

export const capabilities: Capabilities = {
  letters: true,
  textLimit: TEXT_LIMIT,
  captionLimit: TEXT_LIMIT,
  formatting: true,
  attachments: everyKind(LARGEST_FILE),
  album: false,
  edit: false,
  remove: false,
  quote: false,
  typing: false,
  receipts: "none",
  mayWriteFirst: true,
  reaction: false,
  templates: false,
  groups: false,
  // A second try asks the Sent folder first (`send.ts`).
  repeatable: true,
  parts: partsOf({
    formatting: { in: { degraded: "plain in the message, as it was sent in the mail's own view" }, out: "full" },
    photo: "full",
    video: "full",
    voice: { in: { degraded: "as an audio file" }, out: { degraded: "as an audio file" } },
    file: "full",
    album: "full",
    sticker: { out: { degraded: "as a picture" } },
    quote: { in: { degraded: "folded away, shown on demand" } },
  }),
};

const NO_CREDENTIALS = "Type the password of the mailbox, or the app password that its provider made.";

export const credentials = z
  .object({
    /** The mailbox's own, or one that its provider made for programs. */
    password: z.string().min(1, NO_CREDENTIALS).max(1_000).optional(),
    /** Its sign-in at Google or Microsoft; goes before a password. */
    signIn: z.string().min(1).max(100).optional(),
  })
  .refine(({ password, signIn }) => password !== undefined || signIn !== undefined, {
    path: ["password"],
    error: NO_CREDENTIALS,
  });

const host = z
  .string()
  .trim()
  .toLowerCase()
  .refine(
    (value) => value === "" || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(value),
    "write a server's name: imap.example.com",
  )
  .default("");

const security = z.enum(["", "tls", "starttls", "none"]).catch("").default("");

export const settings = z.object({
  address: z
    .string()
    .trim()
    .refine(
      (value) => /^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;"]+$/.test(value),
      "This is not an e-mail address. It looks like anna@example.com.",
    ),
  /** Whose it is: a department's, or one employee's. */
  box: z.enum(["shared", "personal"]).catch("shared").default("shared"),
  /** Of a personal box: the employee's id in the portal. */
  owner: z
    .string()
    .trim()
    .refine((value) => /^\d{0,10}$/.test(value), "This is no employee's number. Choose the employee from the list.")
    .default(""),
  /** Of a personal box: what of its letters cards show to everybody who may read them. */
  showing: z.enum(["whole", "subject", "click"]).catch("whole").default("whole"),
  /** How many days of mail are looked through when the box is connected. */
  days: numberSetting(0, 730, 30),
  /** Folders beside the inbox and the sent mail, by their names, with commas. */
  folders: z.string().trim().max(2_000).default(""),
  /** A mail that lies in other boxes too is told again for this one. */
  apart: z.boolean().catch(false).default(false),
  /** Below the letters of everybody who writes from it, with gaps for their name. */
  signature: z.string().trim().max(5_000).default(""),
  /** Letters carry a picture and links of ours unless their writer says otherwise. */
  tracked: z.boolean().catch(false).default(false),
  /** Where those lead, when that is to be a domain of the company's own. */
  trackingUrl: z
    .string()
    .trim()
    .refine(
      (value) => value === "" || (URL.canParse(value) && new URL(value).protocol === "https:"),
      "write an address that leads to this server: https://go.example.com",
    )
    .default(""),
  /** Empty: what the address is signed in with. */
  user: z.string().trim().max(300).default(""),
  imapHost: host,
  /** 0: the usual one. */
  imapPort: numberSetting(0, 65_535, 0),
  imapSecurity: security,
  smtpHost: host,
  smtpPort: numberSetting(0, 65_535, 0),
  smtpSecurity: security,
});

export type MailboxSettings = z.infer<typeof settings>;

/** Drawn for this project: an envelope on a disc. */
export const icon = {
  color: "#D9822B",
  svg:
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">' +
    '<circle cx="32" cy="32" r="32" fill="#D9822B"/>' +
    '<rect x="13" y="19" width="38" height="27" rx="3" fill="#fff"/>' +
    '<path d="M15 22 32 36 49 22" fill="none" stroke="#D9822B" stroke-width="3.5" stroke-linejoin="round"/></svg>',
} as const;
