import { z } from "zod";
import { readMail } from "../../../mail/reading/read-mail.ts";
import type { MediaOutcome, SendOutcome } from "../../contract/sending.ts";
import type { ChannelAdapter } from "../../contract.ts";
import { partsOf } from "../../shared/capability-tables.ts";
import { capabilities } from "../about.ts";
import { ofMail } from "../media.ts";
import { decodePart } from "../media-ref.ts";
import type { KeptMails } from "./kept-mails.ts";
import { bccSentences } from "./sentences.ts";

const ONE_WAY =
  "This letter was sent from another mail program, and only its copy came here. Answer from that program, or connect the mailbox to answer from here.";

/**
 * Letters of which employees send a blind copy, from whatever program they write in. The server makes one account for each
 * portal by itself; its mail comes by `listener.ts`, and its files are opened out of the copies that were kept.
 */
export function createBccAdapter({ kept }: { readonly kept: Pick<KeptMails, "open"> }): ChannelAdapter {
  const refused = (): Promise<SendOutcome> => Promise.resolve({ kind: "refused", code: "one-way", sentence: ONE_WAY });

  async function openMedia(_account: unknown, ref: string): Promise<MediaOutcome> {
    const place = decodePart(ref);
    const source = place && (await kept.open(place.folder));
    if (!place || !source)
      return { kind: "gone", sentence: "The copy of this letter is no longer kept, so its file cannot be fetched." };
    return ofMail(await readMail(source), place).outcome;
  }

  return {
    id: "bcc",
    title: "Copies of e-mail",
    builtIn: true,
    sentences: bccSentences,
    description: {
      en: "Employees put an address of theirs into Bcc of what they write from any mail program, and the letter stands in the customer's card.",
      ru: "Сотрудник добавляет свой адрес в скрытую копию письма в любой почтовой программе, и письмо попадает в карточку клиента.",
      es: "El empleado pone una dirección propia en copia oculta de lo que escribe en cualquier programa de correo, y el correo aparece en la ficha del cliente.",
    },
    icon: { svg: ICON, color: "#7C5CBF" },
    capabilities: {
      ...capabilities,
      attachments: {},
      formatting: false,
      mayWriteFirst: false,
      repeatable: false,
      oneWay: ONE_WAY,
      parts: partsOf({
        formatting: { in: { degraded: "plain in the message, as it was sent in the mail's own view" } },
        photo: { in: "full" },
        video: { in: "full" },
        voice: { in: { degraded: "as an audio file" } },
        file: { in: "full" },
        album: { in: "full" },
        quote: { in: { degraded: "folded away, shown on demand" } },
      }),
    },
    credentials: z.object({}),
    settings: z.object({}),
    setup: [],
    receive: () => ({ kind: "rejected", status: 403, reason: "This channel takes no webhooks." }),
    send: refused,
    connect: (account) => Promise.resolve({ connection: BCC_CONNECTED, profile: account.profile }),
    disconnect: () => Promise.resolve(),
    openMedia,
  };
}

/** Nothing has to be opened: whoever has an address sends. */
const BCC_CONNECTED = {
  kind: "connected",
  sentence: "Takes copies of letters that employees send to their addresses.",
} as const;

/** Drawn for this project: an envelope, and its copy behind it. */
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">' +
  '<circle cx="32" cy="32" r="32" fill="#7C5CBF"/>' +
  '<path d="M20 18h30a3 3 0 0 1 3 3v18" fill="none" stroke="#fff" stroke-width="3.5" stroke-linecap="round"/>' +
  '<rect x="12" y="24" width="34" height="23" rx="3" fill="#fff"/>' +
  '<path d="M14 27 29 38 44 27" fill="none" stroke="#7C5CBF" stroke-width="3.2" stroke-linejoin="round"/></svg>';
