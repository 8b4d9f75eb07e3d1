//! Rates: a part of a whole, shown with its fraction, and nothing where there is no whole (domain.md 6.2).

use serde::{Deserialize, Serialize};

/// `part` of `whole` people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Rate {
    /// Those who did.
    pub part: u64,
    /// Of how many.
    pub whole: u64,
}

impl Rate {
    /// The percentage with two decimals, rounded half up, without the sign: `52.63`; `None` where the whole is 0.
    pub fn percent(self) -> Option<String> {
        let (part, whole) = (u128::from(self.part), u128::from(self.whole));
        let hundredths = (part * 20_000 + whole).checked_div(2 * whole)?;
        Some(format!("{}.{:02}", hundredths / 100, hundredths % 100))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// The sample figures of domain.md 6.2.
    #[rstest]
    #[case(50, 95, Some("52.63"))]
    #[case(20, 95, Some("21.05"))]
    #[case(1, 3, Some("33.33"))]
    #[case(2, 3, Some("66.67"))]
    #[case(1, 200, Some("0.50"))]
    #[case(1, 8, Some("12.50"))]
    #[case(3, 3, Some("100.00"))]
    #[case(0, 7, Some("0.00"))]
    #[case(0, 0, None)]
    fn percent(#[case] part: u64, #[case] whole: u64, #[case] expected: Option<&str>) {
        assert_eq!(Rate { part, whole }.percent().as_deref(), expected);
    }
}
