import type { Account } from "../../domain/account.ts";
import type { PortalId } from "../../domain/ids.ts";
import { type Signature, signatureOf } from "../../mail/writing/signature.ts";
import type { Store } from "../../store/contract.ts";
import type { ColleagueNames } from "../colleague-names.ts";

/** What stands below the letters of an agent, with its gaps filled. */
export interface Signatures {
  /** `undefined`: there is none, or it cannot be read. */
  below(account: Account, authorId: string | undefined): Promise<string | undefined>;
  /** As an agent's own one would read below letters of this box. */
  preview(account: Account | undefined, portal: PortalId, authorId: string, template: string): Promise<Signature>;
  /** Letters of this box have the box's own signature, whatever its agents have. */
  isShared(account: Account): boolean;
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
      const shared = sharedOf(account);
      const own = authorId === undefined ? undefined : await store.signatures.of(account.portal, authorId);
      const template = account.settings.box === "personal" ? (own ?? shared) : (shared ?? own);
      if (template === undefined) return undefined;
      const made = await filled(account.portal, account, authorId, template);
      return made.kind === "signed" && made.body.text !== "" ? made.body.text : undefined;
    },
    preview: (account, portal, authorId, template) => filled(portal, account, authorId, template),
    isShared: (account) => account.settings.box !== "personal" && sharedOf(account) !== undefined,
  };

  async function filled(
    portal: PortalId,
    account: Account | undefined,
    authorId: string | undefined,
    template: string,
  ): Promise<Signature> {
    const { address } = account?.settings ?? {};
    return signatureOf(template, {
      agent: { name: await nameOf(portal, authorId) },
      box: { name: account?.name ?? "", address: typeof address === "string" ? address : "" },
    });
  }

  async function nameOf(portal: PortalId, authorId: string | undefined): Promise<string> {
    if (authorId === undefined) return "";
    return (await names(portal, [authorId])).get(authorId) ?? "";
  }
}

function sharedOf({ settings: { signature } }: Account): string | undefined {
  return typeof signature === "string" && signature.trim() !== "" ? signature : undefined;
}
