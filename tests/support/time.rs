//! Unix seconds and their spellings, with no clock anywhere.

/// The default instant at which a leaf certificate begins to be valid.
pub const NOON: i64 = unix("2026-03-01T12:00:00Z");

const DAY: i64 = 86_400;

/// Reads `YYYY-MM-DDTHH:MM:SS`, whatever follows.
pub const fn unix(text: &str) -> i64 {
    let b = text.as_bytes();
    let days = days_from_civil(digits(b, 0, 4), digits(b, 5, 2), digits(b, 8, 2));
    days * DAY + digits(b, 11, 2) * 3600 + digits(b, 14, 2) * 60 + digits(b, 17, 2)
}

const fn digits(bytes: &[u8], from: usize, count: usize) -> i64 {
    let mut value = 0;
    let mut i = from;
    while i < from + count {
        assert!(bytes[i].is_ascii_digit());
        value = value * 10 + (bytes[i] - b'0') as i64;
        i += 1;
    }
    value
}

// Era arithmetic over the proleptic Gregorian calendar, years starting in March.
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// `(year, month, day, hour, minute, second)`.
pub const fn civil(seconds: i64) -> (i64, i64, i64, i64, i64, i64) {
    let z = seconds.div_euclid(DAY) + 719_468;
    let rest = seconds.rem_euclid(DAY);
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, doy - (153 * mp + 2) / 5 + 1, rest / 3600, rest / 60 % 60, rest % 60)
}

/// `2026-03-01T12:00:00Z`, as trusted roots write it.
pub fn rfc3339(seconds: i64) -> String {
    let (y, mo, d, h, mi, s) = civil(seconds);
    format!("{y:04}-{mo:02}-{d:02}T{h:02}:{mi:02}:{s:02}Z")
}

/// `2026-03-01T12:00:00.000Z`, as registries write it.
pub fn rfc3339_millis(seconds: i64) -> String {
    rfc3339(seconds).replace('Z', ".000Z")
}
