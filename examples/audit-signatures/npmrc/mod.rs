//! npm's configuration, as far as it says how a registry is reached: which one, by whose credentials,
//! which certificates, through which proxy.
//!
//! **The chain.** As in npm, the environment (`npm_config_…`) comes before the project's `.npmrc`, that
//! before the user's (`npm_config_userconfig`, else `~/.npmrc`), that before the global one
//! (`globalconfig`, else `etc/npmrc` below npm's `prefix` or `PREFIX`; where neither is set none is
//! looked for, because only npm knows where it is installed). In a file the last line of a key wins. The
//! same file as the project's and the user's is the user's.
//!
//! **A project's file is a stranger's.** Whoever wrote the repository that is audited wrote it, so it
//! must not be able to spend anything that is the user's. In it
//! - no variable is filled in but in the value of a credential that names its registry
//!   (`//host/path/:_authToken=${NPM_TOKEN}`);
//! - such a credential, or a client certificate, which is a file of the user's, is used only for a
//!   registry that the user has named too: by `--registry`, in the environment, or in the user's or the
//!   global `.npmrc`. A lock file names no registry in this sense: it is of the same hand. Else it is
//!   ignored with a note, unless `--allow-project-credentials` is given;
//! - `cafile`, `ca` and `strict-ssl=false` never count, because whoever chooses the certificate
//!   authorities can read what the user's own credentials are sent with; nor do `userconfig`,
//!   `globalconfig` and `prefix`;
//! - a proxy counts, with a note: it sees which hosts are asked, and TLS keeps the rest from it.
//!
//! A program that npm starts finds the project's settings in its environment, as if the user had set
//! them; by then npm has run the project's scripts, which could do more.
//!
//! **Credentials** belong to the host, port and path that they are written for, and the longest path
//! wins. They are sent over https, or over http to this machine itself, and never where a redirect
//! leads: npm is laxer in both. Those that name no registry (`_authToken=…`) are ignored with a note, as
//! npm itself refuses them. Paths of certificates must be absolute or begin with `~/`, because a
//! relative one would name a file of whatever folder the program is started in.

mod access;
mod arguments;
mod certificates;
mod chain;
mod credentials;
mod decided_by;
mod environment;
mod expand;
mod ini;
mod prefix;
mod proxy;
mod registries;
#[cfg(test)]
pub mod sample;
mod secret;
mod setting;
mod tls;

pub use access::{Access, AccessRules};
pub use arguments::AccessArguments;
pub use chain::Npmrc;
pub use decided_by::DecidedBy;
pub use environment::Environment;
pub use prefix::is_loopback;
pub use registries::Chosen;
pub use setting::Source;
