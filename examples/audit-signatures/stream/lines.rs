//! The lines of a stream, one at a time, none of which is ever held beyond a limit.

use std::io::{self, BufRead, Read as _};

/// One line that is not empty, without its end.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// Counted from 1, empty ones too, as an editor counts them.
    pub number: u64,
    /// `None`: it was longer than the limit, and was skipped.
    pub text: Option<Vec<u8>>,
}

/// Ends after the first error: what comes behind it is not known to be a line.
pub struct Lines<R> {
    reader: R,
    limit: usize,
    number: u64,
    failed: bool,
}

impl<R: BufRead> Lines<R> {
    pub fn new(reader: R, limit: usize) -> Self {
        Self { reader, limit, number: 0, failed: false }
    }

    fn read(&mut self) -> io::Result<Option<Line>> {
        loop {
            let mut text = Vec::new();
            // The limit and a line break: one byte more than that is one too many.
            let most = u64::try_from(self.limit).unwrap_or(u64::MAX).saturating_add(1);
            if self.reader.by_ref().take(most).read_until(b'\n', &mut text)? == 0 {
                return Ok(None);
            }
            self.number = self.number.saturating_add(1);
            if text.last() == Some(&b'\n') {
                text.pop();
            } else if text.len() > self.limit {
                drop(text);
                self.reader.skip_until(b'\n')?;
                return Ok(Some(Line { number: self.number, text: None }));
            }
            if !text.trim_ascii().is_empty() {
                return Ok(Some(Line { number: self.number, text: Some(text) }));
            }
        }
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let read = self.read();
        self.failed = read.is_err();
        read.transpose()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::io::BufReader;

    fn lines(text: &str, limit: usize) -> Vec<(u64, Option<String>)> {
        // A small buffer, so that lines are longer than it.
        let lines = Lines::new(BufReader::with_capacity(3, text.as_bytes()), limit);
        let shown = |text: Option<Vec<u8>>| text.map(|text| String::from_utf8(text).unwrap());
        lines.map(|line| line.unwrap()).map(|line| (line.number, shown(line.text))).collect()
    }

    fn of(number: u64, text: &str) -> (u64, Option<String>) {
        (number, Some(text.into()))
    }

    #[test]
    fn empty_lines_are_counted_and_left_out() {
        assert_eq!(lines("a\n\n \t\r\nbb\n", 9), [of(1, "a"), of(4, "bb")]);
        assert_eq!(lines("a\nb", 9), [of(1, "a"), of(2, "b")]);
        assert!(lines("", 9).is_empty() && lines("\n\n", 9).is_empty());
    }

    #[test]
    fn re_01_a_line_beyond_the_limit_is_skipped_and_the_next_one_is_read() {
        assert_eq!(lines("12345\n123456\nb\n", 5), [of(1, "12345"), (2, None), of(3, "b")]);
        assert_eq!(lines("12345", 5), [of(1, "12345")]);
        assert_eq!(lines("123456", 5), [(1, None)]);
    }

    #[test]
    fn re_02_a_line_without_end_is_never_held() {
        use std::io::repeat;
        let endless = repeat(b'x').take(1 << 30).chain(b"\nb\n".as_slice());
        let lines: Vec<Line> = Lines::new(BufReader::new(endless), 1 << 10).map(Result::unwrap).collect();
        assert_eq!(lines, [Line { number: 1, text: None }, Line { number: 2, text: Some(b"b".to_vec()) }]);
    }

    #[test]
    fn nothing_is_read_behind_an_error() {
        struct Broken(bool);
        impl io::Read for Broken {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                self.0 = !self.0;
                let text: &[u8] = b"a\n";
                if self.0 { (&mut &*text).read(out) } else { Err(io::Error::other("torn")) }
            }
        }
        let mut lines = Lines::new(BufReader::new(Broken(false)), 9);
        assert_eq!(lines.next().unwrap().unwrap().text.unwrap(), b"a");
        assert_eq!(lines.next().unwrap().unwrap_err().to_string(), "torn");
        assert!(lines.next().is_none());
    }
}
