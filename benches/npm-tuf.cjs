// Preloaded into npm, which offers no setting for it: where its TUF client begins and asks. Nothing else of
// npm is changed; it verifies the minted TUF repository, and every package, with its own code.
const tuf = require(`${process.env.NPM_MODULES}/@sigstore/tuf`)

const there = { mirrorURL: process.env.TUF_MIRROR, rootPath: process.env.TUF_ROOT }
const { initTUF, getTrustedRoot } = tuf
tuf.initTUF = (options) => initTUF({ ...options, ...there })
tuf.getTrustedRoot = (options) => getTrustedRoot({ ...options, ...there })
