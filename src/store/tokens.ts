import type { TokenPair } from "../domain/portal.ts";
import type { Secrets } from "./secrets.ts";

/** Columns of a token pair, the same in two tables. */
export interface SealedTokenColumns {
  readonly access_token_sealed: string | null;
  readonly refresh_token_sealed: string | null;
  readonly refresh_token_digest: string | null;
  readonly tokens_expire_at: Date | null;
}

export const NO_TOKENS: SealedTokenColumns = {
  access_token_sealed: null,
  refresh_token_sealed: null,
  refresh_token_digest: null,
  tokens_expire_at: null,
};

export function sealTokens(secrets: Secrets, table: string, row: string, tokens: TokenPair): SealedTokenColumns {
  return {
    access_token_sealed: secrets.seal(tokens.accessToken, { table, column: "access_token_sealed", row }),
    refresh_token_sealed: secrets.seal(tokens.refreshToken, { table, column: "refresh_token_sealed", row }),
    refresh_token_digest: secrets.digest(tokens.refreshToken),
    tokens_expire_at: tokens.expiresAt,
  };
}

export function openTokens(
  secrets: Secrets,
  table: string,
  row: string,
  columns: SealedTokenColumns,
): TokenPair | undefined {
  const { access_token_sealed: access, refresh_token_sealed: refresh, tokens_expire_at: expiresAt } = columns;
  if (access === null || refresh === null || expiresAt === null) return undefined;
  return {
    accessToken: secrets.open(access, { table, column: "access_token_sealed", row }),
    refreshToken: secrets.open(refresh, { table, column: "refresh_token_sealed", row }),
    expiresAt,
  };
}
