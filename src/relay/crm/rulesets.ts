import type { PortalId } from "../../domain/ids.ts";
import { defaultRuleset, type Ruleset, rulesetSchema } from "../../rules/ruleset.ts";
import type { SavedRuleset } from "../../store/contract/rules.ts";
import type { Store } from "../../store/contract.ts";

/** The rules that count in a portal, and their version; 0 is the default that nobody saved. */
export interface CurrentRules {
  readonly version: number;
  readonly ruleset: Ruleset;
}

export interface Rules {
  of(portal: PortalId): Promise<CurrentRules>;
  /** A new version was saved here: the next look reads it. Other processes see it within seconds. */
  forget(portal: PortalId): void;
}

const REMEMBER_MS = 3_000;
const REMEMBERED = 5_000;

/**
 * Rules are asked for with every message and saved once in a while, so they are remembered for some seconds; as the same
 * object, because conditions are made ready once for an object.
 */
export function createRules(store: Pick<Store, "rulesets">, now: () => Date): Rules {
  const known = new Map<PortalId, CurrentRules & { readonly until: number }>();
  const untouched = defaultRuleset();

  return {
    async of(portal) {
      const remembered = known.get(portal);
      if (remembered && remembered.until > now().getTime()) return remembered;
      const saved = await store.rulesets.current(portal);
      if (known.size >= REMEMBERED) known.clear();
      const until = now().getTime() + REMEMBER_MS;
      const version = saved?.version ?? 0;
      const isSame = remembered !== undefined && remembered.version === version;
      const current = { version, until, ruleset: isSame ? remembered.ruleset : read(saved) };
      known.set(portal, current);
      return current;
    },
    forget: (portal) => void known.delete(portal),
  };

  function read(saved: SavedRuleset | undefined): Ruleset {
    return saved ? rulesetSchema.parse(saved.content) : untouched;
  }
}
