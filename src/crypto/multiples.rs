//! ECDSA by a key that is used again and again: the multiples of its point that every verification needs
//! are calculated once, so that none of the 256 doublings is left.
//!
//! Points, scalars and tables are those of the crate `primeorder`, whose addition has no special cases
//! (Renes, Costello and Batina 2015): the same point twice, its negative and the point at infinity are
//! added like any others. All times vary with the inputs, none of which is secret.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, OnceLock};

use ecdsa::elliptic_curve::array::typenum::Unsigned as _;
use ecdsa::elliptic_curve::ops::{Invert as _, Reduce as _};
use ecdsa::elliptic_curve::point::AffineCoordinates as _;
use ecdsa::elliptic_curve::{FieldBytes, FieldBytesSize, Scalar};
use ecdsa::signature::hazmat::PrehashVerifier as _;
use ecdsa::{EcdsaCurve, Signature, VerifyingKey};
use primeorder::{Double as _, LookupTable, PrimeCurveParams, ProjectivePoint, Radix16Decomposition, Radix16Digits};

/// A curve whose numbers and points take as many whole bytes as its order: P-256 and P-384, not P-521.
pub(super) trait Curve: EcdsaCurve + PrimeCurveParams {}

impl Curve for p256::NistP256 {}
impl Curve for p384::NistP384 {}

/// A key, with multiples of its point from its second use on. Most keys are used once: those of a bundle's
/// certificate. For them the tables would cost as much as they spare.
#[derive(Debug)]
pub(super) struct Reused<C: Curve> {
    key: VerifyingKey<C>,
    used: AtomicBool,
    multiples: OnceLock<Multiples<C>>,
}

/// A point's multiples by 1 to 8 times each power of 256 that a scalar can hold, and the carry above them.
#[derive(Debug)]
pub(super) struct Multiples<C: Curve>(Box<[LookupTable<ProjectivePoint<C>>]>);

impl<C: Curve> Reused<C> {
    pub(super) fn new(key: VerifyingKey<C>) -> Self {
        Self { key, used: AtomicBool::new(false), multiples: OnceLock::new() }
    }

    /// Whether the signature over the digest is by this key (FIPS 186-5 §6.4.2). `generator` has the
    /// multiples of the curve's own point, made when the first key is used again.
    #[allow(clippy::arithmetic_side_effects, reason = "it is of points, and of numbers modulo the order")]
    pub(super) fn has_signed(
        &self,
        generator: &LazyLock<Multiples<C>>,
        digest: &[u8],
        signature: &Signature<C>,
    ) -> bool {
        if self.multiples.get().is_none() && !self.used.swap(true, Ordering::Relaxed) {
            return self.key.verify_prehash(digest, signature).is_ok();
        }
        let multiples = self.multiples.get_or_init(|| Multiples::of((*self.key.as_affine()).into()));
        let (r, s) = signature.split_scalars();
        let of_s = *s.invert_vartime();
        let point = generator.times(&(scalar::<C>(digest) * of_s)) + multiples.times(&(*r * of_s));
        // At infinity there is no x; here it is 0, which `r` never is.
        *r == Scalar::<C>::reduce(&point.to_affine().x())
    }
}

impl<C: Curve> Multiples<C> {
    pub(super) fn of_generator() -> Self {
        Self::of(ProjectivePoint::GENERATOR)
    }

    fn of(point: ProjectivePoint<C>) -> Self {
        let mut base = point;
        let tables = (0..=FieldBytesSize::<C>::USIZE).map(|_| {
            let table = LookupTable::new(base);
            for _ in 0..8 {
                base = base.double();
            }
            table
        });
        Self(tables.collect())
    }

    /// The point as often as the scalar says. Digits of 4 bits, each byte's upper ones apart: 16 times
    /// theirs is taken of the sum, so that half of the tables suffice.
    #[allow(clippy::arithmetic_side_effects, reason = "it is of points")]
    fn times(&self, scalar: &Scalar<C>) -> ProjectivePoint<C> {
        let digits = Radix16Decomposition::<Radix16Digits<C>>::new(scalar);
        let count = Radix16Digits::<C>::USIZE;
        let (mut lower, mut upper) = (ProjectivePoint::IDENTITY, ProjectivePoint::IDENTITY);
        for (table, digit) in self.0.iter().zip((0..count).step_by(2)) {
            lower += &table.select_vartime(digits[digit]);
        }
        for (table, digit) in self.0.iter().zip((1..count).step_by(2)) {
            upper += &table.select_vartime(digits[digit]);
        }
        for _ in 0..4 {
            upper = upper.double();
        }
        lower + upper
    }
}

/// The leftmost bytes of a digest as a number, modulo the order; a shorter digest is the number itself.
fn scalar<C: Curve>(digest: &[u8]) -> Scalar<C> {
    let leftmost = digest.get(..FieldBytesSize::<C>::USIZE).unwrap_or(digest);
    let mut number = FieldBytes::<C>::default();
    for (to, from) in number.iter_mut().rev().zip(leftmost.iter().rev()) {
        *to = *from;
    }
    Scalar::<C>::reduce(&number)
}

#[cfg(test)]
mod tests {
    use ecdsa::SigningKey;
    use ecdsa::elliptic_curve::PrimeField as _;
    use ecdsa::signature::hazmat::PrehashSigner as _;
    use p256::NistP256;
    use p384::NistP384;
    use sha2::{Digest as _, Sha256, Sha512};

    use super::*;

    /// Numbers from a seed.
    fn numbers<C: Curve>(seed: u8) -> impl Iterator<Item = Scalar<C>> {
        (0_u32..).map(move |n| {
            let digest = Sha512::new().chain_update([seed]).chain_update(n.to_be_bytes()).finalize();
            scalar::<C>(&digest)
        })
    }

