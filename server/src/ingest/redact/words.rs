//! The words that secrets stand beside, each as it is commonly written. The prefilter and the
//! patterns are made of the same lists, so that the one finds all that the others look for.
//! None has a sign with a meaning in regular expressions.

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
