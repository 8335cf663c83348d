// In place of the package debug in bundles: with DEBUG set, libraries would print addresses, with their passwords.
const silent = Object.assign(() => {}, { enabled: false, extend: () => silent });
module.exports = () => silent;
module.exports.default = module.exports;
module.exports.debug = module.exports;
module.exports.enabled = () => false;
