//! How many requests of a journey get to each of its steps.

use serde::{Deserialize, Serialize};

use super::Pattern;

/// What was found in a sample of requests.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Funnel {
    /// How many requests were looked at.
    pub requests: usize,
    pub steps: Vec<StepCount>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepCount {
    pub step: Pattern,
    /// Requests that have a span of the step.
    pub requests: usize,
    /// Those that have it and every step before it as well.
    pub in_order: usize,
}

impl Funnel {
    #[must_use]
    pub fn of(steps: &[Pattern]) -> Self {
        let count = |step: &Pattern| StepCount {
            step: step.clone(),
            requests: 0,
            in_order: 0,
        };
        Self {
            requests: 0,
            steps: steps.iter().map(count).collect(),
        }
    }

    /// Counts a request by the names of its spans.
    pub fn add(&mut self, operations: &[&str]) {
        self.requests += 1;
        let mut is_whole = true;
        for counted in &mut self.steps {
            let has = operations
                .iter()
                .any(|operation| counted.step.accepts(operation));
            is_whole = is_whole && has;
            counted.requests += usize::from(has);
            counted.in_order += usize::from(is_whole);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_counts_for_the_steps_that_it_has() {
        let steps = ["POST /charge", "SELECT *"].map(|step| Pattern(step.into()));
        let mut funnel = Funnel::of(&steps);
        for operations in [
            vec!["POST /charge", "SELECT card"],
            vec!["SELECT card"],
            vec!["GET /"],
        ] {
            funnel.add(&operations);
        }
        let counts: Vec<_> = funnel
            .steps
            .iter()
            .map(|step| (step.requests, step.in_order))
            .collect();
        assert_eq!((funnel.requests, counts), (3, vec![(1, 1), (2, 1)]));
    }
}
