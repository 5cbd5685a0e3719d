//! Which packages are there for development or for optional dependencies alone, for lock files that do not
//! say so themselves. npm's own rule: a package is of a kind if every way to it is.

/// How the project asks for a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Required,
    Development,
    Optional,
}

/// The packages of a lock file by number, and which needs which.
#[derive(Debug, Default)]
pub struct Needs {
    /// Of each package: what it needs, and whether it can do without.
    edges: Vec<Vec<(usize, bool)>>,
    asked: Vec<(usize, Asked)>,
}

/// What is known of one package.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Role {
    pub direct: bool,
    pub dev: bool,
    pub optional: bool,
    pub dev_optional: bool,
}

impl Needs {
    pub fn of(packages: usize) -> Self {
        Self { edges: vec![Vec::new(); packages], asked: Vec::new() }
    }

    pub fn project_asks(&mut self, package: usize, asked: Asked) {
        self.asked.push((package, asked));
    }

    pub fn needs(&mut self, package: usize, needed: usize, optional: bool) {
        if let Some(edges) = self.edges.get_mut(package) {
            edges.push((needed, optional));
        }
    }

    /// What nothing leads to has no role: it is never left out.
    pub fn roles(&self) -> Vec<Role> {
        let all = self.reached(|_| true, true);
        let not_dev = self.reached(|asked| asked != Asked::Development, true);
        let not_optional = self.reached(|asked| asked != Asked::Optional, false);
        let required = self.reached(|asked| asked == Asked::Required, false);
        let mut roles: Vec<Role> = Vec::with_capacity(self.edges.len());
        for (((all, not_dev), not_optional), required) in all.into_iter().zip(not_dev).zip(not_optional).zip(required) {
            let (dev, optional) = (all && !not_dev, all && !not_optional);
            let dev_optional = all && !dev && !optional && !required;
            roles.push(Role { direct: false, dev, optional, dev_optional });
        }
        for (package, _) in &self.asked {
            if let Some(role) = roles.get_mut(*package) {
                role.direct = true;
            }
        }
        roles
    }

    fn reached(&self, starts: impl Fn(Asked) -> bool, through_optional: bool) -> Vec<bool> {
        let mut reached = vec![false; self.edges.len()];
        let mut open: Vec<usize> = self.asked.iter().filter(|(_, asked)| starts(*asked)).map(|(p, _)| *p).collect();
        while let Some(package) = open.pop() {
            match reached.get_mut(package) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            let edges = self.edges.get(package).map(Vec::as_slice).unwrap_or_default();
            open.extend(edges.iter().filter(|(_, optional)| through_optional || !optional).map(|(needed, _)| *needed));
        }
        reached
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_a_package_counts() {
        // 0 required → 1; 2 development → 1, 3; 4 optional → 3, 5; 1 → 6 optionally; 7 is reached by nothing.
        let mut needs = Needs::of(8);
        needs.project_asks(0, Asked::Required);
        needs.project_asks(2, Asked::Development);
        needs.project_asks(4, Asked::Optional);
        for (from, to, optional) in
            [(0, 1, false), (2, 1, false), (2, 3, false), (4, 3, false), (4, 5, false), (1, 6, true), (5, 4, false)]
        {
            needs.needs(from, to, optional);
        }
        let shown = |role: &Role| match (role.dev, role.optional, role.dev_optional) {
            (false, false, false) => "required",
            (true, false, false) => "dev",
            (false, true, false) => "optional",
            (false, false, true) => "dev-optional",
            _ => "contradictory",
        };
        let roles = needs.roles();
        let found: Vec<&str> = roles.iter().map(shown).collect();
        assert_eq!(
            found,
            ["required", "required", "dev", "dev-optional", "optional", "optional", "optional", "required"]
        );
        let direct: Vec<bool> = roles.iter().map(|role| role.direct).collect();
        assert_eq!(direct, [true, false, true, false, true, false, false, false]);
    }
}
