//! What is asked of the wire is done.

use super::host::Host;
use super::wire_action::WireAction;
use crate::workbench::{
    ListenerPlan, SampleId, SenderPlan, Station, StationId, StationPlan, ToSend,
};

/// Does it.
pub(super) fn perform(host: &mut Host, action: WireAction) {
    let Host {
        session,
        state,
        toasts,
        ..
    } = host;
    match action {
        WireAction::Change(id, plan) => session.change_station(id, *plan),
        WireAction::Listen(id) => session.listen(id),
        WireAction::Send(id, what) => {
            state.views.wire.watch(id);
            if let Err(why) = session.send_messages(id, what) {
                toasts.complain(why);
            }
        }
        WireAction::SendListed(id) => {
            let listed: Vec<SampleId> = state.views.samples.listed(session.corpus());
            if let Err(why) = session.send_messages(id, ToSend::Samples(listed)) {
                toasts.complain(why);
            }
        }
        WireAction::Drain(id) => session.drain_station(id),
        WireAction::Stop(id) => session.stop_station(id),
        WireAction::Clear(id) => session.clear_station(id),
        WireAction::Remove(id) => session.remove_station(id),
        WireAction::IntoSamples(id, serial) => {
            if let Err(why) = session.sample_of_exchange(id, serial) {
                toasts.complain(why);
            } else {
                toasts.tell("The message is among the samples".to_owned());
            }
        }
    }
}

/// Adds a listener on the first port that no other one of the window has.
pub(super) fn new_listener(host: &mut Host) {
    let taken: Vec<String> = host
        .session
        .stations()
        .iter()
        .filter_map(|station| match station.plan() {
            StationPlan::Listener(plan) => Some(plan.address.trim().to_owned()),
            StationPlan::Sender(_) => None,
        })
        .collect();
    let free = (2575..u16::MAX).map(|port| port.to_string());
    let mut free = free.filter(|port| !taken.contains(port));
    let plan = ListenerPlan {
        address: free.next().unwrap_or_default(),
        ..ListenerPlan::default()
    };
    add(host, StationPlan::Listener(plan));
}

/// Adds a sender.
pub(super) fn new_sender(host: &mut Host) {
    add(host, StationPlan::Sender(SenderPlan::default()));
}

fn add(host: &mut Host, plan: StationPlan) {
    let id = host.session.add_station(plan);
    host.state.views.wire.begin(id);
}

/// Stops everything at once.
pub(super) fn stop_all(host: &mut Host) {
    let all: Vec<StationId> = host.session.stations().iter().map(Station::id).collect();
    for id in all {
        host.session.stop_station(id);
    }
}
