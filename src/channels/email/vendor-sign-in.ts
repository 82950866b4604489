import type { SignInOffer, SignInVendor, VendorSignIn } from "../contract/vendor-sign-in.ts";
import { settings as settingsSchema } from "./about.ts";
import { providerOfVendor, vendorOfProvider } from "./by-token.ts";
import { type DiscoverTools, findProvider } from "./discover.ts";

/** The others may still be half typed. */
const typedSoFar = settingsSchema.pick({ address: true, imapHost: true });

/** Which mailboxes are signed in at Google's or Microsoft's own page, told by the address; and what else would do. */
export function createVendorSignIn(
  tools: Pick<DiscoverTools, "hosts" | "resolver">,
  vendors: readonly SignInVendor[],
): VendorSignIn {
  return {
    vendors,
    async offer(typed): Promise<SignInOffer> {
      const read = typedSoFar.safeParse(typed);
      if (!read.success) return { typed: true };
      const { address, imapHost } = read.data;
      const vendorId = vendorOfProvider((await findProvider(tools, address))?.id);
      const provider = vendorId === undefined ? undefined : providerOfVendor(vendorId);
      if (vendorId === undefined || !provider) return { typed: true };
      // Its mail is fetched somewhere else: by a password.
      if (imapHost !== "" && imapHost !== provider.imap.host && !tools.hosts.isListed(imapHost)) return { typed: true };
      const vendor = vendors.find(({ id }) => id === vendorId);
      return {
        typed: vendorId !== "microsoft",
        ...(vendor && { vendor: vendor.id }),
        sentence: SENTENCES[`${vendorId} ${vendor ? "here" : "not here"}`] ?? "",
      };
    },
  };
}

const SENTENCES: Readonly<Record<string, string>> = {
  "google here":
    "This mailbox is at Google. Sign in there: no password is typed here. An app password does as well; it wants 2-Step Verification in the Google account.",
  "google not here":
    "This mailbox is at Google. Type an app password: turn on 2-Step Verification in the Google account and make one at myaccount.google.com/apppasswords. Signing in at Google is not set up on this server (GOOGLE_CLIENT_ID).",
  "microsoft here":
    "This mailbox is at Microsoft. Sign in there: Microsoft has switched off passwords for mail programs. For a shared mailbox sign in as somebody who has full access to it.",
  "microsoft not here":
    "This mailbox is at Microsoft, which has switched off passwords for mail programs: it can only be connected by signing in at Microsoft, and that is not set up on this server. Its operator has to set MICROSOFT_CLIENT_ID and MICROSOFT_CLIENT_SECRET.",
};
