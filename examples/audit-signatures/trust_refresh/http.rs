//! The mirror over HTTP: a cap, a deadline and one origin for every file. Nothing that identifies the
//! user is sent, and no credentials ever.

use std::io::Read as _;
use std::time::{Duration, Instant};

use ureq::http::Response;
use ureq::{Agent, Body, Proxy};

use super::file_name::FileName;
use crate::one_origin::{self, redirected};
use crate::plain_text::plain;
use crate::registry_url::RegistryUrl;

/// How long to wait for what.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    pub connect: Duration,
    /// One file, to the last byte.
    pub file: Duration,
    /// The whole refresh.
    pub refresh: Duration,
}

pub const PATIENCE: Patience =
    Patience { connect: Duration::from_secs(10), file: Duration::from_secs(20), refresh: Duration::from_secs(60) };

/// More than any file of a repository; the public-good one's are below 8 KiB.
const LARGEST_FILE: u64 = 4 * 1024 * 1024;

const MOST_REDIRECTS: u32 = 3;

/// A client of one mirror.
#[derive(Clone)]
pub struct Http {
    agent: Agent,
    mirror: RegistryUrl,
    patience: Patience,
    started: Instant,
}

impl Http {
    /// Starts the clock of one refresh.
    pub fn new(mirror: RegistryUrl, patience: Patience, proxy: Option<Proxy>) -> Self {
        let agent = one_origin::client(patience.connect, proxy).build().into();
        Self { agent, mirror, patience, started: Instant::now() }
    }

    /// The file, or nothing if the mirror says that it has none.
    pub fn get(&self, file: &FileName) -> Result<Option<Vec<u8>>, String> {
        let deadline = (self.started + self.patience.refresh).min(Instant::now() + self.patience.file);
        let mut url = self.mirror.join(file.as_str());
        for _ in 0..=MOST_REDIRECTS {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(format!("{} took too long to answer", self.mirror));
            }
            let request = self.agent.get(&url).config().timeout_global(Some(left)).build();
            let mut response = request.call().map_err(|e| format!("{}: {}", self.mirror, plain(&e.to_string())))?;
            let status = response.status();
            match status.as_u16() {
                200 => return self.body(&mut response, file).map(Some),
                // Object stores that do not let themselves be listed answer 403 for what is not there.
                403 | 404 => return Ok(None),
                301 | 302 | 303 | 307 | 308 => url = redirected(&self.mirror, &url, &response)?,
                _ => return Err(format!("{} answered {status} for {}", self.mirror, file.as_str())),
            }
        }
        Err(format!("{} redirected more than {MOST_REDIRECTS} times", self.mirror))
    }

    /// The length that a server announces is not believed; what arrives is counted, decompressed.
    fn body(&self, response: &mut Response<Body>, file: &FileName) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let mut body = response.body_mut().as_reader().take(LARGEST_FILE + 1);
        body.read_to_end(&mut bytes).map_err(|e| {
            format!("the answer of {} for {} broke off: {}", self.mirror, file.as_str(), plain(&e.to_string()))
        })?;
        if bytes.len() as u64 > LARGEST_FILE {
            let (mirror, file) = (&self.mirror, file.as_str());
            return Err(format!(
                "{file} of {mirror} is larger than {} KiB, the most that is read",
                LARGEST_FILE / 1024
            ));
        }
        Ok(bytes)
    }
}
