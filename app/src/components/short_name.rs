//! Names that are too long for the place where they stand.

/// Characters of the end that are kept.
const END: usize = 6;

/// The begin and the end tell names apart: `recommendation…-eu-1`. `most` is how many characters
/// there is room for, more than are kept of the end.
pub(crate) fn shortened(name: &str, most: usize) -> String {
    let count = name.chars().count();
    if count <= most {
        return name.to_owned();
    }
    let begin: String = name.chars().take(most.saturating_sub(END + 1)).collect();
    let end: String = name.chars().skip(count - END).collect();
    format!("{begin}…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_keep_both_ends() {
        assert_eq!(shortened("checkout", 19), "checkout");
        assert_eq!(
            shortened("recommendation-service-eu-1", 19),
            "recommendati…e-eu-1"
        );
    }
}
