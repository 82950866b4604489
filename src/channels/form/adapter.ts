import { z } from "zod";
import type { SendOutcome } from "../contract/sending.ts";
import type { ChannelAdapter, Connected } from "../contract.ts";
import { partsOf } from "../shared/capability-tables.ts";
import { formKey, receiveForm } from "./receive.ts";
import { formSentences } from "./sentences.ts";
import { formSettings, readFormSettings } from "./settings.ts";
import { description, formSetup } from "./setup.ts";

export interface FormAdapterOptions {
  readonly now?: () => Date;
}

const ONE_WAY =
  "A request from a site's form cannot be answered where it came from. Write to the customer by e-mail, call them, or use another channel.";

/**
 * Offline requests: a site's form, and nothing that goes back. `handlers/forms.ts` stands in front of it and adds what
 * needs the network's side: rate limits, the browser's questions before a cross-site request, a page to end on.
 *
 * Nothing here does I/O, so nothing can be lost here: a request that heard no answer is sent again under the same id.
 */
export function createFormAdapter({ now = () => new Date() }: FormAdapterOptions = {}): ChannelAdapter {
  const refused = (): Promise<SendOutcome> => Promise.resolve({ kind: "refused", code: "one-way", sentence: ONE_WAY });
  return {
    id: "form",
    title: "Site form",
    sentences: formSentences,
    description,
    icon: { svg: ICON, color: "#0f766e" },
    capabilities: {
      leaves: true,
      textLimit: 8_000,
      captionLimit: 0,
      formatting: false,
      attachments: {},
      album: false,
      edit: false,
      remove: false,
      quote: false,
      typing: false,
      receipts: "none",
      mayWriteFirst: false,
      reaction: false,
      templates: false,
      groups: false,
      oneWay: ONE_WAY,
      parts: partsOf({
        notice: { in: "full" },
      }),
    },
    credentials: z.object({}),
    settings: formSettings,
    setup: formSetup,
    receive: (request, account) => receiveForm(request, account, now()),
    send: refused,
    async connect(account): Promise<Connected> {
      const { origins } = readFormSettings(account);
      const [site] = origins.filter((origin) => !origin.includes("*"));
      const connection =
        origins.length === 0
          ? ({
              kind: "needs-action",
              sentence: "List the sites that carry this form: until then no request is taken.",
            } as const)
          : ({
              kind: "connected",
              sentence: `Requests are taken from ${origins.length === 1 ? origins[0] : `${origins.length} sites`}.`,
            } as const);
      return {
        connection,
        profile: { externalId: account.id, title: account.name, ...(site !== undefined && { url: site }) },
      };
    },
    // Account ids are UUIDs, the key is base64url and the origin is ours: nothing here needs escaping.
    embed: (account, origin) =>
      `<script src="${origin}/form.js" data-account="${account.id}" data-key="${formKey(account)}" async></script>`,
    disconnect: () => Promise.resolve(),
  };
}

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><rect width="48" height="48" rx="11" fill="#0f766e"/><rect x="12" y="9" width="24" height="30" rx="4" fill="#fff"/><g fill="#0f766e"><rect x="16" y="15" width="16" height="4" rx="1.5"/><rect x="16" y="22" width="16" height="4" rx="1.5"/><rect x="16" y="30" width="9" height="4" rx="2"/></g></svg>';
