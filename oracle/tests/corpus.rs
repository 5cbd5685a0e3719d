mod minted;

use countersign_oracle::corpus::cases;
use countersign_oracle::judge;

#[test]
fn print() {
    for case in cases().iter().chain(&minted::cases()) {
        println!(
            "{} [{}] ours {:?} peer {:?}",
            case.name,
            case.root.name,
            judge::ours(case, &case.bundle).map_err(|r| r.code),
            judge::peer(case, &case.bundle).map_err(|r| r.message)
        );
    }
}
