//! The answer in a sentence or two.

use leptos::prelude::*;
use model::format;
use model::overview::segment_words;
use model::regions::{Figures, Headline};

use super::table::region_href;
use crate::address::RegionsAddress;

#[component]
pub(super) fn AnswerInWords(
    address: RegionsAddress,
    headline: Option<Headline>,
    all: Figures,
) -> impl IntoView {
    let p95 = format::duration(all.p95_nanos());
    let Some(headline) = headline else {
        return view! {
            <p class="answer">
                {format!("p95 is {p95} over all requests. No region has enough of them to stand out.")}
            </p>
        }
        .into_any();
    };
    let region = view! {
        <a href=region_href(&address, &headline.region, None)>{headline.region.clone()}</a>
        {headline.place.clone().map(|place| format!(" ({place})"))}
    };
    let others = view! { <span>{others(&headline)}</span> };
    let p95 = format::duration(headline.p95_nanos);
    let versus = address.scope.versus().title();
    let Some(before) = headline.worse_than_nanos else {
        let calm = headline
            .is_compared
            .then(|| format!("No region is slower than {versus} by more than chance. "));
        let most = headline
            .segment
            .map(|segment| format!(" Most of its time goes to {}.", segment_words(segment)));
        let all = format::duration(headline.all_p95_nanos);
        return view! {
            <p class="answer">
                {calm} "Slowest is " {region} ": p95 is " <b>{p95}</b>
                {format!(", over all regions it is {all}.")} {most} " " {others}
            </p>
        }
        .into_any();
    };
    let (slower, than) = slower(headline.p95_nanos, before);
    let most = headline
        .segment
        .map(|segment| format!("; most of the difference is {}", segment_words(segment)));
    view! {
        <p class="answer">
            {region} " is " <b class="bad">{slower}</b>
            {format!(" {than} {versus}: p95 is {p95}, it was {}", format::duration(before))}
            {most} ". " {others}
        </p>
    }
    .into_any()
}

/// `24 % slower`, from twice on `3.1 times as slow`; and the word that follows.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
fn slower(now: i64, before: i64) -> (String, &'static str) {
    let ratio = now as f64 / before.max(1) as f64;
    if ratio < 1.95 {
        (format!("{:.0} % slower", (ratio - 1.0) * 100.0), "than")
    } else {
        (format!("{ratio:.1} times as slow"), "as")
    }
}

/// How the other regions are.
fn others(headline: &Headline) -> String {
    let regions = |count: usize| match count {
        1 => "1 other region".to_owned(),
        _ => format!("{} other regions", format::count(count)),
    };
    let is = |count: usize| if count == 1 { "is" } else { "are" };
    let mut sentences = Vec::new();
    let (worse, usual, thin) = (headline.worse, headline.usual, headline.thin);
    if worse > 0 {
        sentences.push(format!("{} {} slower, too.", regions(worse), is(worse)));
    }
    if headline.worse_than_nanos.is_some() && usual > 0 {
        let they = regions(usual);
        sentences.push(format!("{they} {} no slower than before.", is(usual)));
    }
    if thin > 0 {
        let have = if thin == 1 { "has" } else { "have" };
        sentences.push(format!(
            "{} {have} too few requests to tell.",
            regions(thin)
        ));
    }
    sentences.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_are_counted_in_words() {
        let headline = Headline {
            region: "eu".into(),
            place: None,
            p95_nanos: 2,
            worse_than_nanos: Some(1),
            segment: None,
            all_p95_nanos: 1,
            is_compared: true,
            worse: 1,
            usual: 2,
            thin: 0,
        };
        assert_eq!(
            others(&headline),
            "1 other region is slower, too. 2 other regions are no slower than before."
        );
        let calm = Headline {
            worse_than_nanos: None,
            worse: 0,
            thin: 1,
            ..headline
        };
        assert_eq!(
            others(&calm),
            "1 other region has too few requests to tell."
        );
    }

    #[test]
    fn slower_is_said_as_people_say_it() {
        assert_eq!(slower(124, 100), ("24 % slower".into(), "than"));
        assert_eq!(slower(310, 100), ("3.1 times as slow".into(), "as"));
    }
}
