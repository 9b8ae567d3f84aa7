//! The words that secrets stand beside, each as it is commonly written. The prefilter and the
//! patterns are made of the same lists, so that the one finds all that the others look for.
//! None has a sign with a meaning in regular expressions.

use std::collections::BTreeSet;

/// What names a password.
pub(super) const PASSWORD: &[&str] = &[
    "password",
    "Password",
    "PassWord",
    "PASSWORD",
    "passwd",
    "Passwd",
    "PASSWD",
    "passphrase",
    "Passphrase",
    "PassPhrase",
    "PASSPHRASE",
    "pwd",
    "Pwd",
    "PWD",
];

/// A short name of a password, where an equals sign follows.
pub(super) const PASS: &[&str] = &["pass=", "Pass=", "PASS="];

/// What a password follows in SQL.
pub(super) const IDENTIFIED_BY: &[&str] = &["identified by", "Identified by", "IDENTIFIED BY"];

/// What names a token or a key.
pub(super) const TOKEN: &[&str] = &[
    "token", "Token", "TOKEN", "secret", "Secret", "SECRET", "api_key", "apikey", "apiKey",
    "ApiKey", "api-key", "Api-Key", "API-Key", "API_KEY",
];

/// Schemes of `Authorization` whose credentials follow (RFC 6750, RFC 7617).
pub(super) const SCHEME: &[&str] = &["bearer", "Bearer", "BEARER", "basic", "Basic", "BASIC"];

/// How a JSON Web Token begins (RFC 7519): `{"` in base64.
pub(super) const JWT: &[&str] = &["eyJ"];

/// An `@` in a URL's query.
pub(super) const ESCAPED_AT: &[&str] = &["%40"];

/// A regular expression for any of these.
pub(super) fn any(words: &[&str]) -> String {
    format!("(?:{})", words.join("|"))
}

/// All lists.
pub(super) fn all() -> Vec<&'static str> {
    [
        PASSWORD,
        PASS,
        IDENTIFIED_BY,
        TOKEN,
        SCHEME,
        JWT,
        ESCAPED_AT,
    ]
    .concat()
}

/// Shortest word that is searched for without its first letter.
const LONG: usize = 4;

/// What is in all of them, in as few words as possible: without the first letter, many are the
/// same at the beginning of a sentence and within it. Up to 32 words are searched for twice as
/// fast as more.
pub(super) fn signs() -> BTreeSet<&'static str> {
    let sign = |word: &'static str| if word.len() < LONG { word } else { &word[1..] };
    all().into_iter().map(sign).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_few() {
        assert!(signs().len() <= 32, "{:?}", signs());
    }
}
