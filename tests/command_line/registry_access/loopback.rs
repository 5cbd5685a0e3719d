//! A registry with TLS, and a proxy, on loopback sockets. Both tell what they saw.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivateSec1KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::support::certificate::{Authority, SERVER_AUTH, SUBJECT_ALT_NAME};
use super::support::der;
use super::support::keys::{Key, pem};
use super::support::time::unix;

const CLIENT_AUTH: &str = "1.3.6.1.5.5.7.3.2";

pub type Seen = Arc<Mutex<Vec<String>>>;

/// The authority of one test.
pub struct Minted(Authority);

impl Minted {
    pub fn new() -> Self {
        Self(Authority::root("registry access root", "npm.example", "root"))
    }

    /// One that the first did not sign.
    pub fn another() -> Self {
        Self(Authority::root("another root", "npm.example", "another root"))
    }

    pub fn pem(&self) -> String {
        pem("CERTIFICATE", &self.0.der)
    }

    /// A client certificate and its key, as PEM.
    pub fn client(&self) -> (String, String) {
        let client = self.leaf("client", CLIENT_AUTH);
        (pem("CERTIFICATE", &client.der), pem("EC PRIVATE KEY", &private_key(&client.key)))
    }

    fn leaf(&self, label: &str, usage: &str) -> Authority {
        let mut leaf = self.0.subordinate(label, label, usage, false);
        leaf.change(|certificate| {
            certificate.valid(unix("2021-01-01T00:00:00"), unix("2099-01-01T00:00:00"));
            let names = ["localhost", "registry.example"].map(|name| der::implicit(2, name.as_bytes()));
            certificate.put(SUBJECT_ALT_NAME, der::sequence(&names));
        });
        leaf
    }

    /// Asks for a client certificate and serves those too who have none. The port, and what it saw: each
    /// request's head, after a line that says whether there was a certificate.
    pub fn registry(&self, answer: impl Fn(&str) -> String + Send + Sync + 'static) -> (u16, Seen) {
        let config = Arc::new(self.config());
        let (listener, answer) = (TcpListener::bind("127.0.0.1:0").unwrap(), Arc::new(answer));
        let (port, seen) = (listener.local_addr().unwrap().port(), Seen::default());
        let log = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
                let mut stream = StreamOwned::new(connection, stream.unwrap());
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                thread::spawn(move || {
                    while let Some(head) = head(&mut stream) {
                        let certificate =
                            if stream.conn.peer_certificates().is_some() { "certificate" } else { "nobody" };
                        let answer = answer(head.split(' ').nth(1).unwrap_or_default());
                        log.lock().unwrap().push(format!("{certificate}\n{head}"));
                        let _ = stream.write_all(answer.as_bytes()).and_then(|()| stream.flush());
                    }
                });
            }
        });
        (port, seen)
    }

    fn config(&self) -> ServerConfig {
        let provider = Arc::new(ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(self.0.der.clone())).unwrap();
        let clients = WebPkiClientVerifier::builder_with_provider(roots.into(), Arc::clone(&provider));
        let server = self.leaf("server", SERVER_AUTH);
        let key = PrivateKeyDer::Sec1(PrivateSec1KeyDer::from(private_key(&server.key)));
        ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(clients.allow_unauthenticated().build().unwrap())
            .with_single_cert(vec![CertificateDer::from(server.der)], key)
            .unwrap()
    }
}

/// RFC 5915.
fn private_key(key: &Key) -> Vec<u8> {
    let Key::P384(secret) = key else { panic!("authorities have P-384 keys") };
    let (curve, point) = (der::oid("1.3.132.0.34"), der::bits(&key.point()));
    let members =
        [der::integer(&[1]), der::octets(&secret.to_bytes()), der::explicit(0, &curve), der::explicit(1, &point)];
    der::sequence(&members)
}

/// The lines up to an empty one.
fn head(stream: &mut impl Read) -> Option<String> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    Some(String::from_utf8_lossy(&head).into_owned())
}

/// Connects whatever is asked for with `target`, a port of this machine, and keeps all that its client
/// sent.
pub fn proxy(target: u16) -> (u16, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, seen) = (listener.local_addr().unwrap().port(), Seen::default());
    let log = Arc::clone(&seen);
    thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let Some(head) = head(&mut client) else { continue };
            log.lock().unwrap().push(head);
            let server = TcpStream::connect(("127.0.0.1", target)).unwrap();
            client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
            let (mut to_client, mut from_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut from_server, &mut to_client));
            let (log, mut server) = (Arc::clone(&log), server);
            thread::spawn(move || {
                let mut bytes = [0; 4096];
                while let Ok(count @ 1..) = client.read(&mut bytes) {
                    log.lock().unwrap().push(String::from_utf8_lossy(&bytes[..count]).into_owned());
                    if server.write_all(&bytes[..count]).is_err() {
                        break;
                    }
                }
            });
        }
    });
    (port, seen)
}
