import type { Account } from "../../domain/account.ts";
import type { PortalId } from "../../domain/ids.ts";
import { signatureOf } from "../../mail/writing/signature.ts";
import type { Store } from "../../store/contract.ts";
import type { ColleagueNames } from "../colleague-names.ts";

/** What stands below the letters of an agent, with its gaps filled. */
export interface Signatures {
  /** `undefined`: there is none, or it cannot be read. */
  below(account: Account, authorId: string | undefined): Promise<string | undefined>;
}

export interface SignaturesDeps {
  readonly store: { readonly signatures: Pick<Store["signatures"], "of"> };
  readonly names: ColleagueNames;
}

/**
 * In a shared box the box's own signature goes before the agent's, in a personal one the agent's. One that is broken is left
 * out: the letter is what counts, and whoever saves a signature is told what is wrong with it.
 */
export function createSignatures({ store, names }: SignaturesDeps): Signatures {
  return {
    async below(account, authorId) {
      const { address, signature, box } = account.settings;
      const shared = typeof signature === "string" && signature.trim() !== "" ? signature : undefined;
      const own = authorId === undefined ? undefined : await store.signatures.of(account.portal, authorId);
      const template = box === "personal" ? (own ?? shared) : (shared ?? own);
      if (template === undefined) return undefined;
      const made = signatureOf(template, {
        agent: { name: await nameOf(account.portal, authorId) },
        box: { name: account.name, address: typeof address === "string" ? address : "" },
      });
      return made.kind === "signed" && made.body.text !== "" ? made.body.text : undefined;
    },
  };

  async function nameOf(portal: PortalId, authorId: string | undefined): Promise<string> {
    if (authorId === undefined) return "";
    return (await names(portal, [authorId])).get(authorId) ?? "";
  }
}
