import { fileURLToPath } from 'node:url';

/** Where the real programs that the tests run are kept between runs. */
export const CACHE_FOLDER = fileURLToPath(new URL('../.cache', import.meta.url));
