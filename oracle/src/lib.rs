//! Differential oracle: the peer verifier that ours is compared with. Never published.
