//! Text from outside, on its way into the page: what hides or reorders is spelled out, and `maud` escapes
//! what is markup. Nothing else puts such text into the page.

use maud::{Markup, html};
use url::Url;

use crate::plain_text::{plain, plain_within};

/// The longest message is made of a sentence and three digests.
const LONGEST_MESSAGE: usize = 2048;

/// A name, a ref, an address.
pub fn name(text: &str) -> Markup {
    html! { (plain(text)) }
}

/// A sentence.
pub fn message(text: &str) -> Markup {
    html! { (plain_within(text, LONGEST_MESSAGE)) }
}

/// An address that can be followed, if it is one that leads where it says; else its text.
pub fn address(text: &str) -> Markup {
    html! {
        @if is_followed(text) {
            a href=(text) rel="noreferrer noopener nofollow" { (text) }
        } @else {
            (plain(text))
        }
    }
}

/// `https` alone, which leaves out `javascript:` and all that a browser or another program would run;
/// nothing that is not shown as it is; and nothing that looks like one host and is another.
fn is_followed(text: &str) -> bool {
    let shown = plain(text) == text && text.chars().all(|c| c.is_ascii_graphic());
    let url = Url::parse(text).ok().filter(|_| shown && text.starts_with("https://"));
    url.is_some_and(|url| url.has_host() && url.username().is_empty() && url.password().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_https_address_is_a_link() {
        let link = address("https://github.com/octo-org/octo-lib?a&b").into_string();
        let expected = "<a href=\"https://github.com/octo-org/octo-lib?a&amp;b\" \
            rel=\"noreferrer noopener nofollow\">https://github.com/octo-org/octo-lib?a&amp;b</a>";
        assert_eq!(link, expected);
    }

    #[test]
    fn cl_21_what_a_browser_would_run_is_no_link() {
        for text in [
            "javascript:alert(1)",
            "JavaScript:alert(1)//https://github.com/o/r",
            " https://github.com/o/r",
            "http://github.com/o/r",
            "data:text/html,<script>alert(1)</script>",
            "file:///etc/passwd",
            "//github.com/o/r",
            "https://github.com@evil.example/o/r",
            "https://:x@evil.example/",
            "https://",
            "https://g\u{456}thub.com/o/r",
            "https://github.com/o/r\u{202e}",
            "git+ssh://git.example/o/r",
        ] {
            assert!(!address(text).into_string().contains("href"), "{text}");
        }
        let quoted = address("https://github.com/o/r\"><script>").into_string();
        assert!(!quoted.contains("\"><s"), "{quoted}");
    }

    #[test]
    fn cl_24_what_hides_is_spelled_out_and_what_is_markup_escaped() {
        assert_eq!(name("a\u{202e}<b>\u{200b}").into_string(), "a\\u{202e}&lt;b&gt;\\u{200b}");
        assert_eq!(message("\"a\" & 'b'\n").into_string(), "&quot;a&quot; &amp; 'b'\\u{a}");
    }

    #[test]
    fn cl_27_what_is_long_is_cut() {
        assert!(name(&"x".repeat(200_000)).into_string().len() < 300);
        assert!(message(&"x".repeat(200_000)).into_string().len() < 2100);
    }
}
