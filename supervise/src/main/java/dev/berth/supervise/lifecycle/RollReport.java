package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.DomainEvent;
import dev.berth.supervise.contract.Messages;

import java.util.List;
import java.util.Optional;

/// The parts of the answers about a roll.
final class RollReport {
    private RollReport() {}

    /// The answer about a roll that has replaced these many slots.
    ///
    /// @param undone what old workers left unfinished
    static String done(int slots, List<DomainEvent.DrainExpired> undone) {
        StringBuilder text = new StringBuilder("rolled " + Messages.count(slots));
        undone.forEach(left -> text.append('\n').append(Messages.of(left)));
        return text.toString();
    }

    /// The note that not every slot runs the proposed command; empty if every slot does.
    static String mixed(ServiceState state, Optional<Command> proposed) {
        boolean partly = proposed.isPresent() && !proposed.equals(Optional.of(state.command()));
        return partly
                ? "\npartially rolled: slots "
                        + changed(state)
                        + " run the new command, the others do not"
                : "";
    }

    /// The note about slots that run another command than the service's; empty if none does.
    static String mixed(ServiceState state) {
        List<Integer> changed = changed(state);
        return changed.isEmpty()
                ? ""
                : "\npartially rolled: slots " + changed + " run the new command";
    }

    private static List<Integer> changed(ServiceState state) {
        return state.slots().stream()
                .filter(slot -> !slot.command().equals(state.command()))
                .map(Slot::index)
                .toList();
    }

    /// What is in service after a roll that failed in slot `index`.
    ///
    /// @param done the slots that were replaced
    static String consequence(ServiceState state, List<Integer> done, int index) {
        boolean serves = state.slot(index).flatMap(Slot::ready).isPresent();
        String empty =
                serves ? "" : "\nslot " + index + " has no worker in service; it will be restarted";
        if (done.isEmpty()) {
            return serves ? "\nthe old generation serves on" : empty + " as before";
        }
        List<Integer> old =
                state.slots().stream()
                        .filter(slot -> slot.ready().isPresent())
                        .map(Slot::index)
                        .filter(slot -> !done.contains(slot))
                        .toList();
        String rest =
                old.isEmpty()
                        ? "no slot runs the old generation any more"
                        : "slots " + old + " still run the old one";
        return empty + "\npartially rolled: slots " + done + " run the new generation, " + rest;
    }
}
