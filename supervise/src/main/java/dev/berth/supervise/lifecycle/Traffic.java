package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Policy;

import java.util.ArrayList;
import java.util.List;

/// How the service treats new connections, as far as that does not follow from its workers.
///
/// @param policy decides which worker in service gets the next connection
/// @param changes the changes of the policy that are not confirmed yet, the oldest first
/// @param shed whether all connections are refused, even if workers are in service
/// @param unserved what happens to connections while no worker is in service
/// @param noneInServiceSince since when no worker has been served, in milliseconds; [Moment#NEVER]
///   while one is
public record Traffic(
        Policy policy,
        List<PolicyChange> changes,
        boolean shed,
        Admission unserved,
        long noneInServiceSince) {
    public Traffic {
        changes = List.copyOf(changes);
    }

    /// A change of the policy that has been ordered.
    ///
    /// @param ticket the ticket of the request for it
    public record PolicyChange(long ticket, Policy policy) {}

    /// Before any worker has been in service.
    static Traffic initial(Policy policy) {
        return new Traffic(policy, List.of(), false, Admission.STARTING, Moment.NEVER);
    }

    /// Whether clients are refused while no worker is in service.
    boolean refusing() {
        return unserved != Admission.WAIT;
    }

    /// The policy that the target should have: the last one that was ordered.
    Policy wanted() {
        return changes.isEmpty() ? policy : changes.getLast().policy();
    }

    /// What happens to new connections.
    ///
    /// @param served whether any worker is in service
    Admission admission(boolean served) {
        if (shed && unserved != Admission.CLOSING) {
            return Admission.SHED;
        }
        return served ? Admission.OPEN : unserved;
    }

    Traffic changing(PolicyChange change) {
        List<PolicyChange> next = new ArrayList<>(changes);
        next.add(change);
        return new Traffic(policy, next, shed, unserved, noneInServiceSince);
    }

    /// The changes that an answer about `answered` confirms or denies.
    List<PolicyChange> answered(Policy answered) {
        return changes.stream().takeWhile(change -> change.policy().equals(answered)).toList();
    }

    /// With `now` as the policy, and without the first `answered` changes.
    Traffic withPolicy(Policy now, int answered) {
        List<PolicyChange> rest = changes.subList(answered, changes.size());
        return new Traffic(now, rest, shed, unserved, noneInServiceSince);
    }

    Traffic withShed(boolean now) {
        return new Traffic(policy, changes, now, unserved, noneInServiceSince);
    }

    /// With a worker in service.
    Traffic served() {
        return new Traffic(policy, changes, shed, Admission.WAIT, Moment.NEVER);
    }

    Traffic unservedSince(long now) {
        return new Traffic(policy, changes, shed, unserved, now);
    }

    Traffic withUnserved(Admission next) {
        return new Traffic(policy, changes, shed, next, noneInServiceSince);
    }
}
