/** Names that mean something to a plain object; people may call an airport, a device or a node so. */
export const OBJECT_NAMES = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];
