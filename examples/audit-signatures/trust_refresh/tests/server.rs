//! A mirror on a loopback socket that answers what a test has laid out.
// Whole-program tests use a part of it.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::repository::Files;

/// An answer that is no plain file.
#[derive(Clone)]
pub enum Answer {
    /// The whole response.
    Raw(String),
    /// The same, to the first request alone.
    AtFirst(String),
    /// A body without end.
    Endless,
    /// A byte now and then.
    Slow,
}

#[derive(Clone, Default)]
pub struct Server {
    pub url: String,
    files: Arc<Mutex<Files>>,
    answers: Arc<Mutex<BTreeMap<String, Answer>>>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub fn start(files: Files) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/tuf/", listener.local_addr().unwrap());
        let server = Self { url, files: Arc::new(Mutex::new(files)), ..Self::default() };
        let serving = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let serving = serving.clone();
                thread::spawn(move || serving.answer(stream.unwrap()));
            }
        });
        server
    }

    /// Replaces everything that is served.
    pub fn serve(&self, files: Files) {
        *self.files.lock().unwrap() = files;
        self.answers.lock().unwrap().clear();
    }

    pub fn answers(&self, path: &str, answer: Answer) {
        self.answers.lock().unwrap().insert(path.into(), answer);
    }

    /// Every request's lines.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    fn laid_out(&self, path: &str) -> Option<Answer> {
        let mut answers = self.answers.lock().unwrap();
        match answers.get(path) {
            Some(Answer::AtFirst(_)) => answers.remove(path),
            other => other.cloned(),
        }
    }

    /// One request per connection.
    fn answer(&self, mut stream: TcpStream) {
        let lines: Vec<String> = BufReader::new(&stream)
            .lines()
            .map(Result::unwrap_or_default)
            .take_while(|line| !line.is_empty())
            .collect();
        self.requests.lock().unwrap().push(lines.join("\n"));
        let path = lines.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
        let path = path.strip_prefix("/tuf/").unwrap_or(path).to_owned();
        let ok = "HTTP/1.1 200 OK\r\nConnection: close\r\n";
        match self.laid_out(&path) {
            Some(Answer::Raw(response) | Answer::AtFirst(response)) => drop(stream.write_all(response.as_bytes())),
            Some(Answer::Endless) => {
                drop(stream.write_all(format!("{ok}\r\n").as_bytes()));
                while stream.write_all(&[b' '; 65536]).is_ok() {}
            }
            Some(Answer::Slow) => {
                drop(stream.write_all(format!("{ok}Content-Length: 100000\r\n\r\n").as_bytes()));
                while stream.write_all(b" ").is_ok() {
                    thread::sleep(Duration::from_millis(50));
                }
            }
            None => match self.files.lock().unwrap().get(&path).cloned() {
                Some(bytes) => {
                    drop(stream.write_all(format!("{ok}Content-Length: {}\r\n\r\n", bytes.len()).as_bytes()));
                    drop(stream.write_all(&bytes));
                }
                None => drop(stream.write_all(&status("404 Not Found", "").into_bytes())),
            },
        }
    }
}

pub fn status(line: &str, headers: &str) -> String {
    format!("HTTP/1.1 {line}\r\nContent-Length: 2\r\nConnection: close\r\n{headers}\r\n{{}}")
}
