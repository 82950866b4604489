import { type AccountId, accountId } from "../../domain/ids.ts";

const PREFIX = "threadline_";
const CODE = /^threadline_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Under which a portal knows an account as a message provider. */
export const providerCode = (account: AccountId): string => `${PREFIX}${account}`;

/** Which account a code means; `undefined` for what is none of ours. */
export function accountOfCode(code: string): AccountId | undefined {
  const id = CODE.exec(code)?.[1];
  return id === undefined ? undefined : accountId(id);
}

/** Where the portal sends what is to be sent; an account's code follows. */
export const handlersBefore = (publicUrl: string): string => `${publicUrl}/message-providers/${PREFIX}`;
