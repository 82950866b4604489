/**
 * Mails that were read a moment ago, as they came: their files are asked for next. All boxes of the process share the room;
 * what was asked for longest ago goes first. Losing one costs another question to the server and nothing else.
 */
export interface Sources {
  get(key: string): Buffer | undefined;
  put(key: string, source: Buffer): void;
}

const ROOM = 32 * 1_024 * 1_024;

export function createSources(room = ROOM): Sources {
  const kept = new Map<string, Buffer>();
  let size = 0;
  const drop = (key: string): void => {
    size -= kept.get(key)?.length ?? 0;
    kept.delete(key);
  };
  return {
    get(key) {
      const source = kept.get(key);
      if (source) {
        kept.delete(key);
        kept.set(key, source);
      }
      return source;
    },
    put(key, source) {
      drop(key);
      if (source.length > room) return;
      kept.set(key, source);
      size += source.length;
      for (const oldest of kept.keys()) {
        if (size <= room) return;
        drop(oldest);
      }
    },
  };
}
