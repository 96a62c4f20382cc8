package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.WorkerFailure;

import java.util.List;
import java.util.Optional;

/// The parts of the answers about a roll.
final class RollReport {
    private RollReport() {}

    /// The slots that run the proposed command if not every slot does; none otherwise.
    static List<Integer> apart(ServiceState state, Optional<Command> proposed) {
        boolean partly = proposed.isPresent() && !proposed.equals(Optional.of(state.command()));
        return partly ? apart(state) : List.of();
    }

    /// The slots that run another command than the service's.
    static List<Integer> apart(ServiceState state) {
        return state.slots().stream()
                .filter(slot -> !slot.command().equals(state.command()))
                .map(Slot::index)
                .toList();
    }

    /// The answer about a roll that failed in slot `index`.
    ///
    /// @param done the slots that were replaced
    static RequestResult.Failed failed(
            ServiceState state, List<Integer> done, int index, WorkerFailure failure) {
        boolean serves = state.slot(index).flatMap(Slot::ready).isPresent();
        List<Integer> old =
                state.slots().stream()
                        .filter(slot -> slot.ready().isPresent())
                        .map(Slot::index)
                        .filter(slot -> !done.contains(slot))
                        .toList();
        return new RequestResult.RollFailed(failure, index, serves, done, old);
    }
}