    /// Ends of digits and of the range: 0, 1, powers of 16, what is one below each, and their negatives.
    fn edges<C: Curve>() -> impl Iterator<Item = Scalar<C>> {
        let one = Scalar::<C>::from(1_u64);
        let powers = core::iter::successors(Some(one), |power| Some(*power + *power));
        let bits = usize::try_from(Scalar::<C>::NUM_BITS).unwrap();
        powers.take(bits).step_by(4).flat_map(move |power| [power - one, power, -power])
    }

    fn times_is_the_crates_own_multiplication<C: Curve>() {
        let points = numbers::<C>(1).take(1).map(|k| ProjectivePoint::<C>::GENERATOR * k);
        let special = [ProjectivePoint::GENERATOR, -ProjectivePoint::GENERATOR, ProjectivePoint::IDENTITY];
        for point in special.into_iter().chain(points) {
            let multiples = Multiples::of(point);
            for k in edges::<C>().chain(numbers::<C>(2).take(40)) {
                assert_eq!(multiples.times(&k), point * k, "{k:?} times {point:?}");
            }
        }
    }

    #[test]
    fn multiples_are_those_of_the_crate() {
        times_is_the_crates_own_multiplication::<NistP256>();
        times_is_the_crates_own_multiplication::<NistP384>();
    }

    /// A key that has been used, and what it says in this use of the tables.
    fn reused<C: Curve>(key: VerifyingKey<C>) -> Reused<C> {
        let reused = Reused::new(key);
        reused.used.store(true, Ordering::Relaxed);
        reused
    }

    /// Both ways, which must agree.
    fn judged<C: Curve>(key: &Reused<C>, g: &LazyLock<Multiples<C>>, digest: &[u8], signature: &Signature<C>) -> bool {
        let by_tables = key.has_signed(g, digest, signature);
        assert!(key.multiples.get().is_some());
        assert_eq!(by_tables, key.key.verify_prehash(digest, signature).is_ok(), "{digest:?} {signature:?}");
        by_tables
    }

    fn signatures_are_judged_as_by_the_crate<C: Curve>()
    where
        SigningKey<C>: ecdsa::signature::hazmat::PrehashSigner<Signature<C>>,
    {
        let generator: LazyLock<Multiples<C>> = LazyLock::new(Multiples::of_generator);
        let secrets = numbers::<C>(3).take(8).chain([Scalar::<C>::from(1_u64), -Scalar::<C>::from(1_u64)]);
        for (n, secret) in secrets.enumerate() {
            let signer = SigningKey::<C>::from_bytes(&secret.into()).unwrap();
            let key = reused(*signer.verifying_key());
            let stranger = reused(*SigningKey::<C>::from_bytes(&(secret + secret).into()).unwrap().verifying_key());
            for length in [24, 31, 32, 33, 47, 48, 49, 64, 100] {
                let digest: Vec<u8> =
                    Sha512::digest([u8::try_from(n).unwrap()]).into_iter().cycle().take(length).collect();
                let Ok(signature) = signer.sign_prehash(&digest) else { continue };
                assert!(judged(&key, &generator, &digest, &signature));
                assert!(!judged(&stranger, &generator, &digest, &signature));
                let (r, s) = signature.split_scalars();
                let high_or_low = Signature::<C>::from_scalars(*r, -*s).unwrap();
                assert!(judged(&key, &generator, &digest, &high_or_low));
                let one = Scalar::<C>::from(1_u64);
                for (r, s) in [(*r + one, *s), (*r, *s + one), (*s, *r), (-*r, *s), (one, one), (*r, one)] {
                    assert!(!judged(&key, &generator, &digest, &Signature::from_scalars(r, s).unwrap()));
                }
                let mut changed = digest.clone();
                changed[length.min(24) - 1] ^= 1;
                assert!(!judged(&key, &generator, &changed, &signature));
            }
        }
    }

    #[test]
    fn rs_40_the_tables_accept_what_the_crate_accepts() {
        signatures_are_judged_as_by_the_crate::<NistP256>();
        signatures_are_judged_as_by_the_crate::<NistP384>();
    }

    /// The sum that a verification ends with is made a point twice, and a point and its negative: whoever
    /// may choose the signature may choose that.
    #[test]
    fn rs_40_the_same_point_twice_and_its_negative() {
        let generator: LazyLock<Multiples<NistP256>> = LazyLock::new(Multiples::of_generator);
        let digest = Sha256::digest(b"signed");
        let z = scalar::<NistP256>(&digest);
        for secret in numbers::<NistP256>(4).take(20) {
            let key = reused(*SigningKey::<NistP256>::from_bytes(&secret.into()).unwrap().verifying_key());
            // r such that u2 times the key is u1 times the generator: z = r * secret.
            let r = z * secret.invert().unwrap();
            for r in [r, -r] {
                for s in numbers::<NistP256>(5).take(5) {
                    assert!(!judged(&key, &generator, &digest, &Signature::from_scalars(r, s).unwrap()));
                }
            }
        }
    }

    #[test]
    fn tables_are_made_at_the_second_use() {
        let signer = SigningKey::<NistP256>::from_bytes(&numbers::<NistP256>(6).next().unwrap().into()).unwrap();
        let key = Reused::new(*signer.verifying_key());
        let generator: LazyLock<Multiples<NistP256>> = LazyLock::new(Multiples::of_generator);
        let digest = Sha256::digest(b"signed");
        let signature = signer.sign_prehash(&digest).unwrap();
        for made in [false, true, true] {
            assert!(key.has_signed(&generator, &digest, &signature));
            assert_eq!(key.multiples.get().is_some(), made);
        }
    }
}
