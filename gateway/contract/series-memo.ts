import type { SeriesMemo } from '../../core/exposition.ts';

/** Some hundreds of devices with some hundreds of series each. */
const MAX_CHARACTERS = 32 * 2 ** 20;

/** The heads of series that devices pushed, shared by all; forgotten as a whole when it grows beyond its bound. */
export function createSeriesMemo(maxCharacters = MAX_CHARACTERS): SeriesMemo {
  const heads = new Map<string, NonNullable<ReturnType<SeriesMemo['get']>>>();
  let characters = 0;
  return {
    get: (text) => heads.get(text),
    set(text, head) {
      if (characters + text.length > maxCharacters) {
        heads.clear();
        characters = 0;
      }
      heads.set(text, head);
      characters += text.length;
    },
  };
}
