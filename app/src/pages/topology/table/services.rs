//! What has a page of its own.

use leptos::prelude::*;
use model::topology::{Node, NodeName};

use super::cells::FigureCells;
use super::head::{Head, columns, ordered};
use super::nodes::of_node;
use super::{LeftOut, MAX_ROWS};
use crate::address::{SERVICES_PATH, Scope, ServiceAddress, Sort, TopologyAddress};

/// Whether it has a page of its own.
pub(crate) fn is_service(node: &Node) -> bool {
    node.name.kind.is_service()
}

/// Services, each with a link to its page.
#[component]
pub(crate) fn ServiceTable(
    address: TopologyAddress,
    mut services: Vec<Node>,
    is_compared: bool,
) -> impl IntoView {
    let sort = address.nodes_order.clone();
    services.sort_by(|left, right| ordered(&sort, &of_node(left), &of_node(right)));
    let left_out = services.split_off(services.len().min(MAX_ROWS)).len();
    let scope = address.scope.clone();
    let rows = services.into_iter().map(|node| {
        let title = node.name.title().to_owned();
        let name = match service_href(&node.name, &scope) {
            Some(href) => view! { <a href=href>{title}</a> }.into_any(),
            None => view! { <span class="muted">{title}</span> }.into_any(),
        };
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td class="roomy">{node.name.kind.title()}</td>
                <FigureCells
                    figures=node.figures
                    changes=node.changes
                    standing=node.standing
                    is_compared
                />
            </tr>
        }
    });
    let rows = rows.collect_view();
    let columns = columns("Service", "Kind");
    let links = move |sort: Sort| {
        let ordered = address.with_nodes_order(sort);
        ordered.place_at(SERVICES_PATH).href(&ordered.scope)
    };
    view! {
        <section class="card topology-table">
            <div class="scroll" tabindex="0" role="region" aria-label="Services">
                <table class="figures-table">
                    <Head columns sort is_compared links />
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <LeftOut count=left_out />
        </section>
    }
}

/// Where operations of a service are.
pub(crate) fn service_href(name: &NodeName, scope: &Scope) -> Option<String> {
    let is_service = name.kind.is_service() && !name.name.is_empty();
    is_service.then(|| ServiceAddress::of(&name.name, scope).href())
}
